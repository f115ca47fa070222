"""The threat model's pages answer every requirement once, and name no test that is not there."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = [ROOT / "docs" / "threat-model.md", *sorted((ROOT / "docs" / "threats").glob("*.md"))]
ASVS = (ROOT / "docs" / "threats" / "asvs.md").read_text()
#: Every requirement of OWASP ASVS 5.0.0 of level 1 and 2 with its level: the numbers, none of the words.
REQUIRED = dict(line.split() for line in (ROOT / "tests" / "asvs_5_0_0.txt").read_text().splitlines())
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w./-]+?)(?:::([\w:]+))?`")


def missing_in(text: str) -> list[str]:
    """Return the tests that a page names and that do not exist."""
    return [f"{file}::{name}" for file, name in NAMED.findall(text) if not exists(ROOT / file, name)]


def exists(file: Path, name: str) -> bool:
    """Return whether there is such a file or folder of tests, and in it the function, in its class if one is named."""
    if not file.exists():
        return False
    if not name:
        return True
    within: list[ast.stmt] = ast.parse(file.read_text()).body
    for part in name.split("::"):
        found = [node for node in within if getattr(node, "name", "") == part]
        if not found:
            return False
        within = getattr(found[0], "body", [])
    return True


def test_every_requirement_of_both_levels_is_answered_once() -> None:
    assert [(number, level) for number, level, *_rest in ROW.findall(ASVS)] == list(REQUIRED.items())


def test_each_answer_brings_what_it_says() -> None:
    wrong = []
    for number, _level, _asks, answer, why in ROW.findall(ASVS):
        tells = {"tested": "::test_", "in writing": "](", "**not met**": "Costs: "}.get(answer, "")
        if tells not in why or answer not in {"tested", "by design", "in writing", "operator", "n/a", "**not met**"}:
            wrong.append(number)
    assert wrong == []


def test_the_counts_on_the_page_are_those_of_its_rows() -> None:
    said = dict(re.findall(r"^\| ([a-z/* ]+) \| [^|]+ \| (\d+) \|$", ASVS, re.MULTILINE))
    counted = Counter(answer for _number, _level, _asks, answer, _why in ROW.findall(ASVS))
    assert said == {answer: str(count) for answer, count in counted.items()}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_test_that_is_named_exists(page: Path) -> None:
    assert missing_in(page.read_text()) == []


@pytest.mark.hole
@pytest.mark.parametrize(
    "invented",
    [
        "`tests/test_threats.py::test_that_was_renamed`",
        "`tests/test_that_was_moved.py`",
        "`tests/organization/test_sessions.py::TestEnd::test_that_was_renamed`",
        "`tests/organization/test_sessions.py::TestGone::test_leaving_ends_it_at_the_server_and_empties_the_device`",
    ],
)
def test_a_test_that_nobody_wrote_is_found(invented: str) -> None:
    assert len(missing_in(ASVS + invented)) == 1
