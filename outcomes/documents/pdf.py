"""A document as PDF/A and PDF/UA, tagged, its fonts embedded, on a machine that has no font of its own."""

import datetime
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from outcomes.documents import drawing
from outcomes.documents.parts import (
    Chart,
    Diagram,
    Document,
    Heading,
    Paragraph,
    Part,
    Picture,
    Signature,
    Table,
    shown,
)

TEMPLATE = Path(__file__).with_name("report.typ")


def write(document: Document) -> bytes:
    """Return the bytes of a PDF that says what the document says, and nothing else."""
    midnight = datetime.datetime.combine(document.made_on, datetime.time(), datetime.UTC)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copyfile(TEMPLATE, root / TEMPLATE.name)
        with drawing.one_engine():
            told = json.dumps(_told(document, root), ensure_ascii=False)
        return bytes(
            typst.compile(
                str(root / TEMPLATE.name),
                root=str(root),
                format="pdf",
                font_paths=list(map(str, settings.DOCUMENT_FONTS)),
                ignore_system_fonts=True,
                sys_inputs={"report": told},
                # ISO 19005-2, level A: archivable, searchable. ISO 14289-1: pictures in words, headings in order,
                # tables with heads. What breaks them is refused.
                pdf_standards=["a-2a", "ua-1"],
                timestamp=int(midnight.timestamp()),
            )
        )


def _told(document: Document, root: Path) -> dict[str, Any]:
    """Return the document as the template reads it, its pictures written beside the template."""
    is_chinese = get_language() != "en"
    return {
        "title": document.title,
        "author": document.author,
        "line": document.line,
        "year": document.made_on.year,
        "month": document.made_on.month,
        "day": document.made_on.day,
        "language": "zh" if is_chinese else "en",
        "region": "CN",
        "contents": document.has_contents,
        "words": {"contents": _("Contents"), "table": _("Table"), "figure": _("Figure")},
        "parts": [_part(part, root / f"picture-{place}") for place, part in enumerate(document.parts)],
    }


def _part(part: Part, file: Path) -> dict[str, Any]:
    """Return one part as the template reads it: every word as a string, never as markup; a picture is in a file."""
    match part:
        case Heading():
            return {"kind": "heading", "text": part.text, "level": part.level}
        case Paragraph():
            return {"kind": "paragraph", "text": part.text}
        case Table():
            rows = [[shown(cell) for cell in row] for row in part.rows]
            return {"kind": "table", "caption": part.caption, "head": part.head, "rows": rows,
                    "widths": part.widths, "numeric": sorted(part.numeric)}  # fmt: skip
        case Picture() | Chart() | Diagram():
            if isinstance(part, Picture):
                file.write_bytes(part.content)
            else:
                file = file.with_suffix(".svg")
                file.write_text(part.drawing)
            return {"kind": "picture", "file": file.name, "caption": part.caption, "alternative": part.alternative,
                    "is_photo": isinstance(part, Picture)}  # fmt: skip
        case Signature():
            return {"kind": "signature", "lines": [part.branch, date_format(part.day), _("(seal)")]}
