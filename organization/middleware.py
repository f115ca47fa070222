"""The language a reader chose, who acts from where and what they read, and forms that count once however often sent."""

import hashlib
import json
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from auditlog.middleware import AuditlogMiddleware
from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.deprecation import MiddlewareMixin
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from organization.access import reads_own_row
from organization.addresses import client_address
from organization.events import Event, record
from organization.logs import path_of
from organization.models import FormReceipt, User
from organization.models.receipts import FormInHand, Said, SentBeforeError, form_in_hand

FORM_KEY = "form_key"
CSRF_FIELD = "csrfmiddlewaretoken"
#: How often, and how long each time, one waits to hear where the same form led that was sent at the same moment.
WAITS, WAIT_SECONDS = 20, 0.1


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


class RefusalsAndReadingsMiddleware:
    """Leaves a line in the audit trail when somebody is refused, or reads what settings.SENSITIVE_PAGES names."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and note what was answered."""
        response = self.get_response(request)
        if _was_refused(request, response):
            record(Event.REFUSED, status=response.status_code, method=request.method, path=path_of(request.path))
        elif request.method == "GET" and response.status_code == HTTPStatus.OK:
            _note_reading(request)
        return response


def _was_refused(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether somebody asked for what is not theirs: forbidden, or a row that is not there for them."""
    if response.status_code == HTTPStatus.NOT_FOUND:
        return request.resolver_match is not None and request.user.is_authenticated
    return response.status_code == HTTPStatus.FORBIDDEN


def _note_reading(request: HttpRequest) -> None:
    """Note which sensitive page was read, and of which row."""
    match = request.resolver_match
    label = settings.SENSITIVE_PAGES.get(match.view_name) if match else None
    if match and label and not reads_own_row(request):
        pk = match.kwargs.get("pk") or match.kwargs.get("object_id") or match.kwargs.get("code") or ""
        record(Event.READ, kind=apps.get_model(label), pk=pk, path=path_of(request.path))


class FirstPasswordMiddleware(MiddlewareMixin):
    """Keeps everything shut until the password that somebody else made is changed."""

    OPEN = ("account_change_password", "account_logout", "set_language")

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send to the page that changes the password, from wherever a sign-in is asked for."""
        user, match = request.user, request.resolver_match
        is_open = not getattr(view, "login_required", True) or (match and match.view_name in self.OPEN)
        if is_open or not isinstance(user, User) or not user.must_change_password:
            return None
        return redirect("account_change_password")


class OncePerFormMiddleware(MiddlewareMixin):
    """Carries out a POST that holds a form key only once with the same words.

    A phone in a workshop sends a form again when the answer is lost on the way. The first one leaves a receipt in the
    same transaction as its rows (all_or_nothing); the same again is told what the first one was told, and that it was
    the first one. A form that was refused leaves no receipt, so it can be corrected and sent; and the same page with
    other words, as a browser keeps it behind its Back button, is a form of its own. The view checks and works before
    its transaction: none is open here.
    """

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Run the view with its form in hand, or leave requests without a key alone."""
        key = form_key_of(request)
        if key is None:
            return None
        form = FormInHand(use_of_form(key, request), request.user if isinstance(request.user, User) else None)
        if receipt := FormReceipt.objects.filter(pk=form.key).first():
            return _answer_again(request, receipt)
        token = form_in_hand.set(form)
        try:
            response = view(request, *args, **kwargs)
        except SentBeforeError:
            return _answer_again(request, _receipt_of_the_other(form))
        finally:
            form_in_hand.reset(token)
        if form.has_receipt:
            form.keep_answer(response.url if isinstance(response, HttpResponseRedirect) else "", _said(request))
        return response


def form_key_of(request: HttpRequest) -> uuid.UUID | None:
    """Return the form key that a POST carries, or None."""
    if request.method != "POST":
        return None
    try:
        return uuid.UUID(request.POST.get(FORM_KEY, ""))
    except ValueError:
        return None


def use_of_form(key: uuid.UUID, request: HttpRequest) -> uuid.UUID:
    """Return the key of what a form is used for: by whom, at which address, with which words and files."""
    words = sorted((name, values) for name, values in request.POST.lists() if name not in (FORM_KEY, CSRF_FIELD))
    files = sorted(
        (name, file.name, _sha256_of(file)) for name, sent in request.FILES.lists() for file in sent if file is not None
    )
    used_for = [str(key), request.user.pk, request.get_full_path(), words, files]
    return uuid.UUID(bytes=hashlib.sha256(json.dumps(used_for).encode()).digest()[:16])


def _sha256_of(file: Any) -> str:
    """Return the SHA-256 of an upload, which is read from its beginning again afterwards."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _said(request: HttpRequest) -> Said:
    """Return the successes that the view put on the next page; nothing else of it is worth keeping."""
    queued = getattr(messages.get_messages(request), "_queued_messages", [])  # reading it would use the messages up
    return [(one.level, str(one.message)) for one in queued if one.level == messages.SUCCESS]


def _receipt_of_the_other(form: FormInHand) -> FormReceipt:
    """Return the receipt of the same form, sent at the same moment, once it knows where that one led."""
    for _time in range(WAITS):
        receipt = FormReceipt.objects.get(pk=form.key)
        if receipt.url:
            break
        time.sleep(WAIT_SECONDS)
    return receipt


def _answer_again(request: HttpRequest, receipt: FormReceipt) -> HttpResponse:
    """Say what the form said when it was carried out, and that this was then, and go where it led."""
    for level, words in receipt.said:
        messages.add_message(request, level, words)
    when = date_format(timezone.localtime(receipt.sent_at), "DATETIME_FORMAT")
    messages.info(request, _("This form was sent before with the same words and carried out once, at %s.") % when)
    return redirect(receipt.url or _page_of_form(request))


def _page_of_form(request: HttpRequest) -> str:
    """Return the address of the page that holds the form, or home."""
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if is_ours else reverse("home")
