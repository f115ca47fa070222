"""People come, move and leave; what is said of them today changes nothing of the days before."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mentorship.matching import TeamMatcher
from organization.back import take_leave_back
from organization.integrity import try_all
from organization.models import Branch, Membership, Person, RuleError, TakenBack, User
from outcomes.figures import Period, branch_report
from outcomes.figures.work import counted
from pairings.models import MatchRun, Pairing
from tests.conftest import signed_in
from tests.factories import (
    BranchFactory,
    engagement,
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

PAST = Period.year(2021)
TODAY = timezone.localdate
EARLY = datetime.date(2021, 3, 1)


@pytest.fixture
def branch() -> Branch:
    return BranchFactory()


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


def coverage(branch: Branch, period: Period = PAST) -> dict[str, Any]:
    return branch_report(branch, period)["coverage"]


def ago(days: int) -> datetime.date:
    return TODAY() - datetime.timedelta(days=days)


class TestFiguresOfPastDaysStandStill:
    def test_marking_somebody_as_left_today_changes_no_figure_of_2021(self, branch: Branch, secretary: User) -> None:
        team = mentorship(branch, started_on=EARLY)
        pupil = team.seat_of("student_member").person
        before = branch_report(branch, PAST)
        for seat in team.seats.all():
            seat.stay_until(TODAY(), by=secretary)
        for person in (pupil, team.leader, member(teacher(branch))):
            person.leave(on=TODAY(), ending="left", by=secretary)
        after = branch_report(branch, PAST)
        assert {**after, "generated_at": ""} != {**before, "generated_at": ""}  # the third came with the test
        assert after["coverage"]["paired"] == before["coverage"]["paired"] == 2
        assert after["coverage"]["members"] == before["coverage"]["members"] + 1

    def test_whoever_leaves_is_counted_until_the_day_before(self, branch: Branch, secretary: User) -> None:
        person = member(teacher(branch))
        person.leave(on=datetime.date(2021, 7, 1), ending="retired", by=secretary)
        days = {
            day: counted([branch], day, day)["members"]
            for day in (datetime.date(2021, 6, 30), datetime.date(2021, 7, 1))
        }
        assert list(days.values()) == [2, 1]  # the secretary is a member too

    def test_whoever_moves_counts_in_each_branch_on_its_own_days(self, branch: Branch, secretary: User) -> None:
        other = BranchFactory(college=branch.college)
        person = member(teacher(branch))
        person.move(to=other, on=datetime.date(2021, 9, 1), by=secretary)
        on_the_last_day = (coverage(branch)["members"], coverage(other)["members"])
        over = tuple(coverage(one)["over_period"]["members"] for one in (branch, other))
        assert (on_the_last_day, over) == ((1, 1), (2, 1))
        both = counted([branch, other], PAST.first, PAST.last)
        assert both["members"] == 2  # everybody once in the college

    def test_coverage_over_the_period_counts_whoever_took_part_at_any_time(
        self, branch: Branch, secretary: User
    ) -> None:
        pair = teaching_pair(branch, started_on=EARLY)
        pair.end(by=secretary, reason="课程调整。", on=datetime.date(2021, 5, 1))
        found = coverage(branch)
        assert (found["paired"], found["over_period"]["paired"]) == (0, 1)

    def test_whoever_was_paired_only_before_coming_is_not_paired_here(self, branch: Branch, secretary: User) -> None:
        other = BranchFactory(college=branch.college)
        person = member(teacher(branch))
        service = engagement(branch, people={"leader": person}, started_on=datetime.date(2021, 2, 1))
        service.end(by=secretary, reason="任务取消。", on=datetime.date(2021, 4, 1))
        person.move(to=other, on=datetime.date(2021, 9, 1), by=secretary)
        assert [coverage(one)["over_period"]["paired"] for one in (branch, other)] == [1, 0]

    def test_whoever_joined_the_party_only_after_leaving_the_branch_is_no_member_of_it(
        self, branch: Branch, secretary: User
    ) -> None:
        person = teacher(branch)
        person.leave(on=datetime.date(2021, 6, 1), ending="left", by=secretary)
        member(person, since=datetime.date(2021, 8, 1))
        assert coverage(branch)["over_period"]["members"] == 1  # the secretary

    def test_a_stated_day_of_coming_leaves_the_days_before_it(self, branch: Branch, secretary: User) -> None:
        person = member(teacher(branch))
        person.state_joined(on=datetime.date(2022, 9, 1), by=secretary)
        assert (coverage(branch)["members"], coverage(branch, Period.year(2022))["members"]) == (1, 2)


class TestWhoSaysSo:
    def test_the_branch_that_is_left_says_it_and_no_other_pulls_anybody(self, branch: Branch) -> None:
        person, other = teacher(branch), BranchFactory(college=branch.college)
        pulling = secretary_of(other)
        for verb in (
            lambda: person.move(to=other, on=TODAY(), by=pulling),
            lambda: person.leave(on=TODAY(), ending="left", by=pulling),
            lambda: person.state_joined(on=TODAY(), by=pulling),
        ):
            with pytest.raises(RuleError):
                verb()
        assert list(person.memberships.values_list("branch", "left_on")) == [(branch.pk, None)]

    def test_nobody_marks_themselves(self, branch: Branch, secretary: User) -> None:
        with pytest.raises(RuleError):
            secretary.person.leave(on=TODAY(), ending="retired", by=secretary)
        secretary.person.leave(on=TODAY(), ending="retired", by=secretary_of(branch))
        assert not Person.objects.active().filter(pk=secretary.person_id).exists()

    def test_nobody_moves_to_another_college_or_by_a_changed_field(self, branch: Branch, secretary: User) -> None:
        person, far = teacher(branch), BranchFactory()
        with pytest.raises(RuleError):
            person.move(to=far, on=TODAY(), by=secretary)
        person.branch = BranchFactory(college=branch.college)
        with pytest.raises(RuleError):
            person.save()
        assert Person.objects.get(pk=person.pk).branch == branch

    @pytest.mark.parametrize(("days", "ending"), [(-400, "left"), (-1, "moved"), (1, "moved"), (1, "")])
    def test_a_day_too_far_ahead_and_an_ending_that_is_none_are_refused(
        self, branch: Branch, secretary: User, days: int, ending: str
    ) -> None:
        with pytest.raises(RuleError):
            teacher(branch).leave(on=ago(days), ending=ending, by=secretary)

    def test_nobody_leaves_twice_or_before_coming(self, branch: Branch, secretary: User) -> None:
        person = teacher(branch)
        person.state_joined(on=ago(30), by=secretary)
        for day in (ago(31), ago(10), ago(5)):
            try:
                person.leave(on=day, ending="left", by=secretary)
            except RuleError:
                continue
        assert [stay.left_on for stay in person.memberships.all()] == [ago(10)]

    def test_whoever_comes_back_has_two_times_that_do_not_overlap(self, branch: Branch, secretary: User) -> None:
        person = teacher(branch)
        person.leave(on=ago(100), ending="left", by=secretary)
        with pytest.raises(RuleError):
            person.join(on=ago(101), by=secretary)
        person.join(on=ago(50), by=secretary)
        here = [
            Person.objects.filter(pk=person.pk, memberships__in=Membership.objects.on(ago(day))).exists()
            for day in (101, 75, 50, 0)
        ]
        assert here == [True, False, True, True]
        assert {name: finding.broken for name, finding in try_all() if finding.broken} == {}


class TestWhatFollows:
    def test_sign_in_is_closed_on_that_day_and_not_before(
        self, branch: Branch, secretary: User, client: Client
    ) -> None:
        person = teacher(branch)
        user = user_of(person)
        inside = signed_in(user)
        person.leave(on=TODAY() + datetime.timedelta(days=1), ending="retired", by=secretary)
        assert (client.login(username=user.username, password=user.username), inside.get("/").status_code) == (
            True,
            200,
        )
        Membership.objects.filter(person=person).update(left_on=TODAY())
        assert client.login(username=user.username, password=user.username) is False
        assert inside.get("/").headers["Location"].startswith(reverse("account_login"))

    def test_whoever_moves_or_has_no_person_still_signs_in(self, branch: Branch, secretary: User) -> None:
        person = teacher(branch)
        user = user_of(person)
        person.move(to=BranchFactory(college=branch.college), on=TODAY(), by=secretary)
        assert [signed_in(one).get("/").status_code for one in (user, operator())] == [200, 200]

    def test_a_graduated_student_is_never_proposed(self, branch: Branch, secretary: User) -> None:
        gone, here = member(student(branch)), member(student(branch))
        gone.leave(on=datetime.date(2021, 7, 1), ending="graduated", by=secretary)
        run = MatchRun(branch=branch, kind="mentorship", created_by=secretary)
        offered = {one.person_id for side in TeamMatcher().candidates(run).values() for one in side}
        assert (gone.pk in offered, here.pk in offered) == (False, True)

    def test_no_form_offers_whoever_is_gone_and_no_seat_takes_them(self, branch: Branch, secretary: User) -> None:
        gone = teacher(branch, name="已离开者")
        gone.leave(on=ago(1), ending="left", by=secretary)
        page = signed_in(secretary).get(reverse("teaching_pairs:new")).content.decode()
        assert gone.name not in page
        with pytest.raises(Exception, match="已离开者"):
            teaching_pair(
                branch, people={"leader": member(teacher(branch)), "ordinary_teacher": gone}, started_on=TODAY()
            )
        assert not gone.seats.exists()

    def test_an_open_place_wants_an_answer_first(self, branch: Branch, secretary: User) -> None:
        pair = teaching_pair(branch)
        with pytest.raises(RuleError, match=pair.title):
            pair.leader.leave(on=TODAY(), ending="left", by=secretary)
        pair.seat_of("leader").stay_until(TODAY(), by=secretary)
        pair.leader.leave(on=TODAY(), ending="left", by=secretary)
        assert Pairing.objects.get(pk=pair.pk).leader == pair.leader


class TestTakingBack:
    def test_a_leave_by_mistake_is_taken_back_with_a_reason(self, branch: Branch, secretary: User) -> None:
        person = teacher(branch)
        stay = person.leave(on=ago(3), ending="left", by=secretary)
        with pytest.raises(RuleError):
            take_leave_back(stay, by=secretary, reason="")
        take_leave_back(stay, by=secretary, reason="把同名的人登记错了。")
        assert list(person.memberships.values_list("left_on", "ending")) == [(None, "")]
        assert TakenBack.objects.get().reason == "把同名的人登记错了。"

    def test_a_move_is_taken_back_by_the_branch_that_was_left(self, branch: Branch, secretary: User) -> None:
        person, other = teacher(branch), BranchFactory(college=branch.college)
        person.move(to=other, on=ago(3), by=secretary)
        stay = person.memberships.get(branch=branch)
        with pytest.raises(RuleError):
            take_leave_back(stay, by=secretary_of(other), reason="不接收。")
        take_leave_back(stay, by=secretary, reason="调动取消。")
        person.refresh_from_db()
        assert (person.branch, list(person.memberships.values_list("branch", "left_on"))) == (
            branch,
            [(branch.pk, None)],
        )
        assert {name: finding.broken for name, finding in try_all() if finding.broken} == {}

    def test_only_the_newest_is_taken_back(self, branch: Branch, secretary: User) -> None:
        person = teacher(branch)
        stay = person.leave(on=ago(30), ending="left", by=secretary)
        person.join(on=ago(10), by=secretary)
        with pytest.raises(RuleError):
            take_leave_back(stay, by=secretary, reason="登记错了。")
        assert person.memberships.count() == 2
