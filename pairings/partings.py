"""Places of people who leave: somebody takes each, its pairing ends, or they stay in it until a day."""

import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organization.bounds import DayField
from organization.forms import PersonChoiceField
from organization.models import MEMBER_STAGES, Person, User
from organization.partings import Question, asks_of_leavers
from pairings import kinds
from pairings.models import Pairing, Seat
from pairings.models.asking import ask_for_changes
from pairings.models.seats import STUDENT_ROLES

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REPLACE, END, STAY = "replace", "end", "stay"
ANSWERS = [
    ("", _("Please choose")),
    (REPLACE, _("Somebody else takes the place")),
    (END, _("The pairing ends")),
    (STAY, _("They stay in it until a day")),
]


@asks_of_leavers
def places_of(people: Sequence[Person], user: User) -> Iterator[Question]:
    """Yield a question for each place that the people have in pairings that are not over."""
    seats = Seat.objects.filter(person__in=people, left_on__isnull=True).select_related("pairing__branch", "person")
    for seat in seats.order_by("pairing", "pk"):
        yield Question(
            key=f"seat{seat.pk}",
            person=seat.person,
            words=_("%(person)s in “%(pairing)s” (%(role)s)")
            % {"person": seat.person.name, "pairing": seat.pairing.title, "role": seat.role_label},
            fields=_fields(seat, people, user),
            check=_check,
            answer=lambda said, on, by, seat=seat: _answer(seat, said, on, by),  # type: ignore[misc]
            hold=lambda seat=seat: _hold(seat),  # type: ignore[misc]
        )


def _hold(seat: Seat) -> None:
    """Lock the pairing, as whatever is done to it does first."""
    Pairing.objects.select_for_update().get(pk=seat.pairing_id)


def _fields(seat: Seat, leaving: Sequence[Person], user: User) -> dict[str, forms.Field]:
    """Return what is asked about a place; nothing has to be filled in, because who comes back is asked nothing.

    Of another branch's pairing only how long the person stays can be said.
    """
    answers = ANSWERS if user.manages(seat.pairing.branch_id) else [one for one in ANSWERS if one[0] in ("", STAY)]
    fits = Person.objects.filter(branch=seat.pairing.branch_id).active().exclude(pk__in=[one.pk for one in leaving])
    role = seat.pairing.kind_info.role(seat.role)
    fits = fits.filter(kind=role.person_kind).select_related("office")
    if role.is_member is not None:
        members = Q(stage__in=MEMBER_STAGES)
        fits = fits.filter(members if role.is_member else ~members)
    if seat.role in STUDENT_ROLES:
        fits = fits.exclude(pk__in=Seat.objects.filter(left_on=None, role__in=STUDENT_ROLES).values("person"))
    return {
        "answer": forms.ChoiceField(label=_("What becomes of the place"), choices=answers, required=False),
        "person": PersonChoiceField(fits, label=_("Who takes it"), required=False),
        "until": DayField(
            label=_("Until when"),
            required=False,
            initial=seat.pairing.due_on,
            widget=forms.DateInput(attrs={"type": "date"}),
        ),
    }


def _check(said: dict[str, Any]) -> dict[str, "StrOrPromise"]:
    """Return what is missing in an answer, by field."""
    if not said.get("answer"):
        return {"answer": _("Please say what becomes of this place.")}
    if said["answer"] == REPLACE and not said.get("person"):
        return {"person": _("Please choose who takes the place.")}
    if said["answer"] == STAY and not said.get("until"):
        return {"until": _("Please say until when.")}
    return {}


def _answer(seat: Seat, said: dict[str, Any], on: datetime.date, by: User) -> None:
    """Carry an answer out, unless another answer has ended the pairing already.

    Raises:
        RuleError: when it does not go.
    """
    pairing = Pairing.objects.get(pk=seat.pairing_id)
    if not pairing.is_open:
        return
    today = timezone.localdate()
    if said["answer"] == STAY:
        seat.stay_until(said["until"], by=by)
    elif said["answer"] == END:
        last = max(day for day in (on, seat.joined_on, pairing.as_form().last_day_held()) if day)
        words = _("%(person)s is not here any more.") % {"person": seat.person.name}
        pairing.end(by=by, reason=str(words), on=min(last, today))
    else:
        day = min(max(on, pairing.started_on, seat.joined_on), max(today, pairing.started_on))
        helpers = [one.person for one in pairing.open_seats if one.role == kinds.HELPER and one.pk != seat.pk]
        is_helper = seat.role == kinds.HELPER
        people = {} if is_helper else {seat.role: said["person"]}
        others = [*helpers, said["person"]] if is_helper else None
        if pairing.is_active:
            words = _("%(person)s is not here any more.") % {"person": seat.person.name}
            ask_for_changes(pairing, by=by, reason=str(words), on=day, people=people, helpers=others, at_once=True)
        else:
            pairing.change_people(by=by, people=people, helpers=others)
