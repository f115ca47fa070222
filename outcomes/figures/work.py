"""Figures of the work itself: pairings, logs, integration rate, coverage."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from organization.models import Branch, Person
from outcomes.figures.periods import Period
from outcomes.figures.presence import presences
from pairings.models import ProgressLog
from pairings.models.logs import WITH_ELEMENT
from pairings.numbers import rate

#: Counts people, each once, whatever number of rows they have.
_PEOPLE = {
    "members": Count("person", distinct=True),
    "paired": Count("person", distinct=True, filter=Q(is_paired=True)),
}


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
