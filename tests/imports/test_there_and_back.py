"""Whatever a sheet says, undoing it brings every row back; and no import renames anybody or takes a stage back."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.models import SheetImport
from imports.models.undoing import Undoing
from imports.roster import obstacles
from organization.merging import merge
from organization.models import Branch, PartyStage, Person, RuleError, User
from organization.sheets import Trace
from outcomes.models import Outcome
from tests.factories import BranchFactory, secretary_of, teacher
from tests.factories.imports import previewed, written
from tests.nets import size
from tests.nets.rows import State, whole_state

pytestmark = pytest.mark.django_db

HEADINGS = ["姓名", "工号/学号", "身份", "政治面貌", "教研室", "职称", "入党时间", "手机"]
LEDGER = ["成果名称", "类别", "级别", "等次", "获得时间", "完成人"]
#: Written by the import itself, and kept: what was read in, its file and its trail.
ITS_OWN = ("imports.", "evidence.")


@pytest.fixture
def branch() -> Branch:
    return BranchFactory(code="BAC")


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


def words(*choices: str) -> st.SearchStrategy[str]:
    return st.sampled_from(choices)


rows = st.lists(
    st.tuples(
        words("旧甲", "旧乙", "新丙", "新丁"),
        words("T1", "T2", "T3", "T4"),
        words("教师", "教师", "学生"),
        words("群众", "共青团员", "入党申请人", "入党积极分子", "预备党员", "中共党员", "正式党员"),
        words("", "一室", "二室"),
        words("", "讲师", "教授"),
        words("", "", "2010-07-01", "2024-07"),
        words("", "13900000001"),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row[1],
)


def people(branch: Branch) -> None:
    """Make two people, of whom one is on the way into the party."""
    for number, name in (("T1", "旧甲"), ("T2", "旧乙")):
        teacher(branch, number=number, name=name, title="助教")
    Person.objects.get(number="T2").record_stage(stage="activist", from_date=datetime.date(2024, 1, 1))


def work() -> State:
    """Return every row but those of imports, without the count of its edits."""
    kept = {label: found for label, found in whole_state().items() if not label.startswith(ITS_OWN)}
    for found in kept.values():
        for row in found.values():
            row.pop("version", None)
    return kept


@settings(max_examples=size(small=25, large=500))
@given(drawn=rows)
def test_undoing_brings_back_every_row_as_it_was(branch: Branch, secretary: User, drawn: list[tuple[str, ...]]) -> None:
    with transaction.atomic():
        people(branch)
        before = work()
        found = previewed(branch, [HEADINGS, *drawn], by=secretary)
        assert work() == before
        if found.may_be_written:
            found.write(by=secretary, seen=found.digest)
            assert work() != before
            found.undo(by=secretary, reason="读错了表。")
            assert work() == before
        transaction.set_rollback(True)


@settings(max_examples=size(small=15, large=500))
@given(drawn=rows)
def test_no_import_renames_anybody_or_takes_a_stage_back(
    branch: Branch, secretary: User, drawn: list[tuple[str, ...]]
) -> None:
    with transaction.atomic():
        people(branch)
        known = {one.number: (one.name, PartyStage.values.index(one.stage)) for one in Person.objects.all()}
        found = previewed(branch, [HEADINGS, *drawn], by=secretary)
        if found.may_be_written:
            found.write(by=secretary, seen=found.digest)
        after = {one.number: (one.name, PartyStage.values.index(one.stage)) for one in Person.objects.all()}
        assert [number for number, (name, _rank) in known.items() if after[number][0] != name] == []
        assert [number for number, (_name, rank) in known.items() if after[number][1] < rank] == []
        transaction.set_rollback(True)


def ledger(branch: Branch, by: User, *titles: str) -> SheetImport:
    """Return a ledger that was written, with an award for each title."""
    person = Person.objects.filter(branch=branch).first()
    lines = [[title, "获奖", "省级", "一等奖", "2021-05-03", person.number] for title in titles]
    return written(branch, [LEDGER, *lines], by=by, kind="ledger", name="台账.csv")


def test_undoing_a_ledger_takes_its_outcomes_away(branch: Branch, secretary: User) -> None:
    before = work()
    found = ledger(branch, secretary, "技能大赛", "教学大赛")
    assert Outcome.objects.filter(branch=branch, review="submitted").count() == 2
    found.undo(by=secretary, reason="读错了台账。")
    assert work() == before


def test_a_verified_outcome_keeps_its_ledger_from_being_undone(branch: Branch, secretary: User) -> None:
    found = ledger(branch, secretary, "技能大赛", "教学大赛")
    Outcome.objects.get(title="技能大赛").verify(by=secretary_of(branch, "deputy"))
    with pytest.raises(RuleError, match="技能大赛"):
        found.undo(by=secretary, reason="读错了台账。")
    assert Outcome.objects.filter(branch=branch).count() == 2


def test_one_that_was_verified_once_keeps_it_too_for_reports_may_rest_on_it(branch: Branch, secretary: User) -> None:
    found, deputy = ledger(branch, secretary, "技能大赛", "教学大赛"), secretary_of(branch, "deputy")
    once = Outcome.objects.get(title="技能大赛")
    once.verify(by=deputy)
    once.revoke(by=deputy, reason="证书有误。")
    with pytest.raises(RuleError, match="技能大赛"):
        found.undo(by=secretary, reason="读错了台账。")
    assert Outcome.objects.filter(branch=branch).count() == 2


def test_an_outcome_that_was_shared_is_no_longer_shared(branch: Branch, secretary: User) -> None:
    other = BranchFactory(college=branch.college)
    ledger(branch, secretary, "技能大赛")
    outcome = Outcome.objects.get()
    guest = teacher(other, number="T77", name="合作者")
    outcome.contributions.create(person=guest, position=2)
    theirs = secretary_of(other)
    numbers = "、".join(outcome.people.values_list("number", flat=True))
    lines = [LEDGER, ["技能大赛", "获奖", "省级", "一等奖", "2021-05-03", numbers]]
    found = written(other, lines, by=theirs, kind="ledger", name="台账.csv")
    assert [*outcome.shared_with.all()] == [other]
    found.undo(by=theirs, reason="不是我们的。")
    assert [*outcome.shared_with.all()] == []


@pytest.mark.parametrize(
    ("column", "word", "use", "meaning", "level", "grade"),
    [
        ("级别", "全国", "level", "国家级", "national", "一等奖"),
        ("级别", "部级", "level", "省级", "provincial", "一等奖"),
        ("级别", "国家级一等", "level", "国家级（一等奖）", "national", "一等奖"),
        ("等次", "一等", "grade", "一等奖", "provincial", "一等奖"),
        ("获得时间", "2021年", "date", "2021-05-03", "provincial", "一等奖"),
    ],
)
def test_half_read_words_are_explained_once(
    branch: Branch, secretary: User, *, column: str, word: str, use: str, meaning: str, level: str, grade: str
) -> None:
    line = ["技能大赛", "获奖", "省级", "一等奖", "2021-05-03", secretary.person.number]
    line[LEDGER.index(column)] = word
    found = previewed(branch, [LEDGER, line], by=secretary, kind="ledger", name="台账.csv")
    assert found.findings["unknown_words"] == [{"use": use, "word": word, "cells": 1}]
    found.explain([(use, word, meaning)], by=secretary)
    found.write(by=secretary, seen=found.digest)
    outcome = Outcome.objects.get()
    assert (outcome.level, outcome.grade.name, outcome.achieved_on) == (level, grade, datetime.date(2021, 5, 3))


def test_a_meaning_that_is_none_is_refused_and_not_remembered(branch: Branch, secretary: User) -> None:
    line = ["技能大赛", "获奖", "全国", "一等奖", "2021-05-03", secretary.person.number]
    found = previewed(branch, [LEDGER, line], by=secretary, kind="ledger", name="台账.csv")
    with pytest.raises(ValidationError):
        found.explain([("level", "全国", "很高")], by=secretary)
    assert previewed(branch, [LEDGER, line], by=secretary, kind="ledger", name="台账.csv").refused == 1


@pytest.mark.hole
def test_the_property_finds_a_cell_that_does_not_go_back(
    branch: Branch, secretary: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(branch)
    before = work()
    found = written(branch, [HEADINGS, ["旧甲", "T1", "教师", "群众", "", "教授", "", ""]], by=secretary)
    monkeypatch.setattr(Undoing, "_find_changed", lambda _undoing, _traces: None)
    found.undo(by=secretary, reason="读错了表。")
    assert work() != before


def test_steps_go_with_the_people_they_belong_to_in_whatever_order_the_rows_stand(
    branch: Branch, secretary: User
) -> None:
    people(branch)
    before = work()
    lines = [["旧甲", "T1", "教师", "中共党员", *[""] * 4], ["新丙", "T3", "教师", "预备党员", *[""] * 4]]
    found = written(branch, [HEADINGS, *lines], by=secretary)
    found.undo(by=secretary, reason="读错了表。")
    assert work() == before


def test_of_a_roster_that_is_undone_only_those_are_named_who_stand_in_it_and_were_merged(
    branch: Branch, secretary: User
) -> None:
    def asked(*people: Person) -> tuple[list[str], int]:
        traces = [
            Trace(subject=one.pk, changed=[("organization.Person", one.pk, "title", "", "讲师")]) for one in people
        ]
        with CaptureQueriesContext(connection) as queries:
            return list(obstacles(traces)), len(queries)

    kept, double, third, stranger, other = (teacher(branch, name=f"陈秋{one}") for one in "甲乙丙丁戊")
    for one, into in ((double, kept), (other, stranger)):
        merge(into, one, by=secretary, reason="登记了两次。")
    with translation.override("en"):
        (named, few), (two, many), (none, _count) = asked(kept), asked(double, kept, third), asked(third)
    words = "陈秋{}: was merged with another record; undo that first".format
    assert (named, two, none) == ([words("甲")], [words("甲"), words("乙")], [])
    assert few == many
