"""The kinds of sheets that are read into a branch; each app registers its own when Django starts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from organization.sheets import Column, Synonyms

if TYPE_CHECKING:
    from django.db.models import Model
    from django_stubs_ext import StrOrPromise

    from evidence.models import Evidence
    from organization.models import Branch, User
    from organization.sheets import Book, Trace


@dataclass(frozen=True)
class Choices:
    """What the secretary may say once for an unknown word: these words, each alone or with one of those in brackets."""

    words: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Wishes:
    """What whoever reads a sheet in decided: doubles are other people; somebody vouches for the rows."""

    accept_doubles: bool = False
    verified_by: "User | None" = None


@dataclass(frozen=True)
class SheetKind:
    """One kind of sheet.

    Args:
        slug: its name in `SheetImport.kind` and in addresses.
        label: what a page calls it.
        title: what a page says that is done with it.
        about: what a row of it becomes.
        columns: the columns that are known, with the words that a secretary added.
        plan: what the rows of a book do to a branch; it has the `result`, and writes nothing.
        write: writes a plan, in the transaction that is open; the evidence is the kept file.
        obstacles: yields what, besides rows that stand on them, keeps written rows from being undone.
        choices: what a word of a use may mean in a branch; no words where it is typed.
        example: the cells of the template's example row, by heading.
        offers: what a cell of the template may be chosen from, by heading.
        days: the headings of columns that hold days.
    """

    slug: str
    label: "StrOrPromise"
    title: "StrOrPromise"
    about: "type[Model]"
    columns: Callable[[Synonyms], list[Column]]
    plan: "Callable[[Book, Branch, Wishes], Any]"
    write: "Callable[[Any, User, Evidence], None]"
    obstacles: "Callable[[Sequence[Trace]], Iterator[str]]"
    choices: "Callable[[str, Branch], Choices]"
    example: Mapping[str, str] = field(default_factory=dict)
    offers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    days: frozenset[str] = frozenset()


_kinds: dict[str, SheetKind] = {}


def register(kind: SheetKind) -> SheetKind:
    """Add a kind, and return it."""
    _kinds[kind.slug] = kind
    return kind


def kind_of(slug: str) -> SheetKind:
    """Return a kind.

    Raises:
        KeyError: when there is none of this name.
    """
    return _kinds[slug]


def all_kinds() -> list[SheetKind]:
    """Return the kinds in the order in which they were registered."""
    return list(_kinds.values())
