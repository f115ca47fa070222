"""Looking at a roster writes nothing, and neither looking nor writing asks more often for more rows."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organization.integrity import try_all
from organization.models import Branch, PartyStageEntry, Person
from organization.roster import import_roster
from organization.sheets import ImportResult
from tests.factories import BranchFactory
from tests.nets.rows import Writes
from tests.sheets import ROSTER, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch() -> Branch:
    return BranchFactory(code="ROS")


def roster(folder: Path, count: int, prefix: str = "T") -> Path:
    rest = ["教师", "中共党员", "测试教研室", "副教授", "1980-05-04", "2005年7月1日", ""]
    names = (f"李{chr(0x4E00 + place)}{chr(0x4E00 + ord(prefix))}" for place in range(count))
    people = [[name, f"{prefix}{place:05}", *rest] for place, name in enumerate(names)]
    return workbook(folder / f"{prefix}{count}.xlsx", [ROSTER, *people])


def queries(read: object) -> tuple[int, ImportResult]:
    with CaptureQueriesContext(connection) as captured:
        result = read()
    return len(captured), result


def test_looking_at_a_roster_writes_nothing_and_asks_as_often_for_thirty_rows_as_for_three(
    branch: Branch, tmp_path: Path
) -> None:
    writes = Writes()
    with connection.execute_wrapper(writes):
        counts = [
            queries(lambda count=count: import_roster(roster(tmp_path, count), branch, dry_run=True))[0]
            for count in (3, 30)
        ]
    assert (counts[0], writes.tables) == (counts[1], set())


def test_thirty_new_people_are_written_by_as_many_statements_as_three(branch: Branch, tmp_path: Path) -> None:
    import_roster(roster(tmp_path, 1, "A"), branch)  # the office and the content types are known from here on
    three, _result = queries(lambda: import_roster(roster(tmp_path, 3, "B"), branch))
    thirty, result = queries(lambda: import_roster(roster(tmp_path, 30, "C"), branch))
    assert (three, result.created) == (thirty, 30)
    assert Person.objects.filter(number__startswith="C", stage="full", college=branch.college).count() == 30
    assert PartyStageEntry.objects.filter(person__number__startswith="C").count() == 60


def test_what_was_written_at_once_breaks_no_invariant_and_stands_in_the_trail(branch: Branch, tmp_path: Path) -> None:
    import_roster(roster(tmp_path, 5), branch)
    assert [name for name, finding in try_all() if finding.broken] == []
    person = Person.objects.get(number="T00004")
    assert person.pinyin.startswith("li")
