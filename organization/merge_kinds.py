"""What can be merged, and what each app said of it: what moves, what stays, what speaks against it.

A system check names the relations of which nobody spoke.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Count, ManyToOneRel, Model, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from organization.models import Merge, User
from organization.moving import Moving, Row, link_of
from organization.ways_back import holder_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SAME, DIFFERENT = _("It is the same as another record …"), _("They are different")
#: Moves what the words of the relations do not.
Step = Callable[[Moving], object]
#: Yields why one row cannot be merged into another, given (kept, merged).
Against = Callable[[Row, Row], Iterator["StrOrPromise"]]
#: Yields what of a row would be broken by what was merged or parted.
Broken = Callable[[Row], Iterator["StrOrPromise"]]
#: Locks what stands before rows of a model, given their numbers.
Lock = Callable[[Collection[int]], object]


@dataclass(frozen=True)
class Relation:
    """What becomes of the rows that point to a merged one.

    Args:
        moves: whether they come to point to the kept one; else they stay.
        once: the other columns of which the kept one has each value once; the double row is taken off.
        by_step: whether a step moves them or takes them off.
        may_stay: which of them a step leaves where they are.
    """

    moves: bool = False
    once: Sequence[str] | None = None
    by_step: bool = False
    may_stay: Callable[[], Q] = field(default=lambda: Q(pk__in=[]))


#: They stay with the merged row, as history.
STAYS = Relation()
#: A step moves all of them.
BY_STEP = Relation(by_step=True)


def moves(*once: str) -> Relation:
    """Return that rows come to point to the kept one; with columns, that it has each value of them once."""
    return Relation(moves=True, once=once or None)


def by_step(may_stay: Callable[[], Q]) -> Relation:
    """Return that a step moves the rows, but for some."""
    return Relation(by_step=True, may_stay=may_stay)


def nothing(*_given: Any) -> str:
    """Return that nothing speaks against it."""
    return ""


@dataclass(frozen=True)
class MergeKind:
    """One kind of rows that can be merged.

    Args:
        slug: its name in addresses, in Merge.kind and in the model's `merge_kind`.
        model: the model as "app_label.Model".
        title: what the list of its likely doubles is called.
        consequence: what merging two of them does.
        facts: what of a row is shown beside the other's: pairs of label and words.
        same: what the way from a row's page to another one that is the same is called.
        shown: fetches what `facts` reads.
        named: what a row is called, so that it can be told from one that looks like it.
        seen: the rows among which somebody looks for doubles.
        not_by: why somebody decides nothing about a row though it is of a branch of theirs, given (row, user).
        search: those of rows that words mean.
        different: what the button is called that says that two are not the same.
        problem: why two rows cannot be merged by somebody, given (kept, merged, by).
        move: moves what the relations' words do not, given the Moving.
        move_back: puts back what the lines of a Merge do not say, given (merge, kept, merged).
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
    named: Callable[[Row], str] = str
    seen: Callable[[Any, User], Any] = lambda rows, user: rows.visible_to(user)
    not_by: Callable[[Row, User], "StrOrPromise"] = nothing
    search: Callable[[Any, str], Any] = lambda rows, words: rows.filter(**{f"{rows.model.likened}__icontains": words})
    same: "StrOrPromise" = SAME
    different: "StrOrPromise" = DIFFERENT
    problem: Callable[[Row, Row, User], "StrOrPromise"] = nothing
    move: Step = nothing
    move_back: Callable[[Merge, Row, Row], object] = nothing
    leaves_as: Mapping[str, Any] = field(default_factory=dict)
    stands: Callable[[Merge, Row, Row], "StrOrPromise"] = nothing
    day: Callable[[Row], Any] = field(default=lambda _row: None)
    leads_to: Callable[[Row], str] = holder_of

    @property
    def model_class(self) -> Any:
        """Return the model."""
        return apps.get_model(self.model)

    def seen_by(self, user: User) -> Any:
        """Return the rows among which the user looks for doubles, with those that were merged."""
        return self.seen(self.model_class.objects.all(), user)

    def rows_for(self, user: User) -> Any:
        """Return the rows that stand for themselves, as far as the user looks for doubles among them."""
        return self.seen_by(user).present()

    @property
    def list_name(self) -> str:
        """Return the name of the list's address."""
        return f"doubles_{self.slug}"

    @property
    def choose_name(self) -> str:
        """Return the name of the address at which another one is looked for."""
        return f"same_as_{self.slug}"

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

    @property
    def steps(self) -> Sequence[Step]:
        """Return what moves what the relations' words do not."""
        return (self.move, *_steps.get(self.model, ()))

    def lock_first(self, rows: Collection[int]) -> None:
        """Lock what is locked before two rows of the kind are, by whoever else locks both (a few queries)."""
        for lock in _locking.get(self.model, ()):
            lock(rows)

    def not_decided_by(self, user: User, *rows: Row) -> "StrOrPromise":
        """Return why a user does not decide whether rows are the same, one way or back; empty when they do."""
        if not all(user.manages(row.branch_id) for row in rows):
            return _("The secretary of both branches, or the operator, decides on this.")
        return next((words for row in rows if (words := self.not_by(row, user))), "")

    def problems(self, kept: Row, merged: Row, by: User) -> "list[StrOrPromise]":
        """Return why two rows cannot be merged now (a few queries)."""
        if kept.pk == merged.pk:
            return [_("This is one and the same record.")]
        if kept.is_merged or merged.is_merged:
            return [_("One of the two was merged already.")]
        if first := self.not_decided_by(by, kept, merged) or self.problem(kept, merged, by):
            return [first]
        return [words for ask in _against.get(self.model, ()) for words in ask(kept, merged)]

    def refusal(self, kept: Row, merged: Row, by: User) -> "StrOrPromise":
        """Return the first of what speaks against merging two rows; empty when nothing does (a few queries)."""
        return next(iter(self.problems(kept, merged, by)), "")

    def broken(self, *rows: Row) -> "StrOrPromise":
        """Return what of rows does not hold any more, by what was merged or parted (a few queries)."""
        return next((words for row in rows for ask in _broken.get(self.model, ()) for words in ask(row)), "")

    def left_with(self, rows: Any) -> Iterator[QuerySet[Any]]:
        """Yield, by relation, the rows that point to merged ones and should not.

        Args:
            rows: the merged rows' numbers.
        """
        for label, relation in self.relations.items():
            if relation.moves or relation.by_step:
                model, name = link_of(label)
                yield model._base_manager.filter(**{f"{name}__in": rows}).exclude(relation.may_stay())

    def what_moves(self, merged: Row) -> "list[tuple[StrOrPromise, int]]":
        """Return how many rows of which kind would come to belong to the one that is kept (one query)."""
        asked, names = [], {}
        for rows in self.left_with([merged.pk]):
            name = rows.model._meta.label
            names[name] = rows.model._meta.verbose_name_plural
            counted = rows.annotate(of=Value(name)).order_by().values("of").annotate(count=Count("pk"))
            asked.append(counted.values_list("of", "count"))
        found: dict[str, int] = {}
        for name, count in asked[0].union(*asked[1:], all=True) if asked else ():
            found[name] = found.get(name, 0) + count
        return [(names[name], found[name]) for name in names if found.get(name)]


_kinds: dict[str, MergeKind] = {}
_told: dict[str, dict[str, Relation]] = {}
_steps: dict[str, list[Step]] = {}
_against: dict[str, list[Against]] = {}
_broken: dict[str, list[Broken]] = {}
_locking: dict[str, list[Lock]] = {}


def register(kind: MergeKind) -> MergeKind:
    """Add a kind."""
    _kinds[kind.slug] = kind
    return kind


def tell(model: str, relations: Mapping[str, Relation]) -> None:
    """Say what becomes of relations ("app_label.Model.field") that point to a mergeable model."""
    _told.setdefault(model, {}).update(relations)


def moves_too(model: str) -> Callable[[Step], Step]:
    """Register what an app moves, or takes off, when two rows of a model are merged."""

    def keep(step: Step) -> Step:
        _steps.setdefault(model, []).append(step)
        return step

    return keep


def speaks_against(model: str) -> Callable[[Against], Against]:
    """Register what of an app's rows keeps two rows of a model from being merged."""

    def keep(ask: Against) -> Against:
        _against.setdefault(model, []).append(ask)
        return ask

    return keep


def must_hold(model: str) -> Callable[[Broken], Broken]:
    """Register what has to be true of rows of a model after they were merged, and after they were parted."""

    def keep(ask: Broken) -> Broken:
        _broken.setdefault(model, []).append(ask)
        return ask

    return keep


def locked_before(model: str) -> Callable[[Lock], Lock]:
    """Register what an app locks, given the rows' numbers, before two rows of a model are locked and merged, or parted.

    Whatever else locks it and one of them locks it first, so that the two do not wait for each other.
    """

    def keep(lock: Lock) -> Lock:
        _locking.setdefault(model, []).append(lock)
        return lock

    return keep


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
