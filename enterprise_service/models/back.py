"""What of enterprises' confirmations and money can be taken back."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from organization.models import User
from organization.ways_back import WayBack
from pairings.models.back import decides_on_it, leads_it, pairing_is_over

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Row = Any


def stands_for_it(user: User, link: Row) -> bool:
    """Return whether the user may say that the branch spoke to the contact: nobody who takes part in the work."""
    return decides_on_it(user, link.engagement)


def nobody_spoke(link: Row) -> "StrOrPromise":
    """Return that there is nothing to take back."""
    return "" if link.spoken_at else _("Nobody has noted that they spoke to the contact.")


SPOKEN = WayBack(
    slug="spoken",
    model="enterprise_service.Confirmation",
    noun=_("Talk with an enterprise's contact"),
    title=_("Take back that you spoke"),
    consequence=_(
        "The confirmation stays as the enterprise gave it. Wherever it proves something, it is said again that nobody"
        " of the branch has spoken to the contact."
    ),
    done=_("Taken back. The confirmation stands as it was given."),
    kept=stands_for_it,
    kept_until=nobody_spoke,
    named=lambda link: link.engagement.title,
    day=lambda link: link.spoken_on,
    leads_to=lambda link: link.engagement.get_absolute_url(),
    words=("spoken_words",),
    shown_with=("engagement",),
    verb="take_spoken_back",
    in_reports=True,
)
INSTALMENT = WayBack(
    slug="instalment",
    model="enterprise_service.Instalment",
    noun=_("Instalment"),
    title=_("Take out the instalment"),
    consequence=_("It does not count as received any more. The audit trail keeps that it was there."),
    done=_("The instalment is taken out."),
    own=lambda user, instalment: leads_it(user, instalment.engagement),
    own_until=lambda instalment: pairing_is_over(instalment.engagement),
    named=lambda instalment: instalment.engagement.title,
    day=lambda instalment: instalment.received_on,
    leads_to=lambda instalment: instalment.engagement.get_absolute_url(),
    words=("note",),
    shown_with=("engagement",),
    in_reports=True,
)
WAYS = (SPOKEN, INSTALMENT)
