"""Two records of one student in teams: reflections just move, and so do assessments that the kept one has not."""

from mentorship.models.growth import Assessment, AssessmentScore
from organization.merge_kinds import BY_STEP, moves, moves_too, tell
from organization.moving import Moving

PERSON = "organization.Person"


@moves_too(PERSON)
def move_assessments(moving: Moving) -> None:
    """Give the kept one the assessments; of two by the same eyes at the same moment of a team its own stands."""
    held = set(Assessment.objects.filter(student=moving.kept.pk).values_list("team", "moment", "view"))
    theirs = list(Assessment.objects.filter(student=moving.merged.pk).order_by("pk"))
    double = [one for one in theirs if (one.team_id, one.moment, one.view) in held]
    moving.take_off(*AssessmentScore.objects.filter(assessment__in=double).order_by("pk"))
    moving.take_off(*double)
    moving.set(*(one for one in theirs if one not in double), student_id=moving.kept.pk)


tell(PERSON, {"mentorship.Assessment.student": BY_STEP, "mentorship.Reflection.student": moves()})
