"""A secretary reads the old ledger: every row arrives submitted, or verified by the secretary who vouches for it."""

import datetime
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from evidence.models import Evidence
from organization.models import Branch, User
from outcomes.models import Outcome
from outcomes.models.seal import seal_of
from tests.factories import BranchFactory, secretary_of, teacher
from tests.sheets import LEDGER, workbook

pytestmark = pytest.mark.django_db

COURSE = [
    "省级精品课程：数控编程",
    "精品课程",
    "",
    "省级",
    "认定",
    "",
    "2019.6.18",
    "省教育厅",
    "政府",
    "T1、T2",
    "原台账",
]
AWARD = ["技能大赛", "获奖", "", "国家级", "", "一等奖", "2018年11月3日", "", "", "T2", ""]


@pytest.fixture
def branch() -> Branch:
    branch = BranchFactory(code="LED")
    for number in ("T1", "T2"):
        teacher(branch, number=number)
    return branch


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


def read(path: Path, **options: Any) -> dict:
    out = StringIO()
    call_command("import_outcomes", str(path), branch="LED", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def counts(result: dict) -> dict:
    return {key: result[key] for key in ("rows", "created", "updated", "unchanged", "errors")}


def refused(path: Path, **options: Any) -> list[tuple]:
    out = StringIO()
    with pytest.raises(CommandError) as raised:
        call_command("import_outcomes", str(path), branch="LED", json=True, stdout=out, **options)
    assert raised.value.returncode == 2
    assert (Outcome.objects.count(), Evidence.objects.count()) == (0, 0)
    return [(error["row"], error["column"]) for error in json.loads(out.getvalue())["errors"]]


def test_rows_arrive_submitted_with_the_sheet_as_thin_proof(branch: Branch, tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "台账.xlsx", [["成果台账"], LEDGER, COURSE, AWARD])
    assert counts(read(sheet)) == {"rows": 2, "created": 2, "updated": 0, "unchanged": 0, "errors": []}
    course = Outcome.objects.get(category="course")
    assert (course.review, course.level, course.achieved_on) == ("submitted", "provincial", datetime.date(2019, 6, 18))
    assert [person.number for person in course.people.order_by("contributions__position")] == ["T1", "T2"]
    assert course.is_thin
    assert [proof.ledger_row for proof in course.proofs.all()] == [3]
    assert Outcome.objects.get(category="award").grade.name == "一等奖"


def test_the_same_row_again_is_unchanged(branch: Branch, tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "l.xlsx", [LEDGER, COURSE])
    read(sheet)
    swapped = [*COURSE[:9], "T2;T1", ""]
    assert counts(read(workbook(tmp_path / "l2.xlsx", [LEDGER, swapped, AWARD]))) == {
        "rows": 2,
        "created": 1,
        "updated": 0,
        "unchanged": 1,
        "errors": [],
    }


def test_a_secretary_who_vouches_verifies_them_also_later(branch: Branch, secretary: User, tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "l.xlsx", [LEDGER, COURSE])
    read(sheet)
    assert read(sheet, verified_by=secretary.username)["updated"] == 1
    course = Outcome.objects.get()
    assert (course.review, course.verified_by, course.seal) == ("verified", secretary, seal_of(course))
    assert read(sheet, verified_by=secretary.username)["unchanged"] == 1


def test_nobody_vouches_for_another_branch(branch: Branch, tmp_path: Path) -> None:
    stranger = secretary_of(BranchFactory(college=branch.college))
    with pytest.raises(CommandError) as raised:
        read(workbook(tmp_path / "l.xlsx", [LEDGER, COURSE]), verified_by=stranger.username)
    assert raised.value.returncode == 2
    assert Outcome.objects.count() == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("级别*", "很高"),
        ("类别*", "表扬"),
        ("状态", "即将"),
        ("状态", "在建"),  # an award is recognised, or it is none
        ("等次", "超等奖"),
        ("获得时间*", "2021.1"),  # January, or October without its 0
        ("获得时间*", "2999-01-01"),
        ("完成人*", "T1、T404"),
        ("成果名称*", "名" * 5000),
        ("成果名称*", "倒\u202e序"),
        ("单位性质", "朋友"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_written(branch: Branch, tmp_path: Path, column: str, value: Any) -> None:
    bad: list[Any] = list(AWARD)
    bad[LEDGER.index(column)] = float(value) if value == "2021.1" else value
    found = refused(workbook(tmp_path / "l.xlsx", [LEDGER, COURSE, bad]))
    assert found in ([(3, column.rstrip("*"))], [(3, "")])
    assert column == "状态" or found[0][1]


def test_a_truncated_ledger_is_refused(branch: Branch, tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "l.xlsx", [LEDGER, COURSE])
    sheet.write_bytes(sheet.read_bytes()[:900])
    assert refused(sheet) == [(None, "")]
