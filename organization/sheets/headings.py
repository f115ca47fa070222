"""Where a sheet's headings stand, in one row or two, and what the columns are that nobody asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from organization.sheets.files import RawSheet
from organization.sheets.values import Column, plain_heading

HEADER_WITHIN = 20
#: The column that a marked sheet has beside the office's own (imports/marking.py).
REASONS = "原因"


@dataclass(frozen=True)
class Headings:
    """The row or two rows of headings, and what stands there by column."""

    first: int
    last: int
    texts: dict[int, str]
    known: list[tuple[int, Column]] = field(default_factory=list)

    @property
    def columns(self) -> list[Column]:
        """Return the columns that were found, each as often as it stands there."""
        return [column for _place, column in self.known]

    @property
    def reasons(self) -> int | None:
        """Return the column of the reasons that an earlier reading wrote, or None."""
        known = {place for place, _column in self.known}
        return next((place for place, text in self.texts.items() if text == REASONS and place not in known), None)

    def doubled(self) -> list[str]:
        """Return the headings of columns that stand there more than once."""
        found = [column.heading for column in self.columns]
        return [heading for heading in dict.fromkeys(found) if found.count(heading) > 1]

    def missing(self, columns: Sequence[Column]) -> list[str]:
        """Return the headings that are needed and not there."""
        found = {column.heading for column in self.columns}
        needed = [column for column in columns if column.required and column.or_else not in found]
        return [column.heading for column in needed if column.heading not in found]


def find_headings(sheet: RawSheet, columns: Sequence[Column]) -> Headings | None:
    """Return the headings that hold most of the columns, or None when the sheet has none of them."""
    names = {name: column for column in columns for name in column.names}
    found = [
        Headings(first, last, texts, _known(texts, uppers, names)) for first, last, texts, uppers in _candidates(sheet)
    ]
    best = max(
        found, key=lambda one: (len({id(column) for column in one.columns}), -(one.last - one.first)), default=None
    )
    return best if best and best.known else None


def _candidates(sheet: RawSheet) -> Iterator[tuple[int, int, dict[int, str], dict[int, str]]]:
    """Yield first and last row, the texts, and what stands above them, of every row and pair of rows near the top."""
    for row in sorted(sheet.rows)[:HEADER_WITHIN]:
        upper = _texts(sheet, row)
        yield row, row, upper, {}
        if row + 1 in sheet.rows:
            lower = _texts(sheet, row + 1)
            spread = _spread(sheet, row, upper)
            yield row, row + 1, {**upper, **lower}, {place: spread[place] for place in lower if place in spread}


def _texts(sheet: RawSheet, row: int) -> dict[int, str]:
    """Return the texts of a row by column."""
    return {place: cell.strip() for place, cell in sheet.rows[row].items() if isinstance(cell, str) and cell.strip()}


def _spread(sheet: RawSheet, row: int, texts: Mapping[int, str]) -> dict[int, str]:
    """Return the texts of a row, each in all the columns over which its cell is merged."""
    spread = dict(texts)
    for top, left, _bottom, right in sheet.merged:
        if top == row and left in texts:
            spread |= dict.fromkeys(range(left, right + 1), texts[left])
    return spread


def _known(
    texts: Mapping[int, str], uppers: Mapping[int, str], names: Mapping[str, Column]
) -> list[tuple[int, Column]]:
    """Return place and column of each text that is a heading, alone or together with what stands above it."""
    found = []
    for place, text in sorted(texts.items()):
        readings = [text] if place not in uppers else [uppers[place] + text, text]
        plain = [name for reading in readings for name in (plain_heading(reading, keep=True), plain_heading(reading))]
        if column := next((names[name] for name in plain if name in names), None):
            found.append((place, column))
    return found


def letters(place: int) -> str:
    """Return a column's letters: 0 is A, 26 is AA."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def is_repeated(cells: Mapping[int, Any], headings: Headings) -> bool:
    """Return whether a row says the headings once more, as on a second printed page."""
    return all(
        isinstance(cells.get(place), str) and plain_heading(cells[place]) == plain_heading(headings.texts[place])
        for place, _column in headings.known
    )
