"""A workbook as rows under known headings, or one plain reason why it is not read."""

import datetime
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from organization.sheets.results import RowError
from organization.sheets.values import CellError, Column, plain_heading

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 80 * 1024 * 1024
MAX_ENTRIES = 2000
HEADER_WITHIN = 10
WAIT_SECONDS = 30
TOO_LARGE = 3
#: What no workbook of an office holds: entities could read other files or grow without end.
DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class SheetError(Exception):
    """A workbook that is not read at all; `errors` say why, with row and column where there is one."""

    def __init__(self, *errors: RowError) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = list(errors)


@dataclass(frozen=True)
class Sheet:
    """The rows of a workbook's sheet under its headings."""

    columns: dict[int, Column]
    rows: list[tuple[int, list[Any]]]

    def records(self) -> Iterator[tuple[int, dict[str, Any], list[RowError]]]:
        """Yield row number, cells by heading, and what is wrong with them; empty rows are left out."""
        for number, cells in self.rows:
            values: dict[str, Any] = {}
            errors: list[RowError] = []
            for place, column in self.columns.items():
                try:
                    value = _read(column, cells[place] if place < len(cells) else "")
                except CellError as error:
                    errors.append(RowError(number, column.heading, str(error)))
                else:
                    values[column.heading] = value
            yield number, values, errors


def _read(column: Column, cell: Any) -> Any:
    """Return a cell as its column reads it; None when it is empty.

    Raises:
        CellError: when it cannot be read, or must be filled and is not.
    """
    if isinstance(cell, dict):
        cell = datetime.date.fromisoformat(cell["date"])
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        if column.required:
            raise CellError(_("This cell must be filled."))
        return None
    return column.read(cell)


def read_sheet(path: Path, columns: Sequence[Column]) -> Sheet:
    """Return the first sheet that has the columns' headings.

    Headings may stand in any order, with stars or spaces, below a title line.

    Args:
        path: an .xlsx file.
        columns: those that are known; others are left alone.

    Raises:
        SheetError: when the file is no workbook, too large, hostile, or lacks a heading.
    """
    _look_at_container(path)
    best: SheetError | None = None
    for rows in _parsed(path):
        try:
            return _under_headings(rows, columns)
        except SheetError as error:
            best = best or error
    raise best or _refusal(_("The workbook has no sheet."))


def _refusal(message: str) -> SheetError:
    """Return an error about the whole file."""
    return SheetError(RowError(None, "", message))


def _look_at_container(path: Path) -> None:
    """Refuse what is no workbook, unpacks too large, or declares entities, before anything parses it."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _refusal(_("The file is larger than %(size)s MB.") % {"size": MAX_BYTES // 1024 // 1024})
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
                raise _refusal(_("The file unpacks to more than a roster can hold."))
            if "xl/workbook.xml" not in archive.namelist():
                raise _refusal(_("This is no Excel workbook (.xlsx)."))
            for entry in entries:
                _look_at_part(archive, entry)
    except OSError as error:
        raise _refusal(_("The file cannot be opened: %(reason)s.") % {"reason": error.strerror}) from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise _refusal(_("This is no Excel workbook (.xlsx), or it is broken.")) from error


def _look_at_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse a part that is larger than it says, or declares entities."""
    if not entry.filename.endswith((".xml", ".rels")):
        return
    with archive.open(entry) as part:
        content = part.read(MAX_UNPACKED_BYTES + 1)
    if len(content) > MAX_UNPACKED_BYTES:
        raise _refusal(_("The file unpacks to more than a roster can hold."))
    if DECLARATION.search(content.replace(b"\x00", b"")):
        raise _refusal(_("The file declares XML entities, which no roster needs."))


def _parsed(path: Path) -> list[list[list[Any]]]:
    """Return the rows of each sheet, parsed in a process with little memory and time."""
    command = [sys.executable, "-m", "organization.sheets.parsing", str(path.resolve())]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and a path that is no option
            command, cwd=settings.BASE_DIR, capture_output=True, timeout=WAIT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _refusal(_("The file takes too long to read.")) from error
    if done.returncode == TOO_LARGE:
        raise _refusal(_("The sheet has more rows or columns than a roster can hold."))
    if done.returncode:
        raise _refusal(_("This is no Excel workbook (.xlsx), or it is broken."))
    return [sheet["rows"] for sheet in json.loads(done.stdout)]


def _under_headings(rows: list[list[Any]], columns: Sequence[Column]) -> Sheet:
    """Find the row of headings among the first rows and return what stands below it."""
    found = [_match(cells, columns) for cells in rows[:HEADER_WITHIN]]
    number = max(range(len(found)), key=lambda place: len(found[place]), default=None)
    if number is None or len(found[number]) < 2:
        headings = "、".join(column.heading for column in columns if column.required)
        raise _refusal(_("No row of headings was found. Needed are: %(headings)s.") % {"headings": headings})
    matched = found[number]
    _refuse_missing_or_doubled(number + 1, matched, columns)
    below = [(place, cells) for place, cells in enumerate(rows[number + 1 :], start=number + 2) if _is_filled(cells)]
    return Sheet(dict(matched), below)


def _match(cells: list[Any], columns: Sequence[Column]) -> list[tuple[int, Column]]:
    """Return place and column of each heading that a row holds."""
    names = [plain_heading(cell) if isinstance(cell, str) else "" for cell in cells]
    return [(place, column) for place, name in enumerate(names) for column in columns if name in column.names]


def _refuse_missing_or_doubled(row: int, matched: list[tuple[int, Column]], columns: Sequence[Column]) -> None:
    """Refuse headings that lack a needed column or name one twice."""
    present = [column.heading for _place, column in matched]
    errors = [
        RowError(row, column.heading, _("This column is missing."))
        for column in columns
        if column.required and column.heading not in present
    ]
    errors += [
        RowError(row, heading, _("This column stands there twice."))
        for heading in dict.fromkeys(present)
        if present.count(heading) > 1
    ]
    if errors:
        raise SheetError(*errors)


def _is_filled(cells: list[Any]) -> bool:
    """Return whether a row holds anything."""
    return any(cell if isinstance(cell, dict) else str(cell).strip() for cell in cells)
