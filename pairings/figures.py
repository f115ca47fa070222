"""The registry of figures: a figure is a name, its definition in words, and a sum over records that can be listed.

Each app registers the figures of its own records in its `work_figures.py`; `outcomes/figures/registry.py` works them
out, and page, report, dashboard and list take them from there.
"""

import datetime
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Aggregate, Count, JSONField, Model, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from organization.models import Branch

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Row = Any
Number = int | Decimal | None
#: Whoever is not told the names of people is told of at least so many.
FEWEST = 3
EACH_ONCE, ON_A_DAY = _("Each record once."), _("What happened on a day of the period.")


class Measure:
    """Measure words of more than one figure."""

    PEOPLE = pgettext_lazy("measure word", "people")
    LOGS = pgettext_lazy("measure word", "logs")
    DAYS = pgettext_lazy("measure word", "days")
    STEPS = pgettext_lazy("measure word", "steps")
    PROBLEMS = pgettext_lazy("measure word", "problems")


@dataclass(frozen=True)
class Asked:
    """Whose records of which days a figure is counted from."""

    branches: Collection[Branch]
    first: datetime.date
    last: datetime.date

    @property
    def day(self) -> datetime.date:
        """Return the last day so far."""
        return min(self.last, timezone.localdate())

    @property
    def is_running(self) -> bool:
        """Whether today is one of the days."""
        return self.first <= timezone.localdate() <= self.last

    def within(self, field: str) -> Q:
        """Return the condition that a day of a record is one of those that came."""
        return Q(**{f"{field}__gte": self.first, f"{field}__lte": self.day})


@dataclass(frozen=True)
class Column:
    """What the list behind a figure says of a record."""

    label: "StrOrPromise"
    told: Callable[[Row], Any]
    is_number: bool = False


@dataclass(frozen=True, eq=False)
class Records:
    """The records of one model that figures are counted from, each once.

    Args:
        rows: those of branches and days; a record stands in them once, so that sums over them are right.
        columns: what a list says of each.
        opens: the path to what is looked at of a record, such as "project.team"; itself where it is empty, or None.
        shown_with: relations that the columns and the path read.
        found_out: adds to rows what the columns read besides fields.
        person: the path to the person of whom they say what only those hear who keep the branch's lists, or none:
            others are told numbers of people without names, of whole years, and none smaller than FEWEST.
        branch: the path to the branch of that person, by which it is known who may be told.
    """

    rows: Callable[[Asked], "QuerySet[Any]"]
    columns: tuple[Column, ...]
    opens: str | None = ""
    shown_with: tuple[str, ...] = ()
    found_out: Callable[["QuerySet[Any]"], "QuerySet[Any]"] = lambda rows: rows
    person: str = ""
    branch: str = ""

    @property
    def model(self) -> type[Model]:
        """Return the model of the records."""
        today = timezone.localdate()
        return self.rows(Asked((), today, today)).model

    def page(self, row: Row) -> str:
        """Return the address at which a record is looked at, or nothing."""
        if self.opens is None:
            return ""
        shown = attrgetter(self.opens)(row) if self.opens else row
        return str(shown.get_absolute_url())

    @property
    def is_of_people(self) -> bool:
        """Whether people are counted, who may not be known to everybody."""
        return bool(self.person)

    @property
    def source(self) -> tuple[Callable[[Asked], "QuerySet[Any]"], str, str]:
        """Return what figures share that are worked out together: the rows, and which people of which branch."""
        return self.rows, self.person, self.branch


#: Every record.
EVERY = Q(pk__isnull=False)


def every(asked: Asked) -> Q:
    """Return the condition for every record."""
    return EVERY


def happened(field: str) -> Callable[[Asked], Q]:
    """Return the condition that something happened on one of the days."""
    return lambda asked: asked.within(field)


class Listed(Aggregate):
    """Every value of an expression, as a list in no order, or None where the database has none."""

    function = "json_group_array"
    output_field = JSONField()

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Return what PostgreSQL calls it."""
        return self.as_sql(compiler, connection, function="jsonb_agg")


def counted(only: Q) -> Mapping[str, Any]:
    """Return how many records there are: each stands in the rows once."""
    return {"n": Count("pk", filter=only)}


def count(of: Any) -> Callable[[Q], Mapping[str, Any]]:
    """Return a count of different values."""
    return lambda only: {"n": Count(of, filter=only, distinct=True)}


def total(of: str) -> Callable[[Q], Mapping[str, Any]]:
    """Return a sum."""
    return lambda only: {"n": Sum(of, filter=only)}


def number_of(parts: Mapping[str, Any]) -> Number:
    """Return the one number that was asked for."""
    return parts["n"] or 0


@dataclass(frozen=True, eq=False, kw_only=True)
class Definition:
    """What a figure is called and means.

    Args:
        slug: its name in addresses and in the report's JSON.
        name: what pages and reports call it.
        definition: what it means, in a sentence.
        unit: the measure word, or the unit.
        counting: how it is counted, in words.
        period: which days it is of, in words.
        form: the form of pairing that it is of, or none.
    """

    slug: str
    name: "StrOrPromise"
    definition: "StrOrPromise"
    unit: "StrOrPromise"
    counting: "StrOrPromise" = EACH_ONCE
    period: "StrOrPromise" = ON_A_DAY
    form: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Figure(Definition):
    """A figure of the registry: how it is counted, and the records behind it.

    Args:
        records: the records behind it.
        only: which of the records, as a condition.
        parts: what the database adds up of them, given that condition; of people it is always how many there are.
        worth: the number, from what was added up.
        by: a column that tells the records apart: a number for each of its values.
        labels: what those values are called, in their official order; without them, of records of people, any value.
        is_of_today: whether its records keep no past days, so that a period without today has no such number.
    """

    records: Records
    only: Callable[[Asked], Q] = every
    parts: Callable[[Q], Mapping[str, Any]] = counted
    worth: Callable[[Mapping[str, Any]], Number] = number_of
    by: str = ""
    labels: "Mapping[str, StrOrPromise]" = field(default_factory=dict)
    is_of_today: bool = False

    @property
    def is_sum(self) -> bool:
        """Whether it adds up, so that 0 says as much as nothing; a share or a median of 0 says something."""
        return self.worth is number_of

    def has_number(self, asked: Asked) -> bool:
        """Return whether there is such a number of these days."""
        return asked.is_running or not self.is_of_today

    def chosen(self, asked: Asked, of: str = "") -> Q:
        """Return the condition that a record stands behind the number, or behind the one of a value of `by`."""
        if self.by and (of or self.labels):
            return self.only(asked) & Q(**{f"{self.by}__in": [of] if of else list(self.labels)})
        return self.only(asked)

    def behind(self, asked: Asked, of: str = "") -> "QuerySet[Any]":
        """Return the records behind the number, or behind the one of a value of `by`."""
        return self.records.rows(asked).filter(self.chosen(asked, of))

    def work_out(self, rows: "QuerySet[Any]") -> Number:
        """Return the number of rows that are behind it (one query)."""
        return self.worth(rows.aggregate(**self.parts(EVERY)))

    def called(self, of: str = "") -> str:
        """Return its name, with the value of `by` that it is of."""
        return f"{self.name}·{self.labels.get(of, of)}" if of else str(self.name)


_figures: dict[str, Figure] = {}


def register(*figures: Figure) -> None:
    """Add figures, in the order in which they are shown.

    Raises:
        ImproperlyConfigured: for one that would not be counted as it says.
    """
    for figure in figures:
        is_counted = figure.parts is counted and figure.worth is number_of
        if figure.records.is_of_people and not is_counted:
            raise ImproperlyConfigured(f"{figure.slug}: people are counted, so leave parts and worth out.")
        if figure.by and not figure.labels and not figure.records.is_of_people:
            raise ImproperlyConfigured(f"{figure.slug}: name the values of {figure.by}; people alone do without.")
        _figures[figure.slug] = figure


def all_figures() -> tuple[Figure, ...]:
    """Return the registered figures."""
    return tuple(_figures.values())


def figure_of(slug: str) -> Figure:
    """Return the figure of a slug.

    Raises:
        KeyError: for a name that nothing registered.
    """
    return _figures[slug]


def day_of(field: str) -> Callable[[Row], str]:
    """Return what a column of days says; nothing of a day that is not known."""
    read = attrgetter(field)
    return lambda row: date_format(read(row)) if read(row) else ""
