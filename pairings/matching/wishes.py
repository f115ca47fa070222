"""What was decided before a matching, and why it left somebody over: words for it, without the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

NOBODY_LEFT, ALL_FORBIDDEN, LEFT_OUT = "nobody_left", "forbidden", "left_out"
BETTER_TOTAL, NO_MORE_GROUPS = "better_total", "no_more_groups"


@dataclass(frozen=True)
class Wishes:
    """What was decided beforehand, by person id: pairs to keep, pairs that must not be, people to take and to leave.

    `brokered` names who brought a kept pair together.
    """

    pinned: frozenset[tuple[int, int]] = frozenset()
    forbidden: frozenset[tuple[int, int]] = frozenset()
    wanted: frozenset[int] = frozenset()
    left_out: frozenset[int] = frozenset()
    brokered: Mapping[frozenset[int], str] = field(default_factory=dict)


def why_left_over(code: str) -> str:
    """Return in words why somebody was left over."""
    return {
        NOBODY_LEFT: _("nobody is left on the other side"),
        ALL_FORBIDDEN: _("every combination is ruled out"),
        LEFT_OUT: _("left out this time"),
        BETTER_TOTAL: _("the others fit better together; choose “most people” to pair them too"),
        NO_MORE_GROUPS: _("whoever they may go with is needed elsewhere; no set pairs more people"),
    }[code]
