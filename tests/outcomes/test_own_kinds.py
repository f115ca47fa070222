"""A branch's own kinds of report: begun with another kind, put in order, offered beside the shipped ones, retired."""

import io
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from docx import Document

from outcomes.documents.outlines import CASE, OUTLINES
from outcomes.documents.own_kinds import outline_from, told_by
from outcomes.documents.parts import Heading
from outcomes.figures import Period, branch_report
from outcomes.models import FrozenReport, PreparedFile, ReportKind, ReportKindPart, ReportProse
from outcomes.models.kinds import SHIPPED
from tests.kept import kept
from tests.outcomes.prepared import asked, made
from tests.world import YEAR, BranchWorld, World, build_world

pytestmark = pytest.mark.django_db
ADD = "/admin/outcomes/reportkind/add/"


@pytest.fixture
def both(db: None) -> World:
    """Build two branches beside one another."""
    return kept(build_world)


@pytest.fixture
def world(both: World) -> BranchWorld:
    """Return the branch whose secretary works here."""
    return both.own


def begun(
    world: BranchWorld, kind: str = "midterm", code: str = "half-year", name: str = "党建工作半年汇报"
) -> ReportKind:
    """Return a kind of the branch that begins with a shipped one."""
    made = ReportKind.objects.create(branch=world.branch, code=code, name=name)
    made.begin_with(told_by(OUTLINES[kind]), by=world.users["secretary"])
    return made


def slugs(kind: ReportKind) -> list[str]:
    return list(ReportKindPart.objects.filter(kind=kind).order_by("position").values_list("section", flat=True))


def change(kind: ReportKind) -> str:
    return f"/admin/outcomes/reportkind/{kind.pk}/change/"


def form_of(kind: ReportKind, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return what the desk posts of a kind and its sections; rows without `id` are new."""
    known = sum("id" in row for row in rows)
    posted = {"name": kind.name, "is_active": "on", "version": kind.version, "parts-TOTAL_FORMS": len(rows)}
    posted |= {"parts-INITIAL_FORMS": known, "parts-MIN_NUM_FORMS": 0, "parts-MAX_NUM_FORMS": 1000}
    for place, row in enumerate(sorted(rows, key=lambda row: "id" not in row)):
        posted |= {f"parts-{place}-{name}": value for name, value in {"kind": kind.pk, **row}.items()}
    return {**posted, **more}


def rows_of(kind: ReportKind) -> list[dict[str, Any]]:
    """Return the sections as the desk's page shows them."""
    return [
        {"id": part.pk, "heading": part.heading, "hint": part.hint, "position": part.position}
        for part in kind.parts.order_by("position")
    ]


def test_the_shipped_codes_are_those_of_the_shipped_kinds() -> None:
    assert set(SHIPPED) == set(OUTLINES)


@pytest.mark.parametrize("kind", OUTLINES)
def test_a_copy_says_what_the_shipped_kind_says(world: BranchWorld, kind: str) -> None:
    copy = outline_from(begun(world, kind))
    assert (copy.sections, copy.lines) == (OUTLINES[kind].sections, OUTLINES[kind].lines)
    assert (copy.shows_proofs, copy.takes_photos) == (OUTLINES[kind].shows_proofs, OUTLINES[kind].takes_photos)


def test_a_secretary_begins_a_kind_and_is_led_to_its_sections(world: BranchWorld, desk: Client) -> None:
    given = {"branch": world.branch.pk, "name": "党建工作半年汇报", "code": "half-year", "begin_with": "final"}
    answer = desk.post(ADD, given)
    kind = ReportKind.objects.get(code="half-year")
    assert (answer.url, kind.has_contents) == (change(kind), True)
    assert slugs(kind) == [section.slug for section in OUTLINES["final"].sections]
    shown = desk.get(answer.url).content.decode()
    assert [label for label in ("总体情况", "成果明细", "统计口径说明") if label not in shown] == []


def test_she_moves_removes_and_adds_sections(world: BranchWorld, desk: Client) -> None:
    kind = begun(world, "compilation")
    opening, portraits, people, *rest = rows_of(kind)
    for row in rest:
        row["DELETE"] = "on"
    opening["position"], people["position"] = 9, 0
    new = {"section": "own-0", "heading": "上级评价", "hint": "写明上级党组织的评价。", "position": 1}
    answer = desk.post(change(kind), form_of(kind, [opening, portraits, people, *rest, new]))
    assert answer.status_code == 302, answer.context["errors"]
    assert slugs(kind) == ["people", "own-1", "portraits", "opening"]
    assert list(kind.parts.values_list("position", flat=True)) == [1, 2, 3, 4]


def test_only_sections_that_moved_leave_a_line(world: BranchWorld, desk: Client) -> None:
    kind = begun(world, "compilation")
    opening, portraits, *rest = rows_of(kind)
    opening["position"], portraits["position"] = 2, 1
    before = LogEntry.objects.count()
    assert desk.post(change(kind), form_of(kind, [opening, portraits, *rest])).status_code == 302
    lines = [entry.changes for entry in LogEntry.objects.order_by("pk")[before:]]
    moved = [line["position"] for line in lines if "position" in line]
    assert moved == [["1", "2"], ["2", "1"]], lines


def test_a_written_section_keeps_its_words_when_it_is_renamed_and_its_number_is_never_given_again(
    world: BranchWorld, desk: Client
) -> None:
    kind = begun(world, "compilation")
    add = {"section": "own-0", "heading": "上级评价", "position": 1}
    desk.post(change(kind), form_of(kind, [*rows_of(kind), add]))
    words = f"/reports/{world.code}/words/?year={YEAR}&kind=half-year"
    desk.post(words, {"own-1": "评价为优秀。"})
    kind.refresh_from_db()
    renamed = [{**row, "heading": "领导评价"} if row["heading"] else row for row in rows_of(kind)]
    desk.post(change(kind), form_of(kind, renamed))
    shown = desk.get(f"/reports/{world.code}/docx/?year={YEAR}&kind=half-year")
    text = [one.text for one in Document(io.BytesIO(b"".join(shown.streaming_content))).paragraphs]
    assert text[text.index("领导评价") + 1] == "评价为优秀。"
    kind.refresh_from_db()
    gone = [{**row, "DELETE": "on"} if row["heading"] else row for row in rows_of(kind)]
    desk.post(change(kind), form_of(kind, [*gone, add]))
    assert [slug for slug in slugs(kind) if slug.startswith("own-")] == ["own-2"]
    assert ReportProse.objects.filter(kind="half-year").values_list("section", "words").get() == (
        "own-1",
        "评价为优秀。",
    )


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ({"section": "work", "position": 3}, "section", "这类报告里已有这个部分。"),
        ({"section": "own-0", "heading": ""}, "heading", "请填写这个自撰部分的标题。"),
        ({"section": "portraits", "heading": "证书"}, "heading", "这个部分自带标题，请留空。"),
        ({"section": "mode", "hint": "画图"}, "hint", "这个部分由数据自动写成，请留空。"),
        ({"section": "nonsense"}, "section", None),
    ],
)
def test_what_cannot_stand_there_is_refused_beside_its_field(
    world: BranchWorld, desk: Client, row: dict[str, Any], field: str, said: str | None
) -> None:
    kind = begun(world)
    before = slugs(kind)
    answer = desk.post(change(kind), form_of(kind, [*rows_of(kind), row]))
    [errors] = [form.errors for form in answer.context["inline_admin_formsets"][0].formset.forms if form.errors]
    assert list(errors) == [field]
    assert said is None or errors[field] == [said]
    assert slugs(kind) == before


@pytest.mark.parametrize("code", ["annual", "case", "Half", "半年", "half year", "-half", "half-year"])
def test_a_code_that_is_taken_or_no_code_is_refused_beside_it(world: BranchWorld, desk: Client, code: str) -> None:
    begun(world)
    given = {"branch": world.branch.pk, "name": "另一类", "code": code, "begin_with": "annual"}
    answer = desk.post(ADD, given)
    assert list(answer.context["adminform"].form.errors) == ["code"]
    assert ReportKind.objects.filter(name="另一类").count() == 0


def test_the_report_page_offers_it_and_no_longer_once_it_is_retired(world: BranchWorld, desk: Client) -> None:
    kind = begun(world)
    page, preview = (f"/reports/{world.code}/{rest}?year={YEAR}" for rest in ("", "preview/"))
    assert "党建工作半年汇报" in desk.get(page).content.decode()
    desk.post(change(kind), {name: said for name, said in form_of(kind, rows_of(kind)).items() if name != "is_active"})
    desk.get("/")  # says that it was saved
    assert "党建工作半年汇报" not in desk.get(page).content.decode()
    assert "党建工作半年汇报" in desk.get(f"{preview}&kind=half-year").content.decode()


def test_a_section_without_a_heading_gets_one_and_takes_it_along(world: BranchWorld) -> None:
    kind = begun(world)
    kind.parts.filter(section="counting").update(heading="统计说明")
    kind.parts.filter(section="figures").update(heading="从未有过的数字")
    outline, copy = outline_from(kind), ReportKind.objects.create(branch=kind.branch, code="copy", name="另一类汇报")
    copy.begin_with(told_by(outline), by=world.users["secretary"])
    report = branch_report(world.branch, Period.year(YEAR))
    report["work"] = []
    headings = [part.text for part in outline.compose(report, {}).parts if isinstance(part, Heading)]
    assert ("统计说明" in headings, "从未有过的数字" in headings) == (True, False)
    assert copy.parts.get(section="counting").heading == "统计说明"


def test_another_branch_s_kind_is_not_reached(both: World, world: BranchWorld, desk: Client) -> None:
    begun(both.other, code="theirs", name="他支部的汇报")
    answer = desk.get(f"/reports/{world.code}/preview/?year={YEAR}&kind=theirs")
    assert (answer.status_code, "他支部的汇报" in desk.get(ADD).content.decode()) == (404, False)


@pytest.mark.parametrize("format_", ["docx", "pdf", "xlsx", "zip"])
def test_the_command_writes_it_by_its_code(world: BranchWorld, tmp_path: Any, format_: str) -> None:
    begun(world)
    path = tmp_path / "report"
    asked = ("branch_report", world.code, "--year", str(YEAR), "--kind", "half-year", "--format", format_)
    call_command(*asked, "--output", str(path))
    assert path.stat().st_size > 1000


def test_it_is_prepared_and_called_by_its_name_though_it_is_retired_meanwhile(
    world: BranchWorld, desk: Client, in_database: None
) -> None:
    kind = begun(world)
    row = asked(world, "docx", kind=kind.code)
    ReportKind.objects.filter(pk=kind.pk).update(is_active=False)
    assert made(row).state == PreparedFile.State.READY
    assert "党建工作半年汇报" in desk.get(reverse("outcomes:prepared_files")).content.decode()


def test_the_command_refuses_a_kind_that_there_is_not(world: BranchWorld) -> None:
    with pytest.raises(CommandError, match="no kind of report 'nonsense'"):
        call_command("branch_report", world.code, "--year", str(YEAR), "--kind", "nonsense")


def test_a_changed_kind_leaves_the_files_of_a_frozen_report(world: BranchWorld) -> None:
    kind, frozen = begun(world), world.rows["frozen"]
    before = (frozen.sha256, frozen.manifest, sorted(frozen.files.values_list("name", "evidence__file__sha256")))
    kind.parts.filter(section="work").delete()
    after = FrozenReport.objects.get(pk=frozen.pk)
    files = sorted(after.files.values_list("name", "evidence__file__sha256"))
    assert (after.sha256, after.manifest, files) == before


def test_a_section_that_a_later_release_has_not_is_left_out_and_named(world: BranchWorld, desk: Client) -> None:
    kind = begun(world)
    kind.parts.filter(section="gaps").update(section="bygone")
    shown = desk.get(f"/reports/{world.code}/preview/?year={YEAR}&kind=half-year").content.decode()
    assert ("bygone" in shown, "存在的问题和原因" in shown) == (True, False)
    assert "bygone（本版本已无此部分，报告中略去）" in desk.get(change(kind)).content.decode()
    answer = desk.post(change(kind), form_of(kind, rows_of(kind)))
    assert (answer.status_code, "bygone" in slugs(kind)) == (302, True)


def test_of_two_who_save_at_once_the_second_is_told(world: BranchWorld, desk: Client) -> None:
    kind = begun(world)
    first, *rest = rows_of(kind)
    stale = form_of(kind, [{**first, "position": 99}, *rest])
    assert desk.post(change(kind), form_of(kind, rows_of(kind), name="改名")).status_code == 302
    before = slugs(kind)
    assert desk.post(change(kind), stale).status_code == 200
    assert slugs(kind) == before


def test_a_kind_of_the_case_has_the_title_that_the_secretary_writes(world: BranchWorld) -> None:
    outline = outline_from(begun(world, "case"))
    report = {"branch": {"name": "甲支部"}, "period": {"label": "2021年"}}
    assert outline.title(report, "", {"title": "题目"}) == CASE.title(report, "", {"title": "题目"})


def test_a_code_is_its_branch_s_alone_by_the_database_too(world: BranchWorld) -> None:
    kind = begun(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportKind(branch=kind.branch, code=kind.code, name="另一类").save()
    with pytest.raises(ValidationError):
        ReportKindPart(kind=kind, section="bygone", position=99).full_clean()
