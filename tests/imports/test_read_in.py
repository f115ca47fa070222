"""A sheet is looked at, written as one thing, and undone as one thing."""

import datetime
import json
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from auditlog.models import LogEntry
from django.core.management import call_command
from django.utils import timezone

from evidence.looking import evidence_storage
from evidence.models import Evidence, StoredFile
from imports.models import KeptSheet, PreviewMovedError, SheetImport, SheetImportRow
from organization.integrity import try_all
from organization.models import Branch, Office, Person, RuleError, Synonym, User
from organization.personal import anonymise, everything_about
from tests.factories import BranchFactory, member, secretary_of, teacher, teaching_pair
from tests.factories.imports import ROSTER, previewed, written
from tests.sheets import LI, WANG, workbook
from tests.sheets import ROSTER as WHOLE_ROSTER

pytestmark = pytest.mark.django_db

NEW = ["张新人", "T100001", "教师", "群众", "讲师"]
ODD = ["王词人", "T100002", "教师", "党外人士", "讲师"]


@pytest.fixture
def branch() -> Branch:
    return BranchFactory(code="ROS")


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


def write(found: SheetImport, by: User) -> None:
    found.write(by=by, seen=found.digest)


def broken() -> list[str]:
    return [name for name, finding in try_all() if finding.broken]


def test_looking_writes_nobody_and_keeps_who_looked_at_which_file(branch: Branch, secretary: User) -> None:
    found = previewed(branch, [ROSTER, NEW], by=secretary)
    assert (found.stage, found.file_name, found.read_by, found.new) == ("previewed", "名册.csv", secretary, 1)
    assert not Person.objects.filter(number="T100001").exists()
    assert found.kept.evidence.file.sha256 == found.sha256


def test_writing_makes_the_people_and_says_of_each_which_row_it_was(branch: Branch, secretary: User) -> None:
    found = previewed(branch, [ROSTER, NEW], by=secretary)
    write(found, secretary)
    person = Person.objects.get(number="T100001")
    row = SheetImportRow.objects.about("roster", [person.pk]).get()
    assert (row.row, row.state, row.sheet_import, found.stage, found.written_by) == (
        2, "new", found, "written", secretary,
    )  # fmt: skip
    assert broken() == []


def test_what_changed_since_it_was_looked_at_is_shown_again_instead_of_written(branch: Branch, secretary: User) -> None:
    known = teacher(branch, number="T100001", name="张新人")
    found = previewed(branch, [ROSTER, NEW], by=secretary)
    assert found.findings["changes"][0]["cells"][0] == {"column": "职称", "old": "", "new": "讲师"}
    known.title = "教授"
    known.save()
    with pytest.raises(PreviewMovedError):
        write(found, secretary)
    known.refresh_from_db()
    found.refresh_from_db()
    assert (known.title, found.stage) == ("教授", "previewed")
    assert found.findings["changes"][0]["cells"][0] == {"column": "职称", "old": "教授", "new": "讲师"}
    write(found, secretary)
    known.refresh_from_db()
    assert known.title == "讲师"


def test_a_second_one_is_told_who_wrote_it(branch: Branch, secretary: User) -> None:
    found = previewed(branch, [ROSTER, NEW], by=secretary)
    write(found, secretary)
    with pytest.raises(RuleError, match=secretary.person.name):
        SheetImport.objects.get(pk=found.pk).write(by=secretary, seen=found.digest)
    assert Person.objects.filter(number="T100001").count() == 1


def test_a_refused_row_keeps_all_others_out(branch: Branch, secretary: User) -> None:
    found = previewed(branch, [ROSTER, NEW, ODD], by=secretary)
    assert (found.refused, found.may_be_written) == (1, False)
    with pytest.raises(RuleError):
        write(found, secretary)
    assert not Person.objects.filter(number__startswith="T10000").exists()


def test_a_word_is_explained_once_and_known_in_the_branch_from_then_on(branch: Branch, secretary: User) -> None:
    found = previewed(branch, [ROSTER, ODD], by=secretary)
    assert found.findings["unknown_words"] == [{"use": "stage", "word": "党外人士", "cells": 1}]
    found.explain([("stage", "党外人士", "无党派人士")], by=secretary)
    assert (found.refused, found.findings["unknown_words"], found.may_be_written) == (0, [], True)
    assert Synonym.objects.get(branch=branch, word="党外人士").meaning == "无党派人士"
    assert previewed(branch, [ROSTER, ODD], by=secretary).refused == 0


def test_likely_doubles_wait_until_somebody_says_that_they_are_other_people(branch: Branch, secretary: User) -> None:
    teacher(branch, name="张新人", number="T1", phone="13900000001")
    rows = [[*ROSTER, "手机"], [*NEW, "13900000001"]]
    found = previewed(branch, rows, by=secretary)
    assert [change["state"] for change in found.findings["changes"]] == ["double"]
    found.look_again(by=secretary, accept_doubles=True)
    assert [change["state"] for change in found.findings["changes"]] == ["new"]
    write(found, secretary)
    assert Person.objects.filter(name="张新人").count() == 2


def test_a_preview_that_is_thrown_away_leaves_no_row_and_no_upload(branch: Branch, secretary: User) -> None:
    found = previewed(branch, [ROSTER, NEW], by=secretary)
    found.discard(by=secretary)
    assert [model.objects.count() for model in (SheetImport, KeptSheet, Evidence, StoredFile)] == [0, 0, 0, 0]
    with pytest.raises(RuleError):
        found.look_again(by=secretary)


def test_undoing_takes_people_offices_and_steps_away_and_puts_cells_back(
    branch: Branch, secretary: User, tmp_path: Path
) -> None:
    known = teacher(branch, number="S900002", name="王样本", kind="student", title="")
    known.record_stage(stage="applicant", from_date=datetime.date(2024, 1, 1))
    rows = [[*WHOLE_ROSTER, "特长"], [*LI, ""], [*WANG[:3], "入党积极分子", "新教研室", *WANG[5:], "钳工"]]
    found = previewed(branch, rows, by=secretary)
    write(found, secretary)
    known.refresh_from_db()
    assert (known.stage, known.office.name, known.strengths) == ("activist", "新教研室", "钳工")
    undoing = found.undo(by=secretary, reason="读错了表。")
    known.refresh_from_db()
    assert (undoing.stays, known.stage, known.office, known.strengths) == ([], "applicant", None, "")
    assert not Person.objects.filter(number="T900001").exists()
    assert not Office.objects.filter(branch=branch).exists()
    assert (found.stage, found.undone_by, found.undo_reason, broken()) == ("undone", secretary, "读错了表。", [])


def test_the_trail_keeps_who_undid_it_and_what_went(branch: Branch, secretary: User) -> None:
    found = written(branch, [ROSTER, NEW], by=secretary)
    gone = Person.objects.get(number="T100001").pk
    found.undo(by=secretary, reason="读错了表。")
    entries = LogEntry.objects.filter(content_type__model="person", object_pk=str(gone), action=LogEntry.Action.DELETE)
    assert [entry.changes["name"][0] for entry in entries] == ["张新人"]
    told = LogEntry.objects.get_for_object(found).filter(changes__has_key="undo_reason").first()
    assert (told.changes["undo_reason"][1], told.changes["undone_by"][1]) == ("读错了表。", str(secretary.pk))


def test_nothing_is_undone_while_somebody_of_it_sits_in_a_pairing(branch: Branch, secretary: User) -> None:
    found = written(branch, [ROSTER, NEW, ["李旁人", "T100009", "教师", "群众", ""]], by=secretary)
    person = Person.objects.get(number="T100001")
    teaching_pair(branch, people={"leader": member(teacher(branch)), "ordinary_teacher": person})
    assert ["张新人" in one for one in found.undoing().obstacles] == [True]
    with pytest.raises(RuleError, match="张新人"):
        found.undo(by=secretary, reason="读错了表。")
    found.refresh_from_db()
    assert (found.stage, Person.objects.filter(number__startswith="T10000").count()) == ("written", 2)


def test_nothing_is_undone_while_somebody_of_it_has_an_account(branch: Branch, secretary: User) -> None:
    found = written(branch, [ROSTER, NEW], by=secretary)
    User.objects.open_account(Person.objects.get(number="T100001"))
    with pytest.raises(RuleError, match="张新人"):
        found.undo(by=secretary, reason="读错了表。")


def test_nothing_is_undone_while_a_step_into_the_party_came_after_it(branch: Branch, secretary: User) -> None:
    known = teacher(branch, number="T100001", name="张新人")
    found = written(branch, [ROSTER, [*NEW[:3], "入党申请人", ""]], by=secretary)
    Person.objects.get(pk=known.pk).record_stage(
        stage="activist", from_date=timezone.localdate() - datetime.timedelta(1)
    )
    with pytest.raises(RuleError, match="张新人"):
        found.undo(by=secretary, reason="读错了表。")


def test_a_cell_that_says_something_newer_by_now_stays(branch: Branch, secretary: User) -> None:
    known = teacher(branch, number="T100001", name="张新人", title="助教")
    found = written(branch, [[*ROSTER, "需求"], [*NEW, "微课制作"]], by=secretary)
    known.refresh_from_db()
    known.title = "教授"
    known.save()
    undoing = found.undo(by=secretary, reason="读错了表。")
    known.refresh_from_db()
    assert (known.title, known.needs, len(undoing.stays)) == ("教授", "", 1)


def test_an_office_that_others_use_by_now_stays(branch: Branch, secretary: User) -> None:
    found = written(branch, [[*ROSTER, "教研室"], [*NEW, "新教研室"]], by=secretary)
    teacher(branch, office=Office.objects.get(name="新教研室"))
    undoing = found.undo(by=secretary, reason="读错了表。")
    assert (Office.objects.count(), len(undoing.stays)) == (1, 1)
    assert not Person.objects.filter(number="T100001").exists()


def test_an_import_is_undone_once_and_with_a_reason(branch: Branch, secretary: User) -> None:
    found = written(branch, [ROSTER, NEW], by=secretary)
    with pytest.raises(RuleError):
        found.undo(by=secretary, reason=" ")
    found.undo(by=secretary, reason="读错了表。")
    with pytest.raises(RuleError, match=secretary.person.name):
        found.undo(by=secretary, reason="再一次。")


def test_the_sweep_forgets_previews_after_a_day_and_a_roster_s_file_after_half_a_year(
    branch: Branch, secretary: User
) -> None:
    kept = written(branch, [ROSTER, NEW], by=secretary)
    dropped = previewed(branch, [ROSTER, ODD], by=secretary, name="没写入.csv")
    path = dropped.kept.evidence.file.path
    now = timezone.now()
    with time_machine.travel(now + datetime.timedelta(hours=23)):
        call_command("sweep_files", stdout=StringIO())
    assert SheetImport.objects.count() == 2
    with time_machine.travel(now + datetime.timedelta(hours=25)):
        call_command("sweep_files", stdout=StringIO())
    assert (list(SheetImport.objects.all()), evidence_storage().exists(path)) == ([kept], False)
    path = kept.kept.evidence.file.path
    with time_machine.travel(now + datetime.timedelta(days=181)):
        call_command("sweep_files", stdout=StringIO())
    assert (SheetImport.objects.get().rows.count(), KeptSheet.objects.count()) == (1, 0)
    assert (evidence_storage().exists(path), broken()) == (False, [])


def test_whoever_is_made_anonymous_stands_in_no_cell_of_an_import(branch: Branch, secretary: User) -> None:
    found = written(branch, [[*ROSTER, "出生年月", "手机"], [*NEW, "1981-02-03", "13912345678"]], by=secretary)
    person = Person.objects.get(number="T100001")
    person.leave(on=timezone.localdate(), ending="left", by=secretary)
    anonymise(person, by=secretary, reason="已离职。")
    found.refresh_from_db()
    told = json.dumps([found.findings, found.rows.get().trace], ensure_ascii=False)
    assert [word for word in ("张新人", "T100001", "1981-02-03", "13912345678", "讲师") if word in told] == []


def test_the_command_keeps_the_same_record(branch: Branch, tmp_path: Path) -> None:
    path = workbook(tmp_path / "名册.xlsx", [WHOLE_ROSTER, LI, WANG])
    call_command("import_roster", str(path), branch="ROS", stdout=StringIO())
    found = SheetImport.objects.get()
    assert (found.stage, found.file_name, found.rows.count(), found.read_by.get_full_name()) == (
        "written", "名册.xlsx", 2, "命令行",
    )  # fmt: skip
    call_command("import_roster", str(path), branch="ROS", dry_run=True, stdout=StringIO())
    assert SheetImport.objects.count() == 1


def test_what_is_taken_out_about_a_secretary_says_nothing_of_the_people_whose_sheet_was_read(
    branch: Branch, secretary: User
) -> None:
    written(branch, [ROSTER, NEW], by=secretary)
    told = everything_about(secretary.person)["imports.SheetImport"]
    assert {one["file_name"] for one in told} == {"名册.csv"}
    assert "张新人" not in json.dumps(told, ensure_ascii=False)
