"""The evidence pack: a report with every file behind its numbers, streamed, and checked without the system."""

import csv
import hashlib
import html
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from zipstream import ZIP_STORED, ZipStream

from evidence.looking import evidence_storage
from evidence.models import StoredFile
from organization.text import REFUSED
from outcomes.documents.parts import Document
from outcomes.documents.records import Record, records_of
from outcomes.documents.sections import kind_in_words, proof_in_words, status_in_words
from outcomes.models import FrozenReport, Level, Outcome, OutcomeEvidence

CHUNK = 256 * 1024
#: Enough to tell files apart, and short enough for every file system: 60 Chinese characters are 180 bytes.
NAME_LENGTH = 60
#: What Windows takes in no name, and marks that turn a name's direction.
NOT_IN_A_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')
SUMS = "SHA256SUMS"
#: What a frozen report calls a file that proves an outcome (outcomes/freezing.py).
PROOF = re.compile(r"outcome-(?P<outcome>[0-9]+)/(?P<proof>[0-9]+)")


@dataclass(frozen=True)
class Proof:
    """A file that proves an outcome, with its place in the pack."""

    record: Record
    path: str
    stored: StoredFile


def safe_name(words: str) -> str:
    """Return words as a part of a file name that every system takes; a number stands before it, so it is never CON."""
    plain = REFUSED.sub("", NOT_IN_A_NAME.sub("_", words)).strip(" .")
    return plain[:NAME_LENGTH].rstrip(" .") or "_"


@dataclass(frozen=True)
class File:
    """A file that proves an outcome, as it lies in the store."""

    outcome: int
    name: str
    stored: StoredFile
    is_ledger: bool


def files_now(records: Iterable[Record]) -> Iterator[File]:
    """Yield the files that prove records now (one query)."""
    rows = OutcomeEvidence.objects.filter(outcome__in=[record.pk for record in records]).order_by("pk")
    for row in rows.select_related("evidence__file"):
        yield File(row.outcome_id, row.evidence.original_name, row.evidence.file, row.ledger_row is not None)


def files_kept(frozen: FrozenReport) -> Iterator[File]:
    """Yield the files that a frozen report keeps of its outcomes, whatever proves them now (two queries)."""
    kept = [(PROOF.fullmatch(one.name), one) for one in frozen.files.select_related("evidence__file").order_by("pk")]
    proofs = [(int(found["outcome"]), int(found["proof"]), one.evidence) for found, one in kept if found]
    ledgers = set(
        OutcomeEvidence.objects.filter(ledger_row__isnull=False)
        .values_list("pk", flat=True)
        .filter(pk__in=[proof for _outcome, proof, _evidence in proofs])
    )
    for outcome, proof, evidence in proofs:
        yield File(outcome, evidence.original_name, evidence.file, proof in ledgers)


def proofs_of(records: Iterable[Record], files: Iterable[File]) -> Iterator[Proof]:
    """Yield the files behind the records, numbered as the report's own list numbers them."""
    by_outcome: dict[int, list[File]] = {}
    for file in files:
        by_outcome.setdefault(file.outcome, []).append(file)
    folder = _("evidence")
    for place, record in enumerate(records, start=1):
        title = safe_name(record.title)
        for number, file in enumerate(by_outcome.get(record.pk, ()), start=1):
            what = _("row of the ledger") if file.is_ledger else _("proof")
            ending = file.name.rpartition(".")[2].lower()
            ending = f".{ending}" if re.fullmatch(r"[a-z0-9]{1,5}", ending) else ""
            name = f"{place:03}-{title}/{place:03}-{number:02}-{title}-{what}{ending}"
            yield Proof(record, f"{folder}/{name}", file.stored)


def write(
    document: Document, report: dict[str, Any], documents: dict[str, bytes], frozen: FrozenReport | None = None
) -> ZipStream:
    """Return the pack as a stream of bytes that never holds more than a chunk of a file.

    Args:
        document: what the report says, for its title.
        report: its figures.
        documents: the files that it is handed in as, by name.
        frozen: where it is frozen, the version whose files it holds.
    """
    records = records_of([pk for row in report["outcomes"] for pk in row["ids"]])
    if frozen:
        records = _as_counted(records)
    proofs = list(proofs_of(records, files_kept(frozen) if frozen else files_now(records)))
    texts = {
        _("index.html"): _index(document, records, proofs).encode(),
        _("thin-or-missing.csv"): _gaps(records).encode("utf-8-sig"),
        _("how-to-check.txt"): _how_to_check().encode(),
        "manifest.json": _manifest(report, proofs).encode(),
    }
    stream = ZipStream(compress_type=ZIP_STORED)
    sums = {}
    for name, content in (documents | texts).items():
        stream.add(content, name)
        sums[name] = hashlib.sha256(content).hexdigest()
    for proof in proofs:
        stream.add(_chunks(proof.stored), proof.path)
        sums[proof.path] = proof.stored.sha256
    stream.add("".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode(), SUMS)
    return stream


def _as_counted(records: list[Record]) -> list[Record]:
    """Return a frozen report's records; one that was opened again since is told by its number: its words may be new."""
    locked = (Outcome.Review.VERIFIED, Outcome.Review.SUPERSEDED, Outcome.Review.MERGED)
    opened = Outcome.objects.exclude(review__in=locked).filter(pk__in=[one.pk for one in records])
    numbers = set(opened.values_list("pk", flat=True))
    words = _("Outcome No. %(number)s, opened again since")
    return [replace(one, title=words % {"number": one.pk}) if one.pk in numbers else one for one in records]


def _chunks(stored: StoredFile) -> Iterator[bytes]:
    """Yield a stored file's bytes, opened only when their turn comes."""
    with evidence_storage().open(stored.path) as file:
        yield from iter(lambda: file.read(CHUNK), b"")


def _manifest(report: dict[str, Any], proofs: list[Proof]) -> str:
    """Return what the pack holds, by outcome."""
    files = [
        {"outcome": one.record.pk, "path": one.path, "sha256": one.stored.sha256, "size": one.stored.size}
        for one in proofs
    ]
    told = {name: report[name] for name in ("branch", "period", "totals", "generated_at", "frozen")}
    return json.dumps({**told, "files": files}, ensure_ascii=False, indent=2)


def _index(document: Document, records: list[Record], proofs: list[Proof]) -> str:
    """Return a page that opens offline and leads from each outcome to its files."""
    links: dict[int, list[str]] = {}
    for one in proofs:
        name = html.escape(one.path.rpartition("/")[2])
        links.setdefault(one.record.pk, []).append(f'<a href="{html.escape(_address(one.path))}">{name}</a>')
    head = (_("No."), _("Title"), _("Kind"), _("Level"), _("Status"), _("Achieved on"), _("Achieved by"), _("Proof"))
    rows = [_row("th", map(html.escape, head))]
    for place, record in enumerate(records, start=1):
        rows.append(_row("td", [*_cells(place, record), "<br>".join(links.get(record.pk, []))]))
    title = html.escape(document.name)
    opening = f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>'
    return f"{opening}\n<table border>\n{''.join(rows)}</table></body></html>\n"


def _row(tag: str, cells: Iterable[str]) -> str:
    """Return a row of cells that are escaped already."""
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>\n"


def _address(path: str) -> str:
    """Return a path inside the pack as a relative address."""
    return path.replace("%", "%25").replace("#", "%23")


def _cells(place: int, record: Record) -> Iterator[str]:
    """Yield what the index says of an outcome, escaped."""
    people, day = "、".join(record.people), date_format(record.achieved_on)
    level = str(Level(record.level).label)
    for cell in (place, record.title, kind_in_words(record), level, status_in_words(record), day, people):
        yield html.escape(str(cell))


def _gaps(records: list[Record]) -> str:
    """Return the outcomes whose proof is thin or missing, as a sheet."""
    file = io.StringIO()
    sheet = csv.writer(file)
    sheet.writerow([_("No."), _("Title"), _("Proof")])
    for place, record in enumerate(records, start=1):
        if record.is_thin or not record.proofs:
            # A tab keeps a spreadsheet program from taking somebody's words for a formula.
            title = f"\t{record.title}" if record.title.startswith(("=", "+", "-", "@")) else record.title
            sheet.writerow([place, title, proof_in_words(record)])
    return file.getvalue()


def _how_to_check() -> str:
    """Return how anybody checks the pack without the system."""
    return "\n".join(
        (
            _("Every file of this pack stands in SHA256SUMS with its SHA-256."),
            _("On Linux, in the unpacked folder: sha256sum --check SHA256SUMS"),
            _("On macOS: shasum -a 256 --check SHA256SUMS"),
            _("On Windows, for one file: certutil -hashfile FILE SHA256"),
            "",
        )
    )
