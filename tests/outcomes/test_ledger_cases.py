"""Ledgers from the field, each answered as shared/cases/README.md says."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from organization.models import Branch, Synonym, User
from organization.sheets import ImportResult, SheetFile, State
from outcomes.figures import Period, branch_report
from outcomes.ledger import import_ledger
from outcomes.models import Outcome
from tests.cases import case_file
from tests.factories import BranchFactory, secretary_of, teacher
from tests.sheets import workbook

pytestmark = pytest.mark.django_db

HEADINGS = ["成果名称", "类别", "级别", "获得时间", "完成人", "子类", "等次", "状态"]
NAMES = ["张三", "李四", "王五", "赵六"]


@pytest.fixture
def branch() -> Branch:
    branch = BranchFactory(code="AMT")
    for place, name in enumerate(NAMES, start=1):
        teacher(branch, number=f"AMT100{place}", name=name)
    return branch


@pytest.fixture
def other(branch: Branch) -> Branch:
    other = BranchFactory(code="INF", college=branch.college)
    teacher(other, number="INF1001", name="钱七")
    return other


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., SheetFile]:
    return lambda *rows: SheetFile.at(workbook(tmp_path / "l.xlsx", rows))


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def read(branch: Branch, name: str, **options: Any) -> ImportResult:
    return import_ledger(case_file(f"ledgers/{name}.xlsx"), branch, **options)


def places(result: ImportResult) -> list[tuple]:
    return [(error.row, error.column) for error in result.errors]


def row(**cells: str) -> list[str]:
    """Return a right row with some cells said otherwise."""
    right = dict(zip(HEADINGS, ["Z课程", "课程", "省级", "2021-06-01", "AMT1001", "", "", ""], strict=True))
    return list((right | cells).values())


def test_a_status_beside_the_level_is_read_and_no_base_is_made_of_a_cultivation(branch: Branch) -> None:
    assert read(branch, "20b_national_cultivation").errors == []
    base = Outcome.objects.get()
    assert (base.level, base.status) == ("national", "cultivating")


def test_other_notes_in_brackets_are_refused_by_their_cells(branch: Branch) -> None:
    result = read(branch, "20_level_in_brackets")
    assert places(result) == [(3, "级别"), (4, "级别"), (5, "状态"), (6, "状态")]
    assert (Outcome.objects.count(), [word["word"] for word in result.unknown_words()]) == (
        0,
        ["省级(推荐)", "校级(省级培育)", "立项（未结项）", "认定（公示中）"],
    )


@pytest.mark.parametrize("name", ["54_two_teams_of_one_coach", "54b_two_same_grade"])
def test_two_teams_of_one_coach_are_two_outcomes_once(branch: Branch, name: str) -> None:
    assert (read(branch, name).created, read(branch, name).unchanged) == (2, 2)
    assert sorted(Outcome.objects.values_list("note", flat=True)) == ["乙队", "甲队"]


def test_another_team_s_prize_in_a_later_sheet_is_another_outcome(branch: Branch) -> None:
    assert [read(branch, name).created for name in ("54c_first", "54c_second")] == [1, 1]
    assert sorted(Outcome.objects.values_list("grade__name", "note")) == [("一等奖", "乙队"), ("二等奖", "甲队")]


def test_a_corrected_level_is_refused_with_the_cell_and_the_outcome_on_record(branch: Branch) -> None:
    secretary = secretary_of(branch)
    read(branch, "24_ledger_2021", verified_by=secretary)
    kept = Outcome.objects.get()
    result = read(branch, "24_ledger_level_corrected", verified_by=secretary)
    assert places(result) == [(2, "级别")]
    assert all(word in result.errors[0].message for word in (str(kept.pk), "省级", "国家级", "新版本"))
    assert Outcome.objects.get().level == "provincial"


def test_what_two_branches_report_is_one_outcome_that_both_share(branch: Branch, other: Branch) -> None:
    read(branch, "26_shared_by_two_branches")
    result = read(other, "26_shared_by_two_branches")
    assert (result.errors, [change.state for change in result.changes]) == ([], [State.SHARED])
    outcome = Outcome.objects.get()
    assert (outcome.branch, list(outcome.shared_with.all())) == (branch, [other])
    outcome.verify(by=secretary_of(branch))
    year = Period.year(2021)
    assert [branch_report(one, year)["totals"]["outcomes"] for one in (branch, other)] == [1, 1]
    assert read(other, "26_shared_by_two_branches").unchanged == 1


def test_what_another_branch_has_without_us_is_said_to_nobody(
    branch: Branch, other: Branch, make: Callable[..., SheetFile]
) -> None:
    import_ledger(make(HEADINGS, row()), branch)
    result = import_ledger(make(HEADINGS, row(级别="国家级")), other, dry_run=True)
    assert [change.state for change in result.changes] == [State.NEW]


def test_every_sheet_of_a_year_end_book_is_read_and_the_others_are_named(branch: Branch) -> None:
    result = read(branch, "60_year_end_workbook_sheet_per_kind")
    assert (result.created, result.errors) == (4, [])
    assert [one.sheet for one in result.unread] == ["Sheet1", "WpsReserved_CellImgList"]
    assert [(one.ledger_sheet, one.ledger_row) for o in Outcome.objects.order_by("pk") for one in o.proofs.all()] == [
        ("获奖统计", 2), ("省级纵向教研", 2), ("横向项目统计", 2), ("发表论文", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "field", "value"),
    [
        ({"级别": "省部级"}, "level", "provincial"),
        ({"级别": "厅局级"}, "level", "municipal"),
        ({"级别": "地市级"}, "level", "municipal"),
        ({"级别": "系部级"}, "level", "department"),
        ({"级别": "院（系）级"}, "level", "department"),
        ({"状态": "在研"}, "status", "building"),
        ({"状态": "结题"}, "status", "accepted"),
        ({"状态": "已结项"}, "status", "accepted"),
        ({"类别": "竞赛"}, "category", "award"),
        ({"类别": "教材"}, "subkind__name", "教材"),
        ({"类别": "发明专利"}, "category", "patent"),
        ({"类别": "横向课题"}, "subkind__name", "横向课题"),
        ({"等次": "无"}, "grade", None),
        ({"等次": "/"}, "grade", None),
    ],
)
def test_the_words_of_the_field_are_understood(
    branch: Branch, make: Callable[..., SheetFile], cell: dict[str, str], field: str, value: str | None
) -> None:
    result = import_ledger(make(HEADINGS, row(**cell)), branch)
    assert result.errors == []
    assert Outcome.objects.values_list(field, flat=True).get() == value


@pytest.mark.parametrize(
    ("heading", "word"),
    [("级别", "国际级"), ("级别", "区级"), ("级别", "全国"), ("级别", "国家级二等"), ("级别", "部级"),
     ("获得时间", "2021年"), ("等次", "金奖"), ("等次", "一等")],
)  # fmt: skip
def test_half_read_words_are_refused_by_name_until_the_secretary_explains_them_once(
    branch: Branch, make: Callable[..., SheetFile], heading: str, word: str
) -> None:
    file = make(HEADINGS, row(**({"类别": "获奖", heading: word})))
    result = import_ledger(file, branch)
    assert places(result) == [(2, heading)]
    [unknown] = result.unknown_words()
    meaning = {"级别": "国家级", "获得时间": "2021-12-31", "等次": "一等奖"}[heading]
    synonym = Synonym(branch=branch, use=unknown["use"], word=unknown["word"], meaning=meaning)
    synonym.full_clean()
    synonym.save()
    assert import_ledger(file, branch).created == 1


@pytest.mark.parametrize(
    ("number", "alias"),
    [("完成人", "获奖人"), ("完成人", "主持人"), ("完成人", "指导教师"), ("级别", "获奖级别"), ("类别", "类型"),
     ("等次", "等级"), ("获得时间", "获得年月")],
)  # fmt: skip
def test_the_headings_of_the_field_are_understood(
    branch: Branch, make: Callable[..., SheetFile], number: str, alias: str
) -> None:
    headings = [alias if heading == number else heading for heading in HEADINGS]
    assert import_ledger(make(headings, row()), branch).created == 1


@pytest.mark.parametrize(
    ("cell", "order"),
    [
        ("张三、李四", ["张三", "李四"]),
        ("李四（2/5）、张三（1/5）", ["张三", "李四"]),
        ("AMT1002；张三", ["李四", "张三"]),
        ("张三(AMT1001) 王五", ["张三", "王五"]),
    ],
)
def test_people_are_known_by_number_or_name_in_the_order_of_their_shares(
    branch: Branch, make: Callable[..., SheetFile], cell: str, order: list[str]
) -> None:
    assert import_ledger(make(HEADINGS, row(完成人=cell)), branch).errors == []
    people = Outcome.objects.get().people.order_by("contributions__position")
    assert [person.name for person in people] == order


@pytest.mark.parametrize("cell", ["张三、无名氏", "张三（组长）", "（1/5）", "张三（6/5）", "李四(AMT1001)", "钱七"])
def test_who_is_not_known_for_certain_is_refused(
    branch: Branch, other: Branch, make: Callable[..., SheetFile], cell: str
) -> None:
    assert places(import_ledger(make(HEADINGS, row(完成人=cell)), branch)) == [(2, "完成人")]


def test_namesakes_are_refused_with_their_numbers(branch: Branch, make: Callable[..., SheetFile]) -> None:
    teacher(branch, number="AMT1009", name="张三")
    [error] = import_ledger(make(HEADINGS, row(完成人="张三")), branch).errors
    assert "AMT1001、AMT1009" in error.message


def test_the_page_names_the_file_the_row_and_who_read_it_in(
    branch: Branch, make: Callable[..., SheetFile], client
) -> None:
    secretary: User = secretary_of(branch)
    import_ledger(make(["台账"], HEADINGS, row()), branch, by=secretary)
    client.force_login(secretary)
    page = client.get(Outcome.objects.get().get_absolute_url()).content.decode()
    assert "“l.xlsx”的“Sheet”工作表第3行" in page
    assert f"{secretary}" in page
