"""A secretary reads a roster: as offices keep it, and as nobody should send it."""

import contextlib
import datetime
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from organization.models import Branch, Office, PartyStage, PartyStageEntry, Person
from organization.roster import import_roster
from organization.sheets import SheetFile
from organization.sheets.values import CellError, read_date, read_list, read_number
from tests.factories import BranchFactory, teacher
from tests.sheets import LI, ROSTER, WANG, with_part, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch() -> Branch:
    return BranchFactory(code="ROS")


def read(path: Path, **options: Any) -> dict:
    """Run the command and return its JSON."""
    out = StringIO()
    call_command("import_roster", str(path), branch="ROS", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def counts(result: dict) -> dict:
    """Return the counts and the errors of a result."""
    return {key: result[key] for key in ("rows", "created", "updated", "unchanged", "errors")}


def refused(path: Path) -> list[dict]:
    """Run the command, which must refuse, and return the errors it names; nothing may be written."""
    before = [model.objects.count() for model in (Person, Office, PartyStageEntry)]
    out = StringIO()
    with pytest.raises(CommandError) as raised:
        call_command("import_roster", str(path), branch="ROS", json=True, stdout=out)
    assert raised.value.returncode == 2
    assert "\n" not in str(raised.value)
    assert [model.objects.count() for model in (Person, Office, PartyStageEntry)] == before
    result = json.loads(out.getvalue())
    assert (result["created"], result["updated"]) == (0, 0)
    return result["errors"]


def places(errors: list[dict]) -> list[tuple]:
    return [(error["row"], error["column"]) for error in errors]


def test_it_reads_people_with_their_stages_and_offices(branch: Branch, tmp_path: Path) -> None:
    result = read(workbook(tmp_path / "r.xlsx", [ROSTER, LI, WANG]))
    assert counts(result) == {"rows": 2, "created": 2, "updated": 0, "unchanged": 0, "errors": []}
    li = Person.objects.get(number="T900001")
    assert (li.name, li.kind, li.office.name, li.born_on) == (
        "李试卷", "teacher", "测试教研室", datetime.date(1980, 5, 4),
    )  # fmt: skip
    assert li.stage == PartyStage.FULL
    assert [li.was_member_on(day) for day in (datetime.date(2005, 6, 30), datetime.date(2005, 7, 1))] == [False, True]
    assert Person.objects.get(number="S900002").stage == PartyStage.NONE


def test_the_same_sheet_again_changes_nothing(branch: Branch, tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "r.xlsx", [ROSTER, LI, WANG])
    read(sheet)
    assert counts(read(sheet)) == {"rows": 2, "created": 0, "updated": 0, "unchanged": 2, "errors": []}


def test_a_changed_cell_updates_and_an_empty_one_keeps_what_is_known(branch: Branch, tmp_path: Path) -> None:
    read(workbook(tmp_path / "r.xlsx", [ROSTER, LI]))
    promoted = [*LI[:5], "教授", "", "", ""]
    result = read(workbook(tmp_path / "r2.xlsx", [ROSTER, promoted]))
    assert result["updated"] == 1
    li = Person.objects.get(number="T900001")
    assert (li.title, li.phone, li.born_on) == ("教授", "13900000001", datetime.date(1980, 5, 4))


def test_it_reads_what_offices_really_keep(branch: Branch, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["先进制造技术学院教工党支部人员名册"],
        [],
        ["政治面貌 *", "  姓 名*", "身份*", "工号／学号＊", "出生日期", "入党日期", "备用列"],
        ["预备党员", "张　三", "教 师", 20210101.0, "1990年5月", "２０２５．０６．０１", "忽略"],
        ["民盟", "欧阳 样", "教师", "２０２１０１０２", 31000, "", ""],
        ["入党积极分子", "赵样", "学生", "S-1", "20040302", "", ""],
    ]
    assert read(workbook(tmp_path / "r.xlsx", rows))["created"] == 3
    found = {p.number: (p.name, p.stage, p.born_on) for p in Person.objects.all()}
    assert found == {
        "20210101": ("张三", "probationary", datetime.date(1990, 5, 1)),
        "20210102": ("欧阳样", "none", datetime.date(1984, 11, 14)),
        "S-1": ("赵样", "activist", datetime.date(2004, 3, 2)),
    }


def test_a_dry_run_counts_and_writes_nothing(branch: Branch, tmp_path: Path) -> None:
    assert read(workbook(tmp_path / "r.xlsx", [ROSTER, LI]), dry_run=True)["created"] == 1
    assert Person.objects.count() == 0


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_of_a_plain_sheet_nothing_is_left_unread(branch: Branch, tmp_path: Path, ending: str) -> None:
    sheet = tmp_path / f"r.{ending}"
    if ending == "xlsx":
        workbook(sheet, [ROSTER, LI])
    else:
        sheet.write_text("\n".join(map(",".join, [ROSTER, LI])))
    assert read(sheet)["unread"] == []


def test_a_heading_that_stands_there_twice_is_named(branch: Branch, tmp_path: Path) -> None:
    errors = refused(workbook(tmp_path / "r.xlsx", [[*ROSTER, "职称"], [*LI, "讲师"]]))
    assert [(error["row"], error["column"], error["message"]) for error in errors] == [
        (1, "职称", "“职称”这一列出现了两次。")
    ]


def test_missing_headings_are_named(branch: Branch, tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "r.xlsx", [["姓名", "工号"], ["李试卷", "T1"]])
    assert places(refused(sheet)) == [(1, "身份"), (1, "政治面貌")]


def test_a_sheet_without_headings_is_refused(branch: Branch, tmp_path: Path) -> None:
    assert places(refused(workbook(tmp_path / "r.xlsx", [["李试卷", "T1", "教师"]]))) == [(None, "")]


def test_a_repeated_number_is_refused_at_its_second_row(branch: Branch, tmp_path: Path) -> None:
    assert places(refused(workbook(tmp_path / "r.xlsx", [ROSTER, LI, WANG, LI]))) == [(4, "工号/学号")]


def test_a_number_of_another_branch_is_refused(branch: Branch, tmp_path: Path) -> None:
    teacher(BranchFactory(college=branch.college), number="T900001")
    assert places(refused(workbook(tmp_path / "r.xlsx", [ROSTER, LI]))) == [(2, "工号/学号")]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("出生年月", "1980-02-30"),
        ("出生年月", "去年"),
        ("出生年月", "2999-01-01"),
        ("入党时间", "1990-01-01"),  # at ten years of age
        ("入党时间", "2025-13-01"),
        ("身份*", "行政"),
        ("政治面貌*", "党外人士们"),
        ("姓名*", "李\x07试"),
        ("姓名*", "李" * 5000),
        ("姓名*", ""),
        ("工号/学号*", "工号一"),
        ("手机", "1" * 400),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column_and_nothing_is_written(
    branch: Branch, tmp_path: Path, column: str, value: str
) -> None:
    bad = list(LI)
    bad[ROSTER.index(column)] = value if "\x07" not in value else "李_x0007_试"  # how a sheet spells it
    errors = refused(workbook(tmp_path / "r.xlsx", [ROSTER, WANG, bad]))
    assert places(errors) == [(3, column.rstrip("*"))]
    assert "\x07" not in errors[0]["message"]


def test_every_bad_row_is_named_at_once(branch: Branch, tmp_path: Path) -> None:
    bad = [[*LI[:1], f"T{n}", "教师", "外星人", *LI[4:]] for n in range(3)]
    assert places(refused(workbook(tmp_path / "r.xlsx", [ROSTER, *bad]))) == [(n, "政治面貌") for n in (2, 3, 4)]


def test_a_text_file_under_another_name_is_refused(branch: Branch, tmp_path: Path) -> None:
    sheet = tmp_path / "r.xlsx"
    sheet.write_text("姓名,工号\n李试卷,T1\n")
    assert places(refused(sheet)) == [(None, "")]


def test_a_truncated_file_is_refused(branch: Branch, tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "r.xlsx", [ROSTER, LI])
    sheet.write_bytes(sheet.read_bytes()[: sheet.stat().st_size // 2])
    assert places(refused(sheet)) == [(None, "")]


def cell_xml(kind: str, value: str) -> bytes:
    """Return a roster's sheet whose second row has one cell of a kind as the name."""
    rows = [ROSTER, ["", *LI[1:]]]
    texts = [
        "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' if cell else "<c/>" for cell in row) for row in rows
    ]
    texts[1] = texts[1].replace("<c/>", f'<c t="{kind}"><v>{value}</v></c>', 1)
    return f"<worksheet><sheetData><row>{texts[0]}</row><row>{texts[1]}</row></sheetData></worksheet>".encode()


@pytest.mark.parametrize(
    ("kind", "value"),
    [("n", "1e999"), ("n", "NaN"), ("n", "-1e308"), ("b", "1"), ("b", "0"), ("e", "#N/A"), ("n", "12")],
)
def test_what_is_no_name_becomes_nobody(branch: Branch, tmp_path: Path, kind: str, value: str) -> None:
    sheet = with_part(workbook(tmp_path / "r.xlsx", [ROSTER]), "xl/worksheets/sheet1.xml", cell_xml(kind, value))
    assert places(refused(sheet)) == [(2, "姓名")]


def test_a_part_that_does_not_unpack_and_a_name_that_is_not_utf_8_are_refused(branch: Branch, tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "r.xlsx", [ROSTER, LI])
    whole = sheet.read_bytes()
    sheet.write_bytes(whole.replace(b"xl/worksheets/sheet1.xml", b"\xff\xfe/worksheets/sheet1.xml"))
    assert places(refused(sheet)) == [(None, "")]
    place = whole.index(b"xl/worksheets/sheet1.xml") + 60
    sheet.write_bytes(whole[:place] + bytes(40) + whole[place + 40 :])
    assert places(refused(sheet)) == [(None, "")]


def test_no_part_of_a_roster_is_ever_a_file_that_a_kill_could_leave(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = SheetFile.at(workbook(tmp_path / "r.xlsx", [ROSTER, LI]))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))  # whoever makes a file there fails
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    assert import_roster(sheet, branch).created == 1


def test_a_zip_bomb_is_refused_before_it_is_unpacked(branch: Branch, tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "r.xlsx", [ROSTER, LI])
    with_part(sheet, "xl/worksheets/sheet1.xml", b"<a>" + b" " * 400_000_000)
    assert sheet.stat().st_size < 1_000_000
    assert places(refused(sheet)) == [(None, "")]


def test_a_cell_at_the_sheet_s_far_corner_is_refused(branch: Branch, tmp_path: Path) -> None:
    far = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    far += b'<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
    far += b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>'
    sheet = with_part(workbook(tmp_path / "r.xlsx", [ROSTER]), "xl/worksheets/sheet1.xml", far)
    assert places(refused(sheet)) == [(None, "")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_external_entity_is_refused(branch: Branch, tmp_path: Path, encoding: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("T31337")
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><x>&e;</x>'
    sheet = with_part(workbook(tmp_path / "r.xlsx", [ROSTER, LI]), "xl/sharedStrings.xml", text.encode(encoding))
    errors = refused(sheet)
    assert places(errors) == [(None, "")]
    assert "T31337" not in errors[0]["message"]


def test_a_file_that_is_not_there_and_a_branch_that_is_not_are_refused_in_a_line(
    branch: Branch, tmp_path: Path
) -> None:
    assert places(refused(tmp_path / "none.xlsx")) == [(None, "")]
    with pytest.raises(CommandError) as raised:
        call_command("import_roster", str(tmp_path / "none.xlsx"), branch="NONE")
    assert (raised.value.returncode, "\n" in str(raised.value)) == (2, False)


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)))
def test_every_habit_of_writing_a_date_means_the_same_day(day: datetime.date) -> None:
    y, m, d = day.year, day.month, day.day
    habits = [
        f"{y}-{m:02}-{d:02}",
        f"{y}.{m}.{d}",
        f"{y}/{m}/{d}",
        f"{y}年{m}月{d}日",
        f"{y}{m:02}{d:02}",
        float(f"{y}{m:02}{d:02}"),
    ]
    wide = f"{y}－{m}－{d}".translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert {read_date(habit) for habit in [*habits, wide]} == {day}


@given(st.one_of(st.text(max_size=20), st.floats(allow_nan=False, allow_infinity=False), st.integers()))
def test_any_cell_is_read_or_refused_in_words(value: object) -> None:
    for read_cell in (read_date, read_number, read_list):
        with contextlib.suppress(CellError):  # any other error fails
            assert read_cell(value) is not None


@given(
    st.lists(st.from_regex(r"[A-Z][0-9]{3,6}", fullmatch=True), min_size=1, max_size=6), st.sampled_from("、,;； 　，")
)
def test_people_are_separated_by_any_usual_mark(numbers: list[str], mark: str) -> None:
    assert read_list(mark.join(numbers)) == numbers


@given(st.integers(min_value=1, max_value=10**15 - 1))
def test_a_number_is_the_same_as_text_and_as_float(number: int) -> None:
    assert read_number(float(number)) == read_number(str(number)) == str(number)
