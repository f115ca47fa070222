"""What a document is made of, whatever format it is written in: each writer says the same parts in its own way."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from evidence.looking import evidence_storage
from evidence.models import Evidence
from outcomes.documents import drawing
from pairings.numbers import plain

Cell = str | int | Decimal | datetime.date


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is 一、, level 2 （一）, level 3 1., which the writer numbers."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table with a caption that the writer numbers.

    Args:
        caption: what the table holds.
        head: the columns' headings.
        rows: as many cells each as there are headings.
        widths: how wide each column is beside the others.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]

    @property
    def numeric(self) -> frozenset[int]:
        """Return the places of the columns that hold numbers and nothing else."""
        columns = range(len(self.head))
        return frozenset(
            place for place in columns if self.rows and all(isinstance(row[place], int | Decimal) for row in self.rows)
        )


@dataclass(frozen=True)
class Picture:
    """A picture of the store with its caption, read where a writer asks for it.

    Args:
        evidence: the file.
        caption: what it is called.
        alternative: what it shows, for those who do not see it.
    """

    evidence: Evidence
    caption: str
    alternative: str

    @property
    def content(self) -> bytes:
        """Read the picture, no larger than paper needs.

        Raises:
            DamagedFileError: when the store has lost it.
        """
        self.evidence.file.refuse_damage()
        with evidence_storage().open(self.evidence.file.path) as file:
            return drawing.for_paper(file)


@dataclass(frozen=True)
class Chart:
    """A chart with its caption, drawn where a writer asks for its picture.

    Args:
        option: what it shows, as pages draw it too.
        caption: what it is called.
        alternative: what it shows in words, for those who do not see it: every number in it.
        height: in pixels of a page.
    """

    option: dict[str, Any]
    caption: str
    alternative: str
    height: int = 300

    @property
    def drawing(self) -> str:
        """Draw it, as an SVG in the colours of paper."""
        return drawing.draw(self.option, height=self.height)

    @property
    def content(self) -> bytes:
        """Draw the picture, for writers that take no lines."""
        return drawing.on_paper(self.drawing)


@dataclass(frozen=True)
class Diagram:
    """A drawing with its caption.

    Args:
        svg: the drawing, by our own template; its colours are design tokens.
        caption: what it is called.
        alternative: what it shows in words, for those who do not see it.
    """

    svg: SafeString
    caption: str
    alternative: str

    @property
    def drawing(self) -> str:
        """Return it in the colours of paper."""
        return drawing.in_colours_of_paper(self.svg)

    @property
    def content(self) -> bytes:
        """Draw the picture, for writers that take no lines."""
        return drawing.on_paper(self.svg)


@dataclass(frozen=True)
class Signature:
    """Who hands the document in, and when; the seal goes over both."""

    branch: str
    day: datetime.date


Part = Heading | Paragraph | Table | Picture | Chart | Diagram | Signature


@dataclass(frozen=True)
class Document:
    """A document before it is written.

    Args:
        title: its title, in one or two lines.
        author: the branch.
        parts: what it says, in order.
        line: what stands under the title, such as authors; may be empty.
        has_contents: whether a table of contents stands before the text.
    """

    title: tuple[str, ...]
    author: str
    parts: tuple[Part, ...]
    line: str = ""
    has_contents: bool = False
    made_on: datetime.date = field(default_factory=datetime.date.today)

    @property
    def tables(self) -> Iterator[Table]:
        """Yield the tables in order."""
        return (part for part in self.parts if isinstance(part, Table))

    @property
    def name(self) -> str:
        """Return the title in one line."""
        return "".join(self.title)


def shown(cell: Cell) -> str:
    """Return what a cell says on paper: a day as office tables write it, a number without an exponent."""
    if isinstance(cell, datetime.date):
        return f"{cell.year}.{cell.month}.{cell.day}"
    return plain(cell) if isinstance(cell, Decimal) else str(cell)
