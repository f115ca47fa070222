"""The branch report as a Word file: plain, with the official faces and margins of GB/T 9704-2012."""

import io
from typing import Any

from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from outcomes.figures.achievements import is_granted
from outcomes.figures.numbers import percent, plain
from outcomes.figures.work import integrated_logs
from outcomes.models import Category, Level, Status
from pairings.kinds import kind_of

TITLE_FACE, HEADING_FACE, BODY_FACE = "方正小标宋简体", "黑体", "仿宋_GB2312"


def report_docx(report: dict[str, Any]) -> bytes:
    """Return the Word file of a report.

    Args:
        report: what `branch_report` or a frozen report gives.

    Returns:
        The bytes of a .docx: every figure of the report, and nothing that is not in it.
    """
    document = _blank_document()
    _line(document, report["branch"]["name"], TITLE_FACE, 22, centred=True)
    title = _("Report on the “1+1+1” pairings, %(period)s") % {"period": report["period"]["label"]}
    _line(document, title, TITLE_FACE, 22, centred=True)
    _pairing_section(document, report)
    _outcome_section(document, report)
    _closing_lines(document, report)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _pairing_section(document: DocumentObject, report: dict[str, Any]) -> None:
    """Write pairings, logs and coverage."""
    _line(document, _("1. Pairings and progress"), HEADING_FACE, 16)
    head = [_("Form"), _("Active"), _("Completed"), _("Ended"), _("Logs"), _("Hours"), _("Integration rate")]
    rows = [
        [str(kind_of(slug).label), *(row[key] for key in ("active", "completed", "ended", "logs")),
         plain(row["hours"]), percent(integrated_logs(row), row["logs"])]
        for slug, row in report["pairings"].items()
    ]  # fmt: skip
    _table(document, head, rows)
    covered = report["coverage"]
    _line(
        document,
        _("Of %(members)s party members, %(paired)s lead or take part in an active pairing: coverage %(rate)s.")
        % {
            "members": covered["members"],
            "paired": covered["paired"],
            "rate": percent(covered["paired"], covered["members"]),
        },
    )


def _outcome_section(document: DocumentObject, report: dict[str, Any]) -> None:
    """Write granted outcomes, and apart from them what is only cultivated or applied for."""
    granted = [row for row in report["outcomes"] if is_granted(row)]
    pending = [row for row in report["outcomes"] if not is_granted(row)]
    _line(document, _("2. Outcomes"), HEADING_FACE, 16)
    _line(
        document,
        _("Verified in the period: %(count)s outcomes.") % {"count": sum(row["count"] for row in granted)},
    )
    _outcome_table(document, granted)
    if pending:
        _line(document, _("3. Being cultivated or applied for (not counted as recognised)"), HEADING_FACE, 16)
        _outcome_table(document, pending)


def _outcome_table(document: DocumentObject, rows: list[dict[str, Any]]) -> None:
    """Write outcome rows with the vocabulary's words."""
    head = [_("Category"), _("Sub-kind"), _("Level"), _("Status"), _("Count"), _("Records")]
    _table(
        document,
        head,
        [
            [
                str(Category(row["category"]).label),
                row["subkind"] or "",
                str(Level(row["level"]).label),
                str(Status(row["status"]).label),
                row["count"],
                "、".join(f"#{pk}" for pk in row["ids"]),
            ]
            for row in rows
        ],
    )


def _closing_lines(document: DocumentObject, report: dict[str, Any]) -> None:
    """Write how the figures were counted and whether they are frozen."""
    _line(
        document,
        _("Only verified outcomes count; the same work counts once, at its highest. Made on %(day)s.")
        % {"day": report["generated_at"][:10]},
    )
    if report["frozen"]:
        _line(document, _("Frozen by %(by)s; SHA-256 %(sha256)s.") % report["frozen"])


def _blank_document() -> DocumentObject:
    """Return an empty A4 document with the official margins and a page number."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    _number_pages(section.footer.paragraphs[0])
    return document


def _number_pages(paragraph: Paragraph) -> None:
    """Write — 1 — at the foot of each page."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _set_face(paragraph.add_run("— "), "宋体", 14)
    run = paragraph.add_run()
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run._r.append(field)
    _set_face(paragraph.add_run(" —"), "宋体", 14)


def _line(document: DocumentObject, text: str, face: str = BODY_FACE, size: int = 16, *, centred: bool = False) -> None:
    """Write a paragraph: fixed line spacing, the first line indented by two characters unless centred."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = Pt(30 if size > 16 else 28)
    paragraph.paragraph_format.space_after = Pt(0)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    else:
        paragraph.paragraph_format.first_line_indent = Pt(2 * size)
    _set_face(paragraph.add_run(text), face, size)


def _table(document: DocumentObject, head: list[str], rows: list[list[Any]]) -> None:
    """Write a table whose head stands on every page."""
    table = document.add_table(rows=1, cols=len(head), style="Table Grid")
    repeat = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for cells, values in [(table.rows[0].cells, head), *((table.add_row().cells, row) for row in rows)]:
        for cell, value in zip(cells, values, strict=True):
            _set_face(cell.paragraphs[0].add_run(str(value)), HEADING_FACE if values is head else BODY_FACE, 12)


def _set_face(run: Any, face: str, size: int) -> None:
    """Set a run's face for Latin and for Chinese letters."""
    run.font.name, run.font.size = face, Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
