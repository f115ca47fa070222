"""How somebody finds their way in an evidence pack, offline: a page, a workbook, and how to check it."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import xlsxwriter
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evidence.models import StoredFile
from outcomes.documents import workbook
from outcomes.documents.parts import Document, Table
from outcomes.documents.records import Record
from outcomes.documents.sections import kind_in_words, proof_in_words, status_in_words
from outcomes.models import Level


@dataclass(frozen=True)
class Proof:
    """A file that proves an outcome, with its place in the pack and that of its small picture, where it has one."""

    record: Record
    path: str
    stored: StoredFile
    thumbnail: str = ""

    @property
    def name(self) -> str:
        """Return the file's name without its folder."""
        return self.path.rpartition("/")[2]

    @property
    def address(self) -> str:
        """Return its place as a relative address."""
        return quote(self.path)

    @property
    def thumbnail_address(self) -> str:
        """Return the place of its small picture as a relative address."""
        return quote(self.thumbnail)


@dataclass(frozen=True)
class Entry:
    """An outcome in the index, under the number that the report's own list gives it."""

    place: int
    record: Record
    files: Sequence[Proof]

    @property
    def is_weak(self) -> bool:
        """Whether its proof is thin or missing."""
        return self.record.is_thin or not self.record.proofs

    @property
    def proof(self) -> str:
        """Return how well it is proved, in words."""
        return proof_in_words(self.record)

    @property
    def said(self) -> str:
        """Return what it is, in a line."""
        record = self.record
        day, people = date_format(record.achieved_on) if record.achieved_on else "", "、".join(record.people)
        level = str(Level(record.level).label)
        return " · ".join(filter(None, (kind_in_words(record), level, status_in_words(record), day, people)))


def entries_of(records: Iterable[Record], proofs: Iterable[Proof]) -> list[Entry]:
    """Return the outcomes with their files, numbered."""
    files: dict[int, list[Proof]] = {}
    for proof in proofs:
        files.setdefault(proof.record.pk, []).append(proof)
    return [Entry(place, record, files.get(record.pk, ())) for place, record in enumerate(records, start=1)]


def page(document: Document, entries: list[Entry]) -> str:
    """Return a page that opens offline and leads from each outcome to its files."""
    files = sum(len(entry.files) for entry in entries)
    context = {
        "document": document,
        "entries": entries,
        "files": files,
        "stylesheet": quote(_("index.css")),
        "how_to_check": _("how-to-check.txt"),
    }
    return render_to_string("outcomes/pack_index.html", context)


def stylesheet() -> bytes:
    """Return how the page looks."""
    return Path(cast("str", finders.find("css/pack.css"))).read_bytes()


def book(document: Document, entries: list[Entry]) -> bytes:
    """Return the same as an .xlsx: a row for each file, which its name opens, and a sheet of what is weakly proved."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, workbook.OPTIONS) as written:
        workbook.describe(written, document)
        every = workbook.add_table(written, _files(entries), 1)
        links = [proof for entry in entries for proof in entry.files or (None,)]
        for row, proof in enumerate(links, start=1):
            if proof is not None:
                every.write_url(row, 7, f"external:{proof.path}", string=proof.name)
        workbook.add_table(written, _weak(entries), 2)
    return file.getvalue()


def _files(entries: list[Entry]) -> Table:
    """Return the outcomes with their files, a row each; an outcome without any has a row too."""
    head = (
        _("No."), _("Title"), _("Kind"), _("Level"), _("Status"), _("Achieved on"), _("Achieved by"), _("File"),
        "SHA-256",
    )  # fmt: skip
    return Table(_("Index"), head, tuple(_rows(entries)), (1, 6, 3, 2, 2, 2, 4, 6, 6))


def _rows(entries: list[Entry]) -> Iterator[tuple[Any, ...]]:
    for entry in entries:
        record = entry.record
        kind, level = kind_in_words(record), str(Level(record.level).label)
        said = (entry.place, record.title, kind, level, status_in_words(record), record.achieved_on or "")
        people = "、".join(record.people)
        for proof in entry.files:
            yield (*said, people, proof.name, proof.stored.sha256)
        if not entry.files:
            yield (*said, people, "", "")


def _weak(entries: list[Entry]) -> Table:
    """Return the outcomes whose proof is thin or missing."""
    weak = tuple((entry.place, entry.record.title, entry.proof) for entry in entries if entry.is_weak)
    return Table(_("Thin or missing proof"), (_("No."), _("Title"), _("Proof")), weak, (1, 6, 4))


def how_to_check() -> str:
    """Return how anybody checks the pack without the system."""
    return "\n".join(
        (
            _("Every file of this pack stands in SHA256SUMS with its SHA-256."),
            _("On Linux, in the unpacked folder: sha256sum --check SHA256SUMS"),
            _("On macOS: shasum -a 256 --check SHA256SUMS"),
            _("On Windows, for one file: certutil -hashfile FILE SHA256"),
            _("A file that SHA256SUMS does not name is not of this pack."),
            "",
            _("SHA256SUMS itself is signed (Ed25519). With OpenSSL 3 on any system:"),
            "openssl pkeyutl -verify -pubin -inkey pack-key.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig",
            _("“Signature Verified Successfully” means that the list of files is as the system wrote it."),
            _("pack-key.pem must be one of the keys that the college's own system gives anybody under %(address)s.")
            % {"address": reverse("outcomes:pack_key")},
            "",
        )
    )
