"""Taking back on the desk: an action for each way back of a list's rows, with the reason asked first."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from organization.admin_base import Action, BranchModelAdmin, asks_why
from organization.ways_back import WayBack, way_of


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
    return asks_why(
        way.address,
        title=way.title,
        button=way.title,
        consequence=way.consequence,
        permission=way.permission,
        verb=way.carry_out,
    )
