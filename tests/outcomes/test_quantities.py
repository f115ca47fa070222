"""How much an outcome comes to: asked as its kind has it, sealed, added up, read from a ledger."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from organization.models import Branch
from outcomes.figures import Period, branch_report
from outcomes.ledger import import_ledger
from outcomes.models import Outcome, Subkind
from outcomes.models.seal import is_sealed
from tests.conftest import signed_in
from tests.factories import BranchFactory, outcome, secretary_of, submitted, teacher, teaching_pair, user_of, verified
from tests.sheets import workbook

pytestmark = pytest.mark.django_db
YEAR = Period.year(2024)
HEAD = ["成果名称", "类别", "子类", "级别", "获得时间", "完成人", "数量", "服务时长", "帮扶院校", "帮扶内容"]
VOLUNTEERS: dict[str, Any] = {
    "category": "volunteering",
    "level": "unrated",
    "quantity": 120,
    "hours": Decimal("360.5"),
}
HELPED: dict[str, Any] = {
    "category": "outreach", "level": "unrated", "quantity": 2, "helped": "山区职业技术学院、海岛职业技术学院",
    "help_kinds": "staff,talent",
}  # fmt: skip


def said(branch: Branch) -> dict[str, Any]:
    return {row["figure"]: row["value"] for row in branch_report(branch, YEAR)["work"]}


def subkind(name: str) -> Subkind:
    return Subkind.objects.get(name=name, branch=None)


def test_an_outcome_takes_the_unit_of_its_kind() -> None:
    branch = BranchFactory()
    trained = outcome(branch, category="service", subkind=subkind("技能培训"), quantity=35)
    paid = outcome(branch, category="project", subkind=subkind("横向课题"), quantity=Decimal("12.50"))
    many = outcome(branch, **VOLUNTEERS)
    assert (trained.quantities, paid.quantities) == (["35 人次"], ["12.5 万元"])
    assert many.quantities == ["120 人次", "360.5 小时"]


@pytest.mark.parametrize(
    ("category", "kind", "quantity", "words"),
    [("service", "技能培训", "35", "35 人次"), ("project", "横向课题", "35.5", "35.5 万元")],
)
@pytest.mark.parametrize("unit", ["hours", "", "person_times"])
def test_what_was_submitted_keeps_its_unit_and_its_seal_whatever_becomes_of_the_kind(
    category: str, kind: str, quantity: str, words: str, unit: str
) -> None:
    branch = BranchFactory()
    sent = submitted(branch, category=category, subkind=subkind(kind), quantity=Decimal(quantity))
    Subkind.objects.filter(pk=sent.subkind_id).update(unit=unit)
    sent.verify(by=secretary_of(branch))
    stored = Outcome.objects.get(pk=sent.pk)
    assert (stored.quantities, is_sealed(stored)) == ([words], True)


def test_what_was_returned_takes_the_unit_that_its_kind_has_today() -> None:
    branch = BranchFactory()
    sent = submitted(branch, category="project", subkind=subkind("横向课题"), quantity=Decimal("35.5"))
    sent.send_back(by=secretary_of(branch), reason="请补充。")
    Subkind.objects.filter(pk=sent.subkind_id).update(unit="")
    with pytest.raises(ValidationError) as refused:
        Outcome.objects.get(pk=sent.pk).full_clean()
    assert list(refused.value.message_dict) == ["quantity"]


def test_a_kind_of_volunteering_is_counted_in_attendances() -> None:
    kind = Subkind(branch=BranchFactory(), category="volunteering", name="社区服务", unit="hours")
    with pytest.raises(ValidationError) as refused:
        kind.full_clean()
    kind.unit = "person_times"
    kind.full_clean()
    assert list(refused.value.message_dict) == ["unit"]


def test_a_list_adds_up_what_counts_and_hours_of_volunteering_by_themselves() -> None:
    branch = BranchFactory()
    many = verified(branch, **VOLUNTEERS)
    verified(branch, category="service", subkind=subkind("技能培训"), quantity=30)
    outcome(branch, category="service", subkind=subkind("技能培训"), quantity=500)
    draft = many.correct(by=secretary_of(branch, "deputy"), reason="人次统计有误。")
    Outcome.objects.filter(pk=draft.pk).update(quantity=150)
    assert Outcome.objects.filter(branch=branch).sums_of_quantities() == ["150 人次", "志愿服务 360.5 小时"]


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("quantity", {"category": "course", "quantity": 3}),
        ("quantity", {**VOLUNTEERS, "quantity": Decimal("1.5")}),
        ("quantity", {**VOLUNTEERS, "quantity": 0}),
        ("hours", {"category": "course", "hours": 3}),
        ("helped", {"category": "course", "helped": "山区职业技术学院"}),
        ("help_kinds", {"category": "course", "help_kinds": "staff"}),
    ],
)
def test_what_its_kind_does_not_have_is_refused_at_its_field(field: str, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        outcome(BranchFactory(), **given)
    assert field in refused.value.message_dict


@pytest.mark.parametrize(
    "broken",
    [{"quantity": 3, "unit": ""}, {"hours": 3}, {"helped": "山区"}, {"help_kinds": "staff"}, {"unit": "colleges"}],
)
def test_the_database_holds_it_too(broken: dict[str, Any]) -> None:
    row = outcome(BranchFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        Outcome.objects.filter(pk=row.pk).update(**broken)


def test_kinds_of_help_stand_in_official_order() -> None:
    row = outcome(BranchFactory(), **HELPED)
    for wrong in ("talent,staff", "staff,staff", "money"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Outcome.objects.filter(pk=row.pk).update(help_kinds=wrong)
    assert row.get_help_kinds_display() == "教师队伍建设、人才培养"


@pytest.mark.parametrize(
    "changed", [{"quantity": 121}, {"hours": 1}, {"quantity": None, "unit": ""}, {"unit": "colleges"}]
)
def test_the_seal_covers_how_much_it_comes_to(changed: dict[str, Any]) -> None:
    row = verified(BranchFactory(), **VOLUNTEERS)
    assert is_sealed(row)
    Outcome.objects.filter(pk=row.pk).update(**changed)
    assert not is_sealed(Outcome.objects.get(pk=row.pk))


def test_the_seal_covers_who_was_helped_how() -> None:
    row = verified(BranchFactory(), **HELPED)
    for changed in ({"helped": "别的学院"}, {"help_kinds": "staff"}):
        Outcome.objects.filter(pk=row.pk).update(**{**HELPED, **changed})
        assert not is_sealed(Outcome.objects.get(pk=row.pk))


def test_a_correction_begins_with_the_same_quantity() -> None:
    branch = BranchFactory()
    wrong = verified(branch, **VOLUNTEERS)
    right = wrong.correct(by=wrong.entered_by, reason="人次统计有误")
    assert right.quantities == wrong.quantities
    right.quantity = 100
    right.save()
    right.submit(by=wrong.entered_by)
    right.verify(by=secretary_of(branch))
    assert (said(branch)["volunteers"], said(branch)["volunteer_hours"]) == (100, 360.5)


def test_quantities_add_up_in_the_report_each_in_its_unit() -> None:
    branch = BranchFactory()
    for given in (
        VOLUNTEERS,
        {**VOLUNTEERS, "hours": None},
        HELPED,
        {**HELPED, "help_kinds": "research", "quantity": 1},
    ):
        verified(branch, **given)
    verified(branch, category="service", subkind=subkind("技能培训"), quantity=35)
    verified(branch, category="project", subkind=subkind("横向课题"), quantity=8, status="applied")
    submitted(branch, **VOLUNTEERS)
    assert said(branch) == {
        "volunteers": 240, "volunteer_hours": 360.5, "outcomes_colleges": 3, "outcomes_person_times": 35,
        "help_staff": 1, "help_talent": 1, "help_research": 1,
    }  # fmt: skip


def test_the_list_adds_up_what_it_lists(client: Any) -> None:
    branch = BranchFactory()
    verified(branch, **VOLUNTEERS)
    verified(branch, **{**VOLUNTEERS, "hours": None})
    verified(branch, **HELPED)
    address = reverse("outcomes:list")
    secretary = signed_in(secretary_of(branch))
    assert secretary.get(address).context["sums"] == ["240 人次", "2 校", "志愿服务 360.5 小时"]
    assert secretary.get(f"{address}?category=outreach").context["sums"] == ["2 校"]
    assert "240 人次" in secretary.get(address).content.decode()


def test_the_form_keeps_what_its_kind_asks_and_its_page_shows_it() -> None:
    branch = BranchFactory()
    person = teacher(branch)
    client = signed_in(user_of(person))
    sent = {
        "title": "对口帮扶", "category": "outreach", "level": "unrated", "status": "recognised",
        "achieved_on": "2024-06-01", "people": [person.pk], "quantity": "2", "helped": HELPED["helped"],
        "help_kinds": ["talent", "staff"],
    }  # fmt: skip
    client.post(reverse("outcomes:new"), sent)
    made = Outcome.objects.get(title="对口帮扶")
    assert (made.quantity, made.unit, made.help_kinds) == (2, "colleges", "staff,talent")
    assert "教师队伍建设、人才培养" in client.get(made.get_absolute_url()).content.decode()
    edit = client.get(reverse("outcomes:edit", args=[made.pk])).content.decode()
    assert edit.count("checked") >= 2
    wrong = client.post(reverse("outcomes:new"), {**sent, "title": "课程", "category": "course"})
    assert {"quantity", "helped", "help_kinds"} <= wrong.context["form"].errors.keys()
    assert not Outcome.objects.filter(title="课程").exists()


def read(branch: Branch, tmp_path: Path, *rows: list[Any]) -> Any:
    return import_ledger(workbook(tmp_path / "台账.xlsx", [HEAD, *rows]), branch)


def test_a_ledger_brings_quantities_with_or_without_their_unit(tmp_path: Path) -> None:
    branch = BranchFactory()
    number = teacher(branch).number
    day = "2024-05-03"
    result = read(
        branch,
        tmp_path,
        ["校园志愿服务", "志愿服务", "", "未定级", day, number, "1,200人次", "360.5小时", "", ""],
        ["企业员工培训", "技术服务", "技能培训", "未定级", day, number, 35, "", "", ""],
        ["委托开发", "课题项目", "横向课题", "未定级", day, number, "12.5万元", "", "", ""],
        ["帮扶", "对口帮扶", "", "未定级", day, number, "1所", "", "山区职业技术学院", "师资、科研"],
    )
    assert result.errors == []
    found = {one.title: one for one in Outcome.objects.all()}
    assert found["校园志愿服务"].quantities == ["1200 人次", "360.5 小时"]
    assert (found["企业员工培训"].quantities, found["委托开发"].quantities) == (["35 人次"], ["12.5 万元"])
    assert (found["帮扶"].helped, found["帮扶"].help_kinds) == ("山区职业技术学院", "staff,research")


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("数量", ["课程", "精品课程", "", "3", "", "", ""]),
        ("数量", ["委托", "课题项目", "横向课题", "35人次", "", "", ""]),
        ("数量", ["志愿", "志愿服务", "", "若干", "", "", ""]),
        ("服务时长", ["课程", "精品课程", "", "", "3", "", ""]),
        ("服务时长", ["志愿", "志愿服务", "", "", "3人次", "", ""]),
        ("帮扶内容", ["帮扶", "对口帮扶", "", "", "", "山区", "资金"]),
        ("帮扶院校", ["课程", "精品课程", "", "", "", "山区", ""]),
    ],
)
def test_a_ledger_s_wrong_quantity_is_refused_at_its_cell(column: str, cells: list[str], tmp_path: Path) -> None:
    branch = BranchFactory()
    title, category, sub, *rest = cells
    result = read(branch, tmp_path, [title, category, sub, "未定级", "2024-05-03", teacher(branch).number, *rest])
    assert [error.column for error in result.errors] == [column]
    assert not Outcome.objects.exists()


def test_a_ledger_read_again_with_the_same_quantity_changes_nothing_and_another_is_refused(tmp_path: Path) -> None:
    branch = BranchFactory()
    row = ["校园志愿服务", "志愿服务", "", "未定级", "2024-05-03", teacher(branch).number, "120", "", "", ""]
    read(branch, tmp_path, row)
    assert read(branch, tmp_path, row).unchanged == 1
    again = read(branch, tmp_path, [*row[:6], "121人次", "", "", ""])
    assert [error.column for error in again.errors] == ["数量"]


def test_what_a_pairing_shares_says_its_quantity_in_its_report(tmp_path: Path) -> None:
    branch = BranchFactory()
    verified(branch, pairings=[teaching_pair(branch)], **VOLUNTEERS)
    page = signed_in(secretary_of(branch)).get(reverse("outcomes:preview", args=[branch.code]) + "?year=2024")
    assert "120 人次、360.5 小时" in page.content.decode()
