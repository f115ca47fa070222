"""Figures of the work itself: pairings, logs, integration rate, coverage."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from organization.models import Branch, Person
from outcomes.figures.periods import Period
from outcomes.figures.presence import presences
from pairings.kinds import all_kinds
from pairings.models import Pairing, ProgressLog
from pairings.models.logs import WITH_ELEMENT
from pairings.numbers import rate

#: Counts people, each once, whatever number of rows they have.
_PEOPLE = {
    "members": Count("person", distinct=True),
    "paired": Count("person", distinct=True, filter=Q(is_paired=True)),
}


def pairings_by_kind(branches: Collection[Branch], period: Period) -> dict[str, dict[str, Any]]:
    """Return per form: pairings active on the period's last day so far, those completed and ended in it, and its logs.

    `integration_rate` is the share of the period's logs that hold a party-building element (融合度), None without logs.
    Two queries.
    """
    over = Q(approved_at__isnull=False, closed_on__range=(period.first, period.last))
    started = Q(approved_at__isnull=False, started_on__lte=period.last_day_so_far)
    still_open = Q(closed_on__isnull=True) | Q(closed_on__gt=period.last_day_so_far)
    states = (
        Pairing.objects.filter(branch__in=branches)
        .order_by()
        .values("kind")
        .annotate(
            active=Count("pk", filter=started & still_open),
            completed=Count("pk", filter=over & Q(status=Pairing.Status.COMPLETED)),
            ended=Count("pk", filter=over & Q(status=Pairing.Status.ENDED)),
        )
    )
    by_kind = {row.pop("kind"): row for row in states}
    logged = logs_by_kind(branches, period)
    nothing = {"active": 0, "completed": 0, "ended": 0}
    return {kind.slug: {**nothing, **by_kind.get(kind.slug, {}), **logged[kind.slug]} for kind in all_kinds()}


def logs_by_kind(branches: Collection[Branch], period: Period) -> dict[str, dict[str, Any]]:
    """Return per form the number of logs, their hours, and how many hold a party-building element (one query)."""
    rows = (
        logs_of(branches, period)
        .order_by()
        .values("pairing__kind")
        .annotate(logs=Count("pk"), hours=Sum("hours"), integrated=Count("pk", filter=WITH_ELEMENT))
    )
    found = {row["pairing__kind"]: row for row in rows}
    result = {}
    for kind in all_kinds():
        row = found.get(kind.slug, {"logs": 0, "hours": Decimal(0), "integrated": 0})
        result[kind.slug] = {
            "logs": row["logs"],
            "hours": float(row["hours"]),
            "integrated": row["integrated"],
            "integration_rate": rate(row["integrated"], row["logs"]),
        }
    return result


def integrated_logs(row: dict[str, Any]) -> int:
    """Return how many of a form's logs hold a party-building element; old frozen reports kept the rate alone."""
    return int(row["integrated"]) if "integrated" in row else round((row["integration_rate"] or 0) * row["logs"])


def logs_of(branches: Collection[Branch], period: Period) -> Any:
    """Return the logs behind a period's figures."""
    return ProgressLog.objects.filter(branch__in=branches).between(period.first, period.last)


def logs_by_month(branches: Collection[Branch], period: Period) -> list[dict[str, Any]]:
    """Return per month so far the number of logs and of those that hold a party-building element (one query).

    A month in which nobody logged is there with zeros.
    """
    rows = logs_of(branches, period).order_by().annotate(month=TruncMonth("date")).values("month")
    counts = {row["month"]: row for row in rows.annotate(logs=Count("pk"), integrated=Count("pk", filter=WITH_ELEMENT))}
    return [counts.get(month, {"month": month, "logs": 0, "integrated": 0}) for month in period.months_so_far]


def coverage(branches: Collection[Branch], period: Period) -> dict[str, Any]:
    """Return how many party members lead or take part in an active pairing (覆盖率), counted in two ways (two queries).

    On the period's last day so far; and under `over_period` whoever was a member at any time of it, and took part at
    any time while they were.
    """
    day = period.last_day_so_far
    return {**counted(branches, day, day), "over_period": counted(branches, period.first, day)}


def counted(branches: Collection[Branch], first: datetime.date, last: datetime.date) -> dict[str, Any]:
    """Return how many party members there were at any time of some days, how many were paired, and the rate."""
    found = presences(branches, first, last).aggregate(**_PEOPLE)
    return {**found, "rate": rate(found["paired"], found["members"])}


def coverage_by_branch(branches: Collection[Branch], first: datetime.date, last: datetime.date) -> list[dict[str, Any]]:
    """Return for each branch with party members how many there were, and how many were paired (one query).

    Somebody who moved stands in both branches over a period, and in one of them on a day.
    """
    rows = (
        presences(branches, first, last).order_by().values("branch__name").annotate(**_PEOPLE).order_by("branch__name")
    )
    return [{**row, "rate": rate(row["paired"], row["members"])} for row in rows]


@dataclass(frozen=True)
class Covered:
    """A party member behind the coverage: of which branches then, and whether paired."""

    person: Person
    branches: tuple[str, ...]
    is_paired: bool


def covered(branches: Collection[Branch], first: datetime.date, last: datetime.date) -> list[Covered]:
    """Return the party members behind the coverage of a day or a period, by name (two queries)."""
    columns = ("person", "branch__name", "is_paired")
    found: dict[int, tuple[set[str], list[bool]]] = {}
    for person, branch, is_paired in presences(branches, first, last).order_by().values_list(*columns):
        names, paired = found.setdefault(person, (set(), []))
        names.add(branch)
        paired.append(is_paired)
    people = Person.objects.filter(pk__in=presences(branches, first, last).values("person")).select_related("office")
    return [Covered(one, tuple(sorted(found[one.pk][0])), any(found[one.pk][1])) for one in people if one.pk in found]
