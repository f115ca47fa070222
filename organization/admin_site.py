"""The secretary's desk: one admin site, open to secretaries, deputies and the operator."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from csp.constants import NONCE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.core.exceptions import PermissionDenied
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from organization.events import Event, record
from organization.readable import unreadable, why_desk


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

        Unfold's Alpine needs inline style and evaluated expressions, which our own pages forbid.
        """
        relaxed = csp_replace(
            {"script-src": [SELF, NONCE, UNSAFE_EVAL, UNSAFE_INLINE], "style-src": [SELF, UNSAFE_INLINE]}
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
        return cast("HttpResponse", super().logout(request, extra_context))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send those who are not signed in to the site's own login.

        Raises:
            PermissionDenied: for those who are signed in and may not sit at the desk.
        """
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        from django.contrib.auth.views import redirect_to_login  # noqa: PLC0415 - as Django's own admin does

        return redirect_to_login(request.get_full_path())
