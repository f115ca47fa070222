"""Periods that a report can cover: a calendar year, a school year, or two dates."""

import datetime
from dataclasses import dataclass
from typing import Self

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organization.models import RuleError

FIRST_YEAR, LAST_YEAR = 1921, 2200


@dataclass(frozen=True)
class Period:
    """A span of days in the branch's time zone, both ends included."""

    first: datetime.date
    last: datetime.date
    kind: str = "dates"

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise RuleError(_("The period ends before it begins."))

    @classmethod
    def year(cls, year: int) -> Self:
        """Return a calendar year (年度).

        Raises:
            RuleError: for a year outside 1921–2200.
        """
        check_year(year)
        return cls(datetime.date(year, 1, 1), datetime.date(year, 12, 31), "year")

    @classmethod
    def school_year(cls, year: int) -> Self:
        """Return the school year (学年) that begins in a year: 1 September to 31 August.

        Raises:
            RuleError: for a year outside 1921–2200.
        """
        check_year(year)
        return cls(datetime.date(year, 9, 1), datetime.date(year + 1, 8, 31), "school_year")

    @property
    def label(self) -> str:
        """Return what a page calls the period."""
        if self.kind == "year":
            return _("Year %(year)s") % {"year": self.first.year}
        if self.kind == "school_year":
            return _("School year %(from)s–%(to)s") % {"from": self.first.year, "to": self.last.year}
        return _("%(from)s to %(to)s") % {"from": date_format(self.first), "to": date_format(self.last)}

    @property
    def last_day_so_far(self) -> datetime.date:
        """Return the period's last day, or today while it is still running."""
        return min(self.last, timezone.localdate())

    @property
    def months_so_far(self) -> list[datetime.date]:
        """Return the first day of each month that it reaches into so far."""
        last = self.last_day_so_far
        months = range(self.first.year * 12 + self.first.month - 1, last.year * 12 + last.month)
        return [datetime.date(month // 12, month % 12 + 1, 1) for month in months]

    @property
    def query(self) -> dict[str, str]:
        """Return the URL parameters that stand for the period."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def check_year(year: int) -> None:
    """Refuse a year in which no branch could have worked.

    Raises:
        RuleError: for a year outside 1921–2200.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise RuleError(
            _("The year must lie between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )


def period_of(first: datetime.date, last: datetime.date) -> Period:
    """Return the period between two days, under the name of the year or school year that it covers."""
    for whole in (Period.year(first.year), Period.school_year(first.year)):
        if (whole.first, whole.last) == (first, last):
            return whole
    return Period(first, last)
