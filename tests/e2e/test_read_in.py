"""A secretary reads in a roster of 300 with seven wrong rows: preview, the marked sheet corrected, and all undone."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from imports.models import SheetImport
from organization.models import Person
from tests.e2e.steps import fits, follow, sign_in
from tests.factories import BranchFactory, secretary_of, teacher
from tests.sheets import ROSTER, workbook

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

PEOPLE = 300
#: Which row is wrong in which column, what stands there, and what is right.
WRONG = {
    10: ("D", "党外人士", "中共党员"),
    50: ("G", "去年", "1985-01-01"),
    90: ("C", "行政", "教师"),
    130: ("G", "2999-01-01", "1985-01-01"),
    170: ("B", "工号一", "T00168"),
    210: ("A", "", "林改正"),
    250: ("H", "1990-01-01", "2010-07-01"),
}


def roster(folder: Path) -> Path:
    """Write a roster of 300 people whose rows of `WRONG` are wrong."""
    rest = ["教师", "中共党员", "机电教研室", "讲师", "1985-01-01", "2010-07-01"]
    people = [[f"林{chr(0x4E00 + place)}", f"T{place:05}", *rest, f"139{place:08}"] for place in range(PEOPLE)]
    path = workbook(folder / "教工名册.xlsx", [ROSTER, *people])
    return changed(path, {f"{column}{row}": wrong for row, (column, wrong, _right) in WRONG.items()})


def changed(path: Path, cells: dict[str, str]) -> Path:
    """Write cells of a workbook's sheet, and return its path."""
    book = load_workbook(path)
    for place, text in cells.items():
        book.active[place] = text or None
    book.save(path)
    return path


def upload(page: Page, path: Path) -> None:
    page.goto("/imports/new/roster/")
    page.locator("[name=file]").set_input_files(path)
    follow(page.get_by_role("button", name="预览表格"))


def test_a_roster_of_300_with_seven_wrong_rows_is_corrected_written_and_undone(
    desk_page: Page, live_server: object, tmp_path: Path
) -> None:
    branch = BranchFactory(code="ROS", name="机电学院教工党支部")
    teacher(branch, name="何不在册", number="T99999")
    secretary = secretary_of(branch)
    before = Person.objects.count()
    sign_in(desk_page, secretary.username)
    upload(desk_page, roster(tmp_path))
    expect(desk_page.get_by_text("有 7 行没有通过").first).to_be_visible()
    expect(desk_page.get_by_role("link", name="未通过 7")).to_be_visible()
    expect(desk_page.get_by_role("link", name="新增 293")).to_be_visible()
    desk_page.get_by_text("不在这份表里").click()
    expect(desk_page.get_by_text("T99999 何不在册")).to_be_visible()
    assert (fits(desk_page), Person.objects.count()) == (True, before)
    with desk_page.expect_download() as download:
        desk_page.get_by_role("link", name="下载标注好的原表").click()
    assert download.value.suggested_filename == "教工名册（已标注）.xlsx"
    corrected = tmp_path / "改好.xlsx"
    download.value.save_as(corrected)
    marked = load_workbook(corrected).active
    assert [row for row in range(2, PEOPLE + 2) if marked[f"J{row}"].value] == sorted(WRONG)
    upload(desk_page, changed(corrected, {f"{column}{row}": right for row, (column, _wrong, right) in WRONG.items()}))
    follow(desk_page.get_by_role("button", name="全部写入（300 行）"))
    expect(desk_page.get_by_text("已写入：新增 300 行").first).to_be_visible()
    assert Person.objects.count() == before + PEOPLE
    follow(desk_page.get_by_role("link", name="撤销这次导入"))
    expect(desk_page.get_by_text("删除人员 300 条")).to_be_visible()
    desk_page.locator("[name=reason]").fill("导入了旧表。")
    follow(desk_page.get_by_role("button", name="撤销整次导入"))
    expect(desk_page.get_by_text("这次导入已撤销。").first).to_be_visible()
    assert (Person.objects.count(), SheetImport.objects.get(stage="undone").undo_reason) == (before, "导入了旧表。")


def test_a_preview_and_its_words_fit_a_phone(phone_page: Page, live_server: object, tmp_path: Path) -> None:
    branch = BranchFactory(code="ROS")
    sign_in(phone_page, secretary_of(branch).username)
    upload(phone_page, roster(tmp_path))
    assert fits(phone_page)
    phone_page.locator("[name=meaning_0]").select_option("无党派人士")
    follow(phone_page.get_by_role("button", name="记住并重新预览"))
    expect(phone_page.get_by_text("已记住").first).to_be_visible()
    assert fits(phone_page)
