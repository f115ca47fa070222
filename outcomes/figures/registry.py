"""Working out the registered figures (pairings/figures.py): for a report, a dashboard, and the list behind a number."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, Model, Q, QuerySet, Value, When

from organization.models import Branch, User
from outcomes.figures.by_form import OF_FORMS, kept_of
from outcomes.figures.periods import Period
from outcomes.models import FrozenReport
from pairings.figures import FEWEST, Asked, Figure, Listed, Number, all_figures
from pairings.numbers import plain

Key = tuple[str, str]
Ids = tuple[int, ...]


@dataclass(frozen=True)
class Worked:
    """A figure that was worked out; `of` is the value by which its records are told apart."""

    figure: Figure
    of: str
    value: Number
    ids: Ids = ()

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


def work_out(
    branches: Collection[Branch], period: Period, *, reader: User | None = None, with_ids: bool = False
) -> list[Worked]:
    """Return the figures that have something to say, in their order; a fixed number of queries.

    Args:
        branches: whose.
        period: of which days.
        reader: who is told; what a report says, it says to everybody.
        with_ids: whether to name the records behind each number too, but for those of people.
    """
    asked, told = asked_of(branches, period), Told.to(reader, period)
    found: dict[Key, tuple[Number, Ids]] = {}
    for figures in _worked_out_together(asked):
        rows = figures[0].records.rows(asked)
        if figures[0].records.is_of_people:
            people = _people(rows, figures, asked, told)
            found |= {key: (len(_together(one.counted(is_whole=told.is_whole))), ()) for key, one in people.items()}
        else:
            found |= _counted(rows, figures, asked, with_ids=with_ids)
    return [
        Worked(figure, of, *found[figure.slug, of])
        for figure in all_figures()
        for of in _in_order(figure, [of for slug, of in found if slug == figure.slug])
        if _says_something(figure, found[figure.slug, of][0])
    ]


def registered(period: Period) -> list[str]:
    """Return which figures there are of a period, whether they have something to say or not."""
    asked = asked_of((), period)
    return [figure.slug for figure in all_figures() if figure.has_number(asked)]


def _says_something(figure: Figure, number: Number) -> bool:
    """Return whether a number is told: of what is added up, 0 is left out."""
    return bool(number) if figure.is_sum else number is not None


def _worked_out_together(asked: Asked) -> Iterable[list[Figure]]:
    """Return the figures that there are of these days, those of the same rows and people together."""
    found: dict[Any, list[Figure]] = defaultdict(list)
    for figure in all_figures():
        if figure.has_number(asked):
            found[figure.records.source].append(figure)
    return found.values()


def _in_order(figure: Figure, values: Iterable[str]) -> list[str]:
    """Return the values that tell records apart, in their official order."""
    places = {value: place for place, value in enumerate(figure.labels)}
    return sorted(values, key=lambda value: (places.get(value, len(places)), value))


def _counted(
    rows: "QuerySet[Any]", figures: list[Figure], asked: Asked, *, with_ids: bool
) -> dict[Key, tuple[Number, Ids]]:
    """Return the numbers of figures of the same rows, and where wanted the records behind them (one query)."""
    choices = [(figure, of) for figure in figures for of in figure.labels or ("",)]
    parts: list[dict[str, Any]] = []
    for figure, of in choices:
        only = figure.chosen(asked, of)
        parts.append({**figure.parts(only), **({"ids": Listed("pk", filter=only)} if with_ids else {})})
    line = rows.order_by().aggregate(
        **{f"part{place}_{name}": part for place, named in enumerate(parts) for name, part in named.items()}
    )
    found: dict[Key, tuple[Number, Ids]] = {}
    for place, (figure, of) in enumerate(choices):
        values = {name: line[f"part{place}_{name}"] for name in parts[place]}
        ids = tuple(sorted(values.pop("ids", None) or ()))
        found[figure.slug, of] = figure.worth(values), ids
    return found


def _whether(condition: Q) -> Case:
    """Return whether a condition holds of a row."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def is_whole(period: Period) -> bool:
    """Return whether a period is a whole year: of others no small numbers of people can be told apart."""
    return period.kind in {"year", "school_year"}


@dataclass(frozen=True)
class Told:
    """What somebody is told of people: those they see in the branches they keep, else whole years' large numbers."""

    is_whole: bool
    reader: User | None
    known: frozenset[int]

    @classmethod
    def to(cls, reader: User | None, period: Period) -> "Told":
        """Return what a reader is told of a period, or what everybody is (at most one query)."""
        known = Branch.objects.managed_by(reader).values_list("pk", flat=True) if reader else ()
        return cls(is_whole(period), reader, frozenset(known))

    def seen(self, figure: Figure, model: type[Model]) -> Q:
        """Return the condition that the reader sees a record of people, in a branch that they keep."""
        if self.reader is None or not self.known:
            return Q(pk__in=())
        return Q(pk__in=seen_by(self.reader, model).values("pk"), **{f"{figure.records.branch}__in": self.known})


@dataclass
class People:
    """The people behind a number, by the branch to which they belonged: all, and those whom the reader sees."""

    everybody: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    seen: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, branch: int, person: int, *, is_seen: bool) -> None:
        """Add who is behind the number, once however often."""
        self.everybody[branch].add(person)
        if is_seen:
            self.seen[branch].add(person)

    def counted(self, *, is_whole: bool) -> dict[int, set[int]]:
        """Return by branch who is counted: everybody where a number tells of nobody, else those whom one sees.

        Args:
            is_whole: whether the number is of a whole year.
        """
        return {
            branch: who if is_whole and len(who) >= FEWEST else self.seen[branch]
            for branch, who in self.everybody.items()
        }


def _people(rows: "QuerySet[Any]", figures: list[Figure], asked: Asked, told: Told) -> dict[Key, People]:
    """Return who is behind the numbers of figures of the same rows and people (one query)."""
    records = figures[0].records
    flags = {f"is_{figure.slug}": _whether(figure.chosen(asked)) for figure in figures}
    columns = {records.branch, records.person, *(figure.by for figure in figures if figure.by)}
    rows = rows.order_by().annotate(is_seen=_whether(told.seen(figures[0], rows.model)), **flags)
    found: dict[Key, People] = defaultdict(People)
    for line in rows.values("is_seen", *flags, *columns):
        for figure in figures:
            if line[f"is_{figure.slug}"]:
                people = found[figure.slug, str(line[figure.by]) if figure.by else ""]
                people.add(line[records.branch], line[records.person], is_seen=line["is_seen"])
    return found


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
    rows = figure.behind(asked, of)
    if not figure.has_number(asked):
        return Behind(rows.none(), None)
    if figure.records.is_of_people:
        return _people_behind(figure, rows, asked, Told.to(user, period))
    rows = rows.filter(pk__in=seen_by(user, rows.model).values("pk"))
    return Behind(rows, figure.work_out(rows))


def _people_behind(figure: Figure, rows: "QuerySet[Any]", asked: Asked, told: Told) -> Behind:
    """Return the people whom the reader sees, and of other branches numbers that tell of nobody."""
    counted: dict[int, set[int]] = defaultdict(set)
    for people in _people(rows, [figure], asked, told).values():
        for branch, who in people.counted(is_whole=told.is_whole).items():
            counted[branch] |= who
    others = [branch for branch in asked.branches if branch.pk not in told.known and counted[branch.pk]]
    return Behind(
        rows.filter(told.seen(figure, rows.model)),
        len(_together(counted)),
        tuple((branch.name, len(counted[branch.pk])) for branch in others),
    )


def _together(people: dict[int, set[int]]) -> set[int]:
    """Return the people of several branches, each once."""
    return set().union(*people.values())


def behind_frozen(figure: Figure, of: str, report: FrozenReport, user: User) -> Behind | None:
    """Return the records that a frozen report kept behind its number, as far as the reader may see them, if any."""
    if figure in OF_FORMS:
        kept = kept_of(json.loads(report.figures)["pairings"].get(of, {}), figure)
    else:
        row = report.work_row(figure.slug, of)
        kept = (row["value"], row["ids"]) if row and "ids" in row else None
    if kept is None:
        return None
    number, ids = kept
    return Behind(figure.records.found_out(seen_by(user, figure.records.model).filter(pk__in=ids)), number)


def seen_by(user: User, model: type[Model]) -> "QuerySet[Any]":
    """Return the rows of a model that a user may see."""
    rows: QuerySet[Any] = model._default_manager.visible_to(user)  # type: ignore[attr-defined]
    return rows
