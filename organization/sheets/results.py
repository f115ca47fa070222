"""What came of an import."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RowError:
    """Why a row was refused; `row` is the sheet's own number, `column` its heading."""

    row: int | None
    column: str
    message: str

    def __str__(self) -> str:
        place = " ".join(part for part in (str(self.row or ""), self.column) if part)
        return f"{place}: {self.message}" if place else self.message


@dataclass
class ImportResult:
    """How many rows an import read, and what it did with them; with an error it wrote nothing."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the object that other programs read (docs/imports.md)."""
        return {
            "rows": self.rows,
            "created": 0 if self.errors else self.created,
            "updated": 0 if self.errors else self.updated,
            "unchanged": self.unchanged,
            "errors": [vars(error) for error in self.errors],
        }
