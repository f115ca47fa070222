"""What of the pairings stands in the way of making a person anonymous."""

from django.utils.translation import gettext as _

from organization.models import Person
from organization.personal import obstacle


@obstacle
def sits_somewhere(person: Person) -> str:
    """Say that the person still sits in a pairing."""
    is_seated = person.seats.filter(left_on__isnull=True).exists()
    return _("This person still sits in a pairing. End it or replace them first.") if is_seated else ""
