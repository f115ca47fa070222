"""What a form has of its own, as tables that a document of a pairing shows: milestones, rounds, money received."""

import datetime
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class OwnTable:
    """A table of a form.

    Args:
        caption: what it holds.
        head: the columns' headings.
        rows: as many cells each as there are headings.
        widths: how wide each column is beside the others.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | int | Decimal | datetime.date, ...], ...]
    widths: tuple[int, ...]
