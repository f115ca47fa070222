"""A PDF is PDF/A-2a and PDF/UA-1: typst refuses what breaks them as it writes, another library's validators agree.

No registry here offers veraPDF. pdf_oxide's validators look at metadata, fonts, colours, encryption, language, title
and the structure tree; that a figure has a text instead, that headings skip no level and that tables have heads is
what typst holds by itself; a reader finds both there.
"""

import re
import shutil
import subprocess
from collections import Counter
from typing import Any

import pdf_oxide
import pytest
import typst
from django.utils import translation

from outcomes.documents import pdf
from outcomes.documents.of_pairing import document_of_pairing
from outcomes.documents.of_person import PersonYear
from outcomes.documents.outlines import OUTLINES
from outcomes.documents.parts import Document
from outcomes.figures import Period
from outcomes.handing import hand_in
from tests.world import YEAR, BranchWorld

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PERIOD = Period.year(YEAR)


def wrong_with(content: bytes) -> list[Any]:
    """Return what the validators find against PDF/A-2a and PDF/UA-1."""
    document = pdf_oxide.PdfDocument.from_bytes(content)
    return [*document.validate_pdf_a("2a")["errors"], *document.validate_pdf_ua()["errors"]]


def structure(content: bytes) -> Counter[str]:
    """Return how many elements of each kind the tree of a PDF's structure has, as poppler reads it."""
    if not shutil.which("pdfinfo"):
        pytest.skip("pdfinfo is not installed; CI installs poppler-utils")
    told = subprocess.run(["pdfinfo", "-struct", "-"], input=content, capture_output=True, check=True).stdout
    return Counter(re.findall(r"^ *(\w+)", told.decode(errors="replace"), re.MULTILINE))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", OUTLINES)
def test_every_kind_is_archivable_and_can_be_read_aloud(world: BranchWorld, kind: str, language: str) -> None:
    with translation.override(language):
        content = b"".join(hand_in(world.branch, PERIOD, OUTLINES[kind], "pdf").chunks)
    assert wrong_with(content) == []


def test_a_year_without_anything_is(world: BranchWorld) -> None:
    content = b"".join(hand_in(world.branch, Period.year(2009), OUTLINES["compilation"], "pdf").chunks)
    assert wrong_with(content) == []


def papers(world: BranchWorld) -> list[Document]:
    user, rows = world.users["teacher"], world.rows
    forms = [document_of_pairing(rows[name], user) for name in ("team", "pair", "engagement")]
    return [*forms, PersonYear(user.person, PERIOD, user).document()]


def test_a_pairing_s_file_and_a_person_s_year_are(world: BranchWorld) -> None:
    assert [wrong_with(pdf.write(paper)) for paper in papers(world)] == [[]] * 4


def test_every_picture_has_words_and_every_table_a_head(world: BranchWorld) -> None:
    content = b"".join(hand_in(world.branch, PERIOD, OUTLINES["annual"], "pdf").chunks)
    elements, texts = structure(content), re.findall(rb"/S/Figure/P \d+ 0 R/Alt<FEFF(\w{8,})", content)
    assert 0 < elements["Figure"] == len(texts)
    assert 0 < elements["Table"] == elements["THead"]


@pytest.mark.hole
def test_a_pdf_without_its_structure_is_found(world: BranchWorld) -> None:
    plain = typst.compile(b"= A\n#rect()", format="pdf", pdf_tags=False)
    assert {error.split("]")[0].strip("[") for error in wrong_with(plain)}
