"""Two reports beside one another, figure by figure: two periods, two branches, or a report and its revision."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from outcomes.models import Category, Level
from outcomes.models.queries import NO_FORM
from outcomes.numbers import plain
from pairings.figures import all_figures
from pairings.kinds import all_kinds

Number = int | float | None
#: How the path of a figure of the work begins, as in work.elements.theory.
WORK = "work."


@dataclass(frozen=True)
class Compared:
    """A figure of a report beside the same figure of another one.

    Args:
        figure: its path in the report's JSON, e.g. totals.by_level.national.
        value: what the report says; None where it kept no such figure, or there is nothing to divide by.
        other: what the other one says.
    """

    figure: str
    value: Number
    other: Number

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
        return {"figure": self.figure, "value": self.value, "other": self.other, "change": self.change}

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
        change = self._shown(self.change, points=True)
        return self.label, self._shown(self.value), self._shown(self.other), _signed(change, self.change)

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
    found = (Compared(figure, _at(report, figure), _at(other, figure)) for figure in paths)
    return [one for one in found if one.value or one.other]


def moved(report: Mapping[str, Any], other: Mapping[str, Any]) -> list[Compared]:
    """Return the figures that differ between two reports; what an old one did not keep is no difference."""
    found = (one for one in compare(report, other) if one.value != one.other)
    return [one for one in found if _is_kept(report, one.figure) and _is_kept(other, one.figure)]


def read(told: Iterable[Mapping[str, Any]]) -> list[Compared]:
    """Return what was compared once, from the report's JSON."""
    return [Compared(one["figure"], one["value"], one["other"]) for one in told]


def _at(report: Mapping[str, Any], figure: str) -> Number:
    """Return the number at a path of a report; a level or category that it does not name has none."""
    if figure.startswith(WORK):
        return _work(report).get(figure, _nothing(report, figure))
    *way, name = figure.split(".")
    here: Any = report
    for part in way:
        here = here.get(part)
        if here is None:
            return None
    return here.get(name, 0 if way[-1].startswith("by_") else None)


def _is_kept(report: Mapping[str, Any], figure: str) -> bool:
    """Return whether a report kept such figures; those of old versions lack some."""
    if figure.startswith(WORK):
        return "work" in report
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


def _nothing(report: Mapping[str, Any], path: str) -> Number:
    """Return what a report means that does not say a figure of the work: 0 of what is added up, else nothing."""
    found = next((figure for figure in all_figures() if figure.slug == path.split(".")[1]), None)
    return 0 if "work" in report and found and found.is_sum else None


def _paths_of_work(report: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return the paths of the figures of the work that one of two reports says, in their order."""
    places = {figure.slug: place for place, figure in enumerate(all_figures())}
    paths = dict.fromkeys((*_work(report), *_work(other)))
    return sorted(paths, key=lambda path: places.get(path.split(".")[1], len(places)))


def _labels() -> Iterator[tuple[str, str]]:
    """Yield the path and the name of every figure that is compared."""
    work = {
        "active": _("Active"), "completed": _("Completed"), "ended": _("Ended"), "logs": _("Logs"),
        "hours": _("Hours"), "integration_rate": _("Integration rate"),
    }  # fmt: skip
    for kind in all_kinds():
        yield from ((f"pairings.{kind.slug}.{name}", f"{kind.label} · {label}") for name, label in work.items())
    members = {"members": _("Party members"), "paired": _("of them paired"), "rate": _("Coverage")}
    yield from ((f"coverage.{name}", label) for name, label in members.items())
    over = _("Over the period")
    yield from ((f"coverage.over_period.{name}", f"{over} · {label}") for name, label in members.items())
    yield "totals.outcomes", _("Outcomes that were granted")
    total = _("Outcomes")
    yield from ((f"totals.by_level.{one.value}", f"{total} · {one.label}") for one in Level)
    yield from ((f"totals.by_category.{one.value}", f"{total} · {one.label}") for one in Category)
    for slug, label in {**{kind.slug: kind.label for kind in all_kinds()}, NO_FORM: _("Shared by no pairing")}.items():
        yield f"by_form.{slug}.outcomes", _("%(form)s · outcomes") % {"form": label}
    yield "cultivating.outcomes", _("Being cultivated or applied for")
