"""Two records of one person in pairings: seats, proposals, rules and change requests; logs just move."""

import datetime
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organization.merge_kinds import BY_STEP, by_step, locked_before, moves, moves_too, must_hold, speaks_against, tell
from organization.models import Person
from organization.moving import Moving
from pairings import kinds
from pairings.models.changed_seats import ChangedSeat
from pairings.models.changes import ChangeRequest
from pairings.models.match_rules import MatchRule
from pairings.models.matching import MatchSeat
from pairings.models.pairing import Pairing
from pairings.models.seats import STUDENT_ROLES, Seat

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PERSON = "organization.Person"


@locked_before(PERSON)
def lock_pairings(people: Collection[int]) -> None:
    """Lock the pairings in which people sit or sat, as whatever seats or closes does before it locks people."""
    theirs = Pairing.objects.filter(pk__in=Seat.objects.filter(person__in=people).values("pairing")).order_by("pk")
    list(theirs.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def _end(seat: Seat) -> datetime.date:
    return seat.left_on or datetime.date.max


def _at_one_time(kept: Person, merged: Person) -> list[tuple[Seat, Seat]]:
    """Return the places that the two have or had in one pairing at one time (two queries)."""
    own: dict[int, list[Seat]] = {}
    for seat in kept.seats.select_related("pairing").order_by("joined_on", "pk"):
        own.setdefault(seat.pairing_id, []).append(seat)
    return [
        (one, other)
        for other in merged.seats.select_related("pairing").order_by("joined_on", "pk")
        for one in own.get(other.pairing_id, ())
        if (one.joined_on < _end(other) or one.joined_on == other.joined_on) and other.joined_on < _end(one)
    ]


def _is_named(seat: Seat) -> bool:
    """Return whether a change request names a place (one query)."""
    return ChangedSeat.objects.filter(Q(left=seat) | Q(taken=seat)).exists()


@speaks_against(PERSON)
def two_places_at_once(kept: Person, merged: Person) -> "Iterator[StrOrPromise]":
    """Name the pairings in which the two sit or sat beside each other, and two teams that a student cannot be in."""
    for one, other in _at_one_time(kept, merged):
        helper = next((seat for seat in (other, one) if seat.role == kinds.HELPER), None)
        if helper is None or _is_named(helper):
            words = _("Both sit or sat in “%(pairing)s” at one time (%(one)s, %(other)s), as two different people.")
            yield words % {"pairing": one.pairing.title, "one": one.role_label, "other": other.role_label}
    teams = Seat.objects.filter(person__in=[kept, merged], role__in=STUDENT_ROLES, left_on__isnull=True)
    titles = {seat.pairing_id: seat.pairing.title for seat in teams.select_related("pairing").order_by("pairing")}
    if len(titles) > 1:
        words = _("A student is in one team at a time, and these are in two: %(teams)s. End or replace one first.")
        yield words % {"teams": "、".join(titles.values())}


@moves_too(PERSON)
def move_seats(moving: Moving) -> None:
    """Give the kept one the places; who helped beside a place of their own had that place alone."""
    off: dict[int, Seat] = {}
    for one, other in _at_one_time(moving.kept, moving.merged):
        if one.role == other.role:
            first = min(one, other, key=lambda seat: seat.joined_on)
            left_on = None if None in (one.left_on, other.left_on) else max(_end(one), _end(other))
            moving.set(one, joined_on=first.joined_on, stage_when_seated=first.stage_when_seated, left_on=left_on)
            off[other.pk] = other
        else:
            helper = other if other.role == kinds.HELPER else one
            off[helper.pk] = helper
    moving.take_off(*off.values())
    moving.move("pairings.Seat.person")


@must_hold(PERSON)
def was_here_when_seated(person: Person) -> "Iterator[StrOrPromise]":
    """Yield the places that a person took on a day on which they belonged to no branch."""
    stays = list(person.memberships.all())
    for seat in person.seats.select_related("pairing"):
        if not any(stay.holds(seat.joined_on) for stay in stays):
            words = _("%(person)s took a place in “%(pairing)s” on %(day)s and must have been here.")
            yield words % {"person": person, "pairing": seat.pairing.title, "day": date_format(seat.joined_on)}


@speaks_against(PERSON)
def in_one_open_change(kept: Person, merged: Person) -> "Iterator[StrOrPromise]":
    """Name a request that waits and would seat one of the two in the other's place."""
    both = (kept, merged)
    waiting = ChangedSeat.objects.filter(request__state=ChangeRequest.State.OPEN, leaving__in=both, joining__in=both)
    for place in waiting.select_related("request__pairing"):
        words = _("A change request of “%(pairing)s” would replace one by the other. Decide on it first.")
        yield words % {"pairing": place.request.pairing.title}


@speaks_against(PERSON)
def decided_on_oneself(kept: Person, merged: Person) -> "Iterator[StrOrPromise]":
    """Name the pairings in which one of the two sits because the other decided so."""
    both = (kept, merged)
    approved = Seat.objects.filter(
        person__in=both, pairing__approved_by__person__in=both, joined_on__lte=TruncDate("pairing__approved_at")
    )
    changed = ChangedSeat.objects.filter(joining__in=both, request__decided_by__person__in=both)
    titles = {*approved.values_list("pairing__title", flat=True)}
    for title in sorted(titles | {*changed.values_list("request__pairing__title", flat=True)}):
        words = _("One of the two decided that the other sits in “%(pairing)s”; nobody decides that of themselves.")
        yield words % {"pairing": title}


@must_hold(PERSON)
def places_are_as_decided(person: Person) -> "Iterator[StrOrPromise]":
    """Yield the places of which a change request says that somebody else had them."""
    for seat in person.seats.select_related(
        "pairing", "left_by__leaving__merged_into", "came_by__joining__merged_into"
    ):
        named = (
            seat.left_by.leaving if hasattr(seat, "left_by") else None,
            seat.came_by.joining if hasattr(seat, "came_by") else None,
        )
        if any(one and one.survivor != person for one in named):
            words = _("A change request of “%(pairing)s” names somebody else in a place of %(person)s.")
            yield words % {"pairing": seat.pairing.title, "person": person}


@moves_too(PERSON)
def move_changed_seats(moving: Moving) -> None:
    """Let requests name the kept one; where one was replaced by the other, it stays as it was decided."""
    for name, of_other in (("leaving", "joining"), ("joining", "leaving")):
        rows = ChangedSeat.objects.filter(**{name: moving.merged.pk}).order_by("pk")
        moved = [place for place in rows if getattr(place, f"{of_other}_id") != moving.kept.pk]
        moving.set(*moved, **{f"{name}_id": moving.kept.pk})


@moves_too(PERSON)
def move_answers(moving: Moving) -> None:
    """Let proposals name the kept one; one that named both as two people stays so, and is declined where it waits."""
    runs = set(moving.kept.match_seats.values_list("run", flat=True))
    seats = list(moving.merged.match_seats.select_related("match").order_by("pk"))
    moving.set(*(seat for seat in seats if seat.run_id not in runs), person_id=moving.kept.pk)
    waiting = [seat for seat in seats if seat.run_id in runs and seat.match.pairing_id is None]
    declined = MatchSeat.Answer.DECLINED.value
    moving.set(*(seat for seat in waiting if seat.answer != declined), answer=declined)


@moves_too(PERSON)
def move_rules(moving: Moving) -> None:
    """Let rules name the kept one, whose own come first; a rule about the two says nothing of one person."""
    kept, merged = moving.kept.pk, moving.merged.pk
    for rule in MatchRule.objects.filter(Q(person=merged) | Q(other=merged)).order_by("pk"):
        one, other = (kept if pk == merged else pk for pk in (rule.person_id, rule.other_id))
        if one == other or _is_ruled(rule, one, other):
            moving.take_off(rule)
        else:
            moving.set(rule, person_id=one, other_id=other)
    moving.move("pairings.MatchRule.brokered_by")


def _is_ruled(rule: MatchRule, one: int, other: int | None) -> bool:
    """Return whether another rule speaks of these people already, or keeps one of them together with somebody else."""
    others = MatchRule.objects.filter(branch=rule.branch_id, kind=rule.kind).exclude(pk=rule.pk)
    alike = Q(person=one, other=other) if other is not None else Q(person=one, other__isnull=True)
    if other is not None:
        alike |= Q(person=other, other=one)
        if rule.rule == MatchRule.Rule.PIN:
            alike |= Q(Q(person__in=(one, other)) | Q(other__in=(one, other)), rule=MatchRule.Rule.PIN)
    return others.filter(alike).exists()


def _named_both() -> Q:
    """Return the condition for what a proposal says of somebody whom it names under the kept record too."""
    kept = MatchSeat.objects.filter(run=OuterRef("run"), person=OuterRef("person__merged_into"))
    return Q(Exists(kept))


tell(
    PERSON,
    {
        "pairings.ChangedSeat.joining": by_step(may_stay=lambda: Q(leaving__isnull=False)),
        "pairings.ChangedSeat.leaving": by_step(may_stay=lambda: Q(joining__isnull=False)),
        "pairings.MatchRule.brokered_by": BY_STEP,
        "pairings.MatchRule.other": BY_STEP,
        "pairings.MatchRule.person": BY_STEP,
        "pairings.MatchSeat.person": by_step(may_stay=_named_both),
        "pairings.ProgressLog.author": moves(),
        "pairings.Seat.person": BY_STEP,
    },
)
