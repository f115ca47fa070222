"""What the page of an import shows: its counts, and its rows by what came of them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imports.models import SheetImport

ROWS_ON_A_PAGE = 50
#: Each state of a row in the order in which they matter, with its words and its colour.
STATES: dict[str, tuple[Any, str]] = {
    "refused": (pgettext_lazy("rows of a sheet", "Refused"), "red"),
    "double": (_("Likely double"), "amber"),
    "changed": (_("Changed"), "blue"),
    "shared": (_("Shared with another branch"), "blue"),
    "new": (pgettext_lazy("rows of a sheet", "New"), "green"),
    "same": (_("Unchanged"), "soft"),
}


@dataclass(frozen=True)
class Counted:
    """How many rows came to a state, and the address of those rows."""

    state: str
    label: Any
    tone: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class ShownRow:
    """A row as the page shows it."""

    place: str
    about: str
    state: str
    label: Any
    tone: str
    cells: list[dict[str, str]]
    errors: list[dict[str, Any]] = field(default_factory=list)


def counts_of(sheet_import: SheetImport, chosen: str) -> list[Counted]:
    """Return how many rows came to each state that any row came to."""
    found = Counter(change["state"] for change in sheet_import.findings.get("changes", []))
    return [
        Counted(state, label, tone, found[state], state == chosen)
        for state, (label, tone) in STATES.items()
        if found[state]
    ]


def rows_of(sheet_import: SheetImport, chosen: str, number: str) -> Page:
    """Return a page of the rows, those that need somebody first, or those of one state."""
    changes = sheet_import.findings.get("changes", [])
    order = {state: place for place, state in enumerate(STATES)}
    shown = [change for change in changes if chosen in ("", change["state"])]
    shown.sort(key=lambda change: order[change["state"]])
    is_one_sheet = len({change["sheet"] for change in changes}) == 1
    page = Paginator(shown, ROWS_ON_A_PAGE).get_page(number)
    errors: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for error in sheet_import.findings.get("errors", []):
        errors.setdefault((error["sheet"], error["row"]), []).append(error)
    page.object_list = [_shown(change, errors, is_one_sheet=is_one_sheet) for change in page.object_list]
    return page


def _shown(
    change: dict[str, Any], errors: dict[tuple[str, int], list[dict[str, Any]]], *, is_one_sheet: bool
) -> ShownRow:
    """Return a row as the page shows it."""
    label, tone = STATES[change["state"]]
    return ShownRow(
        place=str(change["row"]) if is_one_sheet else f"{change['sheet']} {change['row']}",
        about=change["about"],
        state=change["state"],
        label=label,
        tone=tone,
        cells=change["cells"],
        errors=errors.get((change["sheet"], change["row"]), []),
    )
