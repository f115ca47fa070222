"""Figures of the work itself: pairings, logs, integration rate, coverage."""

import datetime
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import TruncMonth

from organization.models import Branch, Person
from organization.models.people import PersonQuerySet
from outcomes.figures.numbers import rate
from outcomes.figures.periods import Period
from pairings.kinds import all_kinds
from pairings.models import Pairing, ProgressLog, Seat


def pairings_by_kind(branches: Collection[Branch], period: Period) -> dict[str, dict[str, Any]]:
    """Return per form: pairings active on the period's last day so far, those completed and ended in it, and its logs.

    `integration_rate` is the share of the period's logs that hold a party-building element (融合度), None without logs.
    Two queries.
    """
    over = Q(approved_at__isnull=False, closed_on__range=(period.first, period.last))
    started = Q(approved_at__isnull=False, started_on__lte=period.last_day_so_far)
    still_open = Q(closed_on__isnull=True) | Q(closed_on__gt=period.last_day_so_far)
    counted = (
        Pairing.objects.filter(branch__in=branches)
        .order_by()
        .values("kind")
        .annotate(
            active=Count("pk", filter=started & still_open),
            completed=Count("pk", filter=over & Q(status=Pairing.Status.COMPLETED)),
            ended=Count("pk", filter=over & Q(status=Pairing.Status.ENDED)),
        )
    )
    by_kind = {row.pop("kind"): row for row in counted}
    logged = logs_by_kind(branches, period)
    nothing = {"active": 0, "completed": 0, "ended": 0}
    return {kind.slug: {**nothing, **by_kind.get(kind.slug, {}), **logged[kind.slug]} for kind in all_kinds()}


def logs_by_kind(branches: Collection[Branch], period: Period) -> dict[str, dict[str, Any]]:
    """Return per form the number of logs, their hours, and how many hold a party-building element (one query)."""
    rows = (
        logs_of(branches, period)
        .order_by()
        .values("pairing__kind")
        .annotate(logs=Count("pk"), hours=Sum("hours"), integrated=Count("pk", filter=~Q(element_kind="")))
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
    """Return per month the number of logs and of those that hold a party-building element (one query)."""
    rows = logs_of(branches, period).order_by().annotate(month=TruncMonth("date")).values("month")
    return list(rows.annotate(logs=Count("pk"), integrated=Count("pk", filter=~Q(element_kind=""))).order_by("month"))


def members_of(branches: Collection[Branch], day: datetime.date) -> PersonQuerySet:
    """Return the party members of the branches on a day, each with `is_paired`: seated in a pairing active that day."""
    active = Pairing.objects.active_on(day)
    seats = Seat.objects.taken_on(day).filter(person=OuterRef("pk"), pairing__in=active.values("pk"))
    return Person.objects.active().filter(branch__in=branches).members_on(day).annotate(is_paired=Exists(seats))


def coverage(branches: Collection[Branch], period: Period) -> dict[str, Any]:
    """Return how many party members lead or take part in an active pairing on the period's last day so far (覆盖率)."""
    members = members_of(branches, period.last_day_so_far)
    found = members.aggregate(members=Count("pk"), paired=Count("pk", filter=Q(is_paired=True)))
    return {**found, "rate": rate(found["paired"], found["members"])}


def coverage_by_branch(branches: Collection[Branch], day: datetime.date) -> list[dict[str, Any]]:
    """Return for each branch with party members how many there are on a day, and how many are paired (one query)."""
    rows = members_of(branches, day).order_by().values("branch__name")
    counted = rows.annotate(members=Count("pk"), paired=Count("pk", filter=Q(is_paired=True))).order_by("branch__name")
    return [{**row, "rate": rate(row["paired"], row["members"])} for row in counted]
