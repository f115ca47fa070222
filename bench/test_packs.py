"""What an evidence pack of 2,000 files and 1 GB costs beside `zip -0` of the same files (bench/README.md)."""

import hashlib
import os
import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
from django.core.management import call_command
from django.db.models import Count

from evidence.looking import evidence_storage
from evidence.models import Evidence, StoredFile
from organization.models import Branch
from outcomes.documents.outlines import ANNUAL
from outcomes.documents.records import records_of
from outcomes.figures import Period, branch_report
from outcomes.handing import hand_in
from outcomes.models import OutcomeEvidence

pytestmark = pytest.mark.django_db
YEAR = Period.year(2025)
FILES, SIZE = 2_000, 512 * 1024
ROUNDS = 3
MB = 1024 * 1024


@pytest.fixture
def branch() -> Branch:
    """Return a branch with so many files, each of its own bytes, behind a year's outcomes."""
    call_command("generate_load", pairings=200, logs=1000, outcomes=3_200, branches=1, seed=1, verbosity=0)
    branch = Branch.objects.annotate(many=Count("pairings")).order_by("-many").first()
    assert branch is not None
    OutcomeEvidence._base_manager.all()._raw_delete("default")
    outcomes = [record.pk for record in records_of(branch_report(branch, YEAR))]
    digests = [keep_file() for _ in range(FILES)]
    kept = [StoredFile(sha256=digest, size=SIZE, media_type="application/pdf") for digest in digests]
    uploads = [Evidence(file=file, original_name="证书.pdf") for file in StoredFile._base_manager.bulk_create(kept)]
    proofs = [
        OutcomeEvidence(outcome_id=outcomes[place % len(outcomes)], evidence=upload)
        for place, upload in enumerate(Evidence._base_manager.bulk_create(uploads))
    ]
    OutcomeEvidence._base_manager.bulk_create(proofs)
    return branch


def keep_file() -> str:
    """Put a file of chance's bytes into the store, and return its SHA-256."""
    content = os.urandom(SIZE)
    digest = hashlib.sha256(content).hexdigest()
    path = Path(evidence_storage().path(StoredFile(sha256=digest).path))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return digest


def in_a_child(call: Callable[[], None]) -> tuple[float, int]:
    """Return how many seconds a call takes in a process of its own, and by how many bytes that grows."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        before, began = resident(), time.perf_counter()
        try:
            call()
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
            os.write(writer, f"{time.perf_counter() - began} {grown}".encode())
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as said:
        took, grown = said.read().split()
        return float(took), int(grown)


def resident() -> int:
    """Return how many bytes of memory this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_a_pack(branch: Branch, tmp_path: Path) -> None:
    def whole() -> None:
        for _chunk in hand_in(branch, YEAR, ANNUAL, "zip").chunks:
            pass

    # First, for a child of a process that has used typst waits for its threads, which no child has.
    with_documents, grown_with_them = in_a_child(whole)
    chunks = hand_in(branch, YEAR, ANNUAL, "zip").chunks
    store = Path(evidence_storage().path(""))

    def ours() -> None:
        with (tmp_path / "ours.zip").open("wb") as file:
            file.writelines(chunks)

    def zipped() -> None:
        with (tmp_path / "theirs.zip").open("wb") as file:
            subprocess.run(["zip", "-0", "-q", "-r", "-", str(store)], stdout=file, check=True)

    ratios, most = [], 0
    for _ in range(ROUNDS):
        (took, grown), (least, _grown) = in_a_child(ours), in_a_child(zipped)
        ratios.append(least / took)
        most = max(most, grown)
    size = (tmp_path / "ours.zip").stat().st_size
    print(
        f"\n{FILES} files, {size // MB} MB: {median(ratios):.2f} of the speed of zip -0, {most / MB:.0f} MB of memory"
    )
    print(f"with its documents composed and written: {with_documents:.1f} s, {grown_with_them / MB:.0f} MB")
    assert size >= FILES * SIZE
    assert median(ratios) >= 0.7
    assert most <= 50 * MB
