"""The formats that a report is handed in as: one row each, from which page, command and freezing take theirs."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from outcomes.documents import pack, pdf, word, workbook
from outcomes.documents.outlines import Outline
from outcomes.documents.parts import Document
from outcomes.documents.progress import Progress
from outcomes.documents.sections import Material, Sentence, sentences
from outcomes.models import FrozenReport
from outcomes.models.prose import OWN


@dataclass(frozen=True)
class Handing:
    """A report on its way to paper: its figures, the kind it is handed in as, and the secretary's words by section."""

    report: dict[str, Any]
    outline: Outline
    prose: Mapping[str, str]
    #: The version that was frozen, whose files prove what it counted.
    frozen: FrozenReport | None = None
    #: The same, where this is what it keeps: its documents are then handed in as they were.
    kept: FrozenReport | None = None
    progress: Progress = field(default_factory=Progress)

    @cached_property
    def document(self) -> Document:
        """Compose what the document says, once for all formats."""
        return self.outline.compose(self.report, self.prose, self.frozen)

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Return the sentences on what came of each way of working, where the kind has them."""
        if not self.outline.says_results:
            return []
        return list(sentences(Material(self.report, self.prose, self.frozen)))

    @property
    def outdated(self) -> list[Sentence]:
        """Return those that the secretary put in words of her own, of figures that are no longer so."""
        if not any(section.startswith(OWN) for section in self.prose):
            return []
        return [sentence for sentence in self.sentences if sentence.is_outdated]


@dataclass(frozen=True)
class Format:
    """A format: what an address and `branch_report --format` call it, and how it is written, chunk by chunk.

    What is a document, drawn in one go, stands in packs too; `say` writes any document so, a report's or another.
    """

    slug: str
    label: Any
    media_type: str
    write: Callable[[Handing], Iterable[bytes]]
    draw: Callable[[Handing], bytes] | None = None
    say: Callable[[Document], bytes] | None = None


def _document(slug: str, label: Any, media_type: str, draw: Callable[[Handing], bytes]) -> Format:
    """Return the format of a document that is drawn in one go."""

    def write(handing: Handing) -> Iterable[bytes]:
        handing.progress.expect(1)
        content = draw(handing)
        handing.progress.step()
        return [content]

    return Format(slug, label, media_type, write, draw)


def _paper(slug: str, label: Any, media_type: str, say: Callable[[Document], bytes]) -> Format:
    """Return the format of what the report's document says."""
    return replace(_document(slug, label, media_type, lambda handing: say(handing.document)), say=say)


def _json(handing: Handing) -> bytes:
    """Return the report's figures, whatever kind it is handed in as."""
    return (json.dumps(handing.report, ensure_ascii=False, indent=2) + "\n").encode()


def _pack(handing: Handing) -> Iterable[bytes]:
    """Yield the evidence pack with the report's documents in it."""
    held = pack.held_by(handing.report, handing.frozen)
    drawn = {one.slug: one.draw for one in (JSON, *KEPT) if one.draw}
    handing.progress.expect(len(drawn) + len(held.proofs))
    kept = handing.kept.kept_documents() if handing.kept else {}
    documents = {}
    for slug, draw in drawn.items():
        name = f"report.{slug}"
        documents[name] = kept.get(name) or draw(handing)
        handing.progress.step()
    return pack.write(handing.document, handing.report, documents, held, handing.progress)


OPEN_XML = "application/vnd.openxmlformats-officedocument"
JSON = _document("json", _("JSON, for other programs"), "application/json", _json)
#: Those that a frozen report keeps byte for byte.
KEPT = (
    _paper("docx", _("Word"), f"{OPEN_XML}.wordprocessingml.document", word.write),
    _paper("pdf", _("PDF"), "application/pdf", pdf.write),
    _paper("xlsx", _("Excel"), f"{OPEN_XML}.spreadsheetml.sheet", workbook.write),
)
ZIP = Format("zip", _("Evidence pack"), "application/zip", _pack)

FORMATS = {one.slug: one for one in (*KEPT, ZIP, JSON)}
