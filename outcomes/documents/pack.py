"""The evidence pack: a report with every file behind its numbers, streamed, and checked without the system."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from zipstream import ZIP_STORED, ZipStream

from evidence.looking import evidence_storage
from organization.open_signing import public_keys, sign_openly
from organization.text import REFUSED
from outcomes.documents import pack_index
from outcomes.documents.files import File, files_behind
from outcomes.documents.pack_index import Proof
from outcomes.documents.parts import Document
from outcomes.documents.progress import Progress
from outcomes.documents.records import Record, records_of
from outcomes.models import FrozenReport

CHUNK = 256 * 1024
#: Enough to tell files apart, and short enough for every file system: 60 Chinese characters are 180 bytes.
NAME_LENGTH = 60
#: What Windows takes in no name, what means something else in a link, and marks that turn a name's direction.
NOT_IN_A_NAME = re.compile(r'[#%<>:"/\\|?*\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')
SUMS, SIGNATURE, KEY = "SHA256SUMS", "SHA256SUMS.sig", "pack-key.pem"
#: For which purpose the site signs packs (organization/open_signing.py).
SIGNED_AS = "pack"


def safe_name(words: str) -> str:
    """Return words as a part of a file name that every system takes; a number stands before it, so it is never CON."""
    plain = REFUSED.sub("", NOT_IN_A_NAME.sub("_", words)).strip(" .")
    return plain[:NAME_LENGTH].rstrip(" .") or "_"


def proofs_of(records: Iterable[Record], files: Iterable[File]) -> Iterator[Proof]:
    """Yield the files behind the records, numbered as the report's own list numbers them."""
    by_outcome: dict[int, list[File]] = {}
    for file in files:
        by_outcome.setdefault(file.outcome, []).append(file)
    folder, small = _("evidence"), _("small pictures")
    for place, record in enumerate(records, start=1):
        title = safe_name(record.title)
        for number, file in enumerate(by_outcome.get(record.pk, ()), start=1):
            what = _("row of the ledger") if file.is_ledger else _("proof")
            ending = file.name.rpartition(".")[2].lower()
            ending = f".{ending}" if re.fullmatch(r"[a-z0-9]{1,5}", ending) else ""
            name = f"{place:03}-{title}/{place:03}-{number:02}-{title}-{what}{ending}"
            thumbnail = f"{small}/{place:03}-{number:02}.jpg" if file.stored.has_thumbnail else ""
            yield Proof(record, f"{folder}/{name}", file.stored, thumbnail)


@dataclass(frozen=True)
class Held:
    """What a pack holds besides the report's documents."""

    records: list[Record]
    proofs: list[Proof]


def held_by(report: dict[str, Any], frozen: FrozenReport | None = None) -> Held:
    """Return the records behind a report with the files that prove them; of a frozen version, those that it keeps."""
    records = records_of(report)
    return Held(records, list(proofs_of(records, files_behind(records, frozen))))


def write(
    document: Document, report: dict[str, Any], documents: dict[str, bytes], held: Held, progress: Progress
) -> ZipStream:
    """Return the pack as a stream of bytes that never holds more than a chunk of a file.

    Args:
        document: what the report says, for its title.
        report: its figures.
        documents: the files that it is handed in as, by name.
        held: the records behind it and their files.
        progress: hears of each file that is in the pack.
    """
    records, proofs = held.records, held.proofs
    entries = pack_index.entries_of(records, proofs)
    texts = {
        _("index.html"): pack_index.page(document, entries).encode(),
        _("index.css"): pack_index.stylesheet(),
        _("index.xlsx"): pack_index.book(document, entries),
        _("how-to-check.txt"): pack_index.how_to_check().encode(),
        "manifest.json": _manifest(report, proofs).encode(),
        KEY: public_keys(SIGNED_AS)[0].encode(),
    }
    stream = ZipStream(compress_type=ZIP_STORED)
    sums = {}
    for name, content in (documents | texts).items():
        stream.add(content, name)
        sums[name] = hashlib.sha256(content).hexdigest()
    for proof in proofs:
        stream.add(_chunks(proof.stored.path, progress), proof.path)
        sums[proof.path] = proof.stored.sha256
        if proof.thumbnail:
            stream.add(_chunks(proof.stored.thumbnail_path), proof.thumbnail)
            sums[proof.thumbnail] = proof.stored.thumbnail_sha256 or proof.stored.compute_thumbnail_sha256()
    listed = "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()
    stream.add(listed, SUMS)
    stream.add(sign_openly(SIGNED_AS, listed), SIGNATURE)
    return stream


def _chunks(path: str, progress: Progress | None = None) -> Iterator[bytes]:
    """Yield the bytes of what the store keeps under a path, opened only when their turn comes; then say so."""
    with evidence_storage().open(path) as file:
        yield from iter(lambda: file.read(CHUNK), b"")
    if progress:
        progress.step()


def _manifest(report: dict[str, Any], proofs: list[Proof]) -> str:
    """Return what the pack holds, by outcome."""
    files = [
        {"outcome": one.record.pk, "path": one.path, "sha256": one.stored.sha256, "size": one.stored.size}
        for one in proofs
    ]
    told = {name: report[name] for name in ("branch", "period", "totals", "generated_at", "frozen")}
    return json.dumps({**told, "files": files}, ensure_ascii=False, indent=2)
