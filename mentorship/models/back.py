"""What of the teams' own work can be taken back."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from organization.models import User
from organization.ways_back import WayBack
from pairings.models.back import leads_it, pairing_is_over

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def is_the_student(user: User, reflection: Any) -> bool:
    """Return whether the user wrote the reflection."""
    return user.person_id is not None and reflection.student_id == user.person_id


def has_a_result(stage: Any) -> "StrOrPromise":
    """Return that there is nothing to take back."""
    return "" if stage.result else _("This round has no result yet.")


def result_is_open(stage: Any) -> "StrOrPromise":
    """Return why who leads the team can take a result back no more."""
    return pairing_is_over(stage.project.team) or has_a_result(stage)


def what_came_of_it(stage: Any) -> Iterator["StrOrPromise"]:
    """Yield that an outcome was made of the result (a query)."""
    if stage.project.team.hand_overs.filter(origin=stage.origin).exists():
        yield _("An outcome was made of this result. It stays; remove, return or correct it on its own page.")


REFLECTION = WayBack(
    slug="reflection",
    model="mentorship.Reflection",
    noun=_("Reflection"),
    title=_("Remove the reflection"),
    consequence=_("The reflection is gone for good; nobody reads it any more."),
    done=_("The reflection is removed."),
    own=is_the_student,
    own_until=lambda reflection: pairing_is_over(reflection.team),
    named=lambda reflection: reflection.team.title,
    day=lambda reflection: reflection.written_on,
    leads_to=lambda reflection: reflection.team.get_absolute_url(),
    words=("words",),
    shown_with=("team",),
)
RESULT = WayBack(
    slug="result",
    model="mentorship.Stage",
    noun=_("Result of a round"),
    title=_("Take the result back"),
    consequence=_("The round stands without a result again, as if it was never entered."),
    done=_("The result is taken back."),
    own=lambda user, stage: leads_it(user, stage.project.team),
    own_until=result_is_open,
    kept_until=has_a_result,
    named=lambda stage: stage.project.team.title,
    day=lambda stage: stage.held_on,
    leads_to=lambda stage: stage.project.team.get_absolute_url(),
    matters=what_came_of_it,
    words=("result",),
    shown_with=("project__team",),
    verb="take_result_back",
    in_reports=True,
)
ASSESSMENT = WayBack(
    slug="assessment",
    model="mentorship.Assessment",
    noun=_("Growth assessment"),
    title=_("Remove the assessment"),
    consequence=_("The assessment is gone with its marks and words; it can be written anew."),
    done=_("The assessment is removed."),
    own=lambda user, assessment: user.pk is not None and assessment.entered_by_id == user.pk,
    own_until=lambda assessment: pairing_is_over(assessment.team),
    named=lambda assessment: assessment.team.title,
    day=lambda assessment: assessment.assessed_on,
    leads_to=lambda assessment: assessment.team.get_absolute_url(),
    words=("words",),
    shown_with=("team",),
)
WAYS = (REFLECTION, RESULT, ASSESSMENT)
