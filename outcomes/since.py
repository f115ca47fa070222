"""What changed since a report was frozen: the report stays as it is, and its page says this beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from organization.models import Merge, TakenBack, User
from organization.ways_back import all_ways, told
from outcomes.figures.periods import period_of
from outcomes.figures.report import branch_report
from outcomes.models import FrozenReport, Outcome
from pairings.kinds import kind_of

#: So many lines of each kind the page shows.
SHOWN = 50


@dataclass(frozen=True)
class Moved:
    """A number that is another one now."""

    label: str
    then: Any
    now: Any


@dataclass(frozen=True)
class SinceFreezing:
    """What became of what a frozen report rests on: taken back, counted no more, counted now, other numbers."""

    lines: list[tuple[str, TakenBack]]
    gone: list[Outcome]
    new: list[Outcome]
    moved: list[Moved]
    merges: list[tuple[Outcome, Outcome, Merge]]

    def __bool__(self) -> bool:
        return bool(self.lines or self.gone or self.new or self.moved or self.merges)


def since_freezing(report: FrozenReport, user: User) -> SinceFreezing:
    """Return what changed since a report was frozen, as far as the user may see the records (ten queries)."""
    then = report.content
    now = branch_report(report.branch, period_of(report.first_day, report.last_day))
    before, after = _ids(then), _ids(now)
    seen = Outcome.objects.visible_to(user)
    rows = {one.pk: one for one in seen.filter(pk__in=list(before ^ after)[: 4 * SHOWN])}
    lines = taken_back_since(report, before).visible_to(user)[:SHOWN]
    return SinceFreezing(
        [(told(line), line) for line in lines.select_related("by__person")],
        [rows[pk] for pk in sorted(before - after) if pk in rows],
        [rows[pk] for pk in sorted(after - before) if pk in rows],
        list(_moved(then, now)),
        list(_merges(report, before | after, seen)),
    )


def _merges(report: FrozenReport, counted: set[int], seen: Any) -> Iterator[tuple[Outcome, Outcome, Merge]]:
    """Yield the merges since then of what counted or counts: which outcome, into which, and the line (two queries)."""
    lines = Merge.objects.standing().filter(kind=Outcome.merge_kind, at__gt=report.frozen_at)
    newest = [one for one in lines.select_related("by__person") if counted & {one.merged, one.kept}][:SHOWN]
    rows = seen.in_bulk({pk for line in newest for pk in (line.merged, line.kept)})
    yield from ((rows[one.merged], rows[one.kept], one) for one in newest if {one.merged, one.kept} <= rows.keys())


def taken_back_since(report: FrozenReport, outcomes: set[int]) -> Any:
    """Return the lines of what the report rests on: of its outcomes, and of its branch's days."""
    resting = [way.slug for way in all_ways() if way.in_reports]
    own = Q(branch=report.branch_id, day__range=(report.first_day, report.last_day))
    counted = Q(way="verification", row__in=outcomes) | Q(facts__report=report.pk)
    return TakenBack.objects.filter(own | counted, way__in=resting, at__gt=report.frozen_at)


def _ids(figures: dict[str, Any]) -> set[int]:
    """Return the outcomes that figures count."""
    return {pk for row in figures["outcomes"] for pk in row["ids"]}


def _moved(then: dict[str, Any], now: dict[str, Any]) -> Iterator[Moved]:
    """Yield the numbers of the work itself that are others now."""
    words = {
        "active": _("Active"),
        "completed": _("Completed"),
        "ended": _("Ended"),
        "logs": _("Logs"),
        "hours": _("Hours"),
    }
    for slug, row in then["pairings"].items():
        for name, label in words.items():
            if row.get(name) != now["pairings"][slug][name]:
                yield Moved(f"{kind_of(slug).label} · {label}", row.get(name), now["pairings"][slug][name])
    yield from _moved_coverage("", then["coverage"], now["coverage"])
    if "over_period" in then["coverage"]:  # reports frozen before 0.5.0 kept the last day's alone
        over = _("Over the period")
        yield from _moved_coverage(f"{over} · ", then["coverage"]["over_period"], now["coverage"]["over_period"])


def _moved_coverage(place: str, then: dict[str, Any], now: dict[str, Any]) -> Iterator[Moved]:
    """Yield the numbers of a coverage that are others now."""
    for name, label in {"members": _("Party members"), "paired": _("of them paired")}.items():
        if then.get(name) != now[name]:
            yield Moved(f"{place}{label}", then.get(name), now[name])
