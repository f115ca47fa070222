"""Fill the database of a worker that will be killed: `python -m tests.nets.killed_worker_begin SAVED REQUESTS`.

An account lets only some files be prepared at a time, so several secretaries ask.
"""

import datetime
import io
import secrets
import sys
from pathlib import Path

import django

django.setup()

from PIL import Image  # noqa: E402 - after setup

from outcomes.asking import MOST_OPEN, ask_for  # noqa: E402
from outcomes.models import PreparedFile  # noqa: E402
from pairing_site.backup.databases import load  # noqa: E402
from tests.factories import BranchFactory, evidence, member, secretary_of, teacher, user_of, verified  # noqa: E402

PROOFS = 8
SIDE = 500


def noise() -> bytes:
    """Return a picture that does not pack: some hundred kilobytes."""
    file = io.BytesIO()
    Image.frombytes("RGB", (SIDE, SIDE), secrets.token_bytes(3 * SIDE * SIDE)).save(file, "PNG")
    return file.getvalue()


def main(saved: Path, requests: int) -> None:
    """Fill the database, and let so many packs be asked for."""
    load(saved)
    branch = BranchFactory()
    by = user_of(member(teacher(branch)))
    verified(branch, by=by, proofs=[evidence(by, content=noise()) for _ in range(PROOFS)])
    last = datetime.date(2024, 12, 31)
    for place in range(requests):
        if place % MOST_OPEN == 0:
            secretary = secretary_of(branch)
        first = datetime.date(2000 + place // 12, 1 + place % 12, 1)
        row = PreparedFile(branch=branch, kind="annual", format="zip", language="zh-hans")
        row.first_day, row.last_day = first, last
        ask_for(row, by=secretary)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
