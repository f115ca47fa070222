"""A report is handed in as it is: the typist's ruler, the same numbers in every format, nobody's words as commands."""

import datetime
import hashlib
import io
import re
import shutil
import subprocess
import unicodedata
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt
from openpyxl import load_workbook
from PIL import Image

from organization.models import Branch
from outcomes.documents import drawing
from outcomes.documents.formats import FORMATS, Handing
from outcomes.documents.outlines import ANNUAL, CASE, OUTLINES
from outcomes.documents.parts import Chart, Picture
from outcomes.documents.records import records_of
from outcomes.documents.sections import proof_in_words
from outcomes.figures import Period, branch_report
from outcomes.figures.charts import outcomes_by_level
from outcomes.figures.dashboard import Figure
from outcomes.freezing import freeze_report
from outcomes.handing import hand_in
from outcomes.models import Level, OutcomeEvidence, ReportProse, ReportSetting
from outcomes.preparing import is_large
from pairings.numbers import plain
from tests.conftest import signed_in
from tests.factories import BranchFactory, engagement, evidence, log, mentorship, secretary_of, teaching_pair, verified
from tests.office import faults_of, reads_office
from tests.world import BranchWorld

pytestmark = [pytest.mark.django_db, pytest.mark.once]
YEAR = Period.year(2024)
HOSTILE = ("{{7*7}}", "=1+1", '#eval("7*7")', "<w:p/>&lt;", "{% now 'Y' %}", "$x^2$ *b* _i_ @ref", "-2+3", "\\u{41}")


@pytest.fixture
def branch(db: None) -> Branch:
    """Return a branch with outcomes of two forms, of none, and one that is only cultivated."""
    branch = BranchFactory()
    ReportSetting.objects.create(branch=branch, takes_uncredited=True)
    team, pair = mentorship(branch), teaching_pair(branch)
    log(pair, hours="2.5", element_kind="theory", element_words="共学。")
    verified(branch, pairings=[team, pair], category="award", level="national", title="技能竞赛" + "长" * 50)
    verified(branch, pairings=[pair], title="课程甲")
    verified(branch, pairings=[pair], title="课程乙")
    verified(branch, category="base", level="national", status="cultivating", title="培育基地", pairings=[pair])
    verified(branch, category="honour", title="不归结对的荣誉")
    return branch


def written(branch: Branch, format_: str, kind: str = "annual", period: Period = YEAR) -> bytes:
    return b"".join(hand_in(branch, period, OUTLINES[kind], format_).chunks)


def words_of(format_: str, content: bytes) -> str:
    """Return every word that a reader of the format finds, without white space and with one form of each letter."""
    readers = {"docx": _words_of_docx, "pdf": _words_of_pdf, "xlsx": _words_of_xlsx}
    return unicodedata.normalize("NFKC", re.sub(r"\s", "", readers[format_](content)))


def _words_of_docx(content: bytes) -> str:
    return "".join(node.text or "" for node in Document(io.BytesIO(content)).element.body.iter(qn("w:t")))


def _words_of_pdf(content: bytes) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed; CI installs poppler-utils")
    return subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()


def _words_of_xlsx(content: bytes) -> str:
    book = load_workbook(io.BytesIO(content))
    return "".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell)


@reads_office
@pytest.mark.parametrize("format_", ["docx", "xlsx"])
@pytest.mark.parametrize("kind", OUTLINES)
def test_office_opens_it_without_repair(branch: Branch, kind: str, format_: str, tmp_path: Path) -> None:
    words = dict.fromkeys((section.slug for section in OUTLINES[kind].prose), "一段话。\n又一段。")
    handing = Handing(branch_report(branch, YEAR), OUTLINES[kind], words)
    content = b"".join(FORMATS[format_].write(handing))
    assert faults_of(content, format_, tmp_path) == []


@reads_office
@pytest.mark.hole
def test_an_element_out_of_its_order_is_found(branch: Branch, tmp_path: Path) -> None:
    word = Document(io.BytesIO(written(branch, "docx")))
    properties = word.paragraphs[0]._p.get_or_add_pPr()
    properties.insert(0, parse_xml(f'<w:jc {nsdecls("w")} w:val="left"/>'))
    word.save(tmp_path / "broken.docx")
    found = faults_of((tmp_path / "broken.docx").read_bytes(), "docx", tmp_path)
    assert [path for path, _place, _words in found] == ["/word/document.xml"]


def test_a_typist_s_ruler_finds_nothing(branch: Branch) -> None:
    document = Document(io.BytesIO(written(branch, "docx")))
    page = document.sections[0]
    margins = [page.top_margin, page.bottom_margin, page.left_margin, page.right_margin]
    assert [round(one.mm) for one in (page.page_width, page.page_height, *margins)] == [210, 297, 37, 35, 28, 26]
    grid = page._sectPr.find(qn("w:docGrid"))
    height, width = (
        Length(page.page_height - margins[0] - margins[1]),
        Length(page.page_width - margins[2] - margins[3]),
    )
    lines = height.pt * 20 / int(grid.get(qn("w:linePitch")))
    characters = width.pt / (16 + int(grid.get(qn("w:charSpace"))) / 4096)
    assert (round(lines), round(characters), grid.get(qn("w:type"))) == (22, 28, "linesAndChars")
    faces = {
        name: (document.styles[name].font.name, document.styles[name].font.size.pt)
        for name in ("Title", "Body Text", "Heading 1", "Heading 2", "Heading 3", "Cell")
    }
    assert faces == {
        "Title": ("方正小标宋简体", 22), "Body Text": ("仿宋_GB2312", 16), "Heading 1": ("黑体", 16),
        "Heading 2": ("楷体_GB2312", 16), "Heading 3": ("仿宋_GB2312", 16), "Cell": ("仿宋_GB2312", 12),
    }  # fmt: skip
    body = document.styles["Body Text"]
    assert body.element.pPr.ind.get(qn("w:firstLineChars")) == "200"
    assert Pt(28) <= body.paragraph_format.line_spacing <= Pt(30)
    assert all(
        document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia")) == face for name, (face, _) in faces.items()
    )
    assert (document.core_properties.language, document.core_properties.author) == ("zh-CN", branch.name)


def test_pages_are_numbered_right_on_odd_and_left_on_even_ones(branch: Branch) -> None:
    document = Document(io.BytesIO(written(branch, "docx")))
    section = document.sections[0]
    assert document.settings.odd_and_even_pages_header_footer
    sides = []
    for footer in (section.footer, section.even_page_footer):
        [paragraph] = footer.paragraphs
        kinds = [char.get(qn("w:fldCharType")) for char in paragraph._p.iter(qn("w:fldChar"))]
        assert (kinds, paragraph.text) == (["begin", "separate", "end"], "— 1 —")
        assert [text.text.strip() for text in paragraph._p.iter(qn("w:instrText"))] == ["PAGE"]
        assert {run.font.size for run in paragraph.runs if run.text.strip()} == {Pt(14)}
        sides.append(paragraph.alignment.name)
    assert sides == ["RIGHT", "LEFT"]
    assert Mm(22) < section.footer_distance < Mm(24)  # its line ends 7 mm below the text


def test_headings_are_true_styles_that_number_themselves(branch: Branch) -> None:
    document = Document(io.BytesIO(written(branch, "docx")))
    numbering = document.part.numbering_part.element
    [shape] = [one for one in numbering.iter(qn("w:abstractNum")) if one.get(qn("w:abstractNumId")) == "91"]
    assert [level.get(qn("w:val")) for level in shape.iter(qn("w:lvlText"))] == ["%1、", "（%2）", "%3.", "（%4）"]
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    assert headings[:3] == ["结对与进展", "成果", "成果明细"]
    assert document.styles["Heading 1"].element.pPr.numPr.numId.val == 91


def test_tables_repeat_their_head_and_tear_no_row(branch: Branch) -> None:
    document = Document(io.BytesIO(written(branch, "docx")))
    assert len(document.tables) == 5
    for table in document.tables:
        marks = [[child.tag for child in row._tr.trPr] for row in table.rows]
        assert marks[0] == [qn("w:cantSplit"), qn("w:tblHeader")]
        assert set(map(tuple, marks[1:])) == {(qn("w:cantSplit"),)}


@pytest.mark.parametrize("format_", ["docx", "pdf", "xlsx"])
def test_every_format_says_the_same_numbers_and_names_its_records(branch: Branch, format_: str) -> None:
    report, said = branch_report(branch, YEAR), words_of(format_, written(branch, format_))
    assert report["totals"]["outcomes"] == 4
    for expected in (
        "本期已核实成果4项。",
        "通过“1+1+1”人才培育工作模式,获得国家级获奖1项",
        "通过“1+1+1”教学科研工作模式,获得国家级获奖1项",
        "建成2门省级精品课程",
        "入选1个国家级基地培育单位。",
        "此外,支部还荣获省级荣誉称号1项。",
        "课程甲", "课程乙", "培育基地", "长" * 50,
    ):  # fmt: skip
        assert unicodedata.normalize("NFKC", expected) in said, expected
    assert "认定基地" not in said


@pytest.mark.parametrize("kind", ["annual", "midterm", "final", "statement"])
def test_charts_say_the_figures_of_the_report_and_so_does_the_text_beside_them(branch: Branch, kind: str) -> None:
    report = branch_report(branch, YEAR)
    parts = OUTLINES[kind].compose(report, {}).parts
    logs, outcomes = (part for part in parts if isinstance(part, Chart))
    assert logs.alternative == "师生育人：0；教师结对：含党建元素 1；企业服务：0"
    assert outcomes.alternative == "获奖：国家级 1；荣誉称号：省级 1；精品课程：省级 2"
    for chart in (logs, outcomes):
        shown = [one["value"] for series in chart.option["series"] for one in series["data"] if one["value"]]
        assert sorted(map(str, shown)) == sorted(
            re.findall(r"[0-9]+(?=、|；|$)", re.sub("：0(；|$)", "", chart.alternative))
        )


def test_a_chart_is_drawn_in_our_colours_and_face_without_a_browser(branch: Branch) -> None:
    chart = next(part for part in ANNUAL.compose(branch_report(branch, YEAR), {}).parts if isinstance(part, Chart))
    with Image.open(io.BytesIO(chart.content)) as picture:
        colours = picture.convert("RGB").getcolors(maxcolors=1 << 20)
    assert picture.size[0] > 1300
    assert (15, 106, 115) in {colour for _count, colour in colours}  # --part-one: #0f6a73
    assert max(colours)[1] == (255, 255, 255)


def test_the_words_of_a_chart_are_drawn(branch: Branch) -> None:
    def drawn(name: str) -> str:
        return drawing.draw(outcomes_by_level([(name, [Figure("", 1) for _level in Level])]), height=150)

    assert len({drawn("精品课程"), drawn("荣誉称号"), drawn("　　　　")}) == 3


def test_word_holds_the_charts_whole_with_their_words(branch: Branch) -> None:
    charts = [part for part in ANNUAL.compose(branch_report(branch, YEAR), {}).parts if isinstance(part, Chart)]
    document = Document(io.BytesIO(written(branch, "docx")))
    described = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert described == [chart.alternative for chart in charts]
    holding = [paragraph for paragraph in document.paragraphs if paragraph._p.findall(".//" + qn("wp:inline"))]
    assert [one.paragraph_format.line_spacing_rule for one in holding] == [WD_LINE_SPACING.SINGLE] * 2


def test_a_pdf_holds_the_charts_as_lines_and_words(branch: Branch) -> None:
    content = written(branch, "pdf")
    listed = subprocess.run(["pdfimages", "-list", "-"], input=content, capture_output=True, check=True)
    assert [line for line in listed.stdout.decode().splitlines()[2:] if " image " in line] == []
    charts = [part for part in ANNUAL.compose(branch_report(branch, YEAR), {}).parts if isinstance(part, Chart)]
    words = words_of("pdf", content)
    assert charts
    named = {str(series["name"]) for chart in charts for series in chart.option["series"]}
    assert {name for name in named if name not in words} == set()


def test_a_record_says_what_proves_it(branch: Branch) -> None:
    verified(branch, title="有证书的课程")
    [record] = [one for one in records_of(branch_report(branch, YEAR)) if one.title == "有证书的课程"]
    assert (record.is_thin, proof_in_words(record)) == (False, "1份")


def test_an_empty_year_has_no_chart() -> None:
    parts = ANNUAL.compose(branch_report(BranchFactory(), YEAR), {}).parts
    assert [part for part in parts if isinstance(part, Chart)] == []


def test_a_compilation_shows_the_pictures_that_prove_an_outcome(branch: Branch) -> None:
    certificate = verified(branch, title="带证书的课程").proofs.get().evidence
    [shown] = [
        part
        for part in OUTLINES["compilation"].compose(branch_report(branch, YEAR), {}).parts
        if isinstance(part, Picture) and part.caption == "带证书的课程"
    ]
    assert (shown.evidence, shown.alternative) == (certificate, "“带证书的课程”的佐证图片")
    with Image.open(io.BytesIO(shown.content)) as picture:
        assert (picture.format, max(picture.size) <= 1000) == ("JPEG", True)
    document = Document(io.BytesIO(written(branch, "docx", "compilation")))
    assert "“带证书的课程”的佐证图片" in [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert all(shape.width <= Mm(110) and shape.height <= Mm(75) for shape in document.inline_shapes)
    assert "带证书的课程" in words_of("pdf", written(branch, "pdf", "compilation"))


@pytest.mark.parametrize(("kind", "is_prepared"), [("compilation", True), ("annual", False)])
def test_a_document_with_many_pictures_is_prepared_in_the_background(
    branch: Branch, kind: str, settings: Any, *, is_prepared: bool
) -> None:
    settings.PREPARE_FROM_FILES = branch.outcomes.count() - 1
    assert is_large(branch, YEAR, OUTLINES[kind], "docx") is is_prepared


def test_a_picture_that_one_can_see_through_stands_on_white() -> None:
    through = io.BytesIO()
    Image.new("RGBA", (2000, 10), (0, 0, 0, 0)).save(through, "PNG")
    with Image.open(io.BytesIO(drawing.for_paper(through))) as shown:
        assert (shown.size, shown.getcolors()) == ((1000, 5), [(5000, (255, 255, 255))])


def test_a_compilation_of_a_frozen_report_shows_what_proved_it_then(branch: Branch) -> None:
    course, secretary = branch.outcomes.get(title="课程甲"), secretary_of(branch)
    proof = course.proofs.get()
    frozen = freeze_report(branch, YEAR, by=secretary)
    added = evidence(secretary, name="后来补充.png")
    OutcomeEvidence.objects.filter(pk=proof.pk).update(evidence=added)
    shown = OUTLINES["compilation"].compose(frozen.content, {}, frozen).parts
    assert [one.evidence.pk for one in shown if isinstance(one, Picture) and one.caption == "课程甲"] == [
        proof.evidence_id
    ]


@pytest.mark.parametrize("format_", ["docx", "pdf", "xlsx"])
@pytest.mark.parametrize("kind", ["annual", "statement"])
def test_every_format_says_the_figures_of_the_work(branch: Branch, format_: str, kind: str) -> None:
    served = engagement(branch, contract_amount_cny=Decimal("123456.70"))
    for activity in ("solving", "survey", "survey"):
        log(served, activity_type=activity)
    work = branch_report(branch, YEAR)["work"]
    assert {"contract_money", "days_on_site", "surveys", "elements"} <= {row["figure"] for row in work}
    said = words_of(format_, written(branch, format_, kind))
    for row in work:
        shown = re.sub(r"\s", "", f"{row['name']}{plain(row['value'])}{row['unit']}")
        assert unicodedata.normalize("NFKC", shown) in said, row["figure"]


@pytest.mark.parametrize("format_", ["docx", "pdf", "xlsx"])
def test_what_no_pairing_shares_stands_apart_unless_the_branch_says_so(branch: Branch, format_: str) -> None:
    ReportSetting.objects.update(takes_uncredited=False)
    report, said = branch_report(branch, YEAR), words_of(format_, written(branch, format_))
    assert (report["uncredited"], report["totals"]["outcomes"]) == ({"in_report": False}, 4)
    assert report["by_form"]["none"]["outcomes"] == 1
    assert "本期已核实成果4项。其中1项未归入结对" in said
    assert "此外,支部" not in said
    assert said.index("未归入结对的成果(不作为“1+1+1”成果)") < said.index("不归结对的荣誉")
    assert said.count("不归结对的荣誉") == 1
    for kind in ("compilation", "case"):
        assert "此外,支部" not in words_of(format_, written(branch, format_, kind))


def test_a_workbook_holds_real_numbers_and_days(branch: Branch) -> None:
    book = load_workbook(io.BytesIO(written(branch, "xlsx")))
    rows = list(book["4 已取得的成果"].iter_rows(values_only=True))
    assert [type(cell) for cell in rows[1][:6]] == [int, str, str, str, str, datetime.datetime]
    by_form = list(book["3 按结对形式和级别统计的成果"].iter_rows(values_only=True))
    totals = branch_report(branch, YEAR)["by_form"]
    assert [row[-1] for row in by_form[1:]] == [*(sums["outcomes"] for sums in totals.values()), 4]


@pytest.mark.parametrize("format_", ["docx", "pdf", "xlsx"])
@pytest.mark.parametrize("kind", OUTLINES)
def test_every_kind_is_written_in_every_format_even_of_an_empty_year(kind: str, format_: str) -> None:
    empty = BranchFactory(name="空白支部")
    said = words_of(format_, written(empty, format_, kind))
    assert "空白支部" in said
    assert not re.search(r"None|\[\]|\{\}|0门|0个省级", said)


@pytest.mark.parametrize("format_", ["docx", "pdf", "xlsx"])
def test_nobody_s_words_are_commands(format_: str) -> None:
    branch = BranchFactory()
    for title in HOSTILE:
        verified(branch, title=title)
    prose = {section.slug: "".join(HOSTILE) for section in CASE.prose}
    for outline in (ANNUAL, CASE):
        handing = Handing(branch_report(branch, YEAR), outline, prose)
        said = words_of(format_, b"".join(FORMATS[format_].write(handing)))
        titles = HOSTILE if outline is ANNUAL else [re.sub(r"\s", "", "".join(HOSTILE))]
        missing = [one for one in titles if unicodedata.normalize("NFKC", re.sub(r"\s", "", one)) not in said]
        assert missing == []


def test_no_formula_stands_in_a_workbook() -> None:
    branch = BranchFactory()
    for title in HOSTILE:
        verified(branch, title=title)
    with zipfile.ZipFile(io.BytesIO(written(branch, "xlsx"))) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")]
    assert not any("<f>" in sheet for sheet in sheets)


def test_no_day_is_torn_in_a_list_and_no_signature_stands_alone(branch: Branch) -> None:
    document = Document(io.BytesIO(written(branch, "docx")))
    signed = next(one for one in document.paragraphs if one.style.name == "Signed")
    before = document.paragraphs[[one._p for one in document.paragraphs].index(signed._p) - 1]
    assert before.paragraph_format.keep_with_next
    listed = next(table for table in document.tables if table.cell(0, 5).text == "取得日期")
    narrow = {side.tag.split("}")[1]: side.get(qn("w:w")) for side in listed._tbl.tblPr.find(qn("w:tblCellMar"))}
    assert narrow == {"left": "60", "right": "60"}
    digit, dot = Pt(6), Pt(3)  # half of the size of the table's words, and a quarter
    assert listed.columns[5].width - 2 * 60 * 635 >= 8 * digit + 2 * dot  # 2024.12.31


def test_a_pdf_is_archivable_tagged_and_brings_its_fonts(branch: Branch) -> None:
    content = written(branch, "pdf")
    assert b"pdfaid:part>2<" in content
    assert b"pdfaid:conformance>A<" in content
    assert b"/MarkInfo" in content
    fonts = (
        subprocess.run(["pdffonts", "-"], input=content, capture_output=True, check=True).stdout.decode().splitlines()
    )
    assert {line.split()[-5] for line in fonts[2:]} == {"yes"}  # embedded


# What is frozen, and what the secretary writes


def test_what_is_downloaded_of_a_frozen_report_is_the_kept_file_byte_for_byte(branch: Branch) -> None:
    freeze_report(branch, YEAR, by=secretary_of(branch))
    kept = {file.name: file.evidence.file.sha256 for file in branch.frozen_reports.get().files.all()}
    verified(branch, title="冻结以后才核实的")
    for format_ in ("docx", "pdf", "xlsx"):
        assert hashlib.sha256(written(branch, format_)).hexdigest() == kept[f"report.{format_}"]


def test_a_secretary_s_words_are_kept_version_by_version_and_begin_the_next_year(world: BranchWorld) -> None:
    secretary, code = signed_in(world.users["secretary"]), world.code
    address = f"/reports/{code}/words/?year=2023&kind=case"
    for words in ("初稿。", "定稿。\n第二段。"):
        answer = secretary.post(address, {"background": words})
        assert answer.status_code == 302
    versions = ReportProse.objects.of_report(world.branch, "case", datetime.date(2023, 12, 31))
    assert [one.words for one in versions] == ["定稿。\n第二段。", "初稿。"]
    next_year = secretary.get(f"/reports/{code}/words/?year=2024&kind=case")
    assert next_year.context["form"]["background"].value() == "定稿。\n第二段。"
    preview = secretary.get(f"/reports/{code}/preview/?year=2024&kind=case").content.decode()
    assert "实施背景" in preview
    assert "第二段。" in preview
    earlier = ReportProse.objects.newest(world.branch, "case", datetime.date(2022, 12, 31))
    assert earlier == {}


def test_words_that_no_document_could_hold_are_refused_and_stay_in_view(world: BranchWorld) -> None:
    secretary = signed_in(world.users["secretary"])
    answer = secretary.post(f"/reports/{world.code}/words/?year=2023&kind=case", {"background": "铃\x07声"})
    kept = ReportProse.objects.of_report(world.branch, "case", datetime.date(2023, 12, 31))
    assert (answer.status_code, kept.count()) == (200, 0)
    assert answer.context["form"].errors["background"]
