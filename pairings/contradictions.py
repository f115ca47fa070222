"""What a record says that another of its words, another record or its proof speaks against: shown, held against nobody.

Each app registers the kinds of its own records (`register`). A contradiction is worked out whenever somebody looks and
is never stored; stored is the answer to it (`ContradictionAnswer`), which holds for the facts that it was given to.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, Count, ExpressionWrapper, Model, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from organization.models import Branch, RuleError, User, all_or_nothing
from organization.reach import Viewer
from organization.verbs import verb
from pairings.models import ContradictionAnswer

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Row = Any


@dataclass(frozen=True)
class Told:
    """What contradicts what, in a whole sentence that says what to do, and the facts that an answer is given to."""

    words: str
    facts: tuple[Any, ...]


def sentences(*said: str) -> str:
    """Return whole sentences one after another, as the reader's language parts them."""
    return (" " if get_language() == "en" else "").join(map(str, said))


class Contradiction:
    """A kind of contradiction; each kind is a class of its own.

    Attributes:
        slug: its name in addresses and in ContradictionAnswer.kind.
        name: what it is called in lists.
        model: the model of its records as "app_label.Model".
        permission: what somebody may do to the record who sees and answers it, besides whoever manages its branch.
        shown_with: relations that its words read.
    """

    slug: str
    name: "StrOrPromise"
    model: str
    permission: str
    shown_with: Sequence[str] = ()

    @property
    def model_class(self) -> type[Model]:
        """Return the model of its records."""
        return apps.get_model(self.model)

    def condition(self) -> Any:
        """Return the condition, for the database, that a record has it."""
        raise NotImplementedError  # each kind says what contradicts what

    def tell(self, rows: Sequence[Row], user: Viewer) -> Mapping[int, Told]:
        """Return by number what is to be said of records that have it, with a fixed number of queries.

        Args:
            rows: records that the reader sees, with `shown_with`.
            user: who reads: other records are named only to whoever sees them; the facts are the same for everybody.
        """
        raise NotImplementedError  # each kind has its own words

    def fingerprint(self, told: Told) -> str:
        """Return by which it is known whether an answer was given to these facts."""
        return hashlib.sha256(json.dumps([self.slug, *told.facts], default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Found:
    """A record that contradicts itself or another, in words, and the answer that was given to it."""

    kind: Contradiction
    row: Row
    words: str
    fingerprint: str
    answer: ContradictionAnswer | None


_kinds: dict[str, Contradiction] = {}


def register(*kinds: Contradiction) -> None:
    """Add kinds of contradictions."""
    for kind in kinds:
        _kinds[kind.slug] = kind


def all_kinds() -> tuple[Contradiction, ...]:
    """Return the registered kinds."""
    return tuple(_kinds.values())


def kind_of(slug: str) -> Contradiction:
    """Return the kind of a slug.

    Raises:
        KeyError: for a name that nothing registered.
    """
    return _kinds[slug]


def may_answer(user: User, kind: Contradiction, row: Row) -> bool:
    """Return whether the user sees what contradicts in a record, and may say why it is right all the same."""
    return user.is_authenticated and (user.manages(row.branch_id) or user.has_perm(kind.permission, row))


def in_rows(rows: Iterable[Row], user: User) -> list[Found]:
    """Return what contradicts in records of one model, as far as it is the user's to answer.

    One query where there is nothing, besides three for each kind that is there.
    """
    known = {row.pk: row for row in rows}
    if not known:
        return []
    model = type(next(iter(known.values())))
    kinds = [kind for kind in all_kinds() if issubclass(model, kind.model_class)]
    if not kinds:
        return []
    flags = {f"has_{kind.slug}": ExpressionWrapper(Q(kind.condition()), BooleanField()) for kind in kinds}
    asked = kinds[0].model_class._base_manager.filter(pk__in=known).order_by("-pk")
    flagged = list(asked.annotate(**flags).values("pk", *flags))
    found: list[Found] = []
    for kind in kinds:
        having = [row["pk"] for row in flagged if row[f"has_{kind.slug}"] and may_answer(user, kind, known[row["pk"]])]
        found += _told(kind, having, user)
    return found


def of_kind(kind: Contradiction, numbers: Iterable[int], user: Viewer) -> list[Found]:
    """Return what contradicts in records of these numbers, which the user sees, in their order (three queries)."""
    return _told(kind, list(numbers), user)


def _told(kind: Contradiction, numbers: list[int], user: Viewer) -> list[Found]:
    """Return the records of these numbers in words, with the answers that were given to just these facts."""
    if not numbers:
        return []
    rows = kind.model_class._base_manager.filter(pk__in=numbers).select_related(*kind.shown_with)
    by_number = {row.pk: row for row in rows}
    told = kind.tell(list(by_number.values()), user)
    answers = ContradictionAnswer.objects.filter(kind=kind.slug, row__in=numbers).select_related("by__person")
    given = {(answer.row, answer.fingerprint): answer for answer in answers}
    found = []
    for number in numbers:
        if number in told:
            fingerprint = kind.fingerprint(told[number])
            answer = given.get((number, fingerprint))
            found.append(Found(kind, by_number[number], told[number].words, fingerprint, answer))
    return found


@dataclass(frozen=True)
class Standing:
    """How many records of a kind nobody has explained yet, and the numbers of those that were explained."""

    kind: Contradiction
    open: int
    explained: frozenset[int]


def standings(user: User) -> list[Standing]:
    """Return how it stands in the branches that the user manages.

    A query for each model, one for the answers, and three for each kind that somebody answered.
    """
    return _standings(lambda kind: _at_desk(kind, user), ContradictionAnswer.objects.visible_to(user), user)


def standings_of(branch: Branch) -> list[Standing]:
    """Return how it stands in a branch's records today, in as many queries."""
    answers = ContradictionAnswer.objects.filter(branch=branch)
    return _standings(lambda kind: kind.model_class._base_manager.filter(branch=branch), answers, AnonymousUser())


def _standings(
    rows_of: Callable[[Contradiction], QuerySet[Any]], answers: QuerySet[Any], user: Viewer
) -> list[Standing]:
    """Return how it stands in some rows of each kind's model."""
    by_model: dict[str, list[Contradiction]] = defaultdict(list)
    for kind in all_kinds():
        by_model[kind.model].append(kind)
    counts: dict[str, int] = {}
    for kinds in by_model.values():
        having = {kind.slug: Count("pk", filter=Q(kind.condition())) for kind in kinds}
        counts |= rows_of(kinds[0]).order_by().aggregate(**having)
    answered: dict[str, set[int]] = defaultdict(set)
    for slug, row in answers.values_list("kind", "row"):
        answered[slug].add(row)
    explained = {
        kind.slug: _explained(kind, rows_of(kind).filter(pk__in=answered[kind.slug]), user)
        for kind in all_kinds()
        if kind.slug in answered
    }
    return [
        Standing(kind, counts[kind.slug] - len(explained.get(kind.slug, ())), explained.get(kind.slug, frozenset()))
        for kind in all_kinds()
    ]


def _explained(kind: Contradiction, answered: QuerySet[Any], user: Viewer) -> frozenset[int]:
    """Return those of some rows that have a contradiction, and an answer to just what they say today."""
    having = list(answered.filter(kind.condition()).values_list("pk", flat=True))
    return frozenset(found.row.pk for found in of_kind(kind, having, user) if found.answer)


def records(kind: Contradiction, user: User) -> QuerySet[Any]:
    """Return the records of the user's branches that have it, the newest first."""
    return cast("QuerySet[Any]", _at_desk(kind, user).filter(kind.condition()).order_by("-pk"))


def _at_desk(kind: Contradiction, user: User) -> Any:
    """Return the records of a kind's model in the branches that the user manages."""
    seen = cast("Any", kind.model_class)._default_manager.visible_to(user)
    return seen.order_by().filter(branch__in=Branch.objects.managed_by(user))


@verb
def explain(kind: Contradiction, row: Row, *, by: User, reason: str) -> ContradictionAnswer:
    """Keep why a record is right all the same; it holds until the facts change.

    Raises:
        RuleError: when the record is not `by`'s to answer for, nothing contradicts in it, no reason is given, or it was
            answered already.
        ValidationError: for words that no document could hold.
    """
    if not reason.strip():
        raise RuleError(_("Please write a reason; it stays in the records."))
    if not may_answer(by, kind, row):
        raise RuleError(_("Whoever may change the record, or reviews it, answers for it."))
    with all_or_nothing():
        locked = kind.model_class._base_manager.select_for_update(of=("self",)).filter(pk=row.pk)
        still = list(locked.filter(kind.condition()).values_list("pk", flat=True))
        found = next(iter(of_kind(kind, still, by)), None)
        if found is None:
            raise RuleError(_("Nothing contradicts here any more."))
        if found.answer:
            raise RuleError(_("It was answered already. Take that answer back first."))
        answer = ContradictionAnswer(kind=kind.slug, row=row.pk, branch_id=row.branch_id, by=by)
        answer.fingerprint, answer.told, answer.reason = found.fingerprint, found.words, reason.strip()
        answer.full_clean()
        answer.save()
    return answer
