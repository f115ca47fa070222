"""What was merged leads to one that stands, its merge is told, and nothing is left with it."""

from collections.abc import Iterator, Mapping
from typing import Any

from organization.integrity import Finding, broken, invariant
from organization.merge_kinds import MergeKind, all_merge_kinds
from organization.models import Merge


@invariant("5_nothing_is_left_with_what_was_merged")
def left_behind() -> Finding:
    """What was merged into another leads to one that stands, in no circle, and nothing that moves is left with it."""
    checked, found = 0, []
    for kind in all_merge_kinds():
        rows = kind.model_class._base_manager
        into = dict(rows.filter(merged_into__isnull=False).values_list("pk", "merged_into"))
        checked += len(into)
        found += [broken((kind.model, pk), "was merged in a circle") for pk in into if _comes_back(pk, into)]
        found += [broken((kind.model, pk), "its merge is not told") for pk in sorted(_untold(kind, into))]
        merged = rows.filter(merged_into__isnull=False).values("pk")
        found += [broken(row, "belongs to what was merged into another") for row in _left(kind, merged)]
        wrong = rows.filter(merged_into__isnull=False).exclude(**kind.leaves_as) if kind.leaves_as else ()
        found += [broken(row, "was merged and says something else") for row in wrong]
    return Finding(checked, found)


def _left(kind: MergeKind, merged: Any) -> Iterator[Any]:
    for rows in kind.left_with(merged):
        yield from rows


def _untold(kind: MergeKind, into: Mapping[int, int]) -> set[int]:
    """Return the rows that were merged without a line that says into what, and those of which a line says so alone."""
    lines = dict(Merge.objects.standing().filter(kind=kind.slug).values_list("merged", "kept"))
    ends = {pk: _end(pk, into) for pk in into}
    untold = {pk for pk in into if pk not in lines or _end(lines[pk], into) != ends[pk]}
    return untold | (lines.keys() - into.keys())


def _end(start: int, into: Mapping[int, int]) -> int:
    """Return where following merges leads."""
    seen, here = {start}, start
    while here in into and into[here] not in seen:
        here = into[here]
        seen.add(here)
    return here


def _comes_back(start: int, into: Mapping[int, int]) -> bool:
    """Return whether following merges never ends."""
    return _end(start, into) in into
