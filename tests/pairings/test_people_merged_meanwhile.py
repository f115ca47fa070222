"""What is sent about a record that was merged after the form was opened is about who stands for the person."""

import datetime

import pytest
from django.urls import reverse

from mentorship.models import MentorshipTeam, Reflection
from organization.integrity import try_all
from organization.merging import merge
from organization.models import Branch, Person, RuleError, User
from pairings.models import ChangeRequest, MatchRule, MatchRun, MatchSeat, ProgressLog
from pairings.models.asking import ask_for_changes
from teaching_pairs.models import SignUp, TeachingPair, Workshop
from tests.conftest import signed_in
from tests.factories import (
    BranchFactory,
    log,
    member,
    mentorship,
    operator,
    secretary_of,
    student,
    teacher,
    teaching_pair,
    user_of,
)

pytestmark = pytest.mark.django_db
DAY = datetime.date(2024, 6, 1)


@pytest.fixture
def branch() -> Branch:
    return BranchFactory()


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


def overtaken(kept: Person, merged: Person) -> Person:
    """Merge one record into another and return a copy of it that was read before."""
    copy = Person.objects.select_related("branch").get(pk=merged.pk)
    merge(kept, merged, by=operator(), reason="同一个人登记了两次。")
    return copy


def twice(branch: Branch) -> tuple[Person, Person]:
    """Return two records of one teacher, the one that stands first."""
    return teacher(branch, name="陈秋实"), teacher(branch, name="陈秋实")


def nothing_is_left() -> bool:
    return [name for name, finding in try_all() if finding.broken] == []


def test_a_seat_goes_to_who_stands_for_the_person(branch: Branch) -> None:
    kept, merged = twice(branch)
    copy = overtaken(kept, merged)
    pair = teaching_pair(branch, people={"leader": member(teacher(branch)), "ordinary_teacher": copy})
    assert pair.seats.get(role="ordinary_teacher").person == kept
    assert nothing_is_left()


def test_who_sits_there_already_is_not_replaced_by_themselves(branch: Branch) -> None:
    kept, merged = twice(branch)
    pair = teaching_pair(branch, people={"leader": member(teacher(branch)), "ordinary_teacher": merged}, approved=False)
    seat = pair.seats.get(role="ordinary_teacher")
    pair.change_people(by=secretary_of(branch), people={"ordinary_teacher": overtaken(kept, merged)})
    assert [(one.pk, one.person) for one in pair.seats.filter(role="ordinary_teacher")] == [(seat.pk, kept)]


def test_a_change_request_names_who_stands_for_the_person(branch: Branch, secretary: User) -> None:
    pair, (kept, merged) = teaching_pair(branch), twice(branch)
    copy = overtaken(kept, merged)
    ask_for_changes(pair, by=secretary, reason="调离。", on=DAY, people={"ordinary_teacher": copy})
    assert ChangeRequest.objects.get().seats.get().joining == kept
    assert nothing_is_left()


def test_nobody_asks_to_replace_somebody_by_themselves(branch: Branch, secretary: User) -> None:
    kept, merged = twice(branch)
    pair = teaching_pair(branch, people={"leader": member(teacher(branch)), "ordinary_teacher": merged})
    copy = overtaken(kept, merged)
    with pytest.raises(RuleError):
        ask_for_changes(pair, by=secretary, reason="调离。", on=DAY, people={"ordinary_teacher": copy})
    assert not ChangeRequest.objects.exists()


def test_a_rule_is_about_who_stands_for_the_person_and_kept_once(branch: Branch) -> None:
    kept, merged = twice(branch)
    said = {"branch": branch, "kind": "teaching", "rule": "want"}
    copy = overtaken(kept, merged)
    MatchRule(**said, person=copy).keep()
    assert [rule.person for rule in MatchRule.objects.all()] == [kept]
    with pytest.raises(Exception, match="已有"):
        MatchRule(**said, person=copy).keep()
    assert nothing_is_left()


def test_nobody_is_kept_together_with_two_others_under_two_records(branch: Branch) -> None:
    kept, merged = twice(branch)
    said = {"branch": branch, "kind": "teaching", "rule": "pin"}
    MatchRule(**said, person=teacher(branch), other=kept).keep()
    with pytest.raises(Exception, match="固定搭配"):
        MatchRule(**said, person=teacher(branch), other=overtaken(kept, merged)).keep()
    assert MatchRule.objects.count() == 1


def test_a_proposal_that_names_a_merged_record_is_worked_out_anew_first(branch: Branch, secretary: User) -> None:
    member(teacher(branch))  # with the secretary there are two who lead
    kept, merged = twice(branch)
    run = MatchRun.begin(branch, "teaching", by=secretary)
    run.work_out()
    assert merged.pk in {person for group in run.draft for person in group["people"].values()}
    overtaken(kept, merged)
    with pytest.raises(RuleError):
        run.publish(by=secretary)
    assert not MatchSeat.objects.exists()


def test_who_signs_up_for_a_workshop_is_who_stands_for_them(branch: Branch, secretary: User) -> None:
    held = Workshop.objects.create(
        branch=branch, title="选题培训", held_on=datetime.date(2099, 4, 1), announced_by=secretary
    )
    kept, merged = twice(branch)
    by = User.objects.select_related("person").get(pk=user_of(merged).pk)
    overtaken(kept, merged)
    held.sign_up(by=by, strengths="数控", needs="课程", topics="数控编程")
    kept.refresh_from_db()
    assert [(one.person, kept.strengths) for one in SignUp.objects.all()] == [(kept, "数控")]
    assert nothing_is_left()


def test_a_pair_names_who_stands_for_the_one_who_brokered_it(branch: Branch, secretary: User) -> None:
    kept, merged = twice(branch)
    pair = teaching_pair(branch, formation="brokered", brokered_by=merged, approved=False)
    copy = TeachingPair.objects.select_related("brokered_by").get(pk=pair.pk)
    overtaken(kept, merged)
    copy.title = "课程共建"
    copy.rewrite(by=secretary)
    stored = TeachingPair.objects.get(pk=pair.pk)
    assert (stored.brokered_by, stored.title) == (kept, "课程共建")


def test_a_log_that_is_changed_stays_with_who_stands_for_its_author(branch: Branch, secretary: User) -> None:
    pair, kept = teaching_pair(branch), teacher(branch, name="陈秋实")
    log(pair)
    entry = ProgressLog.objects.select_related("author").get()
    overtaken(kept, entry.author)
    entry.words = "补记一句。"
    entry.rewrite()
    stored = ProgressLog.objects.get()
    assert (stored.author, stored.words) == (kept, "补记一句。")


def test_a_student_whom_a_merge_overtook_writes_their_reflection(branch: Branch) -> None:
    kept, merged = student(branch, name="何小满"), student(branch, name="何小满")
    people = {"leader": member(teacher(branch)), "student_member": member(student(branch)), "ordinary_student": merged}
    team = MentorshipTeam.objects.get(pk=mentorship(branch, people=people).pk)
    by = User.objects.select_related("person").get(pk=user_of(merged).pk)
    overtaken(kept, merged)
    Reflection(team=team, student=merged, words="学会了看图。").write(by=by)
    assert [(one.student, one.words) for one in Reflection.objects.all()] == [(kept, "学会了看图。")]


def test_an_old_page_of_the_rules_names_who_stands_for_the_person(branch: Branch, secretary: User) -> None:
    kept, merged = twice(branch)
    overtaken(kept, merged)
    address = f"{reverse('pairings:add_rule', args=['teaching'])}"
    sent = {"branch": branch.code, "rule": "want", "person": merged.pk}
    signed_in(secretary).post(address, sent)
    assert [rule.person for rule in MatchRule.objects.all()] in ([], [kept])
    assert nothing_is_left()
