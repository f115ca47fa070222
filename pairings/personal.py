"""What of the pairings stands in the way of making a person anonymous."""

from django.db.models import Q
from django.utils.translation import gettext as _

from organization.models import Person
from organization.personal import obstacle
from pairings.models import ChangedSeat, ChangeRequest


@obstacle
def sits_somewhere(person: Person) -> str:
    """Say that the person still sits in a pairing."""
    is_seated = person.seats.filter(left_on__isnull=True).exists()
    return _("This person still sits in a pairing. End it or replace them first.") if is_seated else ""


@obstacle
def is_named_in_an_open_change(person: Person) -> str:
    """Say that a change which would seat or unseat the person waits for its decision."""
    places = ChangedSeat.objects.filter(Q(leaving=person) | Q(joining=person))
    is_open = places.filter(request__state=ChangeRequest.State.OPEN).exists()
    return _("A change request that names this person waits for its decision. Decide on it first.") if is_open else ""
