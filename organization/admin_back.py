"""Taking back on the desk: an action for each way back of a list's rows, with the reason asked first."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from organization.admin_base import BranchModelAdmin
from organization.models import User
from organization.ways_back import WayBack, way_of

Action = Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]


class TakesBackAdmin(BranchModelAdmin):
    """A list whose rows can be taken back."""

    #: Names of the table in organization.ways_back.
    ways_back: Sequence[str] = ()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the list's actions, and one for each way back."""
        actions: dict[str, Any] = super().get_actions(request)
        for slug in self.ways_back:
            way = way_of(slug)
            actions[way.address] = (_action_of(way), way.address, way.title)
        return actions


def _action_of(way: WayBack) -> Action:
    """Return the action that asks why, and then takes the chosen rows back."""

    def take_back(desk: TakesBackAdmin, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            return desk.ask_reason(
                request, rows, way.address, str(way.title), button=str(way.title), consequence=str(way.consequence)
            )
        user = cast("User", request.user)
        desk.carry_out(request, rows, way.permission, lambda row: way.carry_out(row, by=user, reason=reason))
        return None

    return take_back
