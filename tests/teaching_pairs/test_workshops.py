"""A workshop: announced, signed up for, attended, matched, and pairs that come of it; and the milestones of a pair."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organization.models import Branch, Person, RuleError
from pairings.models import MatchRun
from teaching_pairs.models import SignUp, TeachingPair, Workshop
from tests.conftest import signed_in
from tests.factories import changed, student, teacher, teaching_pair, user_of
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop(world: BranchWorld) -> Workshop:
    return world.rows["workshop"]


def test_a_secretary_announces_and_a_teacher_signs_up_on_the_page(desk: Client, world: BranchWorld) -> None:
    day = timezone.localdate() + datetime.timedelta(days=3)
    desk.post(reverse("teaching_pairs:new_workshop"), {"title": "选题研讨会", "held_on": day, "place": "实训楼"})
    announced = Workshop.objects.get(title="选题研讨会")
    assert (announced.branch, announced.announced_by) == (world.branch, world.users["secretary"])
    colleague = teacher(world.branch)
    sent = {
        "strengths": "课程建设 微课制作、课程建设",
        "needs": "课题申报",
        "topics": "活页式教材",
        "version": colleague.version,
    }
    signed_in(user_of(colleague)).post(announced.get_absolute_url(), sent)
    colleague.refresh_from_db()
    assert (colleague.strengths, colleague.needs) == ("课程建设、微课制作", "课题申报")
    assert announced.signups.get().topics == "活页式教材"


def test_signing_up_again_changes_what_was_said(world: BranchWorld, workshop: Workshop) -> None:
    by = world.users["teacher"]
    workshop.sign_up(by=by, strengths="竞赛指导", needs="", topics="机器人编程")
    assert SignUp.objects.get(workshop=workshop, person=by.person).topics == "机器人编程"
    workshop.signups.get(person=by.person).take_back(by=by)
    assert not SignUp.objects.filter(workshop=workshop, person=by.person).exists()


def test_the_second_of_two_tabs_does_not_drop_the_topics_of_the_first(
    teacher_client: Client, workshop: Workshop
) -> None:
    address = workshop.get_absolute_url()
    opened = {bound.html_name: bound.value() for bound in teacher_client.get(address).context["form"]}
    assert teacher_client.post(address, {**opened, "topics": "先写的课题"}).status_code == 302
    refused = teacher_client.post(address, {**opened, "topics": "后写的课题"})
    assert [(one.theirs, one.yours) for one in refused.context["form"].conflicts] == [("先写的课题", "后写的课题")]
    assert workshop.signups.first().topics == "先写的课题"


def test_students_and_other_branches_do_not_sign_up(world: BranchWorld, workshop: Workshop) -> None:
    for stranger in (user_of(student(world.branch)), user_of(teacher(teaching_pair_branch()))):
        with pytest.raises(RuleError):
            workshop.sign_up(by=stranger, strengths="", needs="", topics="")


def teaching_pair_branch() -> Branch:
    from tests.factories import BranchFactory  # noqa: PLC0415 - a branch of no world

    return BranchFactory()


def test_nobody_signs_up_when_it_is_over_nor_is_attendance_kept_before(world: BranchWorld, workshop: Workshop) -> None:
    with pytest.raises(RuleError):
        workshop.record_attendance([], listed=[])
    with time_machine.travel(timezone.now() + datetime.timedelta(days=9)), pytest.raises(RuleError):
        workshop.sign_up(by=world.users["teacher"], strengths="", needs="", topics="")


def test_pairs_are_proposed_among_those_who_came(world: BranchWorld, workshop: Workshop) -> None:
    came, absent = teacher(world.branch), teacher(world.branch)
    for person in (came, absent):
        SignUp.objects.create(workshop=workshop, person=person)
    Workshop.objects.filter(pk=workshop.pk).update(held_on=timezone.localdate())
    desk = signed_in(world.users["secretary"])
    kept = workshop.signups.exclude(person=absent).values_list("pk", flat=True)
    desk.post(
        reverse("teaching_pairs:attendance", args=[workshop.pk]),
        {"present": list(kept), "listed": [one.pk for one in workshop.signups.all()]},
    )
    last = MatchRun.objects.filter(branch=world.branch, kind="teaching").first()
    last.include_paired = True
    last.save()
    desk.post(reverse("teaching_pairs:match_workshop", args=[workshop.pk]))
    run = MatchRun.objects.filter(branch=world.branch).first()
    named = {person for group in run.draft for person in group["people"].values()}
    named |= {one["person"] for one in run.leftovers}
    assert named == set(Person.objects.filter(signups__pk__in=kept).values_list("pk", flat=True))
    assert workshop.runs.get().run == run


def test_milestones_are_planned_reached_and_overdue(teacher_client: Client, world: BranchWorld) -> None:
    pair = TeachingPair.objects.get(pk=world.rows["pair"].pk)
    address = reverse("teaching_pairs:milestones", args=[pair.pk])
    sent = {"planned_outline": "2024-05-01", "done_outline": "2024-05-09", "planned_online": "2024-09-01"}
    teacher_client.post(address, {**sent, "version": pair.version})
    steps = {one.step: (str(one.planned_on), str(one.done_on), one.is_overdue) for one in pair.milestones.all()}
    assert steps == {"outline": ("2024-05-01", "2024-05-09", False), "online": ("2024-09-01", "None", True)}
    overdue = teacher_client.get(reverse("teaching_pairs:list"), {"overdue": "true"})
    assert [one.pk for one in overdue.context["object_list"]] == [pair.pk]
    assert "逾期" in teacher_client.get(pair.get_absolute_url()).content.decode()
    stale = teacher_client.post(address, {**sent, "done_outline": "2024-05-10", "version": pair.version})
    [conflict] = stale.context["form"].conflicts
    assert (conflict.label, conflict.theirs, conflict.yours) == ("课程标准定稿：完成日期", "2024-05-09", "2024-05-10")
    pair.refresh_from_db()
    to_come = {"planned_outline": "2024-05-01", "done_outline": "2099-01-01", "version": pair.version}
    refused = teacher_client.post(address, to_come)
    assert list(refused.context["form"].errors) == ["done_outline"]
    assert pair.milestones.count() == 2


def test_a_course_that_became_a_topic_is_not_late_with_its_course(world: BranchWorld) -> None:
    pair = TeachingPair.objects.get(pk=world.rows["pair"].pk)
    assert pair in TeachingPair.objects.overdue()
    changed(pair, by=world.users["secretary"], values={"course": "", "topic": "现代学徒制研究"})
    assert pair not in TeachingPair.objects.overdue()


def test_a_topic_has_its_own_steps(world: BranchWorld) -> None:
    pair = teaching_pair(world.branch, course="", topic="现代学徒制研究", title="现代学徒制研究")
    assert [step.step for step in pair.steps()] == ["call", "application", "approved", "mid_term", "concluded"]


def test_what_is_still_open_is_said_before_a_pair_is_closed(teacher_client: Client, world: BranchWorld) -> None:
    page = teacher_client.get(world.rows["pair"].get_absolute_url()).content.decode()
    assert "“课程资源建成”计划2024年6月1日完成，尚未完成。" in page


def test_a_closed_pair_is_not_planned_any_more(world: BranchWorld) -> None:
    pair = world.rows["pair"]
    pair.complete(by=world.users["secretary"], summary="按计划完成。")
    with pytest.raises(RuleError):
        pair.plan({"outline": (datetime.date(2024, 5, 1), None)})


def test_a_pair_does_not_come_of_another_branch_s_workshop(world: BranchWorld) -> None:
    pair = TeachingPair.objects.get(pk=world.rows["pair"].pk)
    pair.workshop = Workshop.objects.create(
        branch=teaching_pair_branch(),
        title="别处的研讨会",
        held_on=timezone.localdate(),
        announced_by=world.users["secretary"],
    )
    with pytest.raises(ValidationError) as refused:
        pair.full_clean()
    assert list(refused.value.message_dict) == ["workshop"]


def test_a_day_is_one_or_the_other_or_none(world: BranchWorld) -> None:
    pair = world.rows["pair"]
    pair.plan({step.step: (None, None) for step in pair.steps()})
    assert pair.milestones.count() == 0
    with pytest.raises(ValidationError):
        pair.plan({"outline": (None, timezone.localdate() + datetime.timedelta(days=1))})
