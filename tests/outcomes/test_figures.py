"""Figures, whatever the outcomes: each work once, at its highest, and the records behind every number."""

import datetime
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from organization.models import RuleError
from outcomes.figures import Period, branch_report
from outcomes.figures.achievements import Achievements, counted_outcomes
from outcomes.figures.by_form import count_by_form
from outcomes.figures.registry import asked_of
from outcomes.figures.work import coverage
from outcomes.models import Level, Outcome, Status
from tests.factories import BranchFactory, log, mentorship, outcome, secretary_of, submitted, teaching_pair, verified

pytestmark = pytest.mark.django_db
YEAR = Period.year(2024)


def test_an_outcome_credited_to_many_pairings_counts_once() -> None:
    branch = BranchFactory()
    pairings = [teaching_pair(branch), teaching_pair(branch), mentorship(branch)]
    shared = verified(branch, pairings=pairings)
    assert Achievements.of([branch], YEAR).totals()["outcomes"] == 1
    assert list(counted_outcomes([branch], YEAR)) == [shared]


def test_an_outcome_shared_by_two_branches_counts_once_in_each_and_once_in_the_college() -> None:
    ours = BranchFactory()
    theirs = BranchFactory(college=ours.college)
    draft = outcome(ours)
    draft.shared_with.add(theirs)
    draft.submit(by=draft.entered_by)
    draft.verify(by=secretary_of(ours))
    counts = [Achievements.of(scope, YEAR).totals()["outcomes"] for scope in ([ours], [theirs], [ours, theirs])]
    assert counts == [1, 1, 1]


def test_only_verified_outcomes_count() -> None:
    branch = BranchFactory()
    outcome(branch)
    submitted(branch)
    assert Achievements.of([branch], YEAR).rows() == []


def test_what_is_cultivated_stands_apart_from_what_is_recognised() -> None:
    branch = BranchFactory()
    verified(branch, category="base", level="national", status="cultivating")
    verified(branch, category="base", level="provincial", status="recognised")
    found = Achievements.of([branch], YEAR)
    rows = found.rows()
    assert [(row["level"], row["status"], row["count"]) for row in rows] == [
        ("national", "cultivating", 1),
        ("provincial", "recognised", 1),
    ]
    assert found.totals() == {"outcomes": 1, "by_level": {"provincial": 1}, "by_category": {"base": 1}}
    assert found.cultivating() == {"outcomes": 1, "by_level": {"national": 1}, "by_category": {"base": 1}}


def test_an_outcome_counts_in_each_form_whose_pairings_share_it_and_once_in_the_total() -> None:
    branch = BranchFactory()
    pair, team = teaching_pair(branch), mentorship(branch)
    both = verified(branch, pairings=[pair, team, teaching_pair(branch)], level="national")
    one = verified(branch, pairings=[team])
    nobody_s = verified(branch, category="honour")
    verified(branch, category="base", status="cultivating", pairings=[team])
    found = Achievements.of([branch], YEAR)
    forms = {form: (sums["outcomes"], sums["ids"]) for form, sums in found.by_form().items()}
    assert forms == {
        "mentorship": (2, [both.pk, one.pk]),
        "teaching": (1, [both.pk]),
        "enterprise": (0, []),
        "none": (1, [nobody_s.pk]),
    }
    assert found.by_form()["mentorship"]["by_level"] == {"national": 1, "provincial": 1}
    assert found.totals()["outcomes"] == 3
    listed = {
        form: [*Outcome.objects.counted([branch], YEAR.first, YEAR.last).granted().of_form(form)] for form in forms
    }
    assert {form: sorted(one.pk for one in rows) for form, rows in listed.items()} == {
        form: sorted(ids) for form, (_count, ids) in forms.items()
    }


def test_a_correction_counts_instead_of_what_it_corrects() -> None:
    branch = BranchFactory()
    wrong = verified(branch, level="national")
    right = wrong.correct(by=wrong.entered_by, reason="证书上是省级")
    assert list(counted_outcomes([branch], YEAR)) == [wrong]
    right.level = "provincial"
    right.save()
    right.submit(by=wrong.entered_by)
    right.verify(by=secretary_of(branch))
    assert list(counted_outcomes([branch], YEAR)) == [right]


# The ways a work can rise: the same step never twice, each higher than the one before.
RISING = st.lists(
    st.tuples(st.sampled_from(Level.values), st.sampled_from([Status.APPROVED, Status.BUILDING, Status.RECOGNISED])),
    min_size=1,
    max_size=4,
    unique=True,
).map(lambda steps: sorted(steps, key=lambda s: (-Level.values.index(s[0]), Status.values.index(s[1]))))


@settings(max_examples=25)
@given(steps=RISING, until=st.integers(1, 4), shares=st.integers(0, 2))
def test_a_continued_work_counts_once_at_the_highest_it_reached_by_the_period_s_end(
    steps: list[tuple[str, str]], until: int, shares: int
) -> None:
    branch = BranchFactory()
    secretary = secretary_of(branch)
    pairings = [teaching_pair(branch) for _ in range(shares)]
    chain: list[Outcome] = []
    for month, (level, status) in enumerate(steps, start=1):
        chain.append(
            verified(
                branch,
                verifier=secretary,
                pairings=pairings,
                level=level,
                status=status,
                achieved_on=datetime.date(2024, month, 15),
                continues=chain[-1] if chain else None,
            )
        )
    period = Period(datetime.date(2024, 1, 1), datetime.date(2024, until, 28))
    highest = chain[: min(until, len(chain))][-1]
    rows = Achievements.of([branch], period).rows()
    assert [(row["count"], row["ids"]) for row in rows] == [(1, [highest.pk])]
    assert (rows[0]["level"], rows[0]["status"]) == (highest.level, highest.status)
    assert list(highest.chain()) == chain


@settings(max_examples=15)
@given(
    kinds=st.lists(
        st.tuples(st.sampled_from(["course", "team", "base"]), st.sampled_from(["national", "college"])), max_size=6
    )
)
def test_every_sum_is_the_sum_of_its_rows_and_every_row_of_its_records(kinds: list[tuple[str, str]]) -> None:
    branch = BranchFactory()
    secretary = secretary_of(branch)
    made = [verified(branch, verifier=secretary, category=category, level=level) for category, level in kinds]
    report = branch_report(branch, YEAR)
    ids = list(itertools.chain.from_iterable(row["ids"] for row in report["outcomes"]))
    assert sorted(ids) == sorted(one.pk for one in made)
    assert all(row["count"] == len(row["ids"]) for row in report["outcomes"])
    sums = report["totals"]
    assert sums["outcomes"] == sum(sums["by_level"].values()) == sum(sums["by_category"].values()) == len(made)


def test_logs_hours_and_integration_rate_are_those_of_the_period() -> None:
    branch = BranchFactory()
    pair = teaching_pair(branch)
    log(pair, hours="1.5", element_kind="theory", element_words="学劳模")
    log(pair, hours="2.5", date=datetime.date(2024, 12, 31))
    log(pair, hours="4", date=datetime.date(2025, 1, 1))
    found = count_by_form(asked_of([branch], YEAR), with_ids=True)["teaching"]
    assert (found["active"], found["logs"], found["hours"], found["integration_rate"]) == (1, 2, 4.0, 0.5)
    logs = pair.logs.filter(date__year=2024).order_by("pk")
    kept = {"active": [pair.pk], "completed": [], "ended": [], "logs": [row.pk for row in logs]}
    assert found["ids"] == kept


def test_coverage_is_of_those_who_were_members_and_seated_on_the_last_day() -> None:
    branch = BranchFactory()
    team = mentorship(branch)  # its leader, its student member, and the secretary who approved are members
    found = coverage([branch], YEAR)
    assert (found["members"], found["paired"], found["rate"]) == (3, 2, round(2 / 3, 4))
    team.complete(by=secretary_of(branch), summary="完成", on=datetime.date(2024, 11, 30))
    assert coverage([branch], YEAR)["paired"] == 0
    assert coverage([branch], Period(datetime.date(2024, 1, 1), datetime.date(2024, 6, 30)))["paired"] == 2


def test_a_school_year_runs_from_september_to_august_and_two_dates_know_their_name() -> None:
    year = Period.school_year(2023)
    assert (year.first, year.last) == (datetime.date(2023, 9, 1), datetime.date(2024, 8, 31))
    with pytest.raises(RuleError):
        Period(year.last, year.first)
