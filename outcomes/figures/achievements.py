"""Figures of what came of the work: verified outcomes, each work once, at its highest."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Self

from organization.models import Branch
from outcomes.figures.periods import Period
from outcomes.models import Category, Level, Outcome
from outcomes.models.queries import NO_FORM, OutcomeQuerySet
from outcomes.models.vocabulary import NOT_YET_GRANTED, official_order
from pairings.kinds import all_kinds


def counted_outcomes(branches: Collection[Branch], period: Period) -> OutcomeQuerySet:
    """Return the outcomes that count for branches in a period.

    Verified, achieved in the period, owned or shared by one of the branches: each once, whatever number of pairings
    share its credit, and of one work only the highest recognition (就高不重复).
    """
    return Outcome.objects.counted(branches, period.first, period.last)


@dataclass(frozen=True)
class Counted:
    """An outcome that counts, with what figures tell outcomes apart by; `forms` are those whose pairings share it."""

    pk: int
    category: str
    subkind: str | None
    level: str
    status: str
    forms: frozenset[str]

    @property
    def is_granted(self) -> bool:
        """Whether it was granted, and not only cultivated or applied for."""
        return self.status not in NOT_YET_GRANTED


@dataclass(frozen=True)
class Achievements:
    """What counts for branches in a period; every figure of outcomes is a sum over it, so that all agree."""

    outcomes: tuple[Counted, ...]

    @classmethod
    def of(cls, branches: Collection[Branch], period: Period) -> Self:
        """Read the outcomes that count (one query)."""
        columns = ("pk", "category", "subkind__name", "level", "status", "credits__pairing__kind")
        forms: dict[tuple[Any, ...], set[str]] = {}
        for *told, form in counted_outcomes(branches, period).order_by("pk").values_list(*columns).distinct():
            forms.setdefault(tuple(told), set()).update({form} if form else ())
        return cls(tuple(Counted(*(*told, frozenset(found))) for told, found in forms.items()))

    @property
    def granted(self) -> list[Counted]:
        """Return those that were granted."""
        return [one for one in self.outcomes if one.is_granted]

    def rows(self) -> list[dict[str, Any]]:
        """Return all by category, sub-kind, level and status, in the official order, with the ids behind each."""
        rows: dict[tuple[str, str | None, str, str], list[int]] = {}
        for one in self.outcomes:
            rows.setdefault((one.category, one.subkind, one.level, one.status), []).append(one.pk)
        return [
            {"category": category, "subkind": subkind, "level": level, "status": status, "count": len(ids), "ids": ids}
            for (category, subkind, level, status), ids in sorted(rows.items(), key=_in_official_order)
        ]

    def totals(self) -> dict[str, Any]:
        """Return the sums of what was granted."""
        return _sums(self.granted)

    def cultivating(self) -> dict[str, Any]:
        """Return the sums of what is only cultivated or applied for, which are never added to the others."""
        return _sums([one for one in self.outcomes if not one.is_granted])

    def by_form(self) -> dict[str, dict[str, Any]]:
        """Return the sums of what was granted for each form whose pairings share it, and for what none shares.

        An outcome that pairings of two forms share stands in both, so these sums may be more than the total.
        """
        shares: dict[str, Callable[[Counted], bool]] = {
            **{kind.slug: lambda one, slug=kind.slug: slug in one.forms for kind in all_kinds()},  # type: ignore[misc]
            NO_FORM: lambda one: not one.forms,
        }
        found = {form: [one for one in self.granted if is_shared(one)] for form, is_shared in shares.items()}
        return {form: {**_sums(outcomes), "ids": [one.pk for one in outcomes]} for form, outcomes in found.items()}


def _sums(outcomes: Iterable[Counted]) -> dict[str, Any]:
    """Return the number of outcomes, in all, by level and by category."""
    outcomes = list(outcomes)
    levels, categories = Counter(one.level for one in outcomes), Counter(one.category for one in outcomes)
    return {
        "outcomes": len(outcomes),
        "by_level": {level: levels[level] for level in Level.values if levels[level]},
        "by_category": {category: categories[category] for category in Category.values if categories[category]},
    }


def _in_official_order(row: tuple[tuple[str, str | None, str, str], list[int]]) -> tuple[int | str, ...]:
    """Sort in the official order, the sub-kinds of a category one after another."""
    category, subkind, level, status = row[0]
    place, *further = official_order(category, level, status)
    return (place, subkind or "", *further)


def is_granted(row: dict[str, Any]) -> bool:
    """Return whether a row of outcomes was granted, and not only cultivated or applied for."""
    return row["status"] not in NOT_YET_GRANTED
