"""An empty sheet of a kind: its headings, drop-downs, and an example row, which reading leaves out."""

import datetime
import io
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from imports.kinds import SheetKind
from organization.sheets import Synonyms

ROWS = 1000
#: What a cell of data validation may hold (ECMA-376, 18.3.1.33).
LONGEST_LIST, LONGEST_PROMPT = 255, 255
WIDTH = 14


def blank_sheet(kind: SheetKind) -> bytes:
    """Return an .xlsx with a heading for each column; those that must be filled have a star."""
    memory = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(memory, options) as book:
        sheet = book.add_worksheet(str(kind.label)[:31])
        head = book.add_format({"bold": True, "bg_color": "#F1EDE7", "bottom": 1, "text_wrap": True})
        shapes = {is_day: book.add_format({"num_format": "yyyy-mm-dd" if is_day else "@"}) for is_day in (False, True)}
        examples = {
            is_day: book.add_format({"font_color": "#6B635A", "num_format": "yyyy-mm-dd" if is_day else "@"})
            for is_day in (False, True)
        }
        for place, column in enumerate(kind.columns(Synonyms())):
            is_day = column.heading in kind.days
            sheet.set_column(place, place, WIDTH, shapes[is_day])
            sheet.write_string(0, place, f"{column.heading}{'*' if column.required else ''}", head)
            _write_example(sheet, place, kind.example.get(column.heading, ""), examples[is_day], is_day=is_day)
            if offers := kind.offers.get(column.heading):
                _offer(sheet, place, list(offers))
        sheet.freeze_panes(1, 1)
    return memory.getvalue()


def _write_example(sheet: Any, place: int, text: str, look: Any, *, is_day: bool) -> None:
    """Write a cell of the example row."""
    if is_day and text:
        sheet.write_datetime(1, place, datetime.datetime.fromisoformat(text), look)
    elif text:
        sheet.write_string(1, place, text, look)


def _offer(sheet: Any, place: int, words: list[str]) -> None:
    """Let the cells of a column be chosen from a list; another word is taken after a question."""
    if len(",".join(words)) > LONGEST_LIST:
        raise ValueError(words)  # a kind offers more than a sheet can hold
    sheet.data_validation(
        1, place, ROWS, place,
        {
            "validate": "list",
            "source": words,
            "error_type": "warning",
            "error_title": _("Another word"),
            "error_message": _("Reading may ask once what this word means. Keep it?"),
        },
    )  # fmt: skip
