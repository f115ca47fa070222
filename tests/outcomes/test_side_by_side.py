"""A report beside another period's or another branch's: value, other value, change; for whoever may see both."""

import io
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from organization.models import Branch, User
from outcomes.figures import Period, branch_report
from outcomes.figures.comparison import Compared, compare, moved
from outcomes.freezing import freeze_report
from tests.conftest import signed_in
from tests.factories import BranchFactory, leader_of, log, secretary_of, teacher, teaching_pair, user_of, verified

pytestmark = pytest.mark.django_db
YEAR, BEFORE = Period.year(2024), Period.year(2023)


@pytest.fixture
def branch(db: None) -> Branch:
    branch = BranchFactory(code="ONE")
    log(teaching_pair(branch), hours="2.5", element_kind="theory")
    verified(branch, level="national")
    verified(branch)
    verified(branch, achieved_on="2023-06-01")
    return branch


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


def told(client: Client, branch: Branch, format_: str, **query: Any) -> bytes:
    address = reverse("outcomes:download", args=[branch.code, format_])
    return client.get(address, {"year": 2024, **query}).getvalue()


def figures(content: bytes) -> dict[str, tuple[Any, Any, Any]]:
    return {
        one["figure"]: (one["value"], one["other"], one["change"])
        for one in json.loads(content)["comparison"]["figures"]
    }


LAST_YEAR = {"with-from": "2023-01-01", "with-to": "2023-12-31"}


def test_two_years_in_every_format_say_the_same(branch: Branch, secretary: User) -> None:
    client = signed_in(secretary)
    found = figures(told(client, branch, "json", **LAST_YEAR))
    assert found["totals.outcomes"] == (2, 1, 1)
    assert found["totals.by_level.national"] == (1, 0, 1)
    assert found["pairings.teaching.hours"] == (2.5, 0.0, 2.5)
    assert found["pairings.teaching.integration_rate"] == (1.0, None, None)
    page = client.get(reverse("outcomes:report", args=[branch.code]), {"year": "2024", **LAST_YEAR})
    [table] = [part for part in page.context["comparison"] if hasattr(part, "rows")]
    assert table.head == ("指标", "2024年", "2023年", "增减")
    word = Document(io.BytesIO(told(client, branch, "docx", **LAST_YEAR)))
    in_word = [[cell.text for cell in row.cells] for one in word.tables for row in one.rows]
    book = load_workbook(io.BytesIO(told(client, branch, "xlsx", **LAST_YEAR)))
    in_excel = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    numbers = {row[0]: row[1:] for row in in_excel if len(row) == 4}
    for label, *cells in table.rows:
        assert numbers[label] == tuple(cell if isinstance(cell, str) else float(cell) for cell in cells)
        assert label in [row[0] for row in in_word]
    assert ["已取得的成果", "2", "1", "1"] in in_word
    assert all(str(label) in page.content.decode() for label, *_rest in table.rows)


def test_every_value_is_that_of_the_two_reports_themselves(branch: Branch) -> None:
    one, other = branch_report(branch, YEAR), branch_report(branch, BEFORE)
    for figure in compare(one, other):
        back = [again for again in compare(other, one) if again.figure == figure.figure]
        assert [(again.value, again.other) for again in back] == [(figure.other, figure.value)]
    assert compare(one, one) != []
    assert moved(one, one) == []


def test_two_branches_for_whoever_oversees_both(branch: Branch, secretary: User) -> None:
    other = BranchFactory(college=branch.college, code="TWO")
    verified(other)
    leader = signed_in(leader_of(branch.college))
    content = told(leader, branch, "json", **{"with-branch": "TWO"})
    assert figures(content)["totals.outcomes"] == (2, 1, 1)
    assert json.loads(content)["comparison"]["branch"]["code"] == "TWO"
    page = leader.get(reverse("outcomes:report", args=["ONE"]), {"year": "2024", "with-branch": "TWO"})
    [table] = [part for part in page.context["comparison"] if hasattr(part, "rows")]
    assert table.head[1:3] == (branch.name, other.name)
    for name, more in (("report", []), ("download", ["json"]), ("preview", [])):
        address = reverse(f"outcomes:{name}", args=["ONE", *more])
        answer = signed_in(secretary).get(address, {"year": "2024", "with-branch": "TWO"})
        assert (answer.status_code, other.name in str(answer.content if not answer.streaming else "")) == (404, False)
    assert (
        signed_in(user_of(teacher(branch))).get(reverse("outcomes:report", args=["ONE"]), LAST_YEAR).status_code == 404
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"with-from": "2023-01-01"}, "两个日期"),
        ({"with-to": "2023-01-01"}, "两个日期"),
        ({"with-from": "2023-02-01", "with-to": "2023-01-01"}, "早于"),
        ({"with-from": "昨天", "with-to": "2023-01-01"}, ""),
        ({"with-year": "1"}, ""),
    ],
)
def test_a_half_or_wrong_period_is_refused_in_words_everywhere(
    branch: Branch, secretary: User, asked: dict[str, str], said: str
) -> None:
    client = signed_in(secretary)
    for name, more in (("report", []), ("download", ["xlsx"]), ("preview", [])):
        answer = client.get(reverse(f"outcomes:{name}", args=["ONE", *more]), {"year": "2024", **asked})
        page = answer.content.decode()
        assert (answer.status_code, "期间" in page, 'name="with-from"' in page) == (400, True, True)
        assert '<input type="hidden" name="year" value="2024">' in page


def test_a_frozen_report_is_compared_as_it_was_frozen_and_its_own_file_stays_itself(
    branch: Branch, secretary: User
) -> None:
    client = signed_in(secretary)
    freeze_report(branch, BEFORE, by=secretary)
    frozen = freeze_report(branch, YEAR, by=secretary)
    verified(branch, achieved_on="2023-07-01")
    content = json.loads(told(client, branch, "json", **LAST_YEAR))
    assert content["comparison"]["frozen"]["revision"] == 0
    assert figures(json.dumps(content).encode())["totals.outcomes"] == (2, 1, 1)
    assert told(client, branch, "docx") != told(client, branch, "docx", **LAST_YEAR)
    assert "comparison" not in json.loads(told(client, branch, "json"))
    assert frozen.compute_hashes() == frozen.manifest


def test_the_same_period_and_branch_is_no_comparison(branch: Branch, secretary: User) -> None:
    same = {"with-branch": "ONE", "with-from": "2024-01-01", "with-to": "2024-12-31"}
    assert "comparison" not in json.loads(told(signed_in(secretary), branch, "json", **same))


@pytest.mark.parametrize(
    ("figure", "value", "other", "words"),
    [
        ("totals.outcomes", 3, 5, ("3", "5", "−2")),
        ("totals.outcomes", 5, 3, ("5", "3", "+2")),
        ("coverage.rate", 0.5334, 0.5, ("53.34%", "50%", "+3.34个百分点")),
        ("coverage.rate", None, 0.5, ("—", "50%", "—")),
        ("pairings.teaching.hours", 0.3, 0.1, ("0.3", "0.1", "+0.2")),
    ],
)
def test_numbers_are_said_as_people_say_them(figure: str, value: Any, other: Any, words: tuple[str, str, str]) -> None:
    assert Compared(figure, value, other).words[1:] == words
