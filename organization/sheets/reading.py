"""A workbook as records under known headings, and everything else of it by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from organization.sheets.files import RawSheet, SheetFile, refusal, sheets_of
from organization.sheets.headings import REASONS, Headings, find_headings, is_repeated, letters
from organization.sheets.results import RowError, SheetError, Unread, quoted
from organization.sheets.values import CellError, Column, read_cell

#: How a line below the rows begins that is no row: sums, who made the sheet, who looked at it.
FOOT = re.compile(
    r"\s*(合\s*计|总\s*计|小\s*计|共\s*计|制\s*表|填\s*[表报]|审\s*[核批查]|复\s*核|经\s*办|负\s*责|联\s*系|注\b|备\s*注|说\s*明|日\s*期|单\s*位|盖\s*章|签\s*[字名])"
)

#: The first cell of a template's example row (imports/blank.py); nobody and nothing is called so.
EXAMPLE = "示例（导入时略过）"


@dataclass(frozen=True)
class Record:
    """One row: its values by heading, and what is wrong with its cells."""

    sheet: str
    row: int
    values: dict[str, Any]
    errors: list[RowError]

    def error(self, column: str, message: str, error: CellError | None = None) -> RowError:
        """Return what is wrong with a cell of this row."""
        return RowError(self.row, column, message, self.sheet, getattr(error, "word", ""), getattr(error, "use", ""))


@dataclass
class Book:
    """What was read of a file, and what was not."""

    file: SheetFile
    records: list[Record] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def read_book(file: SheetFile | Path, columns: Sequence[Column]) -> Book:
    """Return the rows of all visible sheets that have the columns' headings.

    Headings may stand in any order, in one row or two, with stars, brackets or spaces, below title lines.

    Args:
        file: an .xlsx or .csv file, or where it lies.
        columns: those that are known.

    Raises:
        SheetError: when the file is no workbook, too large, hostile, or no sheet has the headings.
    """
    file = file if isinstance(file, SheetFile) else SheetFile.at(file)
    return book_of(file, sheets_of(file), columns)


def book_of(file: SheetFile, sheets: Sequence[RawSheet], columns: Sequence[Column]) -> Book:
    """Return the rows of the sheets that have the columns' headings.

    Raises:
        SheetError: when none of them has.
    """
    book = Book(file)
    refused: list[tuple[int, SheetError]] = []
    is_read = False
    for sheet in sheets:
        if why := _why_left_out(sheet):
            book.unread.append(Unread(sheet.name, None, why))
            continue
        headings = find_headings(sheet, columns)
        if problem := _problem(sheet, headings, columns):
            refused.append((len(headings.known) if headings else 0, problem))
            book.unread.append(Unread(sheet.name, None, " ".join(error.message for error in problem.errors)))
            continue
        if headings:
            is_read = True
            _read_sheet(book, sheet, headings)
    if not is_read:
        raise _best(refused, book, columns)
    return book


def _best(refused: list[tuple[int, SheetError]], book: Book, columns: Sequence[Column]) -> SheetError:
    """Return why nothing was read: the refusal of the sheet that came nearest."""
    if not refused:
        return SheetError(*refusal(_("The file has no visible sheet with rows.")).errors, unread=book.unread)
    _known, error = max(refused, key=lambda one: one[0])
    error.unread = book.unread
    return error


def _why_left_out(sheet: RawSheet) -> str:
    """Return why a sheet is not even looked at."""
    if sheet.is_hidden:
        return _("The sheet is hidden.")
    if sheet.is_chart:
        return _("The sheet is a chart.")
    if not sheet.rows:
        return _("The sheet is empty.")
    return ""


def _problem(sheet: RawSheet, headings: Headings | None, columns: Sequence[Column]) -> SheetError | None:
    """Return why a sheet cannot be read, or None; what was found and what is wanted stand in the words."""
    wanted = "、".join(column.heading for column in columns if column.required)
    if headings is None or len(headings.known) < 2:
        if sheet.is_too_large:
            return refusal(_("The sheet has more rows or columns than a roster or ledger can hold."))
        seen = quoted("、".join(_seen(sheet)))
        words = _("No row of headings was found. Needed are: %(headings)s. Found were: %(seen)s.")
        return refusal(words % {"headings": wanted, "seen": seen or "–"})
    if sheet.is_too_large:
        return refusal(_("The sheet has more rows or columns than a roster or ledger can hold."))
    found = quoted("、".join(headings.texts.values()))
    row = headings.last + 1
    errors = [
        RowError(
            row,
            heading,
            _("The column %(heading)s is missing. Found were: %(found)s.") % {"heading": heading, "found": found},
            sheet.name,
        )
        for heading in headings.missing(columns)
    ]
    errors += [
        RowError(row, heading, _("The column %(heading)s stands there twice.") % {"heading": heading}, sheet.name)
        for heading in headings.doubled()
    ]
    return SheetError(*errors) if errors else None


def _seen(sheet: RawSheet) -> list[str]:
    """Return the texts of the first row that holds several."""
    rows = [[cell for cell in cells.values() if isinstance(cell, str)] for cells in sheet.rows.values()]
    return max(rows[:5], key=len, default=[])


def _read_sheet(book: Book, sheet: RawSheet, headings: Headings) -> None:
    """Add a sheet's rows to the book, and name what of it is not read."""
    _leave_reasons(book, sheet, headings)
    _fill_merged(sheet, headings)
    _name_unread(book, sheet, headings)
    below = [(row, cells) for row, cells in sheet.rows.items() if row > headings.last]
    feet = _feet(below, headings)
    for row, cells in below:
        if not cells:
            continue
        if row in feet or is_repeated(cells, headings) or EXAMPLE in cells.values():
            why = _("Row %(row)s is no record: %(text)s") % {"row": row + 1, "text": _line(cells)}
            book.unread.append(Unread(sheet.name, None, why))
        else:
            book.records.append(_record(sheet.name, row, cells, headings))


def _leave_reasons(book: Book, sheet: RawSheet, headings: Headings) -> None:
    """Take the column out that an earlier reading wrote its reasons into, and name it."""
    place = headings.reasons
    if place is None:
        return
    for row in [row for row in sheet.rows if row >= headings.first]:
        sheet.rows[row].pop(place, None)
    del headings.texts[place]
    book.unread.append(Unread(sheet.name, REASONS, _("These are the reasons that an earlier reading wrote.")))


def _name_unread(book: Book, sheet: RawSheet, headings: Headings) -> None:
    """Name lines above the headings, columns that are not known, pictures and comments."""
    for row, cells in sheet.rows.items():
        if row < headings.first:
            why = _("Row %(row)s stands above the headings: %(text)s") % {"row": row + 1, "text": _line(cells)}
            book.unread.append(Unread(sheet.name, None, why))
    known = {place for place, _column in headings.known}
    filled = {place for row, cells in sheet.rows.items() if row > headings.last for place in cells}
    for place in sorted((filled | set(headings.texts)) - known):
        name = quoted(headings.texts.get(place, "")) or letters(place)
        book.unread.append(Unread(sheet.name, name, _("This column is not known.")))
    if sheet.has_pictures:
        book.unread.append(Unread(sheet.name, None, _("The sheet's pictures and drawings are not read.")))
    if sheet.has_comments:
        book.unread.append(Unread(sheet.name, None, _("The comments on the sheet's cells are not read.")))


def _fill_merged(sheet: RawSheet, headings: Headings) -> None:
    """Write the value of a cell that is merged over several rows into each of them that holds anything else."""
    for top, left, bottom, _right in sheet.merged:
        value = sheet.rows.get(top, {}).get(left)
        if value is None or top <= headings.last or bottom == top:
            continue
        for row in sheet.rows:
            if top < row <= bottom:
                sheet.rows[row].setdefault(left, value)


def _feet(below: list[tuple[int, dict[int, Any]]], headings: Headings) -> set[int]:
    """Return the rows of sums, and the last rows that say who made the sheet; each lacks a cell that must be filled."""
    feet, is_last = set(), True
    required = [place for place, column in headings.known if column.required]
    for row, cells in reversed(below):
        begins = FOOT.match(str(next(iter(sorted(cells.items())))[1]))
        is_foot = bool(begins) and any(place not in cells for place in required)
        if is_foot and (is_last or (begins and "计" in begins[1])):
            feet.add(row)
        else:
            is_last = False
    return feet


def _line(cells: dict[int, Any]) -> str:
    """Return a row as a message may hold it."""
    return quoted(" ".join(str(cell) for _place, cell in sorted(cells.items())))


def _record(sheet: str, row: int, cells: dict[int, Any], headings: Headings) -> Record:
    """Return a row's values by heading, with what is wrong with its cells."""
    record = Record(sheet, row + 1, {}, [])
    for place, column in headings.known:
        try:
            record.values[column.heading] = read_cell(column, cells.get(place))
        except CellError as error:
            record.errors.append(record.error(column.heading, str(error), error))
    return record
