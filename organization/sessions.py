"""How long a session lasts: so many days, and for whoever reads about others so many hours of rest.

When it was last used is written into a cookie of its own, signed for that session: a page that is looked at writes no
row. Whoever holds a stolen copy of both has no longer than the rest allows.
"""

import datetime
from typing import cast

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.deprecation import MiddlewareMixin

from organization.events import Event, record
from organization.models import User

#: Under which name a session keeps what its mark is signed for.
NONCE = "seen"
#: The mark is written again when it is older than this.
WRITTEN_AGAIN_AFTER = datetime.timedelta(minutes=5)


def begin(request: HttpRequest) -> None:
    """Give a session that was just begun its end, which nothing done in it moves."""
    request.session.set_expiry(timezone.now() + datetime.timedelta(days=settings.SESSION_DAYS))
    request.session[NONCE] = get_random_string(22)


def empty_device(response: HttpResponse) -> None:
    """Tell the browser of whoever leaves to forget what was typed and not saved."""
    response["Clear-Site-Data"] = '"storage"'


class RestMiddleware(MiddlewareMixin):
    """Signs out whoever reads about others and was away for too long."""

    def process_request(self, request: HttpRequest) -> None:
        """Look when the session was last used."""
        if _is_watched(request) and not _was_seen(request, datetime.timedelta(hours=settings.SESSION_REST_HOURS)):
            record(Event.SIGNED_OUT, about=cast("User", request.user), why="rest")
            logout(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Write down that it was used now."""
        if _is_watched(request) and not _was_seen(request, WRITTEN_AGAIN_AFTER):
            response.set_signed_cookie(
                settings.SEEN_COOKIE_NAME,
                "1",
                salt=request.session[NONCE],
                max_age=int(datetime.timedelta(hours=settings.SESSION_REST_HOURS).total_seconds()),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _is_watched(request: HttpRequest) -> bool:
    """Return whether the session was begun by a sign-in, of somebody who reads about others."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated or NONCE not in request.session:
        return False
    return user.may_use_admin or user.reach.is_overseer


def _was_seen(request: HttpRequest, lately: datetime.timedelta) -> bool:
    """Return whether the session's mark says that it was used lately."""
    salt, age = request.session[NONCE], lately.total_seconds()
    return request.get_signed_cookie(settings.SEEN_COOKIE_NAME, default=None, salt=salt, max_age=int(age)) is not None
