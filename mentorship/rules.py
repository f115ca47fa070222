"""Who may change mentorship teams, assess their students, and reflect."""

import rules

from mentorship.models import Assessment, MentorshipTeam, Reflection, Rubric, back
from organization.models import User
from organization.rules import add_admin_permissions, manages_a_branch, manages_its_branch, nobody
from organization.ways_back import register
from pairings.rules import leads_it, sits_in_it


@rules.predicate
def is_its_student(user: User, team: MentorshipTeam | None) -> bool:
    """The user is one of the team's students."""
    return team is not None and user.is_authenticated and user.is_student and team.seats_person(user.person_id)


@rules.predicate
def wrote_it(user: User, reflection: Reflection | None) -> bool:
    """The user wrote the reflection."""
    return reflection is not None and user.is_authenticated and reflection.student_id == user.person_id


@rules.predicate
def is_of_the_system(user: User, rubric: Rubric | None) -> bool:
    """The rubric belongs to no branch: each may make its own of it."""
    return rubric is not None and rubric.branch_id is None


add_admin_permissions(MentorshipTeam, may_write=manages_its_branch, may_delete=nobody)
add_admin_permissions(Rubric, may_write=manages_its_branch, may_delete=nobody)
add_admin_permissions(Assessment, may_write=nobody, may_delete=nobody)
rules.add_perm("mentorship.copy_rubric", manages_its_branch | (is_of_the_system & manages_a_branch))
rules.add_perm("mentorship.assess_student", manages_its_branch | leads_it)
rules.add_perm("mentorship.open_growth", manages_its_branch | sits_in_it)
rules.add_perm("mentorship.reflect", is_its_student)
rules.add_perm("mentorship.edit_reflection", wrote_it)
register(*back.WAYS)
