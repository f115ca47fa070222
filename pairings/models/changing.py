"""Carrying a change of an approved pairing out, and back: people take their places, fields their values."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from organization.models import Person, RuleError, User
from organization.verbs import writes
from pairings.models import fields_in_words, life
from pairings.models.changed_seats import ChangedSeat
from pairings.models.pairing import Pairing

#: What changes of a form's own fields: by name the "old" and the "new" value (ChangeRequest.values).
Fields = Mapping[str, Mapping[str, Any]]


def places_for(pairing: Pairing, people: Mapping[str, Person], helpers: Collection[Person] | None) -> list[ChangedSeat]:
    """Return a row for each place that would be taken by another, or given up.

    Args:
        pairing: which one.
        people: person by role slug; roles that are not named stay as they are.
        helpers: who helps from then on; None leaves them as they are.
    """
    leaving, joining = pairing.who_changes(people, helpers)
    places = [ChangedSeat(role=role, joining=person) for role, person in joining]
    for seat in leaving:
        taker = next((one for one in places if one.role == seat.role and one.leaving is None), None)
        if taker is None:
            places.append(ChangedSeat(role=seat.role, leaving=seat.person))
        else:
            taker.leaving = seat.person
    return places


@writes
def carry_out(
    pairing: Pairing, places: Collection[ChangedSeat], fields: Fields, *, on: datetime.date, by: User, decides: bool
) -> None:
    """Carry a change out on a locked pairing; every rule of its approval is tried again.

    Args:
        pairing: which one.
        places: who leaves and who takes which.
        fields: what becomes of the form's own fields.
        on: the day from which it counts.
        by: in whose name.
        decides: whether `by` decides it, and does not only try it.

    Raises:
        RuleError: when it does not fit any more, or on a day that cannot be.
        ValidationError: by role or field, when it would break a rule.
    """
    life.check_day_of_change(pairing, on)
    if places:
        _seat_others(pairing, places, on=on, by=by, decides=decides)
    form = pairing.as_form()
    for name, told in fields.items():
        fields_in_words.put(form, name, was=told["old"], becomes=told["new"])
    if fields:
        form.rework(list(fields))
    Pairing.objects.get(pk=pairing.pk).check_seats()


def _seat_others(
    pairing: Pairing, places: Collection[ChangedSeat], *, on: datetime.date, by: User, decides: bool
) -> None:
    """Let those who leave keep their seats as history, and give the others theirs."""
    sitting = {(seat.role, seat.person_id): seat for seat in pairing.open_seats}
    for place in places:
        place.left = sitting.get((place.role, place.leaving_id)) if place.leaving_id else None
        if place.leaving_id and place.left is None:
            raise RuleError(_("%(person)s does not sit in this place any more.") % {"person": place.leaving})
    leaving = [place.left for place in places if place.left]
    joining = [place.joining for place in places if place.joining]
    life.check_change(pairing, leaving, joining, by=by if decides else None, day=on)
    Person.objects.hold(joining)
    for seat in leaving:
        seat.leave(on=on)
    for place in places:
        if place.joining:
            place.taken = pairing._seat_named(place.joining, place.role, on, by=by)
        place.save(update_fields=["left", "taken"])


def carry_back(pairing: Pairing, places: Iterable[ChangedSeat], fields: Fields) -> None:
    """Put a locked pairing back to what it was before a change that was carried out.

    Raises:
        RuleError: when what was changed is not what stands there any more.
    """
    for place in places:
        left, taken = place.left, place.taken
        place.left = place.taken = None
        place.save(update_fields=["left", "taken"])
        if taken:
            taken.delete()
        if left:
            left.left_on = None
            left.save(update_fields=["left_on"])
    form = pairing.as_form()
    for name, told in fields.items():
        fields_in_words.put(form, name, was=told["new"], becomes=told["old"])
    if fields:
        form.rework(list(fields))
    Pairing.objects.get(pk=pairing.pk).check_seats()
