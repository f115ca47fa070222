"""Figures of the registry: each says what it means, opens its records, and tells of nobody who may not be known."""

import datetime
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from enterprise_service.models import Confirmation, Engagement
from organization.models import Branch, PartyStageEntry, Person, RoleAssignment, User
from outcomes.figures import Period, branch_report
from outcomes.figures.comparison import compare, read
from outcomes.figures.definitions import everything
from outcomes.figures.registry import work_out
from outcomes.freezing import freeze_report
from outcomes.models import FrozenReport
from outcomes.since import since_freezing
from outcomes.supplement import supplement_of
from pairings.figures import FEWEST, all_figures
from pairings.models import ProgressLog
from tests.conftest import signed_in
from tests.factories import (
    BranchFactory,
    CollegeFactory,
    engagement,
    leader_of,
    log,
    mentorship,
    problem,
    secretary_of,
    teacher,
    teaching_pair,
)
from tests.factories.organization import OfficeFactory, member

pytestmark = pytest.mark.django_db
YEAR = Period.year(2024)
DAY = datetime.date(2024, 6, 1)


def advanced(branch: Branch) -> Person:
    """Let an ordinary student of a team become an applicant."""
    student = mentorship(branch).seats.get(role="ordinary_student").person
    student.record_stage(stage="none", from_date=datetime.date(2024, 1, 2))
    student.record_stage(stage="applicant", from_date=DAY)
    return student


def advance(branch: Branch, people: int) -> list[str]:
    """Let so many ordinary students of teams become applicants; return their names."""
    return [advanced(branch).name for _ in range(people)]


def move(student: Person, to: Branch, by: User) -> None:
    """Let somebody move to another branch after they advanced."""
    day = datetime.date(2024, 9, 1)
    student.seats.get().stay_until(day, by=by)
    student.move(to=to, on=day, by=by)


def behind_students(client: Client) -> Any:
    """Return the page of the students who advanced."""
    return client.get(reverse("outcomes:figure", args=["advanced_students"]) + "?year=2024")


def on_dashboard(client: Client) -> dict[str, str]:
    """Return the figures of no form that the dashboard shows."""
    return {one.label: one.value for one in client.get(reverse("dashboard") + "?year=2024").context["work"]}


STUDENTS = "学生入党进程"


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
    assert key not in {(one.figure.slug, one.of) for one in work_out([branch], YEAR)}
    known = {one.figure.slug: one.value for one in work_out([branch], YEAR, reader=secretary_of(branch))}
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


def test_who_moved_away_is_named_to_the_secretary_of_their_branch_alone() -> None:
    branch = BranchFactory()
    other, secretary = BranchFactory(college=branch.college), secretary_of(branch)
    student = advanced(branch)
    move(student, other, secretary)
    assert not PartyStageEntry.objects.visible_to(secretary).filter(person=student).exists()
    client = signed_in(secretary)
    page = behind_students(client)
    assert (page.context["found"].number, page.context["rows"], student.name in page.content.decode()) == (
        "0",
        [],
        False,
    )
    assert STUDENTS not in on_dashboard(client)


def test_who_moved_away_is_counted_where_the_number_tells_of_nobody() -> None:
    branch = BranchFactory()
    other, secretary = BranchFactory(college=branch.college), secretary_of(branch)
    names = advance(branch, FEWEST - 1)
    gone = advanced(branch)
    move(gone, other, secretary)
    client = signed_in(secretary)
    page = behind_students(client)
    assert (page.context["found"].number, len(page.context["rows"])) == (str(FEWEST), FEWEST - 1)
    assert [name in page.content.decode() for name in (*names, gone.name)] == [True, True, False]
    assert on_dashboard(client)[STUDENTS] == str(FEWEST) == str(said(branch)["advanced_students", ""])


def test_somebody_of_two_branches_is_one_on_the_dashboard_and_on_the_list() -> None:
    branch = BranchFactory()
    other, secretary = BranchFactory(college=branch.college), secretary_of(branch)
    RoleAssignment.objects.create(user=secretary, role=RoleAssignment.Role.SECRETARY, branch=other)
    advance(branch, FEWEST - 1)
    student = advanced(branch)
    move(student, other, secretary)
    student.record_stage(stage="activist", from_date=datetime.date(2024, 11, 1))
    client = signed_in(User.objects.get(pk=secretary.pk))
    assert on_dashboard(client)[STUDENTS] == behind_students(client).context["found"].number == str(FEWEST)
    assert len(behind_students(client).context["rows"]) == FEWEST + 1


def test_leadership_hears_of_somebody_of_two_branches_once() -> None:
    college = CollegeFactory()
    branches = [BranchFactory(college=college) for _ in range(2)]
    secretary = secretary_of(branches[0])
    for branch in branches:
        advance(branch, FEWEST - 1)
    mover = advanced(branches[0])
    move(mover, branches[1], secretary)
    mover.record_stage(stage="activist", from_date=datetime.date(2024, 11, 1))
    client = signed_in(leader_of(college))
    found = behind_students(client).context["found"]
    assert on_dashboard(client)[STUDENTS] == found.number == str(2 * FEWEST - 1)
    assert [number for _branch, number in found.branches] == [FEWEST, FEWEST]


def confirmed(branch: Branch, rating: int) -> None:
    """Let an enterprise say what it thinks of an engagement."""
    link = Confirmation.make(Engagement.objects.get(pk=engagement(branch).pk), by=secretary_of(branch))
    link.confirm(is_solved=True, rating=rating, words="", confirmed_by="林工")


def solved_at_once(branch: Branch) -> None:
    """Complete an engagement on the day on which it began."""
    day = datetime.date(2024, 5, 6)
    service = engagement(branch, started_on=day)
    log(service, date=day)
    service.complete(by=secretary_of(branch), summary="当天解决。", on=day)


def test_a_share_of_none_and_a_median_of_no_days_say_something() -> None:
    branch, today = BranchFactory(), timezone.localdate()
    confirmed(branch, rating=1)
    solved_at_once(branch)
    assert said(branch, Period.year(today.year))["satisfaction", ""] == 0
    assert said(branch)["days_to_solve", ""] == 0
    [compared] = [one for one in compare(branch_report(branch, YEAR), branch_report(branch, Period.year(2023)))
                  if one.figure == "work.days_to_solve"]  # fmt: skip
    assert compared.words[1:] == ("0", "—", "—")


def test_problems_open_are_nothing_in_a_period_that_is_over() -> None:
    branch, running = BranchFactory(), Period.year(timezone.localdate().year)
    problem(branch)
    now, then = branch_report(branch, running), branch_report(branch, YEAR)
    [compared] = [one for one in compare(now, then) if one.figure == "work.problems_open"]
    assert (compared.value, compared.other, compared.words[1:]) == (1, None, ("1", "当时未统计", "—"))
    address = reverse("outcomes:figure", args=["problems_open"])
    page = signed_in(secretary_of(branch)).get(f"{address}?year=2024")
    assert (page.context["found"].number, page.context["rows"]) == ("—", [])


def frozen_before(report: FrozenReport, slug: str) -> FrozenReport:
    """Return a report as it would have been kept before a figure was registered."""
    figures = json.loads(report.figures)
    figures["counted"].remove(slug)
    report.figures = json.dumps(figures)
    return report


def test_what_was_no_figure_yet_when_a_report_was_frozen_is_no_difference() -> None:
    branch = BranchFactory()
    secretary, service = secretary_of(branch), engagement(branch)
    frozen = freeze_report(branch, YEAR, by=secretary)
    log(service, activity_type="survey")
    paths = {"work.surveys", "work.days_on_site"}
    assert paths <= {one.figure for one in since_freezing(frozen, secretary).moved}
    older = frozen_before(frozen, "surveys")
    assert paths & {one.figure for one in since_freezing(older, secretary).moved} == {"work.days_on_site"}
    now = branch_report(branch, YEAR)
    [beside] = [one for one in compare(now, older.content) if one.figure == "work.surveys"]
    assert (beside.value, beside.other, beside.words[1:]) == (1, None, ("1", "当时未统计", "—"))
    assert read([beside.told]) == [beside]
    told = supplement_of(older, now)["figures"]
    assert paths & {one["figure"] for one in told} == {"work.days_on_site"}
    oldest = {name: part for name, part in older.content.items() if name != "counted"}
    assert [one.other for one in compare(now, oldest) if one.figure in paths] == [None, None]


def test_a_frozen_number_lists_the_records_that_it_counted() -> None:
    branch = BranchFactory()
    secretary, service, names = secretary_of(branch), engagement(branch), advance(branch, FEWEST)
    entry = log(service, activity_type="survey")
    teaching_pair(branch)
    frozen = freeze_report(branch, YEAR, by=secretary)
    ProgressLog.objects.filter(pk=entry.pk).update(activity_type="policy")
    log(service, activity_type="survey")
    log(service, activity_type="survey")
    client = signed_in(secretary)
    work = client.get(reverse("outcomes:report", args=[branch.code]) + "?year=2024").context["work"]
    links = {one.label: one.url for one in work}
    assert {label for label, url in links.items() if not url} == {STUDENTS}
    assert all(f"frozen={frozen.pk}" in url for url in links.values() if url)
    page = client.get(links["行业调研"])
    assert (page.context["found"].number, [row.pk for row in page.context["page_obj"]]) == ("1", [entry.pk])
    pages = [page, client.get(frozen.get_absolute_url(), follow=True)]
    for one in work:
        if one.url:
            shown = client.get(one.url)
            assert (shown.context["found"].number, shown.context["scope"].branch) == (one.value, branch)
            pages.append(shown)
    assert [name for shown in pages for name in names if name in shown.content.decode()] == []


def test_a_frozen_number_opens_for_those_who_see_the_report_and_lists_what_they_may_see() -> None:
    branch = BranchFactory()
    log(engagement(branch), activity_type="survey")
    advance(branch, FEWEST)
    frozen = freeze_report(branch, YEAR, by=secretary_of(branch))
    address = reverse("outcomes:figures")

    def found(user: User, figure: str) -> int:
        return signed_in(user).get(f"{address}{figure}frozen={frozen.pk}").status_code

    secretary, elsewhere = secretary_of(branch), secretary_of(BranchFactory(college=branch.college))
    asked = ("surveys/?", "advanced_students/?", "policy_questions/?", "elements/?of=theory&")
    assert [found(secretary, one) for one in asked] == [200, 404, 404, 404]
    assert [found(user, "surveys/?") for user in (leader_of(branch.college), elsewhere)] == [200, 404]
    for number in ("0", "x", "-1", "9" * 40, "%07", ""):
        assert signed_in(secretary).get(f"{address}surveys/?frozen={number}").status_code == 404


def test_a_frozen_number_lists_no_record_that_the_reader_does_not_see_today() -> None:
    branch, other = BranchFactory(), BranchFactory()
    entry, secretary = log(engagement(branch), activity_type="survey"), secretary_of(branch)
    frozen = freeze_report(branch, YEAR, by=secretary)
    ProgressLog.objects.filter(pk=entry.pk).update(branch=other, pairing=engagement(other))
    page = signed_in(secretary).get(reverse("outcomes:figure", args=["surveys"]) + f"?frozen={frozen.pk}")
    assert (page.context["found"].number, page.context["rows"]) == ("1", [])
