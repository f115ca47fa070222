"""Who sits in a pairing: those who sit now, those who sat, and how the people of a proposal change."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organization.models import Person, RuleError, User, all_or_nothing
from organization.verbs import verb, writes
from pairings import kinds
from pairings.models.facts import PairingFacts

#: What is said to whoever would change what was approved past its change request.
DECIDED = _("This was decided with the approval. Ask for a change, which is decided anew.")
#: A Seat, whose model stands above.
Seat = Any


class SeatsMixin(PairingFacts):
    """The seats of a pairing (prefetch `seats__person`), and the verbs that fill those of a proposal."""

    class Meta:
        abstract = True

    @property
    def open_seats(self) -> list[Seat]:
        """Return the seats that are taken now, in the order of the kind's roles."""
        return self._in_order(seat for seat in self.seats.all() if seat.left_on is None)

    @property
    def shown_seats(self) -> list[Seat]:
        """Return those who sit in it now or, when it is over, those who sat in it to the end."""
        return self.open_seats if self.is_open else self.seats_on(datetime.date.max)

    def seats_on(self, day: datetime.date) -> list[Seat]:
        """Return those who sat in it on a day, or to its end where that came by then."""
        seats = self.seats.all()
        if self.closed_on and self.closed_on <= day:
            return self._in_order(seat for seat in seats if seat.left_on and seat.left_on >= self.closed_on)
        sat = (seat for seat in seats if seat.joined_on <= day and (seat.left_on is None or seat.left_on > day))
        return self._in_order(sat)

    @property
    def former_seats(self) -> list[Seat]:
        """Return those who sat in it and left before its end, the first to leave first."""
        return self._left(self.shown_seats)

    def former_seats_of(self, first: datetime.date, last: datetime.date) -> list[Seat]:
        """Return those who left it in some days, both included, and sat in it no more at their end."""
        return [seat for seat in self._left(self.seats_on(last)) if first <= seat.left_on <= last]

    def _left(self, shown: Collection[Seat]) -> list[Seat]:
        """Return those who left, besides the ones that are shown, the first to leave first."""
        left = [seat for seat in self.seats.all() if seat.left_on and seat not in shown]
        return sorted(left, key=lambda seat: (seat.left_on, seat.pk))

    def _in_order(self, seats: Iterable[Seat]) -> list[Seat]:
        """Return seats in the order of the kind's roles; one of no such role (broken data) comes last."""
        kind = self.kind_info
        order = {role.slug: place for place, role in enumerate((*kind.roles, *kind.extra_roles))}
        return sorted(seats, key=lambda seat: (order.get(seat.role, len(order)), seat.pk))

    def seat_of(self, role: str) -> Seat | None:
        """Return the shown seat of a role."""
        return next((seat for seat in self.shown_seats if seat.role == role), None)

    @property
    def leader(self) -> Person | None:
        """Return the party member who leads the pairing."""
        seat = self.seat_of(kinds.LEADER)
        return seat.person if seat else None

    def seats_person(self, person_id: int | None) -> bool:
        """Return whether the person sits in the pairing now."""
        return person_id is not None and any(seat.person_id == person_id for seat in self.open_seats)

    @writes
    def hold_author(self, by: User) -> Person:
        """Lock and return whose a log of a user is in this locked row: theirs when they sit in it, else the leader's.

        Two records of theirs that are merged at this moment then leave no log behind.
        """
        own = self.seats.filter(left_on__isnull=True).filter(
            Q(person=by.person_id) | Q(person__merged_here=by.person_id)
        )
        seat = own.first() if by.person_id is not None else None
        [author] = Person.objects.hold([seat.person_id if seat else cast("Person", self.leader).pk]).values()
        return cast("Person", author)

    @writes
    def seat(self, person: Person, *, role: str, on: datetime.date | None = None) -> Seat:
        """Give a person a seat in a proposal, keeping the party stage of that day.

        Args:
            person: who sits down.
            role: a role slug of the kind.
            on: the day; the pairing's start unless said otherwise.

        Raises:
            RuleError: when it is approved or over; people then change by a change request.
            ValidationError: naming the rule that the seat would break.
            RuleError: when somebody else took it at the same moment.
        """
        with self._locked(self.Status.PROPOSED, self.Status.RETURNED) as pairing:
            return pairing._seat(person, role, on or pairing.started_on)

    def _seat(self, person: Person, role: str, day: datetime.date) -> Seat:
        """Give who stands for a person a seat of this locked row, and lock them, so that the history stands still."""
        [person] = Person.objects.hold([person]).values()
        seat = self.seats.model(
            pairing_id=self.pk, person=person, role=role, joined_on=day, stage_when_seated=person.stage_on(day)
        )
        seat.full_clean()
        with all_or_nothing():
            seat.save()
        return seat

    def _seat_all(self, joining: Collection[tuple[str, Person]], on: datetime.date, *, by: User) -> None:
        """Give people their seats by role; all are locked at once, so that no two who seat the same people cross."""
        Person.objects.hold(person for _role, person in joining)
        for role, person in joining:
            self._seat_named(person, role, on, by=by)

    def _seat_named(self, person: Person, role: str, on: datetime.date, *, by: User) -> Seat:
        """Give a seat, and name the role in what is refused, so that a form shows it there."""
        try:
            return self._seat(person, role, on)
        except ValidationError as error:
            raise ValidationError({role: words_for(by, self, error)}) from error

    @verb
    def change_people(
        self, *, by: User, people: Mapping[str, Person], helpers: Collection[Person] | None = None
    ) -> None:
        """Put other people into the roles of a proposal, of which nothing was decided and so nothing is kept.

        Args:
            by: who changes it.
            people: person by role slug; roles that are not named stay as they are.
            helpers: who helps from now on; None leaves them as they are.

        Raises:
            RuleError: when it was approved or is over.
            ValidationError: naming the rule that a seat would break; nothing changes then.
        """
        with self._locked(*self.OPEN) as pairing:
            if pairing.is_active:
                raise RuleError(DECIDED)
            leaving, joining = pairing.who_changes(*pairing.hold_people(people, helpers))
            for seat in leaving:
                seat.delete()
            pairing._seat_all(joining, pairing.started_on, by=by)

    @writes
    def hold_people(
        self, people: Mapping[str, Person], helpers: Collection[Person] | None
    ) -> tuple[dict[str, Person], list[Person] | None]:
        """Lock, all at once, who sits in this locked row and who would, and return who stands for the latter."""
        named = [*people.values(), *(helpers or ())]
        stands = Person.objects.hold([*named, *(seat.person for seat in self.open_seats)])
        by_role = {role: stands[who.pk] for role, who in people.items()}
        return by_role, None if helpers is None else list(dict.fromkeys(stands[one.pk] for one in helpers))

    def who_changes(
        self, people: Mapping[str, Person], helpers: Collection[Person] | None
    ) -> tuple[list[Seat], list[tuple[str, Person]]]:
        """Return which seats would be left, and who would take which role, if these people were to sit in it."""
        sitting = {seat.role: seat for seat in self.open_seats if seat.role != kinds.HELPER}
        helping = {seat.person: seat for seat in self.open_seats if seat.role == kinds.HELPER}
        changed = {role: who for role, who in people.items() if role not in sitting or sitting[role].person != who}
        leaving = [sitting[role] for role in changed if role in sitting]
        if helpers is not None:
            leaving += [seat for person, seat in helping.items() if person not in helpers]
        return leaving, [*changed.items(), *((kinds.HELPER, one) for one in helpers or () if one not in helping)]

    def check_seats(self) -> None:
        """Refuse unless each role of the kind is taken by exactly one person.

        Raises:
            RuleError: naming the empty seats.
        """
        taken = [seat.role for seat in self.open_seats]
        missing = [str(role.label) for role in self.kind_info.roles if taken.count(role.slug) != 1]
        if missing:
            raise RuleError(_("Not yet filled: %(roles)s.") % {"roles": "、".join(missing)})


def words_for(by: User, pairing: PairingFacts, error: ValidationError) -> list[str]:
    """Return why a seat was refused; to those who may not know party stages, only that it was."""
    about_stage = hasattr(error, "error_dict") and NON_FIELD_ERRORS in error.error_dict
    if about_stage and not by.manages(pairing.branch_id):
        return [gettext("This person cannot take this place now; the branch secretary can say why.")]
    return error.messages
