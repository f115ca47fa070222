"""Two reports beside one another, figure by figure: two periods, two branches, or a report and its revision."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from outcomes.figures.by_form import OF_FORMS
from outcomes.figures.definitions import COVERAGE, definition_of
from outcomes.models import Category, Level
from outcomes.models.queries import NO_FORM
from pairings.figures import all_figures
from pairings.kinds import all_kinds
from pairings.numbers import plain

Number = int | float | None
#: How the path of a figure of the work begins, as in work.elements.theory.
WORK = "work."


@dataclass(frozen=True)
class Compared:
    """A figure of a report beside the same figure of another one.

    Args:
        figure: its path in the report's JSON, e.g. totals.by_level.national.
        value: what the report says; None where it did not count it, or there is nothing to divide by.
        other: what the other one says.
        not_counted: which of the two, "value" or "other", had no such figure.
    """

    figure: str
    value: Number
    other: Number
    not_counted: tuple[str, ...] = ()

    @property
    def change(self) -> Number:
        """Return by how much the report says more than the other one."""
        if self.value is None or self.other is None:
            return None
        change = Decimal(str(self.value)) - Decimal(str(self.other))
        return int(change) if isinstance(self.value, int) and isinstance(self.other, int) else float(change)

    @property
    def told(self) -> dict[str, Any]:
        """Return it as the report's JSON says it."""
        numbers = {"value": self.value, "other": self.other, "change": self.change}
        return {"figure": self.figure, **numbers, "not_counted": list(self.not_counted)}

    @property
    def label(self) -> str:
        """Return what a page calls the figure."""
        if not self.figure.startswith(WORK):
            return dict(_labels()).get(self.figure, self.figure)
        slug, _dot, of = self.figure.removeprefix(WORK).partition(".")
        known = {figure.slug: figure for figure in all_figures()}
        return known[slug].called(of) if slug in known else self.figure

    @property
    def words(self) -> tuple[str, str, str, str]:
        """Return label, value, other value and change as a page shows them."""
        numbers = {"value": self.value, "other": self.other}
        value, other = (
            _("was not counted then") if name in self.not_counted else self._shown(number)
            for name, number in numbers.items()
        )
        return self.label, value, other, _signed(self._shown(self.change, points=True), self.change)

    @property
    def cells(self) -> tuple[str, int | Decimal | str, int | Decimal | str, int | Decimal | str]:
        """Return label, value, other value and change as the cells of a table, numbers as numbers."""
        label, *shown = self.words
        numbers = (self.value, self.other, self.change)
        cells = [
            words if number is None or self.figure.endswith("rate") else _number(number)
            for number, words in zip(numbers, shown, strict=True)
        ]
        return label, cells[0], cells[1], cells[2]

    def _shown(self, number: Number, *, points: bool = False) -> str:
        """Return a number as a page shows it, a rate as a percentage."""
        if number is None:
            return "—"
        if not self.figure.endswith("rate"):
            return plain(number)
        percentage = plain(round(Decimal(str(number)) * 100, 2))
        return _("%(count)s percentage points") % {"count": percentage} if points else f"{percentage}%"


def _number(number: float) -> int | Decimal:
    """Return a number as a table's cell holds it."""
    return number if isinstance(number, int) else Decimal(plain(number))


def _signed(words: str, change: Number) -> str:
    """Return a change with its sign."""
    return f"+{words}" if change and change > 0 else words.replace("-", "−")


def compare(report: Mapping[str, Any], other: Mapping[str, Any]) -> list[Compared]:
    """Return every figure of which at least one of two reports has something to say, in the report's own order."""
    paths = (*(figure for figure, _label in _labels()), *_paths_of_work(report, other))
    found = (_compared(report, other, figure) for figure in paths)
    return [one for one in found if one.value or one.other or one.figure.startswith(WORK)]


def _compared(report: Mapping[str, Any], other: Mapping[str, Any], figure: str) -> Compared:
    """Return a figure of a report beside that of another one."""
    both = {"value": report, "other": other}
    not_counted = tuple(name for name, one in both.items() if not _is_counted(one, figure))
    return Compared(figure, _at(report, figure), _at(other, figure), not_counted)


def moved(report: Mapping[str, Any], other: Mapping[str, Any]) -> list[Compared]:
    """Return the figures that differ between two reports; what one of them did not count is no difference."""
    return [one for one in compare(report, other) if one.value != one.other and not one.not_counted]


def read(told: Iterable[Mapping[str, Any]]) -> list[Compared]:
    """Return what was compared once, from the report's JSON."""
    return [Compared(one["figure"], one["value"], one["other"], tuple(one.get("not_counted", ()))) for one in told]


def _at(report: Mapping[str, Any], figure: str) -> Number:
    """Return the number at a path of a report; a level or category that it does not name has none."""
    if figure.startswith(WORK):
        return _work(report).get(figure, 0 if _is_none(report, figure) else None)
    *way, name = figure.split(".")
    here: Any = report
    for part in way:
        here = here.get(part)
        if here is None:
            return None
    return here.get(name, 0 if way[-1].startswith("by_") else None)


def _is_counted(report: Mapping[str, Any], figure: str) -> bool:
    """Return whether a report counted such figures; those of old versions lack some, and some are of today alone."""
    if figure.startswith(WORK):
        return figure in _work(report) or _slug(figure) in _registered(report)
    here: Any = report
    for part in figure.split(".")[:-1]:
        here = here.get(part)
        if here is None:
            return False
    return True


def _work(report: Mapping[str, Any]) -> dict[str, Number]:
    """Return the figures of the work by path; one that had nothing to say is not there."""
    rows = report.get("work", ())
    return {f"{WORK}{row['figure']}{'.' if row['of'] else ''}{row['of']}": row["value"] for row in rows}


def _registered(report: Mapping[str, Any]) -> Collection[str]:
    """Return the figures of the work that there were when a report was made; old frozen ones do not say."""
    return report.get("counted", ())


def _is_none(report: Mapping[str, Any], path: str) -> bool:
    """Return whether a report that does not say a figure of the work added it up to 0; few people are not told."""
    known = {figure.slug: figure for figure in all_figures() if figure.is_sum and not figure.records.is_of_people}
    return _slug(path) in _registered(report) and _slug(path) in known


def _slug(path: str) -> str:
    """Return the figure of a path."""
    return path.split(".")[1]


def _paths_of_work(report: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return the paths of the figures of the work that one of two reports says, in their order."""
    places = {figure.slug: place for place, figure in enumerate(all_figures())}
    paths = dict.fromkeys((*_work(report), *_work(other)))
    return sorted(paths, key=lambda path: places.get(_slug(path), len(places)))


def _labels() -> Iterator[tuple[str, str]]:
    """Yield the path and the name of every figure that is compared."""
    for kind in all_kinds():
        yield from ((f"pairings.{kind.slug}.{one.slug}", f"{kind.label} · {one.name}") for one in OF_FORMS)
    members = {"members": _("Party members"), "paired": _("of them paired"), "rate": str(COVERAGE.name)}
    yield from ((f"coverage.{name}", label) for name, label in members.items())
    over = _("Over the period")
    yield from ((f"coverage.over_period.{name}", f"{over} · {label}") for name, label in members.items())
    yield "totals.outcomes", _("Outcomes that were granted")
    total = _("Outcomes")
    yield from ((f"totals.by_level.{one.value}", f"{total} · {one.label}") for one in Level)
    yield from ((f"totals.by_category.{one.value}", f"{total} · {one.label}") for one in Category)
    for slug, label in {**{kind.slug: kind.label for kind in all_kinds()}, NO_FORM: _("Shared by no pairing")}.items():
        yield f"by_form.{slug}.outcomes", _("%(form)s · outcomes") % {"form": label}
    yield "cultivating.outcomes", str(definition_of("cultivating").name)
