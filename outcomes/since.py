"""What changed since a report was frozen: the report stays as it is, and its page says this beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from organization.merge_kinds import merge_kind
from organization.merging import UNDO
from organization.models import Merge, Person, TakenBack, User
from organization.ways_back import all_ways, told
from outcomes.figures.comparison import Compared, moved
from outcomes.figures.periods import period_of
from outcomes.figures.report import branch_report
from outcomes.models import FrozenReport, Outcome

#: So many lines of each kind the page shows.
SHOWN = 50


@dataclass(frozen=True)
class SinceFreezing:
    """What became of what a frozen report rests on: taken back, counted no more, counted now, other numbers."""

    lines: list[tuple[str, TakenBack]]
    gone: list[Outcome]
    new: list[Outcome]
    moved: list[Compared]
    merges: list[tuple[str, str, Merge]]

    def __bool__(self) -> bool:
        return bool(self.lines or self.gone or self.new or self.moved or self.merges)


def since_freezing(report: FrozenReport, user: User) -> SinceFreezing:
    """Return what changed since a report was frozen, as far as the user may see the records."""
    then = report.content
    now = branch_report(report.branch, period_of(report.first_day, report.last_day))
    before, after = counted_ids(then), counted_ids(now)
    seen = Outcome.objects.visible_to(user)
    rows = {one.pk: one for one in seen.filter(pk__in=list(before ^ after)[: 4 * SHOWN])}
    lines = taken_back_since(report, before).visible_to(user)[:SHOWN]
    return SinceFreezing(
        [(told(line), line) for line in lines.select_related("by__person")],
        [rows[pk] for pk in sorted(before - after) if pk in rows],
        [rows[pk] for pk in sorted(after - before) if pk in rows],
        moved(now, then),
        list(_merges(report, before | after, user)),
    )


def _merges(report: FrozenReport, counted: set[int], user: User) -> Iterator[tuple[str, str, Merge]]:
    """Yield the merges since then of what counted or counts, and of people: which, into which, and the line."""
    lines = Merge.objects.standing().filter(at__gt=report.frozen_at).select_related("by__person")
    told = lines.filter(Q(kind=Outcome.merge_kind) | Q(kind=Person.merge_kind, branch=report.branch_id))
    newest = [one for one in told if one.kind == Person.merge_kind or counted & {one.merged, one.kept}][:SHOWN]
    for model in (Outcome, Person):
        own = [line for line in newest if line.kind == model.merge_kind]
        kind, numbers = merge_kind(model.merge_kind), {pk for line in own for pk in (line.merged, line.kept)}
        rows = kind.seen(model.objects.all(), user).in_bulk(numbers)
        for line in own:
            if {line.merged, line.kept} <= rows.keys():
                yield kind.named(rows[line.merged]), kind.named(rows[line.kept]), line


def taken_back_since(report: FrozenReport, outcomes: set[int]) -> Any:
    """Return the lines of what the report rests on: of its outcomes, of its branch's days, and of its people.

    Who was one person when it was frozen, and is two again, has no day of their own.
    """
    resting = [way.slug for way in all_ways() if way.in_reports]
    own = Q(branch=report.branch_id, day__range=(report.first_day, report.last_day))
    counted = Q(way="verification", row__in=outcomes) | Q(facts__report=report.pk)
    merged = Merge.objects.filter(kind=Person.merge_kind, branch=report.branch_id, at__lte=report.frozen_at)
    parted = Q(way=UNDO.slug, row__in=merged.values("pk"))
    return TakenBack.objects.filter(own | counted | parted, way__in=resting, at__gt=report.frozen_at)


def counted_ids(figures: dict[str, Any]) -> set[int]:
    """Return the outcomes that figures count."""
    return {pk for row in figures["outcomes"] for pk in row["ids"]}
