"""What contradicts in a teaching pair: steps reached out of order, and a workshop held after the pair began."""

import datetime

import pytest
from django.utils import translation

from organization.models import Branch, User
from outcomes.documents.outlines import OUTLINES
from outcomes.figures import Period
from outcomes.figures.report import branch_report
from pairings.contradictions import explain, in_rows, kind_of, records, standings_of
from teaching_pairs.models import TeachingPair, Workshop
from tests.factories import BranchFactory, secretary_of, teaching_pair

pytestmark = pytest.mark.django_db
MARCH, APRIL, MAY = (datetime.date(2024, month, 8) for month in (3, 4, 5))
YEAR = Period.year(2024)


@pytest.fixture
def pair(db: None) -> TeachingPair:
    return teaching_pair(BranchFactory())


@pytest.fixture
def secretary(pair: TeachingPair) -> User:
    return secretary_of(pair.branch)


def slugs(pair: TeachingPair, user: User) -> list[str]:
    return [found.kind.slug for found in in_rows([TeachingPair.objects.get(pk=pair.pk)], user)]


def out_of_order(branch: Branch) -> list[tuple[int, frozenset[int]]]:
    """Return how many pairs of a branch nobody has explained, and which were explained."""
    return [(one.open, one.explained) for one in standings_of(branch) if one.kind.slug == "steps-out-of-order"]


@pytest.mark.parametrize(
    ("reached", "contradicts"),
    [
        ({"outline": APRIL, "resources": MARCH}, True),
        ({"outline": MARCH, "resources": MAY, "online": APRIL}, True),
        ({"outline": MARCH, "recognised": MARCH}, False),
        ({"outline": MARCH, "online": MAY}, False),
        ({"resources": MAY}, False),
        ({"outline": APRIL, "call": MARCH}, False),  # of a topic that it worked on before
    ],
)
def test_a_step_that_was_reached_before_an_earlier_one(
    pair: TeachingPair, secretary: User, reached: dict[str, datetime.date], contradicts: bool
) -> None:
    for step, day in reached.items():
        pair.milestones.create(step=step, done_on=day)
    assert slugs(pair, secretary) == (["steps-out-of-order"] if contradicts else [])
    assert list(records(kind_of("steps-out-of-order"), secretary)) == ([pair] if contradicts else [])


def test_the_words_name_both_steps_and_both_days(pair: TeachingPair, secretary: User) -> None:
    pair.plan({"outline": (None, APRIL), "resources": (None, MARCH)})
    [found] = in_rows([TeachingPair.objects.get(pk=pair.pk)], secretary)
    assert found.words == (
        "“课程资源建成”完成于2024年3月8日，早于“课程标准定稿”的2024年4月8日。请更正日期；如确无误，请说明情况。"
    )
    with translation.override("en"):
        [found] = in_rows([TeachingPair.objects.get(pk=pair.pk)], secretary)
        assert found.words.endswith("2024. Please correct the days, or write why they are right.")


@pytest.mark.parametrize(("days", "contradicts"), [(1, True), (0, False), (-30, False)])
def test_a_pair_that_began_before_the_workshop_that_it_came_of(
    pair: TeachingPair, secretary: User, days: int, contradicts: bool
) -> None:
    held = pair.started_on + datetime.timedelta(days=days)
    came_of = Workshop.objects.create(branch=pair.branch, title="选题研讨会", held_on=held, announced_by=secretary)
    TeachingPair.objects.filter(pk=pair.pk).update(workshop=came_of)
    assert slugs(pair, secretary) == (["before-its-workshop"] if contradicts else [])
    assert [("选题研讨会" in one.words) for one in in_rows([TeachingPair.objects.get(pk=pair.pk)], secretary)] == (
        [True] if contradicts else []
    )


def test_the_report_counts_what_nobody_explained_and_the_statement_names_it(
    pair: TeachingPair, secretary: User
) -> None:
    pair.plan({"outline": (None, APRIL), "resources": (None, MARCH)})
    pair = TeachingPair.objects.get(pk=pair.pk)
    before = branch_report(pair.branch, YEAR)
    said = str(OUTLINES["statement"].compose(before, {}).parts)
    explain(kind_of("steps-out-of-order"), pair, by=secretary, reason="资源先行建成。")
    after = branch_report(pair.branch, YEAR)
    assert (before["contradictions"], after["contradictions"]) == ({"steps-out-of-order": 1}, {})
    assert "尚有1处矛盾未说明（节点完成先后颠倒）" in said
    assert "尚有" not in str(OUTLINES["statement"].compose(after, {}).parts)


def test_how_a_branch_stands_is_counted_from_its_own_records_and_answers(pair: TeachingPair, secretary: User) -> None:
    other = BranchFactory()
    answered, open_one = teaching_pair(other), teaching_pair(other)
    for one in (pair, answered, open_one):
        one.plan({"outline": (None, APRIL), "resources": (None, MARCH)})
    explain(kind_of("steps-out-of-order"), answered, by=secretary_of(other), reason="资源先行建成。")
    assert out_of_order(pair.branch) == [(1, frozenset())]
    assert out_of_order(other) == [(1, frozenset({answered.pk}))]
    explain(kind_of("steps-out-of-order"), pair, by=secretary, reason="资源先行建成。")
    assert out_of_order(pair.branch) == [(0, frozenset({pair.pk}))]
    assert out_of_order(other) == [(1, frozenset({answered.pk}))]
