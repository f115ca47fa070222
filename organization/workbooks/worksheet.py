"""One worksheet: its filled cells as they are shown, with errors and formulas that nothing calculated."""

import math
import re
from typing import Any

from organization.workbooks.formats import DAY, MONTH, NUMBER, Format, day_of
from organization.workbooks.limits import (
    MAX_CELL,
    MAX_CELLS,
    MAX_CHARACTERS,
    MAX_COLUMNS,
    MAX_ROWS,
    ROWS_OF_A_LONG_SHEET,
    RefusedFileError,
)
from organization.workbooks.package import Attributes, Reader

REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})\Z")
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
MAX_MERGED = 20_000
GENERAL = Format(0, "General")


class Budget:
    """What is left of the cells and characters that a whole file may hold."""

    def __init__(self) -> None:
        self.cells, self.characters = MAX_CELLS, MAX_CHARACTERS

    def spend(self, cell: Any) -> None:
        """Count one cell.

        Raises:
            RefusedFileError: when the file holds too much.
        """
        self.cells -= 1
        self.characters -= len(cell) if isinstance(cell, str) else 8
        if self.cells < 0 or self.characters < 0:
            raise RefusedFileError("too much")


class Book:
    """What the cells of all sheets refer to."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self.formats: list[Format] = []
        self.is_1904 = False
        self.calculates_on_load = False
        self.budget = Budget()


class Worksheet(Reader):
    """Hears a worksheet and keeps its filled cells by row and column, counted from 0."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.rows: dict[int, dict[int, Any]] = {}
        self.merged: list[tuple[int, int, int, int]] = []
        self.is_too_long = self.is_too_wide = self.has_pictures = self.has_comments = False
        self.row = self.column = -1
        self.cell: Attributes = {}
        self.value: list[str] = []
        self.is_value = self.is_phonetic = self.has_formula = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Hear an element begin."""
        if name == "row":
            self.row = _whole(attributes.get("r"), self.row + 2) - 1
            self.column = -1
        elif name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self.is_value = not self.is_phonetic
        elif name == "rPh":
            self.is_phonetic = True
        elif name == "f":
            self.has_formula = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name in ("drawing", "picture"):
            self.has_pictures = True
        elif name == "legacyDrawing":
            self.has_comments = True

    def _begin_cell(self, attributes: Attributes) -> None:
        """Note where a cell stands; one without an address follows the one before."""
        found = REFERENCE.match(attributes.get("r", ""))
        self.column = _column(found[1]) if found else self.column + 1
        if found:
            self.row = int(found[2]) - 1
        self.cell, self.value, self.has_formula = attributes, [], False

    def end(self, name: str) -> None:
        """Hear an element end, and keep a cell that holds something."""
        if name in ("v", "t"):
            self.is_value = False
        elif name == "rPh":
            self.is_phonetic = False
        elif name == "c":
            self._keep(self._read())

    def text(self, text: str) -> None:
        """Hear a cell's value."""
        if self.is_value:
            self.value.append(text)

    def _keep(self, cell: Any) -> None:
        """Keep a filled cell, and see whether the sheet grows longer or wider than any that is read."""
        if cell is None or cell == "":
            return
        if self.row >= MAX_ROWS:
            self.is_too_long = self.has_enough = True
        elif self.column >= MAX_COLUMNS:
            self.is_too_wide = self.has_enough = True
        else:
            self.book.budget.spend(cell)
            self.rows.setdefault(self.row, {})[self.column] = cell
        if self.has_enough:
            for row in [row for row in self.rows if row >= ROWS_OF_A_LONG_SHEET]:
                self.book.budget.cells += len(self.rows.pop(row))

    def _read(self) -> Any:
        """Return the cell that ends here."""
        text, kind = "".join(self.value), self.cell.get("t", "n")
        if self.has_formula and kind != "str" and self._was_not_calculated(text):
            return ["formula"]
        readers = {"s": self._shared, "str": _text, "inlineStr": _text, "e": _error, "b": _truth, "d": _iso}
        return readers.get(kind, self._number)(text)

    def _was_not_calculated(self, text: str) -> bool:
        """Return whether a formula has no value yet; a book that asks to be calculated on opening writes 0 there."""
        return not text.strip() or (self.book.calculates_on_load and text.strip() == "0")

    def _shared(self, text: str) -> Any:
        """Return a shared string by its number."""
        place = _whole(text, -1)
        if not 0 <= place < len(self.book.strings):
            raise RefusedFileError("broken")
        return self.book.strings[place]

    def _number(self, text: str) -> Any:
        """Return a number with what the sheet shows of it, or the day it stands for."""
        if not text.strip():
            return None
        try:
            value = float(text)
        except ValueError:
            return ["error", text.strip()[:20]]
        if not math.isfinite(value):
            return ["error", text.strip()[:20]]
        style = _whole(self.cell.get("s"), 0)
        shown = self.book.formats[style] if 0 <= style < len(self.book.formats) else GENERAL
        if shown.kind in (DAY, MONTH):
            day = day_of(value, self.book.is_1904)
            return [shown.kind, day] if day else ["error", text.strip()[:20]]
        return ["number", value, shown.shown(value) if shown.kind == NUMBER else None]

    def _merge(self, reference: str) -> None:
        """Keep a merged range as first row, first column, last row, last column."""
        corners = [REFERENCE.match(corner) for corner in reference.split(":")]
        if len(corners) != 2 or corners[0] is None or corners[1] is None or len(self.merged) >= MAX_MERGED:
            return
        (top, left), (bottom, right) = ((int(one[2]) - 1, _column(one[1])) for one in corners if one)
        self.merged.append((top, left, min(bottom, MAX_ROWS), min(right, MAX_COLUMNS)))


def _whole(text: str | None, otherwise: int) -> int:
    """Return a whole number, or another when the text is none."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _column(letters: str) -> int:
    """Return the place of a column, counted from 0: A is 0, AA is 26."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def unescaped(text: str) -> str:
    """Return text with the characters that a sheet spells out, such as _x0007_.

    Raises:
        RefusedFileError: for more than a cell can hold.
    """
    if len(text) > MAX_CELL * 2:
        raise RefusedFileError("too much")
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _text(text: str) -> Any:
    return unescaped(text)


def _error(text: str) -> Any:
    return ["error", text[:20] or "#"]


def _truth(text: str) -> Any:
    return ["truth", text.strip() in ("1", "true")]


def _iso(text: str) -> Any:
    found = re.match(r"\d{4}-\d{2}-\d{2}", text.strip())
    return [DAY, found[0]] if found else text
