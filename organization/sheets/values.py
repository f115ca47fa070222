"""Cells as offices write them: numbers as text or float, full-width characters, dates in every habit."""

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organization.text import REFUSED

EXCEL_EPOCH = datetime.date(1899, 12, 30)
SERIALS = range(3654, 109_574)  # 1910 to 2199 as Excel counts days
EXACT_DIGITS = 15
DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})?\s*[日号]?)?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?\Z"
)
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})?\Z")
SEPARATORS = re.compile(r"[、，,；;/\s]+")
CHINESE_SPACES = re.compile(r"(?<=[\u3400-\u9fff])[ \u3000]+(?=[\u3400-\u9fff])")


class CellError(Exception):
    """A cell that cannot be read as what its column asks; the message is for the office."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its heading, other headings for the same, how a cell is read, whether it must be filled."""

    heading: str
    read: Callable[[Any], Any]
    required: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> set[str]:
        """Return the headings that mean this column, as `plain_heading` writes them."""
        return {plain_heading(name) for name in (self.heading, *self.aliases)}


def plain_heading(value: Any) -> str:
    """Return a heading without stars, spaces, brackets and differences of width."""
    text = unicodedata.normalize("NFKC", str(value))
    return re.sub(r"\(.*?\)|[*\s:]", "", text)


def read_text(value: Any) -> str:
    """Return a cell as text, without spaces around it.

    Raises:
        CellError: for characters that no document can hold.
    """
    text = _digits(value) if isinstance(value, float | int) and not isinstance(value, bool) else str(value)
    if isinstance(value, datetime.date):
        text = value.isoformat()
    if REFUSED.search(text):
        raise CellError(_("The cell holds a control character; please type it again."))
    return text.strip()


def read_name(value: Any) -> str:
    """Return a person's name, without the spaces that pad two characters to the width of three."""
    return CHINESE_SPACES.sub("", read_text(value))


def read_number(value: Any) -> str:
    """Return a staff or student number, whether it was kept as text or as a number, in half-width characters.

    Raises:
        CellError: for a number so long that the sheet has already lost its last digits.
    """
    return unicodedata.normalize("NFKC", read_text(value)).replace(" ", "")


def read_list(value: Any) -> list[str]:
    """Return several numbers from one cell, separated by 、 , ; or spaces of either width."""
    text = unicodedata.normalize("NFKC", read_text(value))
    return [part for part in SEPARATORS.split(text) if part]


def one_of(words: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Return a reader that accepts these words only; a word it does not know is refused, never guessed."""
    known = {plain_heading(word): meaning for word, meaning in words.items()}

    def read(value: Any) -> Any:
        text = read_text(value)
        if plain_heading(text) not in known:
            choices = "、".join(dict.fromkeys(words))
            raise CellError(_("“%(word)s” is not known. Known are: %(choices)s.") % {"word": text, "choices": choices})
        return known[plain_heading(text)]

    return read


def read_date(value: Any) -> datetime.date:
    """Return a day, from a date cell, Excel's own count, or any usual way to write it; a month alone is its first day.

    Raises:
        CellError: for what is no date, or could be two.
    """
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _date_of_number(float(value))
    text = unicodedata.normalize("NFKC", read_text(value))
    found = DATE.match(text) or COMPACT_DATE.match(text)
    if not found:
        raise CellError(_("“%(text)s” is no date. Please write it like %(example)s.") % _example(text))
    year, month, day = (int(part) if part else 1 for part in found.groups())
    return _date(year, month, day, text)


def _date_of_number(number: float) -> datetime.date:
    """Return the day of a number: 20210503, 202105, 2021.05, or Excel's count of days."""
    if number == int(number) and int(number) in SERIALS:
        return EXCEL_EPOCH + datetime.timedelta(days=int(number))
    text = _digits(number)
    if re.fullmatch(r"\d{4}\.1", text):
        raise CellError(_("“%(text)s” may be January or October. Please write it like %(example)s.") % _example(text))
    return read_date(text)


def _date(year: int, month: int, day: int, text: str) -> datetime.date:
    """Return the day, or refuse one that never was."""
    try:
        found = datetime.date(year, month, day)
    except ValueError:
        raise CellError(_("“%(text)s” is no date. Please write it like %(example)s.") % _example(text)) from None
    if not 1900 <= year <= 2199:
        raise CellError(_("The year %(year)s cannot be right.") % {"year": year})
    return found


def _example(text: str) -> dict[str, str]:
    """Return what the messages about dates say."""
    return {"text": text, "example": date_format(datetime.date(2026, 5, 3))}


def _digits(number: float) -> str:
    """Return a number as it was typed: 20210101.0 is 20210101.

    Raises:
        CellError: when the sheet has already rounded it.
    """
    if number != int(number):
        return repr(number)
    digits = str(int(number))
    if isinstance(number, float) and len(digits) > EXACT_DIGITS:
        raise CellError(_("The number is too long for a number cell and has lost digits; please keep it as text."))
    return digits
