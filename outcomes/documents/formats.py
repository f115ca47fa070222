"""The formats that a report is handed in as: one row each, from which page, command and freezing take theirs."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from outcomes.documents import pack, pdf, word, workbook
from outcomes.documents.outlines import ANNUAL, Outline
from outcomes.documents.parts import Document
from outcomes.documents.progress import Progress
from outcomes.models import FrozenReport


@dataclass(frozen=True)
class Handing:
    """A report on its way to paper: its figures, the kind it is handed in as, and the secretary's words by section."""

    report: dict[str, Any]
    outline: Outline
    prose: Mapping[str, str]
    #: The version that was frozen, whose files prove what it counted.
    frozen: FrozenReport | None = None
    progress: Progress = field(default_factory=Progress)

    @property
    def is_as_kept(self) -> bool:
        """Whether it is what a frozen report keeps: its documents are then handed in as they were."""
        return self.frozen is not None and self.outline is ANNUAL and "comparison" not in self.report

    @cached_property
    def document(self) -> Document:
        """Compose what the document says, once for all formats."""
        return self.outline.compose(self.report, self.prose)


@dataclass(frozen=True)
class Format:
    """A format: what an address and `branch_report --format` call it, and how it is written, chunk by chunk."""

    slug: str
    label: Any
    media_type: str
    write: Callable[[Handing], Iterable[bytes]]


def _json(handing: Handing) -> bytes:
    """Return the report's figures, whatever kind it is handed in as."""
    return (json.dumps(handing.report, ensure_ascii=False, indent=2) + "\n").encode()


def _alone(draw: Callable[[Handing], bytes]) -> Callable[[Handing], Iterable[bytes]]:
    """Return how a document is written that is the whole file."""

    def write(handing: Handing) -> Iterable[bytes]:
        handing.progress.expect(1)
        content = draw(handing)
        handing.progress.step()
        return [content]

    return write


def _pack(handing: Handing) -> Iterable[bytes]:
    """Yield the evidence pack with the report's documents in it."""
    held = pack.held_by(handing.report, handing.frozen)
    handing.progress.expect(len(DRAWN) + len(held.proofs))
    kept = handing.frozen.kept_documents() if handing.frozen and handing.is_as_kept else {}
    documents = {}
    for slug, draw in DRAWN.items():
        name = f"report.{slug}"
        documents[name] = kept.get(name) or draw(handing)
        handing.progress.step()
    return pack.write(handing.document, handing.report, documents, held, handing.progress)


OPEN_XML = "application/vnd.openxmlformats-officedocument"
#: The documents of a report, each drawn in one go.
DRAWN: dict[str, Callable[[Handing], bytes]] = {
    "json": _json,
    "docx": lambda one: word.write(one.document),
    "pdf": lambda one: pdf.write(one.document),
    "xlsx": lambda one: workbook.write(one.document),
}
JSON = Format("json", _("JSON, for other programs"), "application/json", _alone(DRAWN["json"]))
#: Those that a frozen report keeps byte for byte.
KEPT = (
    Format("docx", _("Word"), f"{OPEN_XML}.wordprocessingml.document", _alone(DRAWN["docx"])),
    Format("pdf", _("PDF"), "application/pdf", _alone(DRAWN["pdf"])),
    Format("xlsx", _("Excel"), f"{OPEN_XML}.spreadsheetml.sheet", _alone(DRAWN["xlsx"])),
)
ZIP = Format("zip", _("Evidence pack"), "application/zip", _pack)

FORMATS = {one.slug: one for one in (*KEPT, ZIP, JSON)}
