"""The first line of a view: fetch through permission or answer 404 or 403."""

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, Model, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from organization.models import Mergeable, ScopedQuerySet, User

LAST_ROW = BigIntegerField.MAX_BIGINT


class UserRequest(HttpRequest):
    """A request of somebody who is signed in, as every view behind the login sees it."""

    user: User


def visible_or_404(request: HttpRequest, rows: ScopedQuerySet, pk: int) -> Model:
    """Return the row when the user may see it.

    Raises:
        Http404: when there is none, or it is another branch's: both look the same.
    """
    return row_or_404(rows.visible_to(cast("User", request.user)), pk)


def row_or_404(rows: QuerySet[Any], pk: int) -> Model:
    """Return the row of a number from an address.

    Raises:
        Http404: when there is none, and for a number that no database could hold.
    """
    if pk > LAST_ROW:
        raise Http404
    return get_object_or_404(rows, pk=pk)


def survivor_or_404(request: HttpRequest, row: Mergeable) -> Any:
    """Return the row that stands for one, when the user sees that row too: it may be another branch's.

    Raises:
        Http404: when they do not.
    """
    rows: ScopedQuerySet = type(row)._default_manager.all()  # type: ignore[assignment]
    return visible_or_404(request, rows, row.survivor.pk)


def page_for(user: User, row: Mergeable, *, is_seen: bool = True) -> str:
    """Return the address at which the user sees who stands for a row; empty where they do not see it.

    Args:
        user: who reads.
        row: what is named.
        is_seen: whether it is known that they see the row itself; of one that stands nothing is asked then.
    """
    stands: Any = row.survivor
    if not is_seen or stands != row:
        is_seen = type(row)._default_manager.visible_to(user).filter(pk=stands.pk).exists()  # type: ignore[attr-defined]
    return stands.get_absolute_url() if is_seen else ""


def note_own_row(request: HttpRequest) -> None:
    """Say that what is read is the reader's own, so that the audit trail need not keep it."""
    request.META["pairing.reads_own_row"] = True


def reads_own_row(request: HttpRequest) -> bool:
    """Return whether the view said that what is read is the reader's own."""
    return bool(request.META.get("pairing.reads_own_row"))


def require(request: HttpRequest, permission: str, row: Model | None = None) -> None:
    """Let the request pass when the user holds the permission.

    Raises:
        PermissionDenied: when the user sees the row and yet may not do this.
    """
    if not cast("User", request.user).has_perm(permission, row):
        raise PermissionDenied
