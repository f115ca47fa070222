"""The invariant of teams' results and assessments, and what came with a release and needs no audit entry."""

from django.db.models import F, Q
from django.utils import timezone

from mentorship.models import Assessment, AssessmentScore, Rubric, RubricItem, Stage
from organization.integrity import Finding, broken, invariant, made_by_migration

made_by_migration(Rubric, Q(branch__isnull=True))
made_by_migration(RubricItem, Q(rubric__branch__isnull=True))


@invariant("12_results_and_assessments_lie_in_their_team_s_life")
def days() -> Finding:
    """A result was taken, and a student assessed, between the start and the end of an approved team, by today."""
    results = Stage.objects.exclude(result="")
    team = "project__team__"
    strange = Q(**{f"{team}approved_at__isnull": True})
    strange |= Q(held_on__lt=F(f"{team}started_on")) | Q(held_on__gt=F(f"{team}closed_on"))
    strange |= Q(held_on__gt=timezone.localdate())
    found = [broken(stage, "its result is not of its team's time") for stage in results.filter(strange)]
    outside = Q(team__approved_at__isnull=True) | Q(assessed_on__lt=F("team__started_on"))
    outside |= Q(assessed_on__gt=F("team__closed_on"))
    found += [broken(one, "is not of its team's time") for one in Assessment.objects.filter(outside)]
    return Finding(results.count() + Assessment.objects.count(), found)


@invariant("12_marks_are_of_their_rubric")
def marks() -> Finding:
    """An assessment marks the abilities of the rubric that it began with."""
    strange = AssessmentScore.objects.exclude(item__rubric=F("assessment__rubric"))
    found = [broken(score, "is a mark for an ability of another rubric") for score in strange]
    return Finding(AssessmentScore.objects.count(), found)
