"""Rosters from the field, each answered as shared/cases/README.md says."""

import datetime
from collections.abc import Callable

import pytest
from django.utils import timezone, translation

from organization.forms import PeopleChoiceField, PersonChoiceField
from organization.models import Branch, PartyStageEntry, Person, Synonym
from organization.roster import import_roster
from organization.sheets import ImportResult, SheetFile, State
from tests.cases import case_file
from tests.factories import BranchFactory, student, teacher
from tests.sheets import ROSTER, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch() -> Branch:
    return BranchFactory(code="AMT")


def read(branch: Branch, name: str, **options: bool) -> ImportResult:
    return import_roster(case_file(f"rosters/{name}"), branch, **options)


def places(result: ImportResult) -> list[tuple]:
    return [(error.row, error.column) for error in result.errors]


def stages() -> dict[str, tuple[str, str]]:
    return {person.number: (person.stage, person.political_status) for person in Person.objects.all()}


def history(number: str) -> list[tuple[str, str]]:
    entries = PartyStageEntry.objects.filter(person__number=number).order_by("from_date")
    return [(entry.stage, entry.from_date.isoformat()) for entry in entries]


def test_a_stage_in_brackets_is_understood_or_refused_and_never_cut(branch: Branch) -> None:
    result = read(branch, "01_stage_in_brackets.xlsx")
    assert places(result) == [(6, "政治面貌")]
    assert [change.state for change in result.changes] == [State.NEW] * 4 + [State.REFUSED]
    assert [[cell.new for cell in change.cells if cell.column == "政治面貌"] for change in result.changes[:4]] == [
        ["中共预备党员", "预备党员"],
        ["中共预备党员", "预备党员"],
        ["群众", "入党积极分子"],
        ["共青团员", "发展对象"],
    ]


@pytest.mark.parametrize("name", ["02_joined_heading_of_ow_template.xlsx", "02b_joined_heading_known.xlsx"])
def test_a_stated_day_of_confirmation_wins_over_a_reckoned_one(branch: Branch, name: str) -> None:
    assert read(branch, name).errors == []
    assert history(Person.objects.get().number) == [("probationary", "2005-06-09"), ("full", "2006-12-09")]


def test_a_stated_confirmation_replaces_the_one_that_was_reckoned_before(branch: Branch) -> None:
    joined = datetime.date(2005, 6, 9)
    person = teacher(branch, number="T9012", name="方知远")
    person.stage_entries.all().delete()
    person.record_stage(stage="probationary", from_date=joined)
    person.record_stage(stage="full", from_date=datetime.date(2006, 6, 9), basis="reckoned")
    result = read(branch, "02b_joined_heading_known.xlsx")
    assert (result.errors, history("T9012")[-1]) == ([], ("full", "2006-12-09"))


def test_the_days_of_joining_of_five_people_are_read(branch: Branch) -> None:
    assert read(branch, "02c_ow.xlsx").created == 5
    assert history("T9300") == [("probationary", "2005-06-09"), ("full", "2006-06-09")]


def test_teachers_and_students_on_two_sheets_are_both_read(branch: Branch) -> None:
    result = read(branch, "03_two_sheets_teachers_students.xlsx")
    assert (result.created, [change.sheet for change in result.changes]) == (3, ["教师", "学生", "学生"])


def test_an_office_merged_over_three_rows_is_everybody_s(branch: Branch) -> None:
    read(branch, "04_merged_office.xlsx")
    assert {person.office.name for person in Person.objects.all()} == {"焊接教研室"}


def test_error_cells_and_formulas_that_nothing_calculated_are_refused_by_name(branch: Branch) -> None:
    assert places(read(branch, "05_error_cells.xlsx")) == [(2, "教研室"), (2, "入党时间")]
    result = read(branch, "06_formula_not_calculated.xlsx")
    assert places(result) == [(2, "班级")]
    assert Person.objects.count() == 0


def test_an_old_sheet_takes_no_stage_back(branch: Branch) -> None:
    assert read(branch, "09_old_roster.xlsx").created == 2
    day = timezone.localdate()
    activist, member = Person.objects.get(number="T9091"), Person.objects.get(number="T9092")
    activist.stage_entries.update(from_date=day - datetime.timedelta(days=30))
    activist.record_stage(stage="candidate", from_date=day)
    member.record_stage(stage="full", from_date=datetime.date(2026, 6, 1))
    result = read(branch, "09_old_roster.xlsx")
    assert places(result) == [(2, "政治面貌"), (3, "政治面貌")]
    assert {number: stage for number, (stage, _status) in stages().items()} == {"T9091": "candidate", "T9092": "full"}


def test_names_have_one_dot_and_nothing_that_cannot_be_seen(branch: Branch) -> None:
    assert read(branch, "10_names.xlsx").errors == []
    names = dict(Person.objects.values_list("number", "name"))
    assert [names[f"T91{n:02}"] for n in (1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17)] == [
        "李𬱖", "王䶮", "阿依古丽·买买提", "阿依古丽·买买提", "迪丽娜尔·艾力", "李明", "张三丰", "John Smith", "王芳",
        "西门", "王䶮",
    ]  # fmt: skip
    assert names["T9110"] == "古力娜扎尔·白合提亚尔·阿布都热依木江"


@pytest.mark.parametrize(
    ("typed", "number"),
    [("zengxy", ""), ("zeng", "T9106"), ("ceng", "T9106"), ("ou", "T9108"), ("shan", "T9107"), ("syym", ""),
     ("sym", "T9107"),
     ("阿依古丽买买提", "T9103"), ("阿依古丽•买买提", "T9103"), ("ayigulimaimaiti", "T9103")],
)  # fmt: skip
def test_everybody_is_found_by_each_reading_and_without_the_dot(branch: Branch, typed: str, number: str) -> None:
    read(branch, "10_names.xlsx")
    found = set(Person.objects.search(typed).values_list("number", flat=True))
    assert number in found if number else not found


@pytest.mark.parametrize(
    ("name", "typed"),
    [("仇一", "qiu"), ("解一", "xie"), ("查一", "zha"), ("单一", "shan"), ("区一", "ou"), ("曾一", "zeng")],
)
def test_a_surname_is_sorted_by_its_own_reading(branch: Branch, name: str, typed: str) -> None:
    assert teacher(branch, name=name).pinyin.startswith(typed)


def test_leading_zeros_that_a_number_format_shows_are_the_same_person(branch: Branch) -> None:
    assert read(branch, "11a_leading_zero_text.xlsx").created == 1
    assert read(branch, "11b_leading_zero_format.xlsx").unchanged == 1
    assert Person.objects.get().number == "00012"


def test_a_phone_that_lost_its_digits_is_refused(branch: Branch) -> None:
    result = read(branch, "42_phones.xlsx")
    assert places(result) == [(6, "手机")]
    assert [[cell.new for cell in change.cells if cell.column == "手机"] for change in result.changes[:4]] == [
        ["13800000001"], ["138-0000-0002"], ["13800000003/020-88880000"], ["13800000004"],
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["13_gbk.csv", "13_utf8bom.csv"])
def test_a_table_as_text_is_read_in_both_encodings(branch: Branch, name: str) -> None:
    assert read(branch, name).created == 2
    assert Person.objects.get(number="T9202").name == "柳青禾"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("13_old.xls", "旧版 Excel 表格（.xls）。请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”。"),
        ("13_xls_renamed.xlsx", "旧版 Excel 表格（.xls）。请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”。"),
        ("13_html_table.xls", "网页。请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”。"),
        ("13_encrypted.xlsx", "文件设有密码，请取消密码后重新保存。"),
    ],
)
def test_every_other_file_is_told_what_it_is_and_what_to_do(branch: Branch, name: str, words: str) -> None:
    result = read(branch, name)
    assert places(result) == [(None, "")]
    assert result.errors[0].message.endswith(words)


def test_the_roster_is_read_beside_a_long_sheet_that_is_named(branch: Branch) -> None:
    result = read(branch, "14_other_sheet_long.xlsx")
    assert (result.created, [(one.sheet, one.column) for one in result.unread]) == (2, [("全校原始数据", None)])


def test_a_hidden_sheet_is_left_and_named(branch: Branch) -> None:
    result = read(branch, "15_hidden_sheet_first.xlsx")
    assert [(one.sheet, one.column) for one in result.unread] == [("说明", None), ("作废", None)]
    assert sorted(Person.objects.values_list("number", flat=True)) == ["T9201", "T9202"]


def test_headings_in_two_rows_are_read(branch: Branch) -> None:
    assert read(branch, "15_two_row_heading.xlsx").errors == []
    person = Person.objects.get()
    assert (person.number, person.stage, person.phone, person.email) == ("T9203", "full", "13800000001", "a@b.cn")
    assert history("T9203")[0] == ("probationary", "2005-06-09")


def test_a_number_beside_another_name_is_refused(branch: Branch) -> None:
    teacher(branch, number="AMT1002", name="苏静怡")
    assert places(read(branch, "30_number_slip_renames.xlsx")) == [(2, "姓名")]
    assert Person.objects.get().name == "苏静怡"


def test_somebody_under_a_new_number_is_named_before_anything_is_written(branch: Branch) -> None:
    read(branch, "31_first.xlsx")
    result = read(branch, "31_renumbered.xlsx")
    assert places(result) == [(2, "工号/学号")]
    assert "T9310" in result.errors[0].message
    assert [change.state for change in result.changes] == [State.DOUBLE]
    assert Person.objects.count() == 1
    assert read(branch, "31_renumbered.xlsx", accept_doubles=True).created == 1


def test_who_is_not_in_the_sheet_is_counted(branch: Branch) -> None:
    teacher(branch, number="AMT1001", name="苏静怡")
    others = [student(branch) for _n in range(3)]
    result = read(branch, "34_only_one_left.xlsx")
    assert sorted(line.split()[0] for line in result.missing) == sorted(person.number for person in others)


def test_namesakes_of_one_class_are_told_apart_where_people_are_picked(branch: Branch) -> None:
    read(branch, "35_namesakes_same_class.xlsx")
    for field in (PersonChoiceField(Person.objects.all()), PeopleChoiceField(Person.objects.all())):
        labels = [label for value, label in field.choices if value]
        assert sorted(labels) == [
            "李明 · 数控2101班 · T9351", "李明 · 数控2101班 · T9352",
            "王芳 · 数控技术教研室 · T9353", "王芳 · 数控技术教研室 · T9354",
        ]  # fmt: skip


def test_a_full_member_of_two_months_is_probationary(branch: Branch) -> None:
    assert read(branch, "45_probation_since_2022.xlsx").errors == []
    assert {number: stage for number, (stage, _status) in stages().items()} == {
        "T9451": "probationary",
        "T9452": "probationary",
    }


def test_a_month_of_joining_is_not_its_first_day(branch: Branch) -> None:
    assert read(branch, "44b.xlsx").errors == []
    assert history("T9442") == [("probationary", "2021-06-20")]


def test_the_member_template_of_another_system_fills_the_history(branch: Branch) -> None:
    result = read(branch, "50_owip_member_template.xlsx")
    assert result.errors == []
    assert history("11312018275") == [
        ("applicant", "2016-04-10"),
        ("candidate", "2017-04-14"),
        ("probationary", "2017-06-09"),
        ("full", "2018-12-09"),
    ]
    assert Person.objects.get().kind == "teacher"
    unread = {one.column for one in result.unread}
    assert {"组织关系转入时间", "入党介绍人", "党内职务", "所在分党委编码"} <= unread


def test_the_days_of_the_way_into_the_party_are_read(branch: Branch) -> None:
    assert read(branch, "63_development_dates.xlsx").errors == []
    assert history("T9604") == [("applicant", "2018-09-15"), ("activist", "2019-05-10")]


def test_foreign_headings_are_refused_with_those_found_and_those_wanted(branch: Branch) -> None:
    result = read(branch, "51_teacher_list_heads.xlsx")
    assert places(result) == [(1, "身份"), (1, "政治面貌")]
    assert all("教职工类别" in error.message for error in result.errors)


@pytest.mark.parametrize("heading", ["学工号", "工作证号", "人员编号", "教职工号", "职工编号", "学生编号"])
def test_every_heading_of_a_number_is_understood(branch: Branch, make: Callable[..., SheetFile], heading: str) -> None:
    file = make(["姓名", heading, "身份", "党籍状态"], ["甲", "T1", "教师", "正式党员"])
    assert import_roster(file, branch).created == 1


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("中国共产主义青年团团员", "共青团员"),
        ("无党派民主人士", "无党派民主人士"),
        ("中国民主同盟盟员", "民盟盟员"),
        ("群众", "群众"),
    ],
)
def test_a_political_status_keeps_its_own_word(
    branch: Branch, make: Callable[..., SheetFile], word: str, status: str
) -> None:
    import_roster(make(ROSTER[:4], ["甲", "T1", "教师", word]), branch)
    assert stages() == {"T1": ("none", status)}


def test_a_word_of_the_office_s_own_is_refused_until_the_secretary_explains_it_once(
    branch: Branch, make: Callable[..., SheetFile]
) -> None:
    file = make(["姓名", "证号", "身份", "政治面貌"], ["甲", "T1", "教师", "党外人士"])
    Synonym.objects.create(branch=branch, use="roster heading", word="证号", meaning="工号/学号")
    assert import_roster(file, branch).unknown_words() == [{"use": "stage", "word": "党外人士", "cells": 1}]
    Synonym.objects.create(branch=branch, use="stage", word="党外人士", meaning="群众")
    assert import_roster(file, branch).created == 1
    assert import_roster(file, BranchFactory(college=branch.college)).errors != []


def test_feet_of_a_sheet_are_no_people(branch: Branch, make: Callable[..., SheetFile]) -> None:
    file = make(ROSTER[:4], ["甲", "T1", "教师", "群众"], ["合计", "1人"], ["制表人：乙", "", "审核：丙"])
    result = import_roster(file, branch)
    assert (result.created, result.errors, len(result.unread)) == (1, [], 2)


def test_what_changes_is_shown_old_and_new(branch: Branch, make: Callable[..., SheetFile]) -> None:
    import_roster(make(ROSTER[:6], ["甲", "T1", "教师", "群众", "一室", "讲师"]), branch)
    result = import_roster(make(ROSTER[:6], ["甲", "T1", "教师", "群众", "二室", "教授"]), branch, dry_run=True)
    assert [(cell.column, cell.old, cell.new) for cell in result.changes[0].cells] == [
        ("教研室", "一室", "二室"), ("职称", "讲师", "教授"),
    ]  # fmt: skip
    assert Person.objects.get().title == "讲师"


@pytest.fixture
def make(tmp_path) -> Callable[..., SheetFile]:
    return lambda *rows: SheetFile.at(workbook(tmp_path / "r.xlsx", rows))


@pytest.fixture(autouse=True)
def _in_chinese():
    with translation.override("zh-hans"):
        yield
