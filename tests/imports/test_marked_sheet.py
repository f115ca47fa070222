"""The refused rows come back in the office's own sheet, which is read again without what was written into it."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from imports.blank import blank_sheet
from imports.kinds import all_kinds, kind_of
from imports.marking import marked_sheet
from imports.models import SheetImport
from organization.models import Branch, User
from organization.roster import import_roster
from organization.roster_columns import roster_columns
from organization.sheets import EXAMPLE, SheetFile, Synonyms, read_book
from tests.conftest import signed_in
from tests.factories import BranchFactory, secretary_of
from tests.office import faults_of, reads_office
from tests.sheets import LI, ROSTER, WANG, workbook

pytestmark = pytest.mark.django_db

COLUMNS = roster_columns(Synonyms())


@pytest.fixture
def branch() -> Branch:
    return BranchFactory(code="ROS")


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


def marked(file: SheetFile, branch: Branch) -> SheetFile:
    errors = import_roster(file, branch, dry_run=True).as_json()["errors"]
    return SheetFile("标注.xlsx", marked_sheet(file, COLUMNS, errors))


def rows(file: SheetFile) -> Iterator[tuple[str, int, dict]]:
    return ((one.sheet, one.row, one.values) for one in read_book(file, COLUMNS).records)


def test_the_wrong_cell_is_marked_and_the_reason_stands_beside_its_row(branch: Branch, tmp_path: Path) -> None:
    bad = [*WANG[:3], "党外人士", *WANG[4:]]
    file = SheetFile.at(workbook(tmp_path / "r.xlsx", [["名册"], ROSTER, LI, bad]))
    sheet = load_workbook(io.BytesIO(marked(file, branch).content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.fill.fgColor.rgb == "FFF8D7DA"] == ["D4"]
    assert (sheet["J2"].value, sheet["J3"].value) == ("原因", None)
    assert sheet["J4"].value.startswith("政治面貌：")
    assert [cell.value for cell in sheet[3]][:4] == LI[:4]


@reads_office
def test_office_opens_templates_and_a_marked_sheet_without_repair(branch: Branch, tmp_path: Path) -> None:
    bad = [*WANG[:3], "党外人士", *WANG[4:]]
    file = SheetFile.at(workbook(tmp_path / "r.xlsx", [["名册"], ROSTER, LI, bad]))
    made = [marked(file, branch).content, *(blank_sheet(kind) for kind in all_kinds())]
    assert [faults_of(content, "xlsx", tmp_path) for content in made] == [[]] * len(made)


def test_the_marked_sheet_is_read_like_the_office_s_own_and_names_the_column_of_reasons(
    branch: Branch, tmp_path: Path
) -> None:
    bad = [*WANG[:3], "党外人士", *WANG[4:]]
    once = marked(SheetFile.at(workbook(tmp_path / "r.xlsx", [ROSTER, LI, bad])), branch)
    again = import_roster(once, branch, dry_run=True)
    assert [(error.row, error.column) for error in again.errors] == [(3, "政治面貌")]
    assert [(one.column, one.sheet) for one in again.unread] == [("原因", "Sheet")]
    twice = load_workbook(io.BytesIO(marked(once, branch).content)).active
    assert [cell.value for cell in twice[1]].count("原因") == 1


def test_a_heading_in_two_merged_rows_and_cells_merged_over_rows_are_read_again(branch: Branch, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    lines = [["姓名", "工号", "党籍", "", "教研室"], ["", "", "政治面貌", "入党时间"]]
    lines += [["人甲", "T1", "党外人士", "", "一室"], ["人乙", "T2", "群众"]]
    for row in lines:
        sheet.append([*row, *[None] * (5 - len(row))])
    sheet["F1"], sheet["F3"], sheet["F4"] = "身份", "教师", "教师"
    for merged in ("C1:D1", "E3:E4", "A1:A2"):
        sheet.merge_cells(merged)
    book.save(tmp_path / "r.xlsx")
    file = SheetFile.at(tmp_path / "r.xlsx")
    first = [(row, values) for _sheet, row, values in rows(file)]
    assert [values["教研室"] for _row, values in first] == ["一室", "一室"]
    assert [(row, values) for _sheet, row, values in rows(marked(file, branch))] == first


ODD = st.sampled_from(["=1+1", "+86", "-", "@x", "00123", "TRUE", " 空 格 ", "2021-05-03", "1.5", "#N/A", "汉字", ""])


@settings(max_examples=15)
@given(cells=st.lists(st.tuples(ODD, ODD, ODD), min_size=1, max_size=5))
def test_every_cell_is_read_from_the_marked_sheet_as_from_the_first(
    branch: Branch, tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str, str]]
) -> None:
    path = tmp_path_factory.mktemp("sheet") / "r.csv"
    lines = [["姓名", "工号", "身份", "政治面貌", "职称", "特长", "手机"]]
    lines += [[f"人{place}", f"T{place}", "职员", "群众", *odd] for place, odd in enumerate(cells)]
    path.write_text("\n".join(",".join(line) for line in lines))
    file = SheetFile.at(path)
    first = [(row, values) for _sheet, row, values in rows(file)]
    assert [(row, values) for _sheet, row, values in rows(marked(file, branch))] == first


@pytest.mark.parametrize("kind", [one.slug for one in all_kinds()])
def test_a_template_is_read_without_its_example_and_offers_what_can_be_chosen(kind: str) -> None:
    file = SheetFile("模板.xlsx", blank_sheet(kind_of(kind)))
    book = read_book(file, kind_of(kind).columns(Synonyms()))
    assert (book.records, [EXAMPLE in one.why for one in book.unread]) == ([], [True])
    sheet = load_workbook(io.BytesIO(file.content)).active
    offered = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
    assert len(offered) == len(kind_of(kind).offers)


def test_a_secretary_gets_the_marked_sheet_by_its_own_name_and_corrects_it(
    branch: Branch, secretary: User, tmp_path: Path
) -> None:
    client, address = signed_in(secretary), reverse("imports:new", args=["roster"])
    bad = [*WANG[:3], "党外人士", *WANG[4:]]
    found = _looked_at(client, address, branch, workbook(tmp_path / "教工名册.xlsx", [ROSTER, LI, bad]))
    response = client.get(reverse("imports:marked", args=[found.pk]))
    assert "%E6%95%99%E5%B7%A5%E5%90%8D%E5%86%8C" in response["Content-Disposition"]
    book = load_workbook(io.BytesIO(response.content))
    book.active["D3"] = "共青团员"
    book.save(tmp_path / "改好.xlsx")
    corrected = _looked_at(client, address, branch, tmp_path / "改好.xlsx")
    assert (corrected.refused, corrected.new, corrected.may_be_written) == (0, 2, True)
    assert client.get(reverse("imports:marked", args=[corrected.pk])).status_code == 404


def _looked_at(client: Client, address: str, branch: Branch, path: Path) -> SheetImport:
    """Upload a sheet and return what was kept of it."""
    with path.open("rb") as file:
        response = client.post(address, {"branch": branch.pk, "file": file})
    found = SheetImport.objects.latest("pk")
    assert response["Location"] == found.get_absolute_url()
    return found
