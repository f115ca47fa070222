"""A document as a workbook: a sheet for each table, with real numbers and days."""

import datetime
import io
import re
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from outcomes.documents.parts import Cell, Document, Heading, Paragraph, Table

NAME_LENGTH = 31
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
#: So many characters all columns of a sheet are wide together.
WIDTH_OF_A_SHEET = 150
#: Text never becomes a formula or a link by itself.
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}


def write(document: Document) -> bytes:
    """Return the bytes of an .xlsx: the text on the first sheet, and each table on one of its own."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {**OPTIONS, "constant_memory": True}) as book:
        describe(book, document)
        _text(book, document)
        for place, table in enumerate(document.tables, start=1):
            add_table(book, table, place)
    return file.getvalue()


def describe(book: Any, document: Document) -> None:
    """Give a workbook the document's properties; it was made on the report's own day, so the same is the same file."""
    made = datetime.datetime.combine(document.made_on, datetime.time())
    book.set_properties({"title": document.name, "author": document.author, "created": made})


def _text(book: Any, document: Document) -> None:
    """Write title and text, a line each."""
    sheet = book.add_worksheet(_("Text"))
    sheet.set_column(0, 0, 100)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "text_wrap": True})
    lines = [(line, bold) for line in document.title]
    lines += [
        (part.text, bold if isinstance(part, Heading) else wrapped)
        for part in document.parts
        if isinstance(part, Heading | Paragraph)
    ]
    for row, (line, look) in enumerate(lines):
        sheet.write_string(row, 0, line, look)


def add_table(book: Any, table: Table, place: int) -> Any:
    """Add a sheet with a table, its head frozen and filtered, numbers as numbers, days as days, and return it."""
    name = NOT_IN_A_NAME.sub(" ", f"{place} {table.caption}")[:NAME_LENGTH].strip()
    sheet = book.add_worksheet(name)
    looks = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
    }
    for column, share in enumerate(table.widths):
        sheet.set_column(column, column, share * WIDTH_OF_A_SHEET / sum(table.widths))
    for column, word in enumerate(table.head):
        sheet.write_string(0, column, word, looks["head"])
    for row, cells in enumerate(table.rows, start=1):
        for column, cell in enumerate(cells):
            _cell(sheet, row, column, cell, looks["day"])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.head) - 1)
    return sheet


def _cell(sheet: Any, row: int, column: int, cell: Cell, day: Any) -> None:
    """Write a cell by what it is; text never becomes a formula or a link."""
    if isinstance(cell, datetime.date):
        sheet.write_datetime(row, column, datetime.datetime.combine(cell, datetime.time()), day)
    elif isinstance(cell, int | Decimal):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, cell)
