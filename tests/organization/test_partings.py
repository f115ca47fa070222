"""A graduating class, a move of several people: one action, whose questions are answered first; all go or nobody."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organization.integrity import try_all
from organization.models import Branch, Membership, Person, User
from pairings.models import Pairing, Seat
from tests.conftest import signed_in
from tests.factories import BranchFactory, member, mentorship, secretary_of, student, teacher, teaching_pair
from tests.factories.imports import previewed

pytestmark = pytest.mark.django_db

PEOPLE = reverse("admin:organization_person_changelist")
SUMMER = datetime.date(2026, 7, 1)
TODAY = timezone.localdate


@pytest.fixture
def branch() -> Branch:
    return BranchFactory()


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


@pytest.fixture
def desk(secretary: User) -> Client:
    return signed_in(secretary)


def sent(people: list[Person], **said: Any) -> dict[str, Any]:
    """Return what the page sends for these people."""
    return {"action": "part_ways", "_selected_action": [one.pk for one in people], **said}


def gone(*people: Person) -> list[str]:
    return [stay.ending for one in people for stay in one.memberships.filter(left_on=SUMMER)]


def errors(answer: Any) -> str:
    return str(answer.context["form"].errors)


def test_a_graduating_class_is_one_action(branch: Branch, desk: Client) -> None:
    everybody = [student(branch, class_name="机电2301班") for _ in range(12)]
    page = desk.post(PEOPLE, sent(everybody))
    assert (page.context["form"].is_bound, Membership.objects.filter(left_on__isnull=False).count()) == (False, 0)
    assert "不能登录" in page.content.decode()
    answer = desk.post(PEOPLE, sent(everybody, how="graduated", on=SUMMER.isoformat()))
    assert (answer.status_code, gone(*everybody)) == (302, ["graduated"] * 12)


def test_a_move_of_ten_people_is_one_action(branch: Branch, desk: Client) -> None:
    other, ten = BranchFactory(college=branch.college), [teacher(branch) for _ in range(10)]
    lost = desk.post(PEOPLE, sent(ten, how="moved", on=SUMMER.isoformat()))
    assert ("to" in lost.context["form"].errors, gone(*ten)) == (True, [])
    desk.post(PEOPLE, sent(ten, how="moved", on=SUMMER.isoformat(), to=other.pk))
    assert gone(*ten) == ["moved"] * 10
    assert set(Person.objects.filter(pk__in=[one.pk for one in ten]).values_list("branch", flat=True)) == {other.pk}
    assert {name: finding.broken for name, finding in try_all() if finding.broken} == {}


def test_all_go_or_nobody_and_the_page_says_who_cannot(branch: Branch, desk: Client) -> None:
    one, came_late = teacher(branch), teacher(branch)
    came_late.memberships.update(joined_on=SUMMER + datetime.timedelta(days=5))
    answer = desk.post(PEOPLE, sent([one, came_late], how="left", on=SUMMER.isoformat()))
    assert (came_late.name in errors(answer), one.name in errors(answer), gone(one, came_late)) == (True, False, [])


def test_somebody_of_another_branch_cannot_be_chosen(branch: Branch, desk: Client) -> None:
    stranger = teacher(BranchFactory(college=branch.college))
    desk.post(PEOPLE, sent([stranger], how="left", on=SUMMER.isoformat()))
    assert gone(stranger) == []


class TestPlaces:
    def test_each_place_is_asked_about_and_nothing_happens_without_an_answer(
        self, branch: Branch, desk: Client
    ) -> None:
        pair = teaching_pair(branch)
        page = desk.post(PEOPLE, sent([pair.leader]))
        assert pair.title in page.content.decode()
        answer = desk.post(PEOPLE, sent([pair.leader], how="left", on=SUMMER.isoformat()))
        assert (list(answer.context["form"].errors), gone(pair.leader)) == ([f"seat{seat(pair).pk}-answer"], [])

    def test_somebody_else_takes_the_place(self, branch: Branch, desk: Client) -> None:
        pair, heir = teaching_pair(branch), member(teacher(branch))
        leader = pair.leader
        desk.post(PEOPLE, answered(pair, answer="replace", person=heir.pk))
        assert (gone(leader), Pairing.objects.get(pk=pair.pk).leader) == (["left"], heir)
        assert pair.seats.get(person=leader).left_on == SUMMER

    def test_only_who_fits_is_offered(self, branch: Branch, desk: Client) -> None:
        pair, fits, not_a_member = teaching_pair(branch), member(teacher(branch)), teacher(branch)
        page = desk.post(PEOPLE, sent([pair.leader]))
        offered = set(page.context["form"].fields[f"seat{seat(pair).pk}-person"].queryset)
        assert (fits in offered, not_a_member in offered, pair.leader in offered) == (True, False, False)

    def test_the_pairing_ends(self, branch: Branch, desk: Client) -> None:
        pair = teaching_pair(branch)
        leader = pair.leader
        desk.post(PEOPLE, answered(pair, answer="end"))
        ended = Pairing.objects.get(pk=pair.pk)
        assert (ended.status, ended.closed_on, gone(leader)) == ("ended", SUMMER, ["left"])

    def test_they_stay_until_a_day(self, branch: Branch, desk: Client) -> None:
        pair = teaching_pair(branch)
        until = SUMMER + datetime.timedelta(days=60)
        early = desk.post(PEOPLE, answered(pair, answer="stay", until="2026-06-30"))
        assert pair.title in errors(early)
        desk.post(PEOPLE, answered(pair, answer="stay", until=until.isoformat()))
        assert (seat(pair).stays_until, seat(pair).left_on, gone(pair.leader)) == (until, None, ["left"])

    def test_a_refused_answer_leaves_everybody_where_they_were(self, branch: Branch, desk: Client) -> None:
        team, pair = mentorship(branch), teaching_pair(branch)
        free = student(branch)
        data = answered(pair, answer="end") | {"_selected_action": [pair.leader.pk, team.leader.pk, free.pk]}
        data |= {f"seat{seat(team).pk}-answer": "stay", f"seat{seat(team).pk}-until": "2026-06-30"}
        desk.post(PEOPLE, data)
        assert (Pairing.objects.get(pk=pair.pk).status, gone(pair.leader, team.leader, free)) == ("active", [])

    def test_two_of_one_team_go_with_its_end(self, branch: Branch, desk: Client) -> None:
        team = mentorship(branch)
        pupils = [one for one in team.seats.all() if one.role != "leader"]
        data = sent([one.person for one in pupils], how="graduated", on=SUMMER.isoformat())
        for one in pupils:
            data[f"seat{one.pk}-answer"] = "end"
        desk.post(PEOPLE, data)
        assert gone(*(one.person for one in pupils)) == ["graduated", "graduated"]
        assert Pairing.objects.get(pk=team.pk).status == "ended"


class TestComing:
    def test_whoever_is_back_is_asked_nothing_about_places(self, branch: Branch, desk: Client, secretary: User) -> None:
        person = teacher(branch)
        person.leave(on=SUMMER, ending="left", by=secretary)
        desk.post(PEOPLE, sent([person], how="back", on=TODAY().isoformat()))
        assert [stay.joined_on for stay in person.memberships.all()] == [None, TODAY()]

    def test_the_day_of_coming_of_a_whole_class_is_stated_at_once(self, branch: Branch, desk: Client) -> None:
        new = [student(branch) for _ in range(3)]
        desk.post(PEOPLE, sent(new, how="stated", on="2026-09-01"))
        assert set(Membership.objects.filter(person__in=new).values_list("joined_on", flat=True)) == {
            datetime.date(2026, 9, 1)
        }


class TestTheRosterOffersIt:
    SHEET = ["姓名", "工号/学号", "身份", "政治面貌"]

    def test_nobody_is_ticked_by_itself_and_the_tick_leads_to_the_page_that_asks(
        self, branch: Branch, desk: Client, secretary: User
    ) -> None:
        stays, left = teacher(branch), teacher(branch)
        rows = [[one.name, one.number, "教师", "群众"] for one in (stays,)]
        sheet = previewed(branch, [self.SHEET, *rows], by=secretary)
        page = desk.get(sheet.get_absolute_url()).content.decode()
        box = f'name="_selected_action" value="{left.pk}"'
        assert (page.count(box), f'value="{stays.pk}"' in page, "checked" in page) == (1, False, False)
        asked = desk.post(PEOPLE, sent([left]))
        assert list(asked.context["people"]) == [left]

    def test_whoever_has_gone_since_is_named_and_not_offered(
        self, branch: Branch, desk: Client, secretary: User
    ) -> None:
        stays, left = teacher(branch), teacher(branch)
        sheet = previewed(branch, [self.SHEET, [stays.name, stays.number, "教师", "群众"]], by=secretary)
        left.leave(on=TODAY(), ending="left", by=secretary)
        page = desk.get(sheet.get_absolute_url()).content.decode()
        assert (left.name in page, f'value="{left.pk}"' in page) == (True, False)

    def test_a_row_of_somebody_who_left_is_refused_in_words(
        self, branch: Branch, desk: Client, secretary: User
    ) -> None:
        left = teacher(branch)
        left.leave(on=TODAY(), ending="left", by=secretary)
        sheet = previewed(branch, [self.SHEET, [left.name, left.number, "教师", "群众"]], by=secretary)
        assert "已登记离开" in str(sheet.findings)


class TestWhoIsTold:
    def test_the_receiving_branch_sees_who_came_and_from_where(self, branch: Branch, secretary: User) -> None:
        other, person = BranchFactory(college=branch.college), teacher(branch)
        person.move(to=other, on=TODAY(), by=secretary)
        pages = [signed_in(one).get("/").content.decode() for one in (secretary_of(other), secretary)]
        assert [f"{person.name}于" in page and branch.name in page for page in pages] == [True, False]

    def test_a_place_whose_person_has_gone_is_asked_for_again_after_the_day(
        self, branch: Branch, desk: Client, secretary: User
    ) -> None:
        pair = teaching_pair(branch)
        said = {}
        for until in (TODAY() + datetime.timedelta(days=1), TODAY()):
            seat(pair).stay_until(until, by=secretary)
            if until > TODAY():
                pair.leader.leave(on=SUMMER, ending="left", by=secretary)
            page = desk.get("/").content.decode()
            said[until] = (pair.title in page, "请安排接替人" in page)
        assert list(said.values()) == [(True, False), (True, True)]


def seat(pairing: Pairing) -> Seat:
    return pairing.seats.get(role="leader", left_on=None)


def answered(pairing: Pairing, **said: Any) -> dict[str, Any]:
    """Return what the page sends when the leader leaves, with the answer about the place."""
    named = {f"seat{seat(pairing).pk}-{name}": value for name, value in said.items()}
    return sent([pairing.leader], how="left", on=SUMMER.isoformat(), **named)
