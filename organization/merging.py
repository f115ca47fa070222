"""Merging two rows that are the same: what moves, what stays, what speaks against it; and parting them again.

Each app says of every relation that points to a mergeable model what becomes of it; a system check names those that
nobody spoke of. The kinds stand beside their models.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from auditlog.registry import auditlog
from django.apps import apps
from django.db.models import ManyToOneRel, Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organization.models import Merge, RuleError, User, all_or_nothing
from organization.trail import audited_update
from organization.ways_back import WayBack, holder_of, manages_it

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Row = Any


@dataclass(frozen=True)
class Relation:
    """What becomes of the rows that point to a merged one.

    Args:
        moves: whether they come to point to the kept one; else they stay, or their kind moves them itself.
        once: the other columns of which the kept one has each value once.
        clash: what is said when the kept one has such a row already; empty where the double row is taken off.
    """

    moves: bool = False
    once: Sequence[str] | None = None
    clash: "StrOrPromise" = ""


#: They stay with the merged row, as history, or their kind moves them itself.
STAYS = Relation()


def moves(*once: str, clash: "StrOrPromise" = "") -> Relation:
    """Return that rows come to point to the kept one; with columns, that it has each value of them once."""
    return Relation(moves=True, once=once or None, clash=clash)


def only_one(clash: "StrOrPromise") -> Relation:
    """Return that a row moves, and is refused where the kept one has one already."""
    return Relation(moves=True, once=(), clash=clash)


def nothing(*_given: Any) -> str:
    """Return that nothing speaks against it."""
    return ""


@dataclass
class Moving:
    """What a merge changes, written as it is done, so that it can be undone: nothing else may change rows in one."""

    kept: Row
    merged: Row
    changed: list[list[Any]] = field(default_factory=list)
    taken_off: list[list[Any]] = field(default_factory=list)
    tied: list[list[Any]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    def set(self, row: Model, **values: Any) -> None:
        """Change columns of a row, by their attribute names, and keep what stood there."""
        pairs = {name: [_plain(row.__dict__[name]), _plain(new)] for name, new in values.items()}
        self.changed.append([row._meta.label, row.pk, pairs])
        write(row, values)

    def take_off(self, row: Model) -> None:
        """Delete a row whose like the kept one has already, and keep what it said."""
        values = {one.attname: _plain(row.__dict__[one.attname]) for one in columns(row)}
        self.taken_off.append([row._meta.label, values])
        row.delete()

    def tie(self, name: str, others: Iterable[Model]) -> None:
        """Tie what is missing to the kept one by a many-to-many field."""
        held = set(getattr(self.kept, name).values_list("pk", flat=True))
        missing = [other for other in others if other.pk not in held]
        getattr(self.kept, name).add(*missing)
        self.tied += [[name, other.pk] for other in missing]

    def move(self, label: str, relation: Relation) -> None:
        """Let the rows of a relation point to the kept one.

        Raises:
            RuleError: where the kept one has such a row already and cannot have two.
        """
        model, name = _link_of(label)
        link = model._meta.get_field(name)
        of_kept = model._base_manager.filter(**{name: self.kept.pk})
        for row in model._base_manager.filter(**{name: self.merged.pk}).order_by("pk"):
            is_double = relation.once is not None and of_kept.filter(**_like(row, relation.once)).exists()
            if is_double and relation.clash:
                raise RuleError(relation.clash)
            if is_double:
                self.take_off(row)
            else:
                self.set(row, **{link.attname: self.kept.pk})

    def as_json(self) -> dict[str, Any]:
        """Return what a Merge keeps."""
        return {"changed": self.changed, "taken_off": self.taken_off, "tied": self.tied, "notes": self.notes}


@dataclass(frozen=True)
class MergeKind:
    """One kind of rows that can be merged.

    Args:
        slug: its name in addresses, in Merge.kind and in the model's `merge_kind`.
        model: the model as "app_label.Model".
        title: what the list of its likely doubles is called.
        consequence: what merging two of them does.
        facts: what of a row is shown beside the other's: pairs of label and words.
        shown: fetches what `facts` reads.
        problem: why two rows cannot be merged by somebody, given (kept, merged, by).
        move: moves what the relations' words do not, given the Moving.
        leaves_as: what the merged row becomes besides, by its columns.
        stands: what stands on a merge, given (merge, kept, merged).
        day: the day on which a row counts.
        leads_to: the address of a row's page.
    """

    slug: str
    model: str
    title: "StrOrPromise"
    consequence: "StrOrPromise"
    facts: Callable[[Row], Sequence[tuple["StrOrPromise", Any]]]
    shown: Callable[[QuerySet[Any]], QuerySet[Any]]
    problem: Callable[[Row, Row, User], "StrOrPromise"] = nothing
    move: Callable[[Moving], object] = nothing
    leaves_as: Mapping[str, Any] = field(default_factory=dict)
    stands: Callable[[Merge, Row, Row], "StrOrPromise"] = nothing
    day: Callable[[Row], Any] = field(default=lambda _row: None)
    leads_to: Callable[[Row], str] = holder_of

    @property
    def model_class(self) -> Any:
        """Return the model."""
        return apps.get_model(self.model)

    @property
    def list_name(self) -> str:
        """Return the name of the list's address."""
        return f"doubles_{self.slug}"

    @property
    def merge_name(self) -> str:
        """Return the name of the address at which two are merged."""
        return f"merge_{self.slug}"

    @property
    def different_name(self) -> str:
        """Return the name of the address that keeps that two are different."""
        return f"different_{self.slug}"

    @property
    def relations(self) -> Mapping[str, Relation]:
        """Return what was said of the relations."""
        return _told.get(self.model, {})

    def may(self, user: User, row: Row) -> bool:
        """Return whether the user decides on the row."""
        return user.manages(row.branch_id)

    def refusal(self, kept: Row, merged: Row, by: User) -> "StrOrPromise":
        """Return why two rows cannot be merged now; empty when they can (a few queries)."""
        if kept.pk == merged.pk:
            return _("This is one and the same record.")
        if kept.is_merged or merged.is_merged:
            return _("One of the two was merged already.")
        if not (self.may(by, kept) and self.may(by, merged)):
            return _("The secretary of both branches, or the operator, decides on this.")
        return self.problem(kept, merged, by)


_kinds: dict[str, MergeKind] = {}
_told: dict[str, dict[str, Relation]] = {}


def register(kind: MergeKind) -> MergeKind:
    """Add a kind."""
    _kinds[kind.slug] = kind
    return kind


def tell(model: str, relations: Mapping[str, Relation]) -> None:
    """Say what becomes of relations ("app_label.Model.field") that point to a mergeable model."""
    _told.setdefault(model, {}).update(relations)


def all_merge_kinds() -> tuple[MergeKind, ...]:
    """Return the kinds."""
    return tuple(_kinds.values())


def merge_kind(slug: str) -> MergeKind:
    """Return a kind by its name.

    Raises:
        KeyError: for a name that no kind has.
    """
    return _kinds[slug]


def links_to(model: type[Model]) -> Iterator[str]:
    """Yield every relation that points to a model."""
    for link in model._meta.get_fields(include_hidden=True):
        if isinstance(link, ManyToOneRel):
            yield f"{link.related_model._meta.label}.{link.field.name}"


def unspoken() -> list[str]:
    """Return the relations of mergeable models of which nobody said what becomes of them, and those that are gone."""
    found = []
    for kind in all_merge_kinds():
        links = set(links_to(kind.model_class))
        found += [f"{kind.model}: {one}" for one in sorted(links ^ set(kind.relations))]
    return found


def merge(kept: Row, merged: Row, *, by: User, reason: str) -> Merge:
    """Merge a row into another, which then stands for both.

    Returns:
        The line that says it, by which it can be undone.

    Raises:
        RuleError: when a rule speaks against it, the other was merged meanwhile, or no reason is given.
    """
    if not reason.strip():
        raise RuleError(_("Please write a reason; it stays in the records."))
    kind = merge_kind(kept.merge_kind)
    with all_or_nothing():
        kept, merged = _locked(kind, kept.pk, merged.pk)
        if problem := kind.refusal(kept, merged, by):
            raise RuleError(problem)
        moving = Moving(kept, merged)
        for label, relation in kind.relations.items():
            if relation.moves:
                moving.move(label, relation)
        kind.move(moving)
        moving.set(merged, merged_into_id=kept.pk, **kind.leaves_as)
        kept._claim_version()
        line = Merge(kind=kind.slug, branch_id=kept.branch_id, kept=kept.pk, merged=merged.pk, by=by)
        line.reason, line.moved, line.day = reason.strip(), moving.as_json(), kind.day(merged)
        line.full_clean()
        line.save()
    return line


def undo(line: Merge, *, by: User, reason: str) -> None:
    """Part two merged rows again, each with what it had.

    Raises:
        RuleError: when something stands on the merge, `by` does not decide on it, or no reason is given.
    """
    with UNDO.taking(line, by=by, reason=reason) as (locked, told):
        kind = merge_kind(locked.kind)
        kept, merged = _locked(kind, locked.kept, locked.merged)
        if problem := what_stands_on(locked):
            raise RuleError(problem)
        moved = locked.moved
        for name, pk in moved["tied"]:
            getattr(kept, name).remove(pk)
        for label, pk, pairs in reversed(moved["changed"]):
            row = apps.get_model(label)._base_manager.select_for_update(of=("self",)).get(pk=pk)
            write(row, {name: row._meta.get_field(name).to_python(old) for name, (old, _new) in pairs.items()})
        for label, values in reversed(moved["taken_off"]):
            model = apps.get_model(label)
            model(**{one.attname: one.to_python(values[one.attname]) for one in columns(model)}).save(force_insert=True)
        told.facts = {"kind": kind.slug, "kept": kept.pk, "merged": merged.pk}
        kept._claim_version()
        locked.undone_by, locked.undone_at, locked.undone_reason = by, timezone.now(), reason.strip()
        locked.save(update_fields=["undone_by", "undone_at", "undone_reason"])
    line.refresh_from_db()


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
    return "" if _is_as_merged(line, kept) else _("What the merge moved was changed since.")


def _is_as_merged(line: Merge, kept: Row) -> bool:
    """Return whether what a merge changed still is as it left it."""
    newest: dict[tuple[str, int], dict[str, Any]] = {}
    for label, pk, pairs in line.moved["changed"]:
        newest.setdefault((label, pk), {}).update({name: new for name, (_old, new) in pairs.items()})
    for (label, pk), values in newest.items():
        row = apps.get_model(label)._base_manager.filter(pk=pk).first()
        if row is None or {name: _plain(getattr(row, name)) for name in values} != values:
            return False
    ties = {name for name, _pk in line.moved["tied"]}
    held = {(name, pk) for name in ties for pk in getattr(kept, name).values_list("pk", flat=True)}
    return {(name, pk) for name, pk in line.moved["tied"]} <= held


def _locked(kind: MergeKind, kept: int, merged: int) -> tuple[Row, Row]:
    """Return both rows, locked in one order, so that of two merges at one moment the second one waits."""
    rows = kind.model_class._base_manager.select_for_update(of=("self",)).filter(pk__in=[kept, merged]).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) < len({kept, merged}):
        raise RuleError(_("One of the two is gone."))
    return found[kept], found[merged]


def write(row: Row, values: Mapping[str, Any]) -> None:
    """Write columns past the row's own rules, which were asked before, and let the trail tell it."""
    rows = row._meta.model._base_manager.filter(pk=row.pk)
    if auditlog.contains(row._meta.model):
        audited_update(rows, **values)
    else:
        rows.update(**values)
    for name, value in values.items():
        setattr(row, name, value)


def columns(row: Model | type[Model]) -> list[Any]:
    """Return the columns of a row that are written."""
    return [one for one in row._meta.concrete_fields if not one.generated]


def _like(row: Model, once: Sequence[str]) -> dict[str, Any]:
    """Return the condition for rows that say the same of these columns."""
    attnames = {one.name: one.attname for one in row._meta.concrete_fields}
    return {name: getattr(row, attnames[name]) for name in once}


def _link_of(label: str) -> tuple[Any, str]:
    """Return model and field of a relation's name."""
    app, model, name = label.split(".")
    return apps.get_model(app, model), name


def _plain(value: Any) -> Any:
    """Return a column's value as JSON keeps it."""
    return value if value is None or isinstance(value, bool | int | float | str | list | dict) else str(value)


def names_of(line: Merge) -> str:
    """Return what was merged into what, by number: names may be gone from the records one day."""
    return f"{merge_kind(line.kind).model_class._meta.verbose_name} {line.merged} → {line.kept}"


def decides(user: User, line: Merge) -> bool:
    """Return whether the user decides on a merge: who manages the branches of both."""
    rows = merge_kind(line.kind).model_class._base_manager.filter(pk__in=[line.kept, line.merged])
    return all(user.manages(row.branch_id) for row in rows)


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
    leads_to=lambda line: line.get_absolute_url(),
    verb="undo",
    in_reports=True,
)
NOT_DOUBLE = WayBack(
    slug="not_double",
    model="organization.NotDouble",
    noun=_("Pair that is no double"),
    title=_("Show it as a likely double again"),
    consequence=_("The two are shown as likely doubles again."),
    done=_("They are shown as likely doubles again."),
    kept=manages_it,
    leads_to=lambda pair: pair.get_absolute_url(),
)
WAYS = (UNDO, NOT_DOUBLE)
