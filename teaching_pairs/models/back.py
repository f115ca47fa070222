"""What of workshops can be taken back."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from organization.models import User
from organization.ways_back import WayBack

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def workshop_is_over(signup: Any) -> "StrOrPromise":
    """Return that the workshop's day has passed."""
    return _("The workshop is over; who signed up stays written.") if signup.workshop.is_over else ""


def signed_up(user: User, signup: Any) -> bool:
    """Return whether the sign-up is the user's own."""
    return user.person_id is not None and signup.person_id == user.person_id


SIGN_UP = WayBack(
    slug="sign_up",
    model="teaching_pairs.SignUp",
    noun=_("Sign-up"),
    title=_("Take the sign-up back"),
    consequence=_("The sign-up is gone; proposals made from now on leave this teacher out."),
    done=_("The sign-up is taken back."),
    own=signed_up,
    own_until=workshop_is_over,
    kept_until=workshop_is_over,
    named=lambda signup: signup.workshop.title,
    day=lambda signup: signup.workshop.held_on,
    leads_to=lambda signup: signup.workshop.get_absolute_url(),
    shown_with=("workshop",),
)
