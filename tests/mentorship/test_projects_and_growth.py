"""What a team works on and what comes of it; how its students grow, as the mentor and they themselves see it."""

import datetime
import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from mentorship.models import Assessment, MentorshipTeam, Project, Reflection, Rubric, Stage
from mentorship.models.growth import changes_in_words
from organization.models import RuleError
from outcomes.models import Outcome
from tests.conftest import signed_in
from tests.factories import BranchFactory, leader_of, operator, secretary_of, student, user_of
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(world: BranchWorld) -> MentorshipTeam:
    return MentorshipTeam.objects.get(pk=world.rows["team"].pk)


def marks(rubric: Rubric, value: int) -> dict[int, int]:
    return dict.fromkeys((item.pk for item in rubric.items.all()), value)


def test_a_contest_is_entered_with_its_rounds(teacher_client: Client, team: MentorshipTeam) -> None:
    sent = {
        "track": "contest",
        "title": "产线调试赛项",
        "contest": "技能大赛",
        "organiser": "省教育厅",
        "level": "national",
    }
    days = {"held_college": "2024-04-01", "held_provincial": "2024-06-08", "held_municipal": "", "held_national": ""}
    teacher_client.post(reverse("mentorship:new_project", args=[team.pk]), {**sent, **days})
    project = Project.objects.get(title="产线调试赛项")
    assert [(stage.round, str(stage.held_on)) for stage in project.stages.all()] == [
        ("college", "2024-04-01"),
        ("provincial", "2024-06-08"),
    ]


def test_a_result_becomes_a_draft_outcome_with_the_team_credited_in_one_click(
    teacher_client: Client, world: BranchWorld, team: MentorshipTeam
) -> None:
    stage = world.rows["stage"]
    result, sent = reverse("mentorship:result", args=[stage.pk]), {"held_on": "2024-06-08", "version": stage.version}
    teacher_client.post(result, {**sent, "result": "二等奖"})
    stale = teacher_client.post(result, {**sent, "result": "一等奖"})
    assert [(one.theirs, one.yours) for one in stale.context["form"].conflicts] == [("二等奖", "一等奖")]
    stage.refresh_from_db()
    assert result in teacher_client.get(team.get_absolute_url()).content.decode()
    teacher_client.post(result, {**sent, "result": "一等奖", "version": stage.version})
    page = teacher_client.get(team.get_absolute_url())
    assert "转为成果" in page.content.decode()
    stage.refresh_from_db()
    address = reverse("outcomes:hand_over", args=[team.pk])
    teacher_client.post(address, stage.as_outcome)
    outcome = Outcome.objects.get(hand_over__origin=f"stage-{stage.pk}", hand_over__pairing=team.pk)
    assert (outcome.review, outcome.category, outcome.level, outcome.status, str(outcome.grade)) == (
        "draft",
        "award",
        "provincial",
        "recognised",
        "一等奖",
    )
    assert (outcome.achieved_on, str(outcome.subkind)) == (datetime.date(2024, 6, 8), "职业技能大赛")
    assert [one.person for one in outcome.contributions.order_by("position")] == [
        seat.person for seat in team.shown_seats
    ]
    assert [credit.pairing_id for credit in outcome.credits.all()] == [team.pk]
    again = teacher_client.post(address, stage.as_outcome)
    assert (again["Location"], Outcome.objects.filter(title=outcome.title).count()) == (outcome.get_absolute_url(), 1)
    page = teacher_client.get(team.get_absolute_url()).content.decode()
    assert ("已形成成果" in page, result in page) == (True, False)


@pytest.mark.parametrize("origin", ["", "o" * 41, "stage\x00", "stage\n1"])
def test_a_forged_origin_is_refused_and_leaves_nothing_behind(
    teacher_client: Client, world: BranchWorld, team: MentorshipTeam, origin: str
) -> None:
    before = Outcome.objects.count()
    sent = {**world.rows["stage"].as_outcome, "origin": origin}
    response = teacher_client.post(reverse("outcomes:hand_over", args=[team.pk]), sent)
    assert (response.status_code, Outcome.objects.count()) == (400, before)


@pytest.mark.parametrize(
    ("held", "becomes"),
    [
        (("contest", "校级一等奖"), ("award", "recognised", "一等奖")),
        (("contest", "入围"), ("award", "recognised", "None")),
        (("innovation", "省级二等奖"), ("award", "recognised", "二等奖")),
        (("innovation", "立项"), ("project", "approved", "None")),
    ],
)
def test_what_a_result_becomes_follows_from_its_words(
    teacher_client: Client, world: BranchWorld, team: MentorshipTeam, held: tuple[str, str], becomes: tuple[str, ...]
) -> None:
    track, result = held
    Project.objects.update(track=track)
    stage = Stage.objects.get(pk=world.rows["stage"].pk)
    stage.record_result(result=result, held_on=datetime.date(2024, 6, 8))
    teacher_client.post(reverse("outcomes:hand_over", args=[team.pk]), stage.as_outcome)
    made = Outcome.objects.get(hand_over__pairing=team.pk)
    assert (made.category, made.status, str(made.grade)) == becomes


def test_a_round_with_a_result_keeps_its_day(world: BranchWorld) -> None:
    project, stage = world.rows["project"], world.rows["stage"]
    stage.record_result(result="二等奖", held_on=datetime.date(2024, 6, 8))
    project.plan({"provincial": None, "national": datetime.date(2024, 9, 1)})
    assert [(one.round, one.result) for one in project.stages.all()] == [("provincial", "二等奖"), ("national", "")]
    with pytest.raises(ValidationError):
        stage.record_result(result="一等奖", held_on=datetime.date(2099, 1, 1))


def test_mentor_and_student_each_write_their_own_view(world: BranchWorld, team: MentorshipTeam) -> None:
    pupil, mentor = world.rows["student"], world.users["teacher"]
    rubric = Rubric.objects.get(branch=None)
    address = reverse("mentorship:assess", args=[team.pk, pupil.pk, "middle"])
    sent = {"assessed_on": "2024-06-01", "words": "", **{f"item_{pk}": 4 for pk in marks(rubric, 4)}}
    signed_in(mentor).post(address, sent)
    signed_in(world.users["student"]).post(address, sent)
    views = Assessment.objects.filter(team=team, student=pupil, moment="middle").values_list("view", flat=True)
    assert sorted(views) == ["mentor", "self"]
    for by, view in ((mentor, "self"), (world.users["student"], "mentor")):
        with pytest.raises(RuleError):
            Assessment(team=team, student=pupil, moment="end", view=view, rubric=rubric).record(
                by=by, marks=marks(rubric, 3)
            )
    with pytest.raises(ValidationError):
        Assessment(team=team, student=pupil, moment="end", view="mentor", rubric=rubric).record(by=mentor, marks={})


def test_growth_is_said_in_words_and_drawn(world: BranchWorld, team: MentorshipTeam, teacher_client: Client) -> None:
    rubric = Rubric.objects.get(branch=None)
    later = Assessment(team=team, student=world.rows["student"], moment="end", view="mentor", rubric=rubric)
    later.record(by=world.users["teacher"], marks=marks(rubric, 4))
    page = teacher_client.get(team.get_absolute_url())
    assert "创新意识：由“基础”到“良好”" in page.content.decode()
    [own] = [one for one in page.context["growth"] if one["student"] == world.rows["student"]]
    assert [one["value"] for one in own["option"]["series"][0]["data"]] == [[2] * 6, [4] * 6]
    assert changes_in_words([later]) == []


def test_a_student_sees_the_own_growth_and_nobody_else_s(world: BranchWorld, team: MentorshipTeam) -> None:
    member_seat = team.seat_of("student_member")
    page = signed_in(user_of(member_seat.person)).get(team.get_absolute_url())
    assert [one["student"] for one in page.context["growth"]] == [member_seat.person]
    assert "学到很多" not in page.content.decode()
    refused = signed_in(member_seat.person.user).get(
        reverse("mentorship:assess", args=[team.pk, world.rows["student"].pk, "start"])
    )
    assert refused.status_code == 403


def test_leadership_reads_no_person_s_growth(world: BranchWorld) -> None:
    leader = leader_of(world.branch.college)
    assert Assessment.objects.visible_to(leader).count() == 0
    assert Reflection.objects.visible_to(leader).count() == 0
    assert MentorshipTeam.objects.visible_to(leader).count() > 0


def test_a_rubric_that_was_used_gets_a_new_version_and_old_assessments_keep_theirs(
    world: BranchWorld, team: MentorshipTeam, desk: Client
) -> None:
    system, before = Rubric.objects.get(branch=None), world.rows["assessment"]
    desk.post(reverse("admin:mentorship_rubric_changelist"), {"action": "copy", "_selected_action": [system.pk]})
    own = Rubric.objects.current_for(world.branch.pk)
    assert (own.branch, own.items.count()) == (world.branch, 6)
    own.items.filter(position=6).update(name="家国情怀")
    fresh = Assessment(team=team, student=world.rows["student"], moment="end", view="mentor", rubric=own)
    fresh.record(by=world.users["teacher"], marks=marks(own, 5))
    before.refresh_from_db()
    assert (before.rubric, own.is_used, system.is_used) == (system, True, True)
    page = desk.get(reverse("admin:mentorship_rubric_change", args=[own.pk])).content.decode()
    assert ('name="items-0-name"' in page, 'name="name"' in page, 'name="is_active"' in page) == (False, False, True)
    again = own.copy_for(world.branch)
    own.refresh_from_db()
    assert (own.is_active, Rubric.objects.current_for(world.branch.pk)) == (False, again)


def test_a_rubric_s_copy_stays_in_its_branch_and_the_operator_s_is_the_system_s(world: BranchWorld) -> None:
    system, own = Rubric.objects.get(branch=None), world.rows["rubric"]
    both = {"action": "copy", "_selected_action": [system.pk, own.pk]}
    address = reverse("admin:mentorship_rubric_changelist")
    signed_in(operator()).post(address, both)
    assert {one.branch for one in Rubric.objects.filter(pk__gt=own.pk)} == {None, world.branch}
    stranger = secretary_of(BranchFactory(college=world.branch.college))
    newest = Rubric.objects.first()
    signed_in(stranger).post(address, both)
    assert [one.branch_id for one in Rubric.objects.filter(pk__gt=newest.pk)] == list(stranger.reach.manages)


def test_reflections_are_the_student_s_own(world: BranchWorld, team: MentorshipTeam) -> None:
    own = signed_in(world.users["student"])
    own.post(reverse("mentorship:reflect", args=[team.pk]), {"words": "第一次独立排除故障。"})
    written = Reflection.objects.get(words="第一次独立排除故障。")
    assert (written.student, written.team_id) == (world.rows["student"], team.pk)
    own.post(
        reverse("mentorship:edit_reflection", args=[written.pk]), {"words": "改一改。", "version": written.version}
    )
    written.refresh_from_db()
    assert written.words == "改一改。"
    with pytest.raises(RuleError):
        Reflection(team=team, student=student(world.branch), words="外人").write(by=world.users["teacher"])


def test_joining_the_party_is_proposed_as_an_outcome_to_those_who_may_see_it(
    world: BranchWorld, team: MentorshipTeam, desk: Client, teacher_client: Client
) -> None:
    pupil = world.rows["student"]
    pupil.record_stage(stage="applicant", from_date=datetime.date(2023, 11, 1))
    assert desk.get(team.get_absolute_url()).context["path"]["outcome"] is None
    pupil.record_stage(stage="probationary", from_date=datetime.date(2024, 6, 20))
    fields = desk.get(team.get_absolute_url()).context["path"]["outcome"]
    assert (fields["category"], fields["achieved_on"]) == ("membership", "2024-06-20")
    assert teacher_client.get(team.get_absolute_url()).context["path"] is None
    desk.post(reverse("outcomes:hand_over", args=[team.pk]), fields)
    assert Outcome.objects.get(category="membership").credits.get().pairing_id == team.pk


def test_what_is_still_open_is_said_before_a_team_is_closed(desk: Client, team: MentorshipTeam) -> None:
    page = desk.get(team.get_absolute_url()).content.decode()
    [dialog, _ending] = re.findall(r'<dialog id="(?:complete|end)".*?</dialog>', page, re.DOTALL)
    assert "省赛结果未登记" in dialog
    assert dialog.count("缺少期末成长评价") == 2
