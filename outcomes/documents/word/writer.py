"""Writes a document's parts into a Word file."""

import datetime
import io
from collections.abc import Callable
from copy import deepcopy
from itertools import zip_longest
from typing import Any

import docx
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm
from docx.text.paragraph import Paragraph as WordParagraph

from outcomes.documents import drawing
from outcomes.documents.parts import Chart, Diagram, Document, Heading, Paragraph, Picture, Signature, Table, shown
from outcomes.documents.word.styles import (
    CAPTION,
    CELL,
    CELL_HEAD,
    LEFT,
    LINE_UNDER_TITLE,
    PAGE_FACE,
    PAGE_SIZE,
    PAGE_WIDTH,
    RIGHT,
    SIGNED,
    lay_out,
)

CONTENTS_DEPTH = 2
PICTURE_WIDTH, PHOTO_WIDTH, PHOTO_HEIGHT = Mm(150), Mm(110), Mm(75)


def write(document: Document) -> bytes:
    """Return the bytes of a .docx that says what the document says, and nothing else."""
    word = docx.Document()
    lay_out(word)
    _properties(word, document)
    _number_pages(word)
    for line in document.title:
        word.add_paragraph(line, "Title")
    if document.line:
        word.add_paragraph(document.line, LINE_UNDER_TITLE)
    word.add_paragraph("", LINE_UNDER_TITLE)
    if document.has_contents:
        _contents(word, document)
    with drawing.one_engine():
        for part, following in zip_longest(document.parts, document.parts[1:]):
            written = WRITERS[type(part)](word, part)
            if written and isinstance(following, Picture | Chart | Diagram | Signature):
                written.paragraph_format.keep_with_next = True
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def _properties(word: WordDocument, document: Document) -> None:
    """Say what the file is; its moment is the report's own, so that the same report is the same file."""
    properties = word.core_properties
    made = datetime.datetime.combine(document.made_on, datetime.time(), datetime.UTC)
    properties.title, properties.author, properties.language = document.name, document.author, "zh-CN"
    properties.last_modified_by, properties.comments, properties.keywords = document.author, "", "1+1+1"
    properties.created = properties.modified = made
    properties.revision = 1


def _heading(word: WordDocument, part: Heading) -> None:
    word.add_paragraph(part.text, f"Heading {part.level}")


def _paragraph(word: WordDocument, part: Paragraph) -> WordParagraph:
    return word.add_paragraph(part.text, "Body Text")


def _table(word: WordDocument, part: Table) -> None:
    """Write a native table: its head on every page, no row torn, columns as wide as their content asks."""
    _caption(word, _("Table"), part.caption)
    table = word.add_table(rows=0, cols=len(part.head), style="Table Grid")
    table.autofit = False
    _narrow(table)
    inside = PAGE_WIDTH - LEFT - RIGHT
    widths = [Length(inside * share // sum(part.widths)) for share in part.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _row(table, part.head, widths, CELL_HEAD, frozenset())
    _mark(table.rows[0], "w:tblHeader")
    if part.rows:
        _rows(table, part, widths)


def _narrow(table: Any) -> None:
    """Leave three points beside the words of a cell; the schema has the margins before what the style looks like."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "60")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


def _rows(table: Any, part: Table, widths: list[Length]) -> None:
    """Add the rows; the first is made cell by cell, and the others are copies of it with other words."""
    first, *others = ([shown(cell) for cell in cells] for cells in part.rows)
    _row(table, first, widths, CELL, part.numeric)
    made = table.rows[-1]._tr
    for words in others:
        row = deepcopy(made)
        for run, word in zip(row.iter(qn("w:r")), words, strict=True):
            run.text = word
        table._tbl.append(row)


def _row(table: Any, words: Any, widths: list[Length], style: str, numeric: frozenset[int]) -> None:
    """Add a row that no page break tears."""
    row = table.add_row()
    _mark(row, "w:cantSplit")
    for place, (cell, word, width) in enumerate(zip(row.cells, words, widths, strict=True)):
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph.style = style
        paragraph.add_run(word)
        if place in numeric:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _mark(row: Any, name: str) -> None:
    """Turn one of a row's switches on, in the order that the schema asks: cantSplit before tblHeader."""
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _picture(word: WordDocument, part: Picture | Chart | Diagram) -> None:
    """Write a picture with its caption and, for those who do not see it, what it shows."""
    paragraph = word.add_paragraph(style=LINE_UNDER_TITLE)
    paragraph.paragraph_format.line_spacing = 1.0  # the text's exact lines would cut it off
    paragraph.paragraph_format.keep_with_next = True
    shape = paragraph.add_run().add_picture(io.BytesIO(part.content), width=PICTURE_WIDTH)
    if isinstance(part, Picture):
        scale = min(PHOTO_WIDTH / shape.width, PHOTO_HEIGHT / shape.height)
        shape.width, shape.height = Length(int(shape.width * scale)), Length(int(shape.height * scale))
    shape._inline.docPr.set("descr", part.alternative)
    _caption(word, _("Figure"), part.caption)


def _caption(word: WordDocument, kind: str, text: str) -> None:
    """Write a caption whose number counts by itself."""
    paragraph = word.add_paragraph(kind, CAPTION)
    counted = sum(1 for other in word.paragraphs if other.style.name == CAPTION and other.text.startswith(kind))
    _field(paragraph, f"SEQ {kind} \\* ARABIC", str(counted))
    paragraph.add_run(f"\u3000{text}")
    paragraph.paragraph_format.keep_with_next = kind == _("Table")


def _signature(word: WordDocument, part: Signature) -> None:
    """Write who hands it in and when, with room for the seal over both, on one page with what comes before."""
    for words in ("", part.branch, date_format(part.day), _("(seal)")):
        line = word.add_paragraph(words, SIGNED if words else LINE_UNDER_TITLE)
        line.paragraph_format.keep_with_next = True


WRITERS: dict[type, Callable[[WordDocument, Any], None]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Table: _table,
    Picture: _picture,
    Chart: _picture,
    Diagram: _picture,
    Signature: _signature,
}


def _contents(word: WordDocument, document: Document) -> None:
    """Write a table of contents: filled in already, without page numbers, which Word alone could count."""
    word.add_paragraph(_("Contents"), CELL_HEAD)
    headings = [part for part in document.parts if isinstance(part, Heading) and part.level <= CONTENTS_DEPTH]
    first = word.add_paragraph(style="Body Text")
    begin, instruction, separate = _begin(f'TOC \\o "1-{CONTENTS_DEPTH}" \\n \\h \\z \\u')
    for element in (begin, instruction, separate):
        first._p.append(element)
    last = first
    for place, heading in enumerate(headings):
        last = first if place == 0 else word.add_paragraph(style="Body Text")
        last.add_run(heading.text)
    last._p.append(_char("end"))
    word.add_page_break()


def _number_pages(word: WordDocument) -> None:
    """Write — 1 — at the foot, to the right on odd pages and to the left on even ones (section 7.5)."""
    section = word.sections[0]
    feet = (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "rightChars"),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "leftChars"),
    )
    for footer, side, indent in feet:
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = "Normal"
        paragraph.alignment = side
        paragraph._p.get_or_add_pPr().get_or_add_ind().set(qn(f"w:{indent}"), "100")
        paragraph.add_run("— ")
        _field(paragraph, "PAGE", "1")
        paragraph.add_run(" —")
        for run in paragraph.runs:
            run.font.name, run.font.size = PAGE_FACE, PAGE_SIZE
            run._r.rPr.rFonts.set(qn("w:eastAsia"), PAGE_FACE)


def _field(paragraph: WordParagraph, instruction: str, shown_now: str) -> None:
    """Write a field as five runs, the only way that every reader takes, with what it shows until it is counted."""
    for element in _begin(instruction):
        paragraph._p.append(element)
    paragraph.add_run(shown_now)
    paragraph._p.append(_char("end"))


def _begin(instruction: str) -> tuple[Any, Any, Any]:
    """Return the runs that open a field."""
    run, text = OxmlElement("w:r"), OxmlElement("w:instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = f" {instruction} "
    run.append(text)
    return _char("begin"), run, _char("separate")


def _char(kind: str) -> Any:
    """Return a run that opens, divides or closes a field."""
    run, char = OxmlElement("w:r"), OxmlElement("w:fldChar")
    char.set(qn("w:fldCharType"), kind)
    run.append(char)
    return run
