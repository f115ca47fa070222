"""Figures of mentorship: contests and projects by round, and how students grow by ability."""

from functools import partial

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mentorship.models import Assessment, AssessmentScore, MentorshipTeam, Stage
from mentorship.models.project import Round
from pairings.figures import Asked, Column, Figure, Measure, Records, day_of, register

SLUG = MentorshipTeam.KIND


def with_results(asked: Asked) -> "QuerySet[Stage]":
    """Return the rounds of the period of which the result is known."""
    rows = Stage.objects.filter(asked.within("held_on"), project__team__branch__in=asked.branches)
    return rows.filter(project__team__approved_at__isnull=False).exclude(result="")


def grown(asked: Asked) -> "QuerySet[AssessmentScore]":
    """Return the marks at the end that are higher than the same student's at the start, as the mentor sees both."""
    earlier = AssessmentScore.objects.filter(
        item=OuterRef("item"),
        assessment__team=OuterRef("assessment__team"),
        assessment__student=OuterRef("assessment__student"),
        assessment__moment=Assessment.Moment.START,
        assessment__view=Assessment.View.MENTOR,
    )
    rows = AssessmentScore.objects.filter(
        asked.within("assessment__assessed_on"),
        assessment__moment=Assessment.Moment.END,
        assessment__view=Assessment.View.MENTOR,
        assessment__team__branch__in=asked.branches,
    )
    return rows.annotate(at_start=Subquery(earlier.values("value")[:1])).filter(value__gt=F("at_start"))


ROUNDS = Records(
    rows=with_results,
    columns=(
        Column(_("project"), lambda stage: stage.project.title),
        Column(_("contest's name"), lambda stage: stage.project.contest),
        Column(_("round"), lambda stage: stage.get_round_display()),
        Column(_("date"), day_of("held_on")),
        Column(_("result"), lambda stage: stage.result),
    ),
    shown_with=("project__team",),
    opens="project.team",
)
GROWN = Records(
    rows=grown,
    columns=(
        Column(_("student"), lambda score: score.assessment.student.name),
        Column(_("ability"), lambda score: str(score.item)),
        Column(_("At the end"), lambda score: score.get_value_display()),
    ),
    shown_with=("assessment__student", "assessment__team", "item"),
    opens="assessment.team",
    person="assessment__student",
    branch="assessment__team__branch",
)
figure = partial(Figure, form=SLUG)

register(
    figure(
        slug="rounds",
        name=_("Contests and projects"),
        definition=_("Rounds of contests and innovation projects of which the result is known, by round."),
        counting=_("Each round of a contest or project once."),
        period=_("By the day of the round."),
        unit=pgettext_lazy("measure word", "rounds"),
        records=ROUNDS,
        by="round",
        labels=dict(Round.choices),
    ),
    figure(
        slug="growth",
        name=_("Students who grew"),
        definition=_("Students whom the mentor marks higher at the end than at the start, by ability."),
        counting=_("Each student once for an ability; those who are not told names hear of three or more in a branch."),
        period=_("By the day of the assessment at the end."),
        unit=Measure.PEOPLE,
        records=GROWN,
        by="item__name",
    ),
)
