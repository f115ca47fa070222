"""The office's own sheet once more, with the wrong cells marked and a column of reasons."""

import datetime
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import OverlappingRange

from organization.sheets import (
    REASONS,
    Column,
    Fault,
    Headings,
    Month,
    Number,
    RawSheet,
    SheetFile,
    find_headings,
    sheets_of,
)

NAME_LENGTH = 31
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
FIRST_YEAR = 1900
WIDEST, NARROWEST, REASON_WIDTH = 40, 6, 60
#: How a cell of each kind is shown; text stays text, whatever it begins with.
FORMATS = {"text": "@", "number": "General", "day": "yyyy-mm-dd", "month": 'yyyy"年"m"月"'}
MARK = {"bg_color": "#F8D7DA", "border": 1, "border_color": "#A61B1B"}

Errors = dict[int, list[dict[str, Any]]]


def marked_sheet(file: SheetFile, columns: Sequence[Column], errors: Iterable[Mapping[str, Any]]) -> bytes:
    """Return the sheets of a file that are read, as a new workbook with what is wrong marked.

    Args:
        file: as the office sent it.
        columns: those that are known.
        errors: what is wrong, each with sheet, row, column and message.
    """
    by_sheet: dict[str, Errors] = {}
    for error in errors:
        by_sheet.setdefault(error["sheet"], {}).setdefault(error["row"], []).append(dict(error))
    memory = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(memory, {**options, "constant_memory": True}) as book:
        formats = _formats(book)
        for place, sheet in enumerate(sheets_of(file), start=1):
            headings = None if sheet.is_hidden or sheet.is_too_large else find_headings(sheet, columns)
            if headings is not None:
                name = _name(sheet.name, place, {one.name.lower() for one in book.worksheets()})
                _write(book.add_worksheet(name), sheet, headings, by_sheet.get(sheet.name, {}), formats)
    return memory.getvalue()


def _name(name: str, place: int, used: set[str]) -> str:
    """Return a sheet's own name, or its place where a workbook can hold no such name or has it already."""
    plain = NOT_IN_A_NAME.sub(" ", name)[:NAME_LENGTH].strip()
    return plain if plain and plain.lower() not in used else f"Sheet {place}"


def _formats(book: Any) -> dict[tuple[str, bool], Any]:
    """Return a format for each kind of cell, plain and marked, and those of the reasons."""
    formats = {
        (kind, is_wrong): book.add_format({"num_format": shape, **(MARK if is_wrong else {})})
        for kind, shape in FORMATS.items()
        for is_wrong in (False, True)
    }
    formats["head", False] = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "num_format": "@"})
    formats["reason", False] = book.add_format({"text_wrap": True, "font_color": "#A61B1B", "num_format": "@"})
    return formats


def _write(to: Any, sheet: RawSheet, headings: Headings, errors: Errors, formats: dict[tuple[str, bool], Any]) -> None:
    """Write one sheet in the order of its rows."""
    places = {column.heading: place for place, column in headings.known}
    reasons = reasons_place(headings, sheet)
    widths = _widths(sheet)
    for place, width in widths.items():
        to.set_column(place, place, width)
    to.set_column(reasons, reasons, REASON_WIDTH)
    rows = _filled(sheet, headings)
    merged = {(top, left): right for top, left, bottom, right in sheet.merged if right > left}
    for row in sorted({*rows, *(number - 1 for number in errors if number)}):
        wrong = {places.get(error["column"]) for error in errors.get(row + 1, [])}
        cells = {place: cell for place, cell in rows.get(row, {}).items() if place != reasons}
        for place in sorted({*cells, *(one for one in wrong if one is not None)}):
            kind = "head" if headings.first <= row <= headings.last else ""
            right = merged.get((row, place))
            if right is not None and row <= headings.last:
                with suppress(OverlappingRange):
                    to.merge_range(row, place, row, right, "", formats[kind or "text", False])
            _cell(to, (row, place), cells.get(place), formats, is_wrong=place in wrong, kind=kind)
        if row == headings.last:
            to.write_string(row, reasons, REASONS, formats["head", False])
        elif row + 1 in errors:
            to.write_string(row, reasons, _words(errors[row + 1]), formats["reason", False])
    to.freeze_panes(headings.last + 1, 0)
    to.autofilter(headings.last, 0, max(rows, default=headings.last), reasons)


def reasons_place(headings: Headings, sheet: RawSheet) -> int:
    """Return the column of an earlier marking, or the first that is free on the right."""
    last = max((place for cells in sheet.rows.values() for place in cells), default=-1)
    return headings.reasons if headings.reasons is not None else last + 1


def _filled(sheet: RawSheet, headings: Headings) -> dict[int, dict[int, Any]]:
    """Return the rows, with what is merged over several rows in each of them."""
    rows = {row: dict(cells) for row, cells in sheet.rows.items()}
    for top, left, bottom, _right in sheet.merged:
        value = rows.get(top, {}).get(left)
        if value is None or top <= headings.last:
            continue
        for row in range(top + 1, bottom + 1):
            if row in rows:
                rows[row].setdefault(left, value)
    return rows


def _widths(sheet: RawSheet) -> dict[int, int]:
    """Return a width for each column, by its longest text; a Chinese character takes two."""
    widths: dict[int, int] = {}
    for cells in sheet.rows.values():
        for place, cell in cells.items():
            text = str(cell)[:WIDEST]
            width = sum(1 + (ord(character) > 0x2E7F) for character in text) + 2
            widths[place] = max(widths.get(place, NARROWEST), min(width, WIDEST))
    return widths


def _words(errors: Sequence[Mapping[str, Any]]) -> str:
    """Return what is wrong with a row."""
    said = [f"{error['column']}：{error['message']}" if error["column"] else error["message"] for error in errors]
    return "；".join(said)


def _cell(
    to: Any, place: tuple[int, int], cell: Any, formats: dict[tuple[str, bool], Any], *, is_wrong: bool, kind: str
) -> None:
    """Write a cell as the sheet shows it; what was text stays text, whatever it begins with."""
    if kind:
        to.write_string(*place, str(cell), formats[kind, False])
    elif isinstance(cell, Number) and cell.shown is None:
        to.write_number(*place, float(cell), formats["number", is_wrong])
    elif isinstance(cell, datetime.date) and cell.year >= FIRST_YEAR:
        day = datetime.datetime.combine(cell, datetime.time())
        to.write_datetime(*place, day, formats["month" if isinstance(cell, Month) else "day", is_wrong])
    elif isinstance(cell, Fault) and cell.kind == "truth":
        to.write_boolean(*place, cell.text == "TRUE", formats["text", is_wrong])
    elif cell is None or (isinstance(cell, Fault) and cell.kind == "formula"):
        to.write_blank(*place, None, formats["text", is_wrong])
    else:
        to.write_string(*place, str(cell), formats["text", is_wrong])
