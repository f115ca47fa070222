"""What the registry of figures refuses, and that figures of the same rows keep to themselves whom they tell of."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count

from outcomes.figures import Period
from outcomes.figures.registry import work_out
from pairings import figures
from pairings.figures import FEWEST, Figure, Records, all_figures, figure_of, register
from pairings.work_figures import STEPS_FORWARD, logged, steps_forward
from tests.factories import BranchFactory, mentorship

pytestmark = pytest.mark.django_db
LOGS = Records(rows=logged, columns=())
STEPS = Records(rows=steps_forward, columns=())


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Let what a test registers be gone after it."""
    before = {figure.slug: figure for figure in all_figures()}
    yield
    figures._figures.clear()
    figures._figures.update(before)


def named(slug: str, records: Records, **more: Any) -> Figure:
    return Figure(slug=slug, name=slug, definition=slug, unit=slug, records=records, **more)


@pytest.mark.parametrize(
    ("records", "more"),
    [
        (STEPS_FORWARD, {"parts": lambda only: {"n": Count("person", filter=only)}}),
        (STEPS_FORWARD, {"worth": lambda parts: 100}),
        (LOGS, {"by": "activity_type"}),
    ],
)
def test_a_figure_that_would_not_be_counted_as_it_says_is_refused(records: Records, more: dict[str, Any]) -> None:
    with pytest.raises(ImproperlyConfigured):
        register(named("wrong", records, **more))
    with pytest.raises(KeyError):
        figure_of("wrong")


def test_a_figure_of_people_may_be_told_apart_by_any_value() -> None:
    register(named("by_stage", STEPS_FORWARD, by="stage"))
    assert figure_of("by_stage").records.is_of_people


@pytest.mark.parametrize("order", [1, -1])
def test_of_the_same_rows_people_are_told_as_people_and_records_as_records(order: int) -> None:
    figures._figures.clear()
    register(*(named("steps", STEPS), named("people", STEPS_FORWARD))[::order])
    branch = BranchFactory()
    for _ in range(FEWEST - 1):
        student = mentorship(branch).seats.get(role="ordinary_student").person
        student.record_stage(stage="none", from_date=datetime.date(2024, 1, 2))
        student.record_stage(stage="applicant", from_date=datetime.date(2024, 6, 1))
    told = {one.figure.slug: one.value for one in work_out([branch], Period.year(2024))}
    assert told == {"steps": FEWEST - 1}
