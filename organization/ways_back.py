"""What can be taken back, by whom, until when: one table for pages, buttons, permissions and the desk's actions.

Each app declares its own rows of the table beside its models, whose verbs run inside `WayBack.taking`.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import rules
from auditlog.models import LogEntry
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organization.models.base import RuleError
from organization.models.taken_back import TakenBack
from organization.models.writing import all_or_nothing
from organization.reach import Account
from organization.redaction import BLACKED_OUT, redact

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Row = Any
#: Whether something is a user's, given the account and the row.
Who = Callable[[Any, Row], bool]
#: Why something does not go now, in words; empty while it goes.
Problem = Callable[[Row], "StrOrPromise"]


def nobody(user: Account, row: Row) -> bool:
    """Return False."""
    return False


def manages_it(user: Account, row: Row) -> bool:
    """Return whether the user is secretary or deputy of the row's branch, or the operator."""
    return user.manages(row.branch_id)


def at_any_time(row: Row) -> str:
    """Return nothing: no state speaks against it."""
    return ""


def holder_of(row: Row) -> str:
    """Return the address of the row's own page."""
    return str(row.get_absolute_url())


@dataclass(frozen=True)
class WayBack:
    """One kind of thing that can be taken back.

    Args:
        slug: its name in addresses and in TakenBack.way.
        model: the model of its rows as "app_label.Model".
        noun: what it is.
        title: what the page is called, and what its button says.
        consequence: what taking it back does; the page asks no further.
        done: what is said afterwards.
        own: whether the row is the user's own, who takes it back without a reason.
        own_until: why the owner can do so no more.
        kept: whether the user can take it back with a reason.
        kept_until: why nobody can do so now.
        named: what TakenBack calls it, in words that tell nothing of its content.
        day: the day on which it counted.
        leads_to: where the page leads afterwards.
        matters: what else it does in the row's present state.
        told_under: the models under which the audit trail tells of it, where that is not its own alone.
        words: fields whose words go from the audit trail too, where another than the owner takes it back.
        shown_with: relations that the page reads.
        verb: the name of the row's method, which takes `by` and `reason`, or a function of the row that does.
        in_reports: whether reports rest on such rows, so that a frozen one says it afterwards.
    """

    slug: str
    model: str
    noun: "StrOrPromise"
    title: "StrOrPromise"
    consequence: "StrOrPromise"
    done: "StrOrPromise"
    own: Who = nobody
    own_until: Problem = at_any_time
    kept: Who = manages_it
    kept_until: Problem = at_any_time
    named: Callable[[Row], str] = at_any_time
    day: Callable[[Row], datetime.date | None] = field(default=lambda _row: None)
    leads_to: Callable[[Row], str] = holder_of
    matters: Callable[[Row], Iterable["StrOrPromise"]] = field(default=lambda _row: ())
    told_under: Callable[[Row], Sequence[type[Model]]] = field(default=lambda row: (type(row),))
    words: Sequence[str] = ()
    shown_with: Sequence[str] = ()
    verb: "str | Callable[..., None]" = "take_back"
    in_reports: bool = False

    @property
    def model_class(self) -> type[Model]:
        """Return the model of its rows."""
        return apps.get_model(self.model)

    @property
    def permission(self) -> str:
        """Return the name of the permission that the rules give."""
        return f"{self.model_class._meta.app_label}.take_back_{self.slug}"

    @property
    def address(self) -> str:
        """Return the name of the page's address."""
        return f"take_back_{self.slug}"

    def may(self, user: Account, row: Row) -> bool:
        """Return whether the row is the user's to take back at all."""
        return self.own(user, row) or self.kept(user, row)

    def is_owners(self, user: Account, row: Row) -> bool:
        """Return whether the user takes it back as its owner, who need give no reason."""
        return self.own(user, row) and not self.own_until(row)

    def problem(self, user: Account, row: Row) -> "StrOrPromise":
        """Return why somebody who may cannot do it now; empty when they can."""
        if self.is_owners(user, row):
            return ""
        return self.kept_until(row) if self.kept(user, row) else self.own_until(row)

    def carry_out(self, row: Row, *, by: Account, reason: str = "") -> None:
        """Run the row's verb.

        Raises:
            RuleError: where it does not go.
        """
        if callable(self.verb):
            self.verb(row, by=by, reason=reason)
        else:
            getattr(row, self.verb)(by=by, reason=reason)

    @contextmanager
    def taking(self, row: Row, *, by: Account, reason: str = "") -> Iterator[tuple[Row, TakenBack]]:
        """Yield the locked row and the line that is written when the verb inside is done.

        Raises:
            RuleError: when it is not theirs, does not go now, lacks its reason, or is gone already.
        """
        with all_or_nothing():
            locked: Row = self.model_class._base_manager.select_for_update(of=("self",)).filter(pk=row.pk).first()
            if locked is None:
                raise RuleError(_("It was taken back already."))
            told_under = self.told_under(locked)
            is_owners = self.check(locked, by=by, reason=reason)
            line = TakenBack(
                way=self.slug, row=locked.pk, branch_id=locked.branch_id, by=cast("Any", by), reason=reason.strip()
            )
            line.named, line.day = self.named(locked), self.day(locked)
            yield locked, line
            if self.words and not is_owners:
                line.facts["words_left_in_trail"] = not forget_words(told_under, row.pk, self.words, by=by)
            line.full_clean()
            line.save()
            for step in _following:
                step(self, line)

    def check(self, row: Row, *, by: Account, reason: str) -> bool:
        """Refuse whoever may not, a wrong moment, and a missing reason; return whether they do it as its owner.

        Raises:
            RuleError: saying which.
        """
        if not self.may(by, row):
            raise RuleError(_("Only who it belongs to, or the branch's secretary, can take this back."))
        if problem := self.problem(by, row):
            raise RuleError(problem)
        is_owners = self.is_owners(by, row)
        if not is_owners and not reason.strip():
            raise RuleError(_("Please write a reason; it stays in the records."))
        return is_owners


_ways: dict[str, WayBack] = {}
_following: list[Callable[[WayBack, TakenBack], None]] = []


def taken_back(step: Callable[[WayBack, TakenBack], None]) -> Callable[[WayBack, TakenBack], None]:
    """Register what an app does, in the same transaction, about what was taken back."""
    _following.append(step)
    return step


def register(*ways: WayBack) -> None:
    """Add rows to the table, and their permissions to the rules."""
    for way in ways:
        _ways[way.slug] = way
        rules.set_perm(way.permission, rules.predicate(_asks(way), name=way.permission))


def _asks(way: WayBack) -> Who:
    """Return the rule of a way."""

    def may(user: Account, row: Row) -> bool:
        return row is not None and user.is_active and way.may(user, row)

    return may


def all_ways() -> Iterable[WayBack]:
    """Return the rows of the table."""
    return tuple(_ways.values())


def way_of(slug: str) -> WayBack:
    """Return a row of the table.

    Raises:
        KeyError: for a name that is not in it.
    """
    return _ways[slug]


def noun_of(way: WayBack, day: datetime.date | None, named: str) -> str:
    """Return what something is, of which day, and its name, in the reader's words."""
    parts = [str(way.noun), date_format(day) if day else "", named]
    return " · ".join(part for part in parts if part)


def told(line: TakenBack) -> str:
    """Return what was taken back, in the reader's words."""
    return noun_of(way_of(line.way), line.day, line.named)


def told_of(row: Model, slugs: Iterable[str]) -> list[TakenBack]:
    """Return what was taken back of a row that is there, the newest first (one query)."""
    lines = TakenBack.objects.filter(way__in=list(slugs), row=row.pk)
    return list(lines.select_related("by__person"))


def forget_words(models: Sequence[type[Model]], pk: int, fields: Iterable[str], *, by: Account) -> bool:
    """Black out what some fields of a row ever held, wherever the row's entries of the audit trail say it.

    Returns:
        Whether it was done; a database's role that only adds to the trail cannot.
    """
    kinds: Any = ContentType.objects.get_for_models(*models).values()
    entries = LogEntry.objects.filter(content_type__in=kinds, object_id=pk)
    held = {text for changes in entries.values_list("changes", flat=True) for text in _held(changes or {}, fields)}
    held -= {"", "None"}
    return forget(entries, lambda text: BLACKED_OUT if text in held else text, by=by)


def forget(entries: QuerySet[LogEntry], replace: Callable[[str], str], *, by: Account) -> bool:
    """Black out words of entries of the audit trail; return whether the database's role may."""
    try:
        redact(entries, by=by, reason=_("Taken back: its content is kept nowhere."), replace=replace)
    except RuleError:
        return False
    return True


def _held(changes: dict[str, Any], fields: Iterable[str]) -> Iterator[str]:
    """Yield the texts that an entry says of some fields."""
    for name in fields:
        yield from (text for text in changes.get(name, ()) if isinstance(text, str))
