"""The sections that set a report beside another one: another period or branch, or the version before a revision."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organization.ways_back import noun_of, way_of
from outcomes.documents.parts import Cell, Heading, Paragraph, Part, Table
from outcomes.documents.sections import Material
from outcomes.figures.comparison import Compared, read
from outcomes.models import Level, Status
from outcomes.models.reports import version_in_words
from outcomes.supplement import WHAT, WHY


def supplement(material: Material) -> Iterator[Part]:
    """Say of a revision why it was made, and what it says otherwise than the version before it."""
    told = material.report.get("supplement")
    if not told:
        return
    yield Heading(_("Compared with the previous version"))
    before = told["revises"]
    words = _(
        "This is revision %(number)s. It revises %(version)s of %(day)s (SHA-256 %(sha256)s), which stays as it was."
    )
    yield Paragraph(words % {"number": before["revision"] + 1, "version": version_in_words(before["revision"]),
                             "day": _day(before["at"]), "sha256": before["sha256"]})  # fmt: skip
    yield Paragraph(_("Reason for the revision: %(reason)s") % {"reason": told["reason"]})
    figures, records, lines = read(told["figures"]), told["records"], told["taken_back"]
    if figures:
        yield table_of(_("Figures that are different"), figures, (_("Revised"), _("Before")))
    if records:
        head = (_("Outcome"), _("What became of it"), _("Why"))
        rows = tuple((_record(one), str(WHAT[one["what"]]), why_in_words(one)) for one in records)
        yield Table(_("Outcomes that are different"), head, rows, (5, 3, 6))
    if lines:
        head = (_("What was taken back"), _("By whom, when"), _("Reason"))
        yield Table(_("Taken back since"), head, tuple(map(_line, lines)), (5, 4, 5))
    if not (figures or records or lines):
        yield Paragraph(_("No figure and no outcome is different; what is written about them is."))


def side_by_side(material: Material) -> Iterator[Part]:
    """Set the report's figures beside those of another period or branch, where one was asked for."""
    other = material.report.get("comparison")
    if not other:
        return
    yield Heading(_("Compared with %(other)s") % {"other": _called(other, whole=True)})
    has_other_branch = other["branch"] != material.report["branch"]
    has_other_period = other["period"] != material.report["period"]
    heads = [_called(one, branch=has_other_branch, period=has_other_period) for one in (material.report, other)]
    for one, named in zip((material.report, other), heads, strict=True):
        if one["frozen"]:
            yield Paragraph(
                _("%(report)s: as frozen on %(day)s.") % {"report": named, "day": _day(one["frozen"]["at"])}
            )
    yield table_of(_("Figures side by side"), read(other["figures"]), (heads[0], heads[1]))


def _called(report: dict[str, Any], *, branch: bool = True, period: bool = True, whole: bool = False) -> str:
    """Return what a report is called beside another one: by branch, by period, or by both."""
    name, label = report["branch"]["name"], report["period"]["label"]
    return " ".join(part for part, is_said in ((name, branch or whole), (label, period or whole)) if is_said)


def table_of(caption: str, figures: list[Compared], heads: tuple[str, str]) -> Table:
    """Return figures beside others: value, other value, change."""
    rows = tuple(one.cells for one in figures)
    return Table(caption, (_("What is counted"), *heads, _("Difference")), rows, (6, 3, 3, 3))


def why_in_words(record: dict[str, Any]) -> str:
    """Return why a record came, went or changed, and who decided it when and with which reason."""
    parts = [str(WHY[record["why"]]), record["by"], _day(record["at"]), record["reason"]]
    return " · ".join(part for part in parts if part)


def _record(record: dict[str, Any]) -> str:
    """Return a record as it is now, and as it was where it was changed."""
    was = record["was"]
    return f"{_named(was)} → {_named(record)}" if was else _named(record)


def _named(record: dict[str, Any]) -> str:
    """Return a record's title with its level and status."""
    return f"{record['title']}（{Level(record['level']).label}，{Status(record['status']).label}）"


def _line(line: dict[str, Any]) -> tuple[Cell, ...]:
    """Return what was taken back, by whom and why."""
    day = datetime.date.fromisoformat(line["day"]) if line["day"] else None
    what = noun_of(way_of(line["what"]), day, line["named"])
    return what, f"{line['by']} · {_day(line['at'])}", line["reason"]


def _day(at: str | None) -> str:
    """Return the day of a moment, in the reader's words."""
    return date_format(timezone.localtime(datetime.datetime.fromisoformat(at))) if at else ""
