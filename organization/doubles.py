"""Pairs of rows that are likely the same, page by page, and what was decided of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Value

from organization.merge_kinds import MergeKind
from organization.models import Merge, NotDouble, User

#: So many rows with doubles on one page, so many of what was decided, so many that a page or a search names.
A_PAGE, DECIDED, NAMED = 10, 20, 20
#: So many a form names while a row is added, and the page of a row beside it.
SHOWN_DOUBLES = 5


@dataclass(frozen=True)
class Decided:
    """A pair that was decided on: the line that says it, the two rows where the reader sees them.

    Args:
        line: what says it.
        one: the row that was merged, or the first of two.
        other: the row that was kept, or the second.
        may: whether the reader may decide otherwise.
    """

    line: Merge | NotDouble
    one: Any
    other: Any
    may: bool


@dataclass(frozen=True)
class Compared:
    """What two rows say of one fact, side by side."""

    label: str
    kept: Any
    merged: Any

    @property
    def differs(self) -> bool:
        """Whether the two say different things."""
        return bool(self.kept != self.merged)


def rows_with_doubles(kind: MergeKind, user: User) -> QuerySet[Any]:
    """Return the rows that have a newer likely double, the newest first, as far as the user sees both."""
    seen = kind.rows_for(user)
    return kind.shown(seen.with_likely_doubles()).order_by("-pk")


def pairs_of(kind: MergeKind, user: User, rows: Sequence[Any]) -> list[tuple[Any, list[Any]]]:
    """Return each row with its newer likely doubles (a few queries, however many rows)."""
    seen = kind.rows_for(user)
    asked = [
        seen.likely_doubles_of(row).filter(pk__gt=row.pk).annotate(of=Value(row.pk)).order_by().values_list("of", "pk")
        for row in rows
    ]
    found = list(asked[0].union(*asked[1:], all=True)) if asked else []
    others = {one.pk: one for one in kind.shown(seen.filter(pk__in={pk for _of, pk in found}))}
    return [(row, [others[pk] for of, pk in sorted(found) if of == row.pk and pk in others]) for row in rows]


def likely_doubles(kind: MergeKind, user: User, row: Any) -> QuerySet[Any]:
    """Return the likely doubles of a row, among those where the user looks for them."""
    return kind.shown(kind.rows_for(user).likely_doubles_of(row)[:NAMED])


def found_by(kind: MergeKind, user: User, row: Any, words: str) -> QuerySet[Any]:
    """Return the rows that words mean and that a row could be the same as."""
    return kind.shown(kind.search(kind.rows_for(user), words).exclude(pk=row.pk))[:NAMED]


def merges_of(kind: MergeKind, user: User) -> list[Decided]:
    """Return the newest merges that stand, where the user sees one of the two; the other has no name there."""
    seen = kind.seen_by(user).values("pk")
    lines = Merge.objects.visible_to(user).standing().filter(Q(kept__in=seen) | Q(merged__in=seen), kind=kind.slug)
    return _decided(kind, user, lines)


def said_different(kind: MergeKind, user: User) -> list[Decided]:
    """Return the newest pairs that are no doubles, as far as the user sees both."""
    seen = kind.seen_by(user).values("pk")
    lines = NotDouble.objects.visible_to(user).filter(kind=kind.slug, first__in=seen, second__in=seen)
    return _decided(kind, user, lines)


def _decided(kind: MergeKind, user: User, found: QuerySet[Any]) -> list[Decided]:
    """Return the newest lines with their rows, as far as the user sees these (two queries)."""
    lines = list(found.select_related("by__person")[:DECIDED])
    numbers = {pk for line in lines for pk in line.pair}
    rows = kind.seen_by(user).in_bulk(numbers) if numbers else {}
    return [_seen_pair(kind, user, line, *(rows.get(pk) for pk in line.pair)) for line in lines]


def _seen_pair(kind: MergeKind, user: User, line: Merge | NotDouble, one: Any, other: Any) -> Decided:
    """Return a pair with whether the user, who sees these rows of it, decides on it."""
    may = one is not None and other is not None and not kind.not_decided_by(user, one, other)
    return Decided(line, one, other, may)


def side_by_side(kind: MergeKind, kept: Any, merged: Any) -> list[Compared]:
    """Return what both rows say, for each fact that one of the two has."""
    pairs = zip(kind.facts(kept), kind.facts(merged), strict=True)
    return [Compared(str(label), one, other) for (label, one), (_label, other) in pairs if one or other]
