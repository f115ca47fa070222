"""The two verbs: make a backup, and put one back."""

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import connection

from evidence.looking import evidence_storage
from evidence.models import StoredFile
from organization.models import RuleError, TrailHead
from pairing_site.backup import databases
from pairing_site.backup.archive import EVIDENCE, PIECE, Writer, check, members, written_whole

FORMAT = 1


def make_backup(place: Path) -> dict[str, Any]:
    """Write the database of one moment and every file that it names into an archive.

    The database comes first: files are never changed, so those that it names are there afterwards.

    Returns:
        How many files and bytes it holds.

    Raises:
        RuleError: when a file is lost or damaged, or the database's own program fails; no archive is left then.
    """
    with written_whole(place) as part, tempfile.TemporaryDirectory(dir=place.parent) as folder:
        saved = Path(folder) / databases.member_name()
        files = _names()
        databases.save(saved)
        writer = Writer(part)
        with saved.open("rb") as source:
            writer.add(saved.name, source, saved.stat().st_size)
        for stored in {**files, **_names()}.values():
            _add(writer, stored)
        ends = {head.chain: [head.length, head.mac] for head in TrailHead._base_manager.exclude(length=0)}
        writer.close({"format": FORMAT, "vendor": connection.vendor, "trail": ends})
    return {"files": len(writer.members) - 1, "bytes": place.stat().st_size}


def _names() -> dict[str, StoredFile]:
    """Return what the database names, by hash."""
    return {stored.sha256: stored for stored in StoredFile.objects.iterator(chunk_size=2000)}


def _add(writer: Writer, stored: StoredFile) -> None:
    """Write a file and its small picture, and refuse one that is not what its name says."""
    storage = evidence_storage()
    try:
        with storage.open(stored.path) as source:
            if writer.add(EVIDENCE + stored.path, source, source.size) != stored.sha256:
                raise RuleError(f"the evidence file {stored.sha256} is damaged; see check_integrity")
    except FileNotFoundError as error:
        raise RuleError(f"the evidence file {stored.sha256} is lost; see check_integrity") from error
    if stored.has_thumbnail and storage.exists(stored.thumbnail_path):
        with storage.open(stored.thumbnail_path) as source:
            writer.add(EVIDENCE + stored.thumbnail_path, source, source.size)


def put_back(place: Path, *, replace: bool) -> dict[str, Any]:
    """Put a backup back: look at all of it first, then write the files, then the database in one go.

    Args:
        place: the archive.
        replace: whether a database that is not empty may be lost.

    Returns:
        How many files it held, and when it was made.

    Raises:
        RuleError: when the archive is not whole, not this site's, of the other database, or the present database
            is not empty; nothing is touched then.
    """
    manifest = check(place)
    if (manifest["format"], manifest["vendor"]) != (FORMAT, connection.vendor):
        raise RuleError(f"this is a backup of {manifest['vendor']}; DATABASE_URL names {connection.vendor}")
    if not replace and not databases.is_empty():
        raise RuleError("the database is not empty; --replace gives up what it holds")
    with tempfile.TemporaryDirectory(dir=_room()) as folder:
        saved = Path(folder) / databases.member_name()
        for name, stream, _size in members(place):
            if name.startswith(EVIDENCE):
                _write(name.removeprefix(EVIDENCE), stream, manifest["members"][name]["sha256"])
            elif name == saved.name:
                with saved.open("wb") as target:
                    shutil.copyfileobj(stream, target, PIECE)
        databases.load(saved)
    return {"files": len(manifest["members"]) - 1, "made_at": manifest["made_at"]}


def _room() -> Path:
    """Return a folder with room for the database."""
    room = Path(settings.DATA_DIR)
    room.mkdir(parents=True, exist_ok=True)
    return room


def _write(name: str, stream: Any, sha256: str) -> None:
    """Write a file under its name, unless it lies there whole."""
    storage = evidence_storage()
    if storage.exists(name):
        with storage.open(name) as present:
            if hashlib.file_digest(present, "sha256").hexdigest() == sha256:
                return
        storage.delete(name)
    storage.save(name, File(stream))
