"""Two records of one student in teams: reflections just move, and so do assessments that the kept one has not."""

from mentorship.models.growth import Assessment
from organization.merge_kinds import BY_STEP, moves, moves_too, tell
from organization.moving import Moving

PERSON = "organization.Person"


@moves_too(PERSON)
def move_assessments(moving: Moving) -> None:
    """Give the kept one the assessments; of two by the same eyes at the same moment of a team its own stands."""
    for one in Assessment.objects.filter(student=moving.merged.pk).order_by("pk"):
        own = Assessment.objects.filter(student=moving.kept.pk, team=one.team_id, moment=one.moment, view=one.view)
        if own.exists():
            for score in one.scores.order_by("pk"):
                moving.take_off(score)
            moving.take_off(one)
        else:
            moving.set(one, student_id=moving.kept.pk)


tell(PERSON, {"mentorship.Assessment.student": BY_STEP, "mentorship.Reflection.student": moves()})
