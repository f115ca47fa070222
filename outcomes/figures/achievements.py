"""Figures of what came of the work: verified outcomes, each work once, at its highest."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from organization.models import Branch
from outcomes.figures.periods import Period
from outcomes.models import Category, Level, Outcome, Status
from outcomes.models.queries import OutcomeQuerySet
from outcomes.models.vocabulary import NOT_YET_GRANTED


def counted_outcomes(branches: Collection[Branch], period: Period) -> OutcomeQuerySet:
    """Return the outcomes that count for branches in a period.

    Verified, achieved in the period, owned or shared by one of the branches: each once, whatever number of pairings
    share its credit, and of one work only the highest recognition (就高不重复).
    """
    return Outcome.objects.counted(branches, period.first, period.last)


def outcome_rows(branches: Collection[Branch], period: Period) -> list[dict[str, Any]]:
    """Return the counted outcomes by category, sub-kind, level and status, with the ids behind each (one query)."""
    rows: dict[tuple[str, str | None, str, str], list[int]] = {}
    counted = counted_outcomes(branches, period).order_by("pk")
    for pk, *key in counted.values_list("pk", "category", "subkind__name", "level", "status"):
        rows.setdefault(tuple(key), []).append(pk)
    return [
        {"category": category, "subkind": subkind, "level": level, "status": status, "count": len(ids), "ids": ids}
        for (category, subkind, level, status), ids in sorted(rows.items(), key=_official_order)
    ]


def _official_order(row: tuple[tuple[str, str | None, str, str], list[int]]) -> tuple[int, str, int, int]:
    """Sort as the vocabulary lists its words, the highest level and the furthest status first."""
    category, subkind, level, status = row[0]
    return (
        Category.values.index(category),
        subkind or "",
        Level.values.index(level),
        -Status.values.index(status),
    )


def totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums of outcome rows; by_status keeps what is being cultivated apart from what is recognised."""
    sums: dict[str, Counter[str]] = {"level": Counter(), "category": Counter(), "status": Counter()}
    for row in rows:
        for axis, counter in sums.items():
            counter[row[axis]] += row["count"]
    return {"outcomes": sum(row["count"] for row in rows), **{f"by_{axis}": dict(c) for axis, c in sums.items()}}


def is_granted(row: dict[str, Any]) -> bool:
    """Return whether a row of outcomes was granted, and not only cultivated or applied for."""
    return row["status"] not in NOT_YET_GRANTED
