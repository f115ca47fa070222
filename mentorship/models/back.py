"""What of the teams' own work can be taken back."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from organization.models import User
from organization.ways_back import WayBack

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def is_the_student(user: User, reflection: Any) -> bool:
    """Return whether the user wrote the reflection."""
    return user.person_id is not None and reflection.student_id == user.person_id


def team_is_over(reflection: Any) -> "StrOrPromise":
    """Return that the team is over."""
    if reflection.team.is_active:
        return ""
    return _("The pairing is over. The branch's secretary can still remove this, with a reason.")


REFLECTION = WayBack(
    slug="reflection",
    model="mentorship.Reflection",
    noun=_("Reflection"),
    title=_("Remove the reflection"),
    consequence=_("The reflection is gone for good; nobody reads it any more."),
    done=_("The reflection is removed."),
    own=is_the_student,
    own_until=team_is_over,
    named=lambda reflection: reflection.team.title,
    day=lambda reflection: reflection.written_on,
    leads_to=lambda reflection: reflection.team.get_absolute_url(),
    words=("words",),
    shown_with=("team",),
)
