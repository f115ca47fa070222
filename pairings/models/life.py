"""What holds a pairing's decisions and days together: who may decide on it, and when it can have begun and ended."""

import datetime
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from organization.models import MEMBER_STAGES, PartyStage, Person, RuleError, User, all_or_nothing
from organization.models.ties import History, stage_in, ties_coming, ties_history, ties_leaving, ties_person
from pairings.models.seating import DECIDED, Seat, SeatsMixin

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def check_approver(pairing: SeatsMixin, by: User) -> None:
    """Refuse whoever may not let a pairing begin.

    Raises:
        RuleError: when they do not manage its branch, or take part in it.
    """
    by.must_manage(pairing.branch_id)
    if pairing.seats_person(by.person_id):
        raise RuleError(_("You take part in this pairing. A deputy, another secretary or the operator approves it."))


def check_day_of_change(pairing: SeatsMixin, day: datetime.date) -> None:
    """Refuse a day on which an approved pairing cannot have changed.

    Raises:
        RuleError: for one before its start or to come.
    """
    if not pairing.started_on <= day <= max(timezone.localdate(), pairing.started_on):
        raise RuleError(_("The day of a change lies between the pairing's start and today."))


def check_change(
    pairing: SeatsMixin,
    leaving: Collection[Seat],
    joining: Collection[Person],
    *,
    by: User | None,
    day: datetime.date,
) -> None:
    """Refuse a change of people in an approved pairing that nobody else decided, or on a day that cannot be.

    Args:
        pairing: which one.
        leaving: the seats that are left.
        joining: who takes a seat.
        by: who decides it; None while nobody does.
        day: from which day it counts.

    Raises:
        RuleError: saying which.
    """
    if any(seat.joined_on > day for seat in leaving):
        raise RuleError(_("Nobody leaves a seat before the day on which they took it."))
    if by is not None and by.person in joining:
        raise RuleError(
            _("Nobody seats themselves in an approved pairing. A deputy, another secretary or the operator does.")
        )
    approver = pairing.approved_by.person if pairing.approved_by else None
    if approver in joining and day <= approved_on(pairing):
        raise RuleError(
            _("%(person)s approved this pairing today and can take a seat from tomorrow.") % {"person": approver}
        )


def approved_on(pairing: SeatsMixin) -> datetime.date:
    """Return the day on which an approved pairing was approved."""
    return timezone.localdate(cast("datetime.datetime", pairing.approved_at))


def problem_with_start(pairing: SeatsMixin) -> "StrOrPromise":
    """Return why a saved pairing cannot begin on its day (up to four queries), or nothing when it can."""
    stored = type(pairing)._base_manager.filter(pk=pairing.pk).values_list("started_on", flat=True).first()
    if stored in (None, pairing.started_on):
        return ""
    first = pairing.first_day_held()
    if first and first < pairing.started_on:
        return _("It holds work of %(day)s and cannot begin later.") % {"day": date_format(first)}
    for seat in pairing.seats.model.objects.filter(pairing=pairing.pk).select_related("person"):
        if seat.joined_on == stored:
            was_member = seat.person.was_member_on(pairing.started_on)
            if (
                was_member != (seat.stage_when_seated in MEMBER_STAGES)
                or (seat.left_on or datetime.date.max) < pairing.started_on
            ):
                return _("On this day not everybody could have taken their place.")
        elif seat.joined_on < pairing.started_on:
            return _("Somebody took a place in it on %(day)s; it cannot begin later.") % {
                "day": date_format(seat.joined_on)
            }
    return ""


def problem_with_decided(pairing: SeatsMixin, stored: SeatsMixin | None) -> "StrOrPromise":
    """Return that a form's row holds another course, problem or amount than was approved (one query when it is)."""
    names = pairing.kind_info.decided_fields
    if (
        stored is None
        or stored.approved_at is None
        or not names
        or not isinstance(pairing, pairing.kind_info.model_class)
    ):
        return ""
    approved = type(pairing)._base_manager.get(pk=pairing.pk)
    fields = [pairing._meta.get_field(name) for name in names]
    if all(field.value_from_object(pairing) == field.value_from_object(approved) for field in fields):
        return ""
    return DECIDED


@contextmanager
def kept(pairing: SeatsMixin, update_fields: Collection[str] | None) -> Iterator[None]:
    """Lock a saved pairing while its form's row is written, and move the seats of its first day with its start.

    Raises:
        RuleError: when it is over, or cannot begin on its day.
    """
    if update_fields is not None:
        yield
        return
    with all_or_nothing():
        stored = pairing.shared_rows().select_for_update().filter(pk=pairing.pk).first()
        if stored and not stored.is_open:
            raise RuleError(
                _("This pairing is %(status)s; that cannot be done now.") % {"status": stored.get_status_display()}
            )
        if problem := problem_with_start(pairing) or problem_with_decided(pairing, stored):
            raise RuleError(problem)
        yield
        if stored and stored.started_on != pairing.started_on:
            for seat in stored.seats.filter(joined_on=stored.started_on).select_related("person"):
                seat.joined_on, seat.stage_when_seated = pairing.started_on, seat.person.stage_on(pairing.started_on)
                seat.save(update_fields=["joined_on", "stage_when_seated"])


def check_closing_day(pairing: SeatsMixin, day: datetime.date) -> None:
    """Refuse a day on which a pairing cannot be over.

    Raises:
        RuleError: for a day to come, or one before what was done in an approved pairing.
    """
    held = [pairing.started_on, *(day for seat in pairing.seats.all() for day in (seat.joined_on, seat.left_on) if day)]
    if last := pairing.as_form().last_day_held():
        held.append(last)
    if day > timezone.localdate() or (pairing.is_active and day < max(held)):
        raise RuleError(_("The closing day must lie between the last log and today."))


@ties_person
def seats_hold_kind_and_college(person: Person) -> Iterator[tuple[str, "StrOrPromise"]]:
    """Refuse another kind or college for somebody who sits or sat where that could not be."""
    for seat in person.seats.select_related("pairing__branch"):
        if seat.pairing.kind_info.role(seat.role).person_kind != person.kind:
            yield "kind", _("This person sits or sat in a pairing; the kind stays.")
        if seat.pairing.branch.college_id != person.college_id:
            yield "branch", _("This person sits or sat in a pairing of the college and stays in it.")


@ties_leaving
def seats_are_answered(person: Person, on: datetime.date, moves: bool) -> Iterator["StrOrPromise"]:
    """Refuse that somebody is gone before they took a place, or while nobody said what becomes of a place of theirs."""
    for seat in person.seats.select_related("pairing"):
        said = {"person": person.name, "pairing": seat.pairing.title}
        if seat.joined_on >= on and not moves:
            said["day"] = date_format(seat.joined_on)
            yield _("%(person)s took a place in “%(pairing)s” on %(day)s and cannot have gone by then.") % said
        elif seat.left_on is None and (seat.stays_until is None or seat.stays_until < on):
            yield _("%(person)s sits in “%(pairing)s”: who takes the place, or until when do they stay in it?") % said


@ties_coming
def seats_were_taken_here(person: Person, on: datetime.date) -> Iterator["StrOrPromise"]:
    """Refuse that somebody came only after they took a place."""
    for seat in person.seats.filter(joined_on__lt=on).select_related("pairing"):
        words = _("%(person)s took a place in “%(pairing)s” on %(day)s and must have been here.")
        yield words % {"person": person.name, "pairing": seat.pairing.title, "day": date_format(seat.joined_on)}


@ties_history
def seats_hold_membership(person: Person, history: History) -> Iterator["StrOrPromise"]:
    """Refuse a history by which somebody was or was not a party member where the seat they took says otherwise."""
    for seat in person.seats.select_related("pairing"):
        stage = stage_in(history, seat.joined_on, otherwise=PartyStage.NONE)
        if (stage in MEMBER_STAGES) != (seat.stage_when_seated in MEMBER_STAGES):
            words = _(
                "%(person)s took a place in “%(pairing)s” on %(day)s as %(stage)s; this history would contradict it."
            )
            yield words % {
                "person": person.name,
                "pairing": seat.pairing.title,
                "day": date_format(seat.joined_on),
                "stage": seat.get_stage_when_seated_display(),
            }
