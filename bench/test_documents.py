"""What a report of 500 outcomes costs beside the library that writes its file, alone (bench/README.md)."""

import hashlib
import io
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import docx
import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count

from evidence.models import Evidence, StoredFile
from organization.models import Branch
from outcomes.documents import drawing, pdf, word
from outcomes.documents.outlines import ANNUAL
from outcomes.documents.parts import Chart, Diagram, Document, Heading, Paragraph, Picture, Table, shown
from outcomes.figures import Period
from outcomes.handing import hand_in, handing_of
from outcomes.models import OutcomeEvidence

pytestmark = pytest.mark.django_db
YEAR = Period.year(2025)
ROUNDS = 5


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes in a child process, in which no library and no function of ours remembers anything.

    Typst keeps what it laid out; without the child, a second compilation would cost next to nothing.
    """
    drawing.drawn.cache_clear()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        began = time.perf_counter()
        try:
            call()
            os.write(writer, str(time.perf_counter() - began).encode())
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as said:
        return float(said.read())


def ratio(ours: Callable[[], object], alone: Callable[[], object]) -> float:
    """Return the median of what ours takes beside the other, each right after the other."""
    return median(seconds(ours) / seconds(alone) for _ in range(ROUNDS))


def give_each_its_own_file() -> None:
    """Let each proof of the load be a file of its own, as certificates are; `generate_load` gives them all the same."""
    proofs = list(OutcomeEvidence.objects.order_by("pk"))
    names = [hashlib.sha256(str(proof.pk).encode()).hexdigest() for proof in proofs]
    files = StoredFile._base_manager.bulk_create([StoredFile(sha256=name, size=1, media_type="x/x") for name in names])
    uploads = Evidence._base_manager.bulk_create([Evidence(file=file, original_name="证书.jpg") for file in files])
    for proof, upload in zip(proofs, uploads, strict=True):
        proof.evidence = upload
    OutcomeEvidence._base_manager.bulk_update(proofs, ["evidence"])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.fixture
def branch() -> Branch:
    """Return a branch of 500 outcomes in a year."""
    call_command("generate_load", pairings=200, logs=1000, outcomes=3_200, branches=1, seed=1, verbosity=0)
    give_each_its_own_file()
    branch = Branch.objects.annotate(many=Count("pairings")).order_by("-many").first()
    assert branch is not None
    return branch


def drawn(document: Document) -> dict[int, bytes]:
    """Return the pictures of a document by their place, drawn already."""
    places = enumerate(document.parts)
    return {place: part.content for place, part in places if isinstance(part, Picture | Chart | Diagram)}


def plain_docx(document: Document, pictures: dict[int, bytes]) -> bytes:
    """Write what a document says with python-docx alone, in its own template's styles."""
    word, file = docx.Document(), io.BytesIO()
    for line in document.title:
        word.add_heading(line, 0)
    for place, part in enumerate(document.parts):
        if isinstance(part, Heading):
            word.add_heading(part.text, part.level)
        elif isinstance(part, Paragraph):
            word.add_paragraph(part.text)
        elif isinstance(part, Table):
            word.add_paragraph(part.caption)
            table = word.add_table(len(part.rows) + 1, len(part.head), "Table Grid")
            for row, told in zip(table.rows, (part.head, *part.rows), strict=True):
                for cell, value in zip(row.cells, told, strict=True):
                    cell.text = shown(value)
        elif place in pictures:
            word.add_picture(io.BytesIO(pictures[place]))
            word.add_paragraph(part.caption)  # type: ignore[union-attr]
    word.save(file)
    return file.getvalue()


def test_word(branch: Branch) -> None:
    document = handing_of(branch, YEAR, ANNUAL).document
    pictures = drawn(document)
    found = ratio(lambda: word.write(document), lambda: plain_docx(document, pictures))
    whole = ratio(
        lambda: b"".join(hand_in(branch, YEAR, ANNUAL, "docx").chunks), lambda: plain_docx(document, pictures)
    )
    rows = max(len(table.rows) for table in document.tables)
    print(f"\nWord of {rows} outcomes: ×{found:.2f} of python-docx alone; with the figures read anew ×{whole:.2f}")
    assert rows >= 500
    assert found <= 2


def test_pdf(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    document = handing_of(branch, YEAR, ANNUAL).document
    asked: dict[str, Any] = {}
    compile_ = pdf.typst.compile
    with tempfile.TemporaryDirectory() as kept:

        def keep(_source: str, **options: Any) -> bytes:
            for file in Path(options["root"]).iterdir():
                (Path(kept) / file.name).write_bytes(file.read_bytes())
            asked.update(options, root=kept)
            return b""

        monkeypatch.setattr(pdf.typst, "compile", keep)
        pdf.write(document)
        monkeypatch.undo()
        source = str(Path(kept) / pdf.TEMPLATE.name)

        def alone() -> bytes:
            return bytes(compile_(source, **asked))

        found = ratio(lambda: pdf.write(document), alone)
        whole = ratio(lambda: b"".join(hand_in(branch, YEAR, ANNUAL, "pdf").chunks), alone)
    print(f"\nPDF of the same: ×{found:.2f} of typst alone; with the figures and records read anew ×{whole:.2f}")
    assert found <= 1.5
