"""Steps of tests about prepared files: asked for, taken up, made, and what lies in the folder then."""

import datetime
import re
from pathlib import Path

from django.urls import reverse

from organization.verbs import acting
from outcomes.asking import ask_for
from outcomes.models import PreparedFile
from outcomes.models.prepared import prepared_storage
from outcomes.preparing import make
from tests.world import YEAR, BranchWorld

FIRST, LAST = datetime.date(YEAR, 1, 1), datetime.date(YEAR, 12, 31)


def wanted(world: BranchWorld, format_: str = "zip", **given: object) -> PreparedFile:
    """Return a request that nobody has made yet."""
    known = {"branch": world.branch, "kind": "compilation", "language": "zh-hans", "first_day": FIRST, "last_day": LAST}
    return PreparedFile(format=format_, **{**known, **given})


def asked(world: BranchWorld, format_: str = "zip", **given: object) -> PreparedFile:
    """Return what the secretary asked for."""
    return ask_for(wanted(world, format_, **given), by=world.users["secretary"])


def begun(row: PreparedFile) -> PreparedFile:
    """Take a request up."""
    with acting(row.asked_by):
        assert row.take_up()
    return row


def made(row: PreparedFile) -> PreparedFile:
    """Take a request up and make its file."""
    make(begun(row))
    row.refresh_from_db()
    return row


def on_disk(row: PreparedFile) -> set[str]:
    """Return everything that lies in the folder of prepared files of a row, parts too."""
    names = (path.name for path in Path(prepared_storage().location).rglob("*") if path.is_file())
    return {name for name in names if re.match(rf"{row.pk}\b", name)}


def content(row: PreparedFile) -> bytes:
    """Return the bytes of a ready file."""
    return prepared_storage().open(row.stored_name).read()


def page(name: str, world: BranchWorld, *args: object, **query: str) -> str:
    """Return the address of a page of the branch's report of the world's year."""
    days = {"from": FIRST.isoformat(), "to": LAST.isoformat()}
    return reverse(f"outcomes:{name}", args=[world.code, *args], query={**days, **query})
