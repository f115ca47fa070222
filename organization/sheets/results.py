"""What came of an import: counts, what is wrong, what was not read, and what each row does."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from organization.text import REFUSED

LONGEST_QUOTE = 60


@dataclass(frozen=True)
class RowError:
    """Why a row was refused; `row` is the sheet's own number, `column` its heading, `word` one that is not known."""

    row: int | None
    column: str
    message: str
    sheet: str = ""
    word: str = ""
    use: str = ""

    def __str__(self) -> str:
        place = " ".join(part for part in (self.sheet, str(self.row or ""), self.column) if part)
        return f"{place}: {self.message}" if place else self.message

    def as_json(self) -> dict[str, Any]:
        """Return the object that other programs read."""
        return {"sheet": self.sheet, "row": self.row, "column": self.column, "message": self.message}


@dataclass(frozen=True)
class Unread:
    """A sheet, a column or a line that was left out, and why."""

    sheet: str
    column: str | None
    why: str


class SheetError(Exception):
    """A file that is not read at all; `errors` say why, `unread` what was left out by then."""

    def __init__(self, *errors: RowError, unread: list[Unread] | None = None) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = list(errors)
        self.unread = unread or []


class State(StrEnum):
    """What a row does to what is kept."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    SHARED = "shared"
    DOUBLE = "double"
    REFUSED = "refused"


@dataclass(frozen=True)
class CellChange:
    """One cell that says something else than what is kept."""

    column: str
    old: str
    new: str


@dataclass
class Trace:
    """What a row that was written left in the database, so that it can be found there and taken back.

    `subject` is the number of the person or outcome that the row is about; `made` holds each row that was made as
    (model, number), the first made first; `changed` each column as (model, number, column, old, new); `tied` each row
    that was tied to another as (model, number, field, number of the other).
    """

    subject: int | None = None
    made: list[tuple[str, int]] = field(default_factory=list)
    changed: list[tuple[str, int, str, Any, Any]] = field(default_factory=list)
    tied: list[tuple[str, int, str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """What one row does: to whom or what, and which cells."""

    sheet: str
    row: int
    state: State
    about: str = ""
    cells: list[CellChange] = field(default_factory=list)
    trace: Trace = field(default_factory=Trace, compare=False)

    def as_json(self) -> dict[str, Any]:
        """Return the object that other programs read."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "state": self.state,
            "about": self.about,
            "cells": [vars(cell) for cell in self.cells],
        }


@dataclass
class ImportResult:
    """How many rows an import read, and what it did with them; with an error it wrote nothing."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def note(self, change: Change) -> None:
        """Count what a row does, and keep it for the preview."""
        self.changes.append(change)
        self.created += change.state == State.NEW
        self.updated += change.state in (State.CHANGED, State.SHARED)
        self.unchanged += change.state == State.SAME

    def refuse(
        self, sheet: str, row: int, errors: list[RowError], about: str = "", state: State = State.REFUSED
    ) -> None:
        """Keep what is wrong with a row; a likely double is refused too until somebody says that it is none."""
        self.errors += errors
        self.changes.append(Change(sheet, row, state, about))

    def unknown_words(self) -> list[dict[str, Any]]:
        """Return each word that nothing explains yet, what it is for and how many cells hold it."""
        counted = Counter((error.use, error.word) for error in self.errors if error.use)
        return [{"use": use, "word": word, "cells": cells} for (use, word), cells in counted.items()]

    def as_json(self) -> dict[str, Any]:
        """Return the object that other programs read (docs/imports.md)."""
        return {
            "rows": self.rows,
            "created": 0 if self.errors else self.created,
            "updated": 0 if self.errors else self.updated,
            "unchanged": self.unchanged,
            "errors": [error.as_json() for error in self.errors],
            "unread": [vars(one) for one in self.unread],
            "changes": [change.as_json() for change in self.changes],
            "missing": self.missing,
            "unknown_words": self.unknown_words(),
        }


def quoted(text: object) -> str:
    """Return text of a file as a message may hold it: short, and without what no document can hold."""
    plain = " ".join(REFUSED.sub("\ufffd", str(text)).split())
    return plain if len(plain) <= LONGEST_QUOTE else plain[:LONGEST_QUOTE] + "…"
