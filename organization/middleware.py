"""The language a reader chose, who acts from where, and forms that count once however often they are sent."""

import uuid
from collections.abc import Callable
from typing import Any

from auditlog.middleware import AuditlogMiddleware
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

from organization.addresses import client_address
from organization.models import FormReceipt, User

FORM_KEY = "form_key"


class ChosenLanguageMiddleware(LocaleMiddleware):
    """Chinese unless the reader picked another language; a browser's own language says nothing about its user."""

    def process_request(self, request: HttpRequest) -> None:
        """Activate the language in the cookie, or the site's own."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language


class WhoAndWhereMiddleware(AuditlogMiddleware):
    """Tells the audit trail who acts and from where, and believes no header that the client wrote."""

    @staticmethod
    def _get_remote_addr(request: HttpRequest) -> str | None:
        """Return the client's address."""
        return client_address(request)

    @staticmethod
    def _get_remote_port(request: HttpRequest) -> int | None:
        """Return None: the header that auditlog reads says the proxy's own port, or what somebody made up."""
        return None


class OncePerFormMiddleware(MiddlewareMixin):
    """Carries out a POST that holds a form key in one transaction, and only the first time.

    A phone in a workshop sends a form again when the answer is lost on the way. The first POST leaves a receipt in
    the same transaction as its rows; later ones with the same key are sent to where the first one went. A form that
    was refused (it answers without a redirect) leaves no receipt, so it can be corrected and sent.
    """

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Run the view under its form's receipt, or leave requests without a key alone."""
        key = form_key_of(request)
        if key is None:
            return None
        with transaction.atomic():
            receipt, is_first = FormReceipt.objects.select_for_update().get_or_create(
                key=key, defaults={"user": request.user if isinstance(request.user, User) else None}
            )
            if not is_first:
                return redirect(receipt.url if receipt.user_id == request.user.pk and receipt.url else "home")
            response = view(request, *args, **kwargs)
            if isinstance(response, HttpResponseRedirect):
                receipt.url = response.url
                receipt.save(update_fields=["url"])
            else:
                receipt.delete()
        return response


def form_key_of(request: HttpRequest) -> uuid.UUID | None:
    """Return the form key that a POST carries, or None."""
    if request.method != "POST":
        return None
    try:
        return uuid.UUID(request.POST.get(FORM_KEY, ""))
    except ValueError:
        return None
