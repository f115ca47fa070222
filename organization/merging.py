"""Merging two rows that are the same, and parting them again."""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organization.merge_kinds import MergeKind, merge_kind
from organization.models import Merge, NotDouble, RuleError, User, all_or_nothing
from organization.moving import Moving, Row, changed_since, merged_since, move_back
from organization.verbs import verb
from organization.ways_back import WayBack

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@verb
def merge(kept_row: Row, merged_row: Row, *, by: User, reason: str) -> Merge:
    """Merge a row into another, which then stands for both.

    Args:
        kept_row: which one stands for both.
        merged_row: which one leads to it from now on.
        by: who decides it.
        reason: why; it stays in the records.

    Returns:
        The line that says it, by which it can be undone.

    Raises:
        RuleError: when a rule speaks against it, the other was merged meanwhile, or no reason is given.
    """
    if not reason.strip():
        raise RuleError(_("Please write a reason; it stays in the records."))
    kind = merge_kind(kept_row.merge_kind)
    with all_or_nothing():
        kept, merged = _locked(kind, kept_row.pk, merged_row.pk)
        if problem := kind.refusal(kept, merged, by):
            raise RuleError(problem)
        moving = Moving(kept, merged)
        for label, relation in kind.relations.items():
            if relation.moves:
                moving.move(label, relation.once)
        for step in kind.steps:
            step(moving)
        moving.set(merged, merged_into_id=kept.pk, **kind.leaves_as)
        if problem := kind.broken(kept):
            raise RuleError(problem)
        _claim(kept, merged)
        line = Merge(kind=kind.slug, branch_id=kept.branch_id, kept=kept.pk, merged=merged.pk, by=by)
        line.reason, line.moved, line.day = reason.strip(), moving.as_json(), kind.day(merged)
        line.full_clean()
        line.save()
    for row in (kept_row, merged_row):
        row.refresh_from_db()
    return line


@verb
def undo_merge(line: Merge, *, by: User, reason: str) -> None:
    """Part two merged rows again, each with what it had.

    Raises:
        RuleError: when something stands on the merge, `by` does not decide on it, or no reason is given.
    """
    with UNDO.taking(line, by=by, reason=reason) as (locked, told):
        kind = merge_kind(locked.kind)
        kept, merged = _locked(kind, locked.kept, locked.merged)
        if problem := what_stands_on(locked):
            raise RuleError(problem)
        move_back(locked.moved, kept)
        kind.move_back(locked, kept, merged)
        if problem := kind.broken(kept, merged):
            raise RuleError(problem)
        told.facts = {"kind": kind.slug, "kept": kept.pk, "merged": merged.pk}
        _claim(kept, merged)
        locked.undone_by, locked.undone_at, locked.undone_reason = by, timezone.now(), reason.strip()
        locked.save(update_fields=["undone_by", "undone_at", "undone_reason"])
    line.refresh_from_db()


@verb
def say_different(one: Row, other: Row, *, by: User) -> NotDouble:
    """Keep that two rows are not the same.

    Raises:
        RuleError: when `by` does not decide on both, or it was said already.
    """
    if problem := merge_kind(one.merge_kind).not_decided_by(by, one, other):
        raise RuleError(problem)
    first, second = sorted((one.pk, other.pk))
    said = NotDouble(kind=one.merge_kind, branch_id=one.branch_id, first=first, second=second, by=by)
    said.validate_constraints()
    with all_or_nothing():
        said.save()
    return said


@verb
def take_difference_back(pair: NotDouble, *, by: User, reason: str) -> None:
    """Let two be shown as likely doubles again.

    Raises:
        RuleError: when `by` does not decide on both, or no reason is given.
    """
    with NOT_DOUBLE.taking(pair, by=by, reason=reason) as (locked, line):
        line.facts = {"kind": locked.kind, "first": locked.first, "second": locked.second}
        locked.delete()


def what_stands_on(line: Merge) -> "StrOrPromise":
    """Return what stands on a merge, so that it cannot be undone; empty when nothing does (a few queries)."""
    if line.undone_at:
        return _("It was undone already.")
    kind = merge_kind(line.kind)
    later = Merge.objects.standing().about(line.kind, line.kept, line.merged).filter(pk__gt=line.pk)
    if later.exists():
        return _("One of the two was merged further. Undo that first.")
    kept, merged = (kind.model_class._base_manager.get(pk=pk) for pk in (line.kept, line.merged))
    if problem := kind.stands(line, kept, merged):
        return problem
    if since := next(merged_since(line.moved, merged), None):
        return _("“%(name)s” was merged since. Undo that first.") % {"name": since}
    if changed := changed_since(line.moved, kept):
        return _("What the merge moved was changed since: %(what)s.") % {"what": changed}
    return ""


def _locked(kind: MergeKind, kept: int, merged: int) -> tuple[Row, Row]:
    """Return both rows, locked in one order, so that of two merges at one moment the second one waits."""
    kind.lock_first([kept, merged])
    rows = kind.model_class._base_manager.select_for_update(of=("self",)).filter(pk__in=[kept, merged]).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) < len({kept, merged}):
        raise RuleError(_("One of the two is gone."))
    return found[kept], found[merged]


def _claim(*rows: Row) -> None:
    """Count an edit of each row, so that no copy that was read before is saved over what was decided."""
    for row in rows:
        row._claim_version()


def names_of(line: Merge) -> str:
    """Return what was merged into what, by number: names may be gone from the records one day."""
    return f"{merge_kind(line.kind).model_class._meta.verbose_name} {line.merged} → {line.kept}"


def list_of(line: Merge | NotDouble) -> str:
    """Return the address of the list in which a decision stands."""
    return reverse(merge_kind(line.kind).list_name)


def decides(user: User, line: Merge | NotDouble) -> bool:
    """Return whether the user decides on a pair that was decided on: who could decide so (one query)."""
    kind = merge_kind(line.kind)
    rows = list(kind.model_class._base_manager.filter(pk__in=line.pair))
    return not kind.not_decided_by(user, *rows) if rows else user.manages(line.branch_id)


UNDO = WayBack(
    slug="merge",
    model="organization.Merge",
    noun=_("Merge"),
    title=_("Undo the merge"),
    consequence=_("The two are records of their own again, each with what it had before."),
    done=_("Undone. Both stand on their own again."),
    kept=decides,
    kept_until=what_stands_on,
    named=names_of,
    day=lambda line: line.day,
    leads_to=list_of,
    verb=undo_merge,
    in_reports=True,
)
NOT_DOUBLE = WayBack(
    slug="not_double",
    model="organization.NotDouble",
    noun=_("Pair that is no double"),
    title=_("Show it as a likely double again"),
    consequence=_("The two are shown as likely doubles again."),
    done=_("They are shown as likely doubles again."),
    kept=decides,
    leads_to=list_of,
    verb=take_difference_back,
)
WAYS = (UNDO, NOT_DOUBLE)
