"""The secretary's desk: one admin site, open to secretaries, deputies and the operator."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from organization.access import visible_or_404
from organization.events import Event, record
from organization.readable import unreadable, why_desk
from organization.sessions import empty_device
from organization.text import whole_number


def view_on_site(request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
    """Go to a row's own page; a row that the user does not see is answered like one that never was.

    Raises:
        Http404: for everything else, always in the same words.
    """
    kind = ContentType.objects.filter(pk=whole_number(content_type_id)).first()
    model = kind.model_class() if kind else None
    rows = getattr(model, "_default_manager", None)
    if not hasattr(rows, "visible_to") or not hasattr(model, "get_absolute_url"):
        raise Http404
    row = cast("Any", visible_or_404(request, cast("Any", rows), whole_number(object_id) or 0))
    return redirect(row.get_absolute_url())


class BranchAdminSite(UnfoldAdminSite):
    """Asks for the role instead of Django's staff flag."""

    site_title = _("1+1+1 pairing")
    site_header = _("1+1+1 pairing")
    index_title = _("Secretary's desk")

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether the user is a secretary, a deputy or the operator."""
        return request.user.is_authenticated and request.user.may_use_admin

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:
        """Wrap a view in a look at its address.

        Unfold evaluates its attributes and sets styles by them (docs/decisions/admin-policy.md).
        """
        relaxed = csp_replace(
            {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF], "style-src-attr": [UNSAFE_INLINE]}
        )

        @wraps(view)
        def looked_at(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            why = why_desk(request)
            return unreadable(request, why) if why else view(request, *args, **kwargs)

        return relaxed(super().admin_view(looked_at, cacheable))

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Look for rows of every list.

        Raises:
            Http404: for a page beyond the last.
        """
        try:
            return super().search(request, extra_context)
        except InvalidPage as error:
            raise Http404 from error

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the site's own page, which slows whoever guesses the old password."""
        return redirect("account_change_password")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Note who leaves."""
        if request.user.is_authenticated and request.method == "POST":
            record(Event.SIGNED_OUT, about=request.user)
        response = cast("HttpResponse", super().logout(request, extra_context))
        empty_device(response)
        return response

    def get_urls(self) -> list[Any]:
        """Answer for a row's own page only to those who see the row."""
        own = path("r/<path:content_type_id>/<path:object_id>/", self.admin_view(view_on_site), name="view_on_site")
        return [own, *(one for one in super().get_urls() if getattr(one, "name", "") != "view_on_site")]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page of the desk knows, without the colours that unfold would write into each."""
        return {**super().each_context(request), "colors": {}}

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send those who are not signed in to the site's own login.

        Raises:
            PermissionDenied: for those who are signed in and may not sit at the desk.
        """
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        from django.contrib.auth.views import redirect_to_login  # noqa: PLC0415 - as Django's own admin does

        return redirect_to_login(request.get_full_path())
