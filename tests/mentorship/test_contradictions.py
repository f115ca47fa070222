"""What contradicts in a team: work dated before somebody joined, and a round above the contest's own."""

import datetime

import pytest

from mentorship.models import Assessment, MentorshipTeam, Project, Reflection, Rubric
from organization.models import User
from pairings.contradictions import explain, in_rows, kind_of, records
from tests.factories import BranchFactory, changed, mentorship, secretary_of, student
from tests.factories.pairings import STARTED

pytestmark = pytest.mark.django_db
WHEN = datetime.date(2024, 9, 2)


@pytest.fixture
def team(db: None) -> MentorshipTeam:
    return mentorship(BranchFactory())


@pytest.fixture
def secretary(team: MentorshipTeam) -> User:
    return secretary_of(team.branch)


def slugs(team: MentorshipTeam, user: User) -> list[str]:
    return [found.kind.slug for found in in_rows([MentorshipTeam.objects.get(pk=team.pk)], user)]


def assessed(team: MentorshipTeam, pupil, on: datetime.date) -> None:
    rubric = Rubric.objects.get(branch=None)
    given = Assessment(team=team, student=pupil, moment="start", view="mentor", rubric=rubric, assessed_on=on)
    given.record(by=team.leader.user, marks=dict.fromkeys(rubric.items.values_list("pk", flat=True), 3))


@pytest.mark.parametrize(("days", "contradicts"), [(-1, True), (0, False), (1, False)])
def test_an_assessment_of_a_day_before_the_student_joined(
    team: MentorshipTeam, secretary: User, days: int, contradicts: bool
) -> None:
    newcomer = student(team.branch, name="周后来")
    changed(team, by=secretary, on=WHEN, people={"ordinary_student": newcomer})
    team = MentorshipTeam.objects.get(pk=team.pk)
    assessed(team, newcomer, WHEN + datetime.timedelta(days=days))
    assert slugs(team, secretary) == (["before-joining"] if contradicts else [])
    assert list(records(kind_of("before-joining"), secretary)) == ([team] if contradicts else [])
    if contradicts:
        [found] = in_rows([team], secretary)
        assert ("周后来" in found.words, "2024年9月1日" in found.words, "2024年9月2日" in found.words) == (True,) * 3
        explain(kind_of("before-joining"), team, by=secretary, reason="先参加后补办手续。")
        assert in_rows([team], secretary)[0].answer is not None


def test_a_reflection_of_a_day_before_the_student_joined(team: MentorshipTeam, secretary: User) -> None:
    pupil = team.seat_of("ordinary_student").person
    written = Reflection.objects.create(team=team, student=pupil, words="学到很多。", written_on=STARTED)
    assert slugs(team, secretary) == []
    Reflection.objects.filter(pk=written.pk).update(written_on=STARTED - datetime.timedelta(days=1))
    assert slugs(team, secretary) == ["before-joining"]


@pytest.mark.parametrize(
    ("level", "name", "result", "contradicts"),
    [
        ("provincial", "national", "一等奖", True),
        ("college", "municipal", "二等奖", True),
        ("provincial", "provincial", "一等奖", False),
        ("national", "college", "一等奖", False),
        ("provincial", "national", "", False),
    ],
)
def test_a_result_in_a_round_above_the_contest(
    *, team: MentorshipTeam, secretary: User, level: str, name: str, result: str, contradicts: bool
) -> None:
    project = Project(team=team, track="contest", title="智能产线", contest="技能大赛", level=level)
    project.plan({name: WHEN})
    if result:
        project.stages.get().record_result(result=result, held_on=WHEN)
    assert slugs(team, secretary) == (["round-above-contest"] if contradicts else [])
