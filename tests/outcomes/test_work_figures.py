"""Figures of the registry: each says what it means, opens its records, and tells of nobody who may not be known."""

import datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from organization.models import Branch
from outcomes.figures import Period, branch_report
from outcomes.figures.definitions import everything
from outcomes.figures.registry import work_out
from outcomes.freezing import freeze_report
from outcomes.since import since_freezing
from pairings.figures import DASHBOARD, FEWEST, all_figures
from tests.conftest import signed_in
from tests.factories import (
    BranchFactory,
    engagement,
    leader_of,
    log,
    mentorship,
    secretary_of,
    teacher,
    teaching_pair,
)
from tests.factories.organization import OfficeFactory, member

pytestmark = pytest.mark.django_db
YEAR = Period.year(2024)
DAY = datetime.date(2024, 6, 1)


def advance(branch: Branch, people: int) -> list[str]:
    """Let so many ordinary students of teams become applicants; return their names."""
    names = []
    for _ in range(people):
        student = mentorship(branch).seats.get(role="ordinary_student").person
        student.record_stage(stage="none", from_date=datetime.date(2024, 1, 2))
        student.record_stage(stage="applicant", from_date=DAY)
        names.append(student.name)
    return names


def said(branch: Branch, period: Period = YEAR) -> dict[tuple[str, str], Any]:
    return {(row["figure"], row["of"]): row["value"] for row in branch_report(branch, period)["work"]}


def test_every_figure_says_what_it_means_in_both_languages() -> None:
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for figure in everything():
                words = [str(word) for word in (figure.name, figure.definition, figure.counting, figure.period)]
                assert all(words), figure.slug
                assert str(figure.unit), figure.slug
    assert len({figure.slug for figure in everything()}) == len(list(everything()))


def test_a_figure_with_nothing_to_say_is_not_said() -> None:
    assert said(BranchFactory()) == {}


def test_pairs_of_one_office_and_of_two_are_told_apart() -> None:
    branch = BranchFactory()
    office, other = OfficeFactory(branch=branch, name="数控教研室"), OfficeFactory(branch=branch, name="机电教研室")
    for mine, theirs in ((office, office), (office, other), (office, None)):
        people = {"leader": member(teacher(branch, office=mine)), "ordinary_teacher": teacher(branch, office=theirs)}
        teaching_pair(branch, people=people, pattern="strong_with_strong")
    found = said(branch)
    assert (found["reach", "inside"], found["reach", "across"]) == (1, 1)
    assert (found["formation", "self_formed"], found["pattern", "strong_with_strong"]) == (3, 3)


def test_a_day_at_an_enterprise_counts_once_for_each_engagement() -> None:
    branch = BranchFactory()
    service, other = engagement(branch), engagement(branch)
    for one, activity in ((service, "solving"), (service, "survey"), (other, "solving"), (service, "policy")):
        log(one, activity_type=activity)
    assert said(branch)["days_on_site", ""] == 2


def test_a_number_of_people_is_told_only_when_it_tells_of_nobody() -> None:
    branch = BranchFactory()
    names = advance(branch, FEWEST - 1)
    key = ("advanced_students", "")
    assert key not in said(branch)
    assert key not in {(one.figure.slug, one.of) for one in work_out([branch], YEAR, DASHBOARD)}
    known = {one.figure.slug: one.value for one in work_out([branch], YEAR, DASHBOARD, [branch.pk])}
    assert known["advanced_students"] == FEWEST - 1
    names += advance(branch, 1)
    assert said(branch)[key] == FEWEST
    part_of_a_year = Period(datetime.date(2024, 1, 1), datetime.date(2024, 11, 30))
    assert key not in said(branch, part_of_a_year)
    assert "ids" not in next(row for row in branch_report(branch, YEAR)["work"] if row["figure"] == key[0])


def test_leadership_gets_numbers_without_names_and_the_secretary_the_names() -> None:
    few = BranchFactory()
    many = BranchFactory(college=few.college)
    names = {few: advance(few, FEWEST - 1), many: advance(many, FEWEST)}
    address = reverse("outcomes:figure", args=["advanced_students"]) + "?year=2024"
    leader = signed_in(leader_of(few.college)).get(address)
    assert (leader.context["found"].number, leader.context["found"].branches) == ("3", ((many.name, 3),))
    page = leader.content.decode()
    assert [name for name in (*names[few], *names[many], few.name) if name in page] == []
    for branch in (few, many):
        own = signed_in(secretary_of(branch)).get(address)
        assert own.context["found"].number == str(len(names[branch]))
        assert all(name in own.content.decode() for name in names[branch])
    partly = signed_in(leader_of(few.college)).get(address.replace("year=2024", "from=2024-01-01&to=2024-11-30"))
    assert partly.context["found"].number == "0"


def test_somebody_who_only_came_in_with_the_roster_has_not_advanced() -> None:
    branch = BranchFactory()
    for _ in range(FEWEST):
        mentorship(branch)
    assert ("advanced_students", "") not in said(branch)


@pytest.mark.parametrize("wrong", ["nothing/", "elements/?of=nothing", "contract_money/?of=theory"])
def test_a_figure_or_a_value_that_there_is_not_is_not_found(wrong: str) -> None:
    client = signed_in(secretary_of(BranchFactory()))
    assert client.get(reverse("outcomes:figures") + wrong).status_code == 404


def test_a_figure_names_records_that_have_a_door_and_a_page() -> None:
    branch = BranchFactory()
    client = signed_in(secretary_of(branch))
    for figure in all_figures():
        response = client.get(reverse("outcomes:figure", args=[figure.slug]) + "?year=2024")
        assert str(figure.definition) in response.content.decode()
        assert response.context["found"].rows.count() == 0


def test_a_frozen_report_says_which_figures_are_others_now() -> None:
    branch, period = BranchFactory(), Period(datetime.date(2024, 1, 1), datetime.date(2024, 11, 30))
    service = engagement(branch)
    log(service, activity_type="survey")
    secretary = secretary_of(branch)
    frozen = freeze_report(branch, period, by=secretary)
    log(service, activity_type="survey")
    log(service, activity_type="policy")
    moved = {one.label: (one.other, one.value) for one in since_freezing(frozen, secretary).moved}
    assert (moved["行业调研"], moved["政策宣讲与座谈"]) == ((1, 2), (0, 1))
