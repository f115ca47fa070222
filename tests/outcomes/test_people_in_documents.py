"""Whoever was replaced stays in the compilation and the work case, with both dates and the reason."""

import datetime
import io

import pytest
import time_machine
from docx import Document

from organization.models import Branch
from outcomes.documents.outlines import OUTLINES
from outcomes.figures import Period
from outcomes.handing import hand_in
from teaching_pairs.models import TeachingPair
from tests.factories import BranchFactory, changed, member, secretary_of, teacher, teaching_pair

pytestmark = pytest.mark.django_db
YEAR = Period.year(2024)
WHEN = datetime.date(2024, 9, 2)


@pytest.fixture
def branch(db: None) -> Branch:
    branch = BranchFactory()
    people = {"leader": member(teacher(branch, name="何牵头")), "ordinary_teacher": teacher(branch, name="何普通")}
    pair = teaching_pair(branch, people=people, title="数控课程共建")
    changed(pair, by=secretary_of(branch), on=WHEN, people={"ordinary_teacher": teacher(branch, name="林接替")})
    return branch


def tables(branch: Branch, kind: str, period: Period = YEAR) -> list[list[str]]:
    content = b"".join(hand_in(branch, period, OUTLINES[kind], "docx").chunks)
    return [[cell.text for cell in row.cells] for table in Document(io.BytesIO(content)).tables for row in table.rows]


@pytest.mark.parametrize("kind", ["compilation", "case"])
def test_those_who_sit_and_those_who_were_replaced_are_named(branch: Branch, kind: str) -> None:
    rows = tables(branch, kind)
    assert ["数控课程共建", "教师结对", "何牵头（党员教师）、林接替（普通教师）", "2024.3.1", ""] in rows
    assert ["何普通", "普通教师", "数控课程共建", "2024.3.1", "2024.9.2", "工作调整。"] in rows


def test_a_year_names_who_sat_in_it_then_and_not_who_came_after(branch: Branch) -> None:
    pair = TeachingPair.objects.get()
    with time_machine.travel(datetime.datetime(2025, 9, 2, 10, tzinfo=datetime.UTC)):
        newcomer = teacher(branch, name="赵后来")
        changed(
            pair, by=secretary_of(branch, "deputy"), on=WHEN.replace(year=2025), people={"ordinary_teacher": newcomer}
        )
    of_then, of_later = tables(branch, "compilation"), tables(branch, "compilation", Period.year(2025))
    assert ("赵后来" in str(of_then), ["林接替", "何普通"]) == (
        False,
        [name for name in ("林接替", "何普通") if name in str(of_then)],
    )
    assert ["数控课程共建", "教师结对", "何牵头（党员教师）、赵后来（普通教师）", "2024.3.1", ""] in of_later
    assert [row[:5] for row in of_later if row[0] == "林接替"] == [
        ["林接替", "普通教师", "数控课程共建", "2024.9.2", "2025.9.2"]
    ]


def test_of_a_later_year_they_are_left_out_and_the_pairing_stands(branch: Branch) -> None:
    names = str(tables(branch, "compilation", Period.year(2025)))
    assert ("何普通" in names, "林接替" in names) == (False, True)


def test_of_a_year_before_the_pairing_nobody_is_named(branch: Branch) -> None:
    assert "何" not in str(tables(branch, "compilation", Period.year(2023)))
