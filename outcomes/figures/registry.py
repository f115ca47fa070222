"""Working out the registered figures (pairings/figures.py): for a report, a dashboard, and the list behind a number."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, Model, QuerySet, Value, When

from organization.models import Branch, User
from outcomes.figures.periods import Period
from outcomes.numbers import plain
from pairings.figures import FEWEST, REPORT, Asked, Figure, Number, Records, all_figures

Key = tuple[str, str]


@dataclass(frozen=True)
class Worked:
    """A figure that was worked out; `of` is the value by which its records are told apart."""

    figure: Figure
    of: str
    value: Number
    ids: tuple[int, ...] = ()

    @property
    def row(self) -> dict[str, Any]:
        """Return it as the report's JSON says it."""
        figure, number = self.figure, float(self.value) if isinstance(self.value, Decimal) else self.value
        said = {"figure": figure.slug, "of": self.of, "form": figure.form, "name": figure.called(self.of)}
        records = {} if figure.records.is_of_people else {"ids": list(self.ids)}
        return {**said, "value": number, "unit": str(figure.unit), **records}


def asked_of(branches: Collection[Branch], period: Period) -> Asked:
    """Return whose records of which days a figure of a period is counted from."""
    return Asked(branches, period.first, period.last)


def work_out(branches: Collection[Branch], period: Period, place: str, known: Collection[int] = ()) -> list[Worked]:
    """Return the figures that have something to say, in their order; a fixed number of queries.

    Args:
        branches: whose.
        period: of which days.
        place: where they are to be shown.
        known: the branches of which the reader knows the names of people; of others small numbers are not told.
    """
    asked = asked_of(branches, period)
    found: dict[Key, tuple[Number, tuple[int, ...]]] = {}
    for records, figures in _by_records(place).items():
        numbers = _count(records, figures, asked, known, is_whole=is_whole(period))
        ids = _ids(records, figures, asked) if place == REPORT and not records.is_of_people else {}
        found |= {key: (number, ids.get(key, ())) for key, number in numbers.items() if number}
    figures_in_order = [figure for figure in all_figures() if place in figure.places]
    return [
        Worked(figure, of, *found[figure.slug, of])
        for figure in figures_in_order
        for of in _in_order(figure, [of for slug, of in found if slug == figure.slug])
    ]


def is_whole(period: Period) -> bool:
    """Return whether a period is a whole year: of others no small numbers of people can be told apart."""
    return period.kind in {"year", "school_year"}


def _by_records(place: str) -> dict[Records, list[Figure]]:
    """Return the figures that may be shown somewhere, by the records that they are counted from."""
    found: dict[Records, list[Figure]] = defaultdict(list)
    for figure in all_figures():
        if place in figure.places:
            found[figure.records].append(figure)
    return found


def _in_order(figure: Figure, values: Iterable[str]) -> list[str]:
    """Return the values that tell records apart, in their official order."""
    places = {value: place for place, value in enumerate(figure.values)}
    return sorted(values, key=lambda value: (places.get(value, len(places)), value))


def _count(
    records: Records, figures: list[Figure], asked: Asked, known: Collection[int], *, is_whole: bool
) -> dict[Key, Number]:
    """Return the numbers of figures of the same records: a query for each way in which they are told apart."""
    rows = records.rows(asked).order_by()
    found: dict[Key, Number] = {}
    alike: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.read:
            found[figure.slug, ""] = figure.work_out(rows.filter(figure.only(asked)))
        else:
            alike[figure.by].append(figure)
    for by, group in alike.items():
        for branch, of, numbers in _grouped(rows, records, group, by, asked):
            for slug, number in numbers.items():
                if not records.is_of_people or branch in known or (is_whole and (number or 0) >= FEWEST):
                    found[slug, of] = _sum(found.get((slug, of)), number)
    return found


def _sum(one: Number, other: Number) -> Number:
    """Return the sum of what there is."""
    return other if one is None else one if other is None else one + other


def _grouped(
    rows: "QuerySet[Any]", records: Records, figures: list[Figure], by: str, asked: Asked
) -> Iterator[tuple[int | None, str, dict[str, Number]]]:
    """Yield the numbers of figures for each branch, where they are kept apart, and each value (one query)."""
    parts = {
        f"{figure.slug}__{name}": part for figure in figures for name, part in figure.parts(figure.only(asked)).items()
    }
    keys = [*([records.branch] if records.is_of_people else []), *([by] if by else [])]
    lines = rows.values(*keys).annotate(**parts) if keys else [rows.aggregate(**parts)]
    for line in lines:
        numbers = {}
        for figure in figures:
            start = f"{figure.slug}__"
            numbers[figure.slug] = figure.worth(
                {name.removeprefix(start): value for name, value in line.items() if name.startswith(start)}
            )
        yield line.get(records.branch), str(line[by]) if by else "", numbers


def _ids(records: Records, figures: list[Figure], asked: Asked) -> dict[Key, tuple[int, ...]]:
    """Return the records behind the numbers of figures of the same records (one query)."""
    flags = {
        f"is_{figure.slug}": Case(
            When(figure.only(asked), then=Value(True)), default=Value(False), output_field=BooleanField()
        )
        for figure in figures
    }
    bys = sorted({figure.by for figure in figures if figure.by})
    found: dict[Key, list[int]] = defaultdict(list)
    for line in records.rows(asked).annotate(**flags).order_by("pk").values("pk", *flags, *bys):
        for figure in figures:
            if line[f"is_{figure.slug}"]:
                found[figure.slug, str(line[figure.by]) if figure.by else ""].append(line["pk"])
    return {key: tuple(ids) for key, ids in found.items()}


@dataclass(frozen=True)
class Behind:
    """What stands behind a number: its records as far as the reader may see them, or numbers by branch."""

    rows: "QuerySet[Any]"
    value: Number
    branches: tuple[tuple[str, Number], ...] = ()

    @property
    def number(self) -> str:
        """Return the number in digits."""
        return "—" if self.value is None else plain(self.value)


def behind(figure: Figure, of: str, branches: Collection[Branch], period: Period, user: User) -> Behind:
    """Return the records behind a number of branches in a period (a fixed number of queries)."""
    asked = asked_of(branches, period)
    if figure.records.is_of_people:
        return _people_behind(figure, of, asked, user, is_whole=is_whole(period))
    rows = figure.behind(asked, of)
    model: type[Model] = rows.model
    seen = model._default_manager.visible_to(user)  # type: ignore[attr-defined]
    rows = rows.filter(pk__in=seen.values("pk"))
    return Behind(rows, figure.work_out(rows))


def _people_behind(figure: Figure, of: str, asked: Asked, user: User, *, is_whole: bool) -> Behind:
    """Return the people of the branches that the user manages, and of others numbers that tell of nobody."""
    own = [branch for branch in asked.branches if branch.pk in known_to(user)]
    others = [branch for branch in asked.branches if branch not in own]
    rows = figure.behind(replace(asked, branches=own), of)
    value, told = figure.work_out(rows) if own else 0, []
    if others and is_whole:
        elsewhere = replace(asked, branches=others)
        counted = (
            figure.behind(elsewhere, of)
            .order_by()
            .values(figure.records.branch)
            .annotate(**figure.parts(figure.only(elsewhere)))
        )
        numbers = {line[figure.records.branch]: figure.worth(line) or 0 for line in counted}
        told = [(branch.name, numbers[branch.pk]) for branch in others if numbers.get(branch.pk, 0) >= FEWEST]
    return Behind(rows, _sum(value, sum(number for _name, number in told)), tuple(told))


def known_to(user: User) -> frozenset[int]:
    """Return the branches of which a user knows the names of people (one query)."""
    return frozenset(Branch.objects.managed_by(user).values_list("pk", flat=True))
