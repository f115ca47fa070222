"""Cells as offices write them: numbers as text or float, full-width characters, dates in every habit."""

import datetime
import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organization.sheets.results import quoted
from organization.text import REFUSED

EXCEL_EPOCH = datetime.date(1899, 12, 30)
SERIALS = range(3654, 109_574)  # 1910 to 2199 as Excel counts days
EXACT_DIGITS = 15
DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})?\s*[日号]?)?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?\Z"
)
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})?\Z")
YEAR = re.compile(r"\d{4}\s*年?(?:度)?\Z")
SEPARATORS = re.compile(r"[、，,；;/\s]+")
#: A number as a narrow column shows it, with its digits lost.
ROUNDED = re.compile(r"\d(?:\.\d+)?E\+?\d+\Z", re.IGNORECASE)
#: What an error cell is when somebody saved the sheet as text.
ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")
TRUTHS = ("TRUE", "FALSE")
LONGEST = 32_767


class CellError(Exception):
    """A cell that cannot be read as what its column asks; the message is for the office."""


class UnknownWordError(CellError):
    """A word that nothing explains; `use` says what for, so that a secretary can explain it once."""

    def __init__(self, message: str, *, use: str, word: str) -> None:
        super().__init__(message)
        self.use, self.word = use, word


class Number(float):
    """A number cell, with the text that the sheet shows of it where that is not the plain number."""

    shown: str | None = None

    def __str__(self) -> str:
        return self.shown or repr(float(self)).removesuffix(".0")


class Month(datetime.date):
    """A month, kept as its first day."""


@dataclass(frozen=True)
class Fault:
    """A cell that shows no value: an error, a formula that was never calculated, or a truth value."""

    kind: str
    text: str = ""

    def __str__(self) -> str:
        return self.text

    def words(self) -> str:
        """Return what is wrong, and what to do."""
        if self.kind == "formula":
            return _("This formula was never calculated. Please open the sheet in Excel or WPS and save it again.")
        if self.kind == "truth":
            return _("The cell holds the truth value %(text)s. Please type what is meant.") % {"text": self.text}
        return _("The cell shows the error %(text)s. Please put it right in the sheet.") % {"text": self.text}


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its heading, other headings for the same, how a cell is read, whether it must be filled.

    `or_else` is the heading of another column that tells it where this one is not in the sheet.
    """

    heading: str
    read: Callable[[Any], Any]
    required: bool = False
    aliases: tuple[str, ...] = ()
    or_else: str = ""

    @property
    def names(self) -> set[str]:
        """Return the headings that mean this column, as `plain_heading` writes them."""
        return {plain_heading(name, keep=True) for name in (self.heading, *self.aliases)}


def cell_of(told: Any) -> Any:
    """Return a cell as the reading process tells it: text, Number, a day, a Month, or a Fault."""
    if not isinstance(told, list):
        return str(told)
    kind, *values = told
    if kind == "number":
        number = Number(values[0])
        number.shown = values[1]
        return number
    if kind in ("day", "month"):
        return (Month if kind == "month" else datetime.date).fromisoformat(values[0])
    if kind == "truth":
        return Fault(kind, TRUTHS[not values[0]])
    return Fault(kind, quoted(values[0]) if values else "")


def read_cell(column: Column, cell: Any) -> Any:
    """Return a cell as its column reads it; None when it is empty.

    Raises:
        CellError: when it cannot be read, or must be filled and is not.
    """
    if isinstance(cell, str) and cell.strip().upper() in ERRORS:
        cell = Fault("error", cell.strip())
    if isinstance(cell, Fault):
        raise CellError(cell.words())
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        if column.required:
            raise CellError(_("This cell must be filled."))
        return None
    return column.read(cell)


def plain_heading(value: Any, *, keep: bool = False) -> str:
    """Return a heading without stars, spaces and differences of width.

    Args:
        value: what stands there.
        keep: keep notes in brackets too.
    """
    text = unicodedata.normalize("NFKC", str(value)).casefold()
    text = re.sub(r"[*\s:\u200b\ufeff]", "", text)
    return text if keep else re.sub(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕", "", text)


def plain_word(value: Any) -> str:
    """Return a word as it is looked up: without spaces and differences of width, with its brackets."""
    return re.sub(r"[*\s\u200b\ufeff]", "", unicodedata.normalize("NFKC", str(value))).casefold()


def read_text(value: Any) -> str:
    """Return a cell as text, without spaces around it.

    Raises:
        CellError: for characters that no document can hold, and numbers that lost digits.
    """
    if isinstance(value, Number) and value.shown is not None:
        text = value.shown
    elif isinstance(value, datetime.date):
        text = value.isoformat()
    else:
        text = _digits(value) if isinstance(value, float | int) else str(value)
    if len(text) > LONGEST:
        raise CellError(_("The cell holds more text than a sheet can."))
    if REFUSED.search(text):
        raise CellError(_("The cell holds a control character; please type it again."))
    return text.strip()


def read_number(value: Any) -> str:
    """Return a staff or student number, whether it was kept as text or as a number, in half-width characters.

    Raises:
        CellError: for a number so long that the sheet has already lost its last digits.
    """
    text = unicodedata.normalize("NFKC", read_text(value)).replace(" ", "")
    if ROUNDED.match(text):
        raise CellError(
            _("“%(text)s” is a number that has lost its digits. Please keep it as text and type it again.")
            % {"text": quoted(text)}
        )
    return text


def read_list(value: Any) -> list[str]:
    """Return several numbers from one cell, separated by 、 , ; or spaces of either width."""
    text = unicodedata.normalize("NFKC", read_text(value))
    return [part for part in SEPARATORS.split(text) if part]


def read_date(value: Any) -> datetime.date:
    """Return a day, from a date cell, Excel's own count, or any usual way to write it; a month alone is a Month.

    Raises:
        CellError: for what is no date, or could be two.
    """
    if isinstance(value, datetime.date):
        return _in_range(value)
    if isinstance(value, float | int):
        return _date_of_number(float(value))
    text = unicodedata.normalize("NFKC", read_text(value))
    found = DATE.match(text) or COMPACT_DATE.match(text)
    if YEAR.match(text):
        words = _("“%(text)s” is a year and no day. Please write it like %(example)s.") % _example(text)
        raise UnknownWordError(words, use="date", word=text)
    if not found:
        raise CellError(_("“%(text)s” is no date. Please write it like %(example)s.") % _example(text))
    year, month, day = found.groups()
    return _date(int(year), int(month), int(day) if day else None, text)


def _date_of_number(number: float) -> datetime.date:
    """Return the day of a number: 20210503, 202105, 2021.05, or Excel's count of days."""
    if math.isfinite(number) and number == int(number) and int(number) in SERIALS:
        return EXCEL_EPOCH + datetime.timedelta(days=int(number))
    text = _digits(number)
    if re.fullmatch(r"\d{4}\.1", text):
        raise CellError(_("“%(text)s” may be January or October. Please write it like %(example)s.") % _example(text))
    return read_date(text)


def _date(year: int, month: int, day: int | None, text: str) -> datetime.date:
    """Return the day or the Month, or refuse one that never was."""
    try:
        found = datetime.date(year, month, day) if day is not None else Month(year, month, 1)
    except ValueError:
        raise CellError(_("“%(text)s” is no date. Please write it like %(example)s.") % _example(text)) from None
    return _in_range(found)


def _in_range(day: datetime.date) -> datetime.date:
    """Return a day of these two centuries, or refuse it."""
    if not 1900 <= day.year <= 2199:
        raise CellError(_("The year %(year)s cannot be right.") % {"year": day.year})
    return day


def _example(text: str) -> dict[str, str]:
    """Return what the messages about dates say."""
    return {"text": quoted(text), "example": date_format(datetime.date(2026, 5, 3))}


def _digits(number: float) -> str:
    """Return a number as it was typed: 20210101.0 is 20210101.

    Raises:
        CellError: when the sheet has already rounded it, or it is none.
    """
    if not math.isfinite(number):
        raise CellError(_("The cell holds no number."))
    if number != int(number):
        return repr(float(number))
    digits = str(int(number))
    if isinstance(number, float) and len(digits) > EXACT_DIGITS:
        raise CellError(_("The number is too long for a number cell and has lost digits; please keep it as text."))
    return digits
