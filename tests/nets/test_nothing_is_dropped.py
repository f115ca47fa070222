"""Whatever a workbook holds is read, refused by its address, or named as unread: nothing is dropped in silence."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from organization.models import Branch
from organization.roster import import_roster
from organization.sheets import ImportResult, SheetFile
from organization.sheets.headings import letters
from tests.factories import BranchFactory
from tests.nets import size

NEEDED = ["姓名", "工号/学号", "身份", "政治面貌"]
WANTED = ["教研室", "职称", "专业", "班级", "特长", "需求"]
FOREIGN = ["性别", "民族", "序号", "是否外聘", ""]
NOTES = ["", "*", "（必填）", "(现)", " "]
ODD = ["", "讲师（破格）", "#N/A", "合计", "=1+1", "甲（1/5）", "TRUE", " 空 格 ", "０１", "无"]


@dataclass
class Drawn:
    """One sheet: its headings by column, its rows, and a line above them."""

    name: str
    is_hidden: bool
    title: str
    headings: list[str]
    rows: list[list[str]] = field(default_factory=list)

    @property
    def heading_row(self) -> int:
        return 2 if self.title else 1


@st.composite
def sheets(draw: st.DrawFn, place: int) -> Drawn:
    """Draw a sheet; each filled cell of text holds a number of its own, so that it can be told from all others."""
    count = iter(range(1, 1000))
    bare = draw(st.permutations(NEEDED if draw(st.integers(0, 5)) else NEEDED[:3]))
    bare += draw(st.lists(st.sampled_from(WANTED), unique=True, max_size=3))
    bare += draw(st.lists(st.sampled_from(FOREIGN), unique=True, max_size=2))
    sheet = Drawn(
        name=f"表{place}",
        is_hidden=draw(st.integers(0, 4)) == 0,
        title=draw(st.sampled_from(["", f"名册{place}"])),
        headings=[heading + draw(st.sampled_from(NOTES)) if heading else "" for heading in bare],
    )
    for _row in range(draw(st.integers(0, 4))):
        number = next(count)
        right = {
            "姓名": f"名{number}", "工号/学号": f"T{place}{number:03}",
            "身份": draw(st.sampled_from(["教师", "学生", "职员"])),
            "政治面貌": draw(st.sampled_from(["群众", "共青团员", "中共党员（预备）", "群众（退）"])),
        }  # fmt: skip
        odd = [draw(st.sampled_from(ODD)) for _cell in bare]
        own = [word and f"{word}{next(count)}" for word in odd]
        sheet.rows.append([right.get(one) or other for one, other in zip(bare, own, strict=True)])
    return sheet


books = st.tuples(sheets(1), sheets(2)) | st.tuples(sheets(1))


def written(book: tuple[Drawn, ...]) -> SheetFile:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for drawn in book:
        sheet = workbook.create_sheet(drawn.name)
        for row in [[drawn.title], drawn.headings, *drawn.rows] if drawn.title else [drawn.headings, *drawn.rows]:
            sheet.append([cell or None for cell in row])
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value):
            cell.data_type = "s"  # a text that begins with = is a text
        sheet.sheet_state = "hidden" if drawn.is_hidden and drawn is not book[-1] else "visible"
        drawn.is_hidden = sheet.sheet_state == "hidden"
    memory = io.BytesIO()
    workbook.save(memory)
    return SheetFile("r.xlsx", memory.getvalue())


def dropped(book: tuple[Drawn, ...], result: ImportResult) -> Iterator[str]:
    """Yield each filled cell that the result neither reads nor refuses nor names."""
    if any(error.row is None for error in result.errors):
        return
    left_out = {one.sheet for one in result.unread if one.column is None and "Row" not in one.why}
    lines = " ".join(one.why for one in result.unread)
    refused = {(error.sheet, error.row) for error in result.errors}
    columns = {(one.sheet, one.column) for one in result.unread}
    read = {(change.sheet, change.row): change for change in result.changes}
    for sheet in book:
        if sheet.name in left_out or (sheet.name, sheet.heading_row) in refused:
            continue
        if sheet.title and sheet.title not in lines:
            yield sheet.title
        for number, row in enumerate(sheet.rows, start=sheet.heading_row + 1):
            for place, cell in enumerate(row):
                is_named = {(sheet.name, sheet.headings[place].strip()), (sheet.name, letters(place))} & columns
                if not cell or is_named or (sheet.name, number) in refused or cell.strip() in lines:
                    continue
                change = read.get((sheet.name, number))
                if change is None or not _is_read(cell, change.cells):
                    yield f"{sheet.name} {number} {letters(place)}: {cell}"


def _is_read(cell: str, cells: list) -> bool:
    """Return whether a row's changes hold a cell's text, or the words that it means."""
    meant = {"教师": "Teacher", "学生": "Student", "中共党员（预备）": "中共预备党员", "共青团员": "共青团员"}
    wanted = meant.get(cell, cell.strip())
    return any(wanted == change.new for change in cells)


@pytest.fixture
def branch(db: None) -> Branch:
    return BranchFactory(code="DRO")


def answered(branch: Branch, book: tuple[Drawn, ...]) -> ImportResult:
    with translation.override("en"):
        return import_roster(written(book), branch, dry_run=True)


@settings(max_examples=size(small=20, large=500))
@given(book=books)
def test_everything_in_a_workbook_is_read_refused_or_named(branch: Branch, book: tuple[Drawn, ...]) -> None:
    assert list(dropped(book, answered(branch, book))) == []


SEEDED = (Drawn("表1", False, "名册", [*NEEDED, "职称", "性别"], [["甲", "T1", "教师", "群众", "讲师1", "女2"]]),)


@pytest.mark.hole
def test_the_net_finds_a_column_that_is_dropped(branch: Branch) -> None:
    result = answered(branch, SEEDED)
    assert list(dropped(SEEDED, result)) == []
    result.unread = [one for one in result.unread if one.column is None]
    assert list(dropped(SEEDED, result)) == ["表1 3 F: 女2"]


@pytest.mark.hole
def test_the_net_finds_a_line_and_a_cell_that_are_dropped(branch: Branch) -> None:
    result = answered(branch, SEEDED)
    result.unread = [one for one in result.unread if one.column]
    result.changes[0].cells[:] = [cell for cell in result.changes[0].cells if cell.column != "职称"]
    assert list(dropped(SEEDED, result)) == ["名册", "表1 3 E: 讲师1"]


@pytest.mark.hole
def test_the_net_finds_a_row_that_is_dropped(branch: Branch) -> None:
    result = answered(branch, SEEDED)
    result.changes.clear()
    assert len(list(dropped(SEEDED, result))) == 5
