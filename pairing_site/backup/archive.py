"""The archive: a plain tar of the manifest, the database and the evidence files, written and read in a stream."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from django.utils import timezone

from organization.models import RuleError
from organization.signing import is_signed, sign

PURPOSE = "backup"
MANIFEST, SIGNATURE = "manifest.json", "manifest.hmac"
EVIDENCE = "evidence/"
PIECE = 1024 * 1024


class ArchiveError(RuleError):
    """The archive is not one that this site wrote, or not as it wrote it."""


class Writer:
    """Writes members one after the other, and last the manifest with its signature."""

    def __init__(self, place: Path) -> None:
        self.tar = tarfile.open(place, "w")  # noqa: SIM115 - closed with the manifest
        self.members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, source: IO[bytes], size: int) -> str:
        """Write a member of a known size, and return the SHA-256 of what was written."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        hashed = _Hashed(source)
        self.tar.addfile(info, hashed)
        self.members[name] = {"size": size, "sha256": hashed.digest.hexdigest()}
        return hashed.digest.hexdigest()

    def close(self, facts: dict[str, Any]) -> None:
        """Write the manifest and its signature."""
        told = {**facts, "made_at": timezone.now().isoformat(), "members": self.members}
        content = json.dumps(told, sort_keys=True, ensure_ascii=False).encode()
        for name, value in ((MANIFEST, content), (SIGNATURE, sign(PURPOSE, content).encode())):
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(value), 0o600
            self.tar.addfile(info, io.BytesIO(value))
        self.tar.close()


class _Hashed:
    """A source that is hashed as it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        piece = self.source.read(size)
        self.digest.update(piece)
        return piece


def check(place: Path) -> dict[str, Any]:
    """Return the manifest of an archive whose every byte is as the site wrote it; nothing is unpacked.

    Raises:
        ArchiveError: when it is truncated, corrupt, of another site, or holds what the manifest does not name.
    """
    found, kept = {}, {MANIFEST: b"", SIGNATURE: b""}
    with _readable():
        for name, stream, size in members(place):
            if name in kept:
                kept[name] = stream.read()
            else:
                found[name] = {"size": size, "sha256": hashlib.file_digest(stream, "sha256").hexdigest()}
    if not is_signed(PURPOSE, kept[MANIFEST], kept[SIGNATURE].decode(errors="replace")):
        raise ArchiveError("the backup was not signed by this site's key, or it is not whole")
    manifest: dict[str, Any] = json.loads(kept[MANIFEST])
    wrong = sorted(name for name in {*found, *manifest["members"]} if found.get(name) != manifest["members"].get(name))
    if wrong:
        raise ArchiveError(f"the backup is corrupt: {wrong[0]}" + (f" and {len(wrong) - 1} more" * (len(wrong) > 1)))
    return manifest


def members(place: Path) -> Iterator[tuple[str, io.BufferedReader, int]]:
    """Yield name, bytes and size of each member in turn.

    Raises:
        ArchiveError: when the file is no whole archive, or holds anything but plain files under plain names.
    """
    with _readable(), tarfile.open(place, "r:") as tar:
        for info in tar:
            stream = tar.extractfile(info)
            if stream is None or PurePosixPath(info.name).is_absolute() or ".." in PurePosixPath(info.name).parts:
                raise ArchiveError(f"the backup holds what is no plain file: {info.name}")
            with closing(stream):
                yield info.name, cast("io.BufferedReader", stream), info.size


@contextmanager
def _readable() -> Iterator[None]:
    """Say in a line that an archive cannot be read."""
    try:
        yield
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise ArchiveError(f"the backup cannot be read: {error}") from error


@contextmanager
def written_whole(place: Path) -> Iterator[Path]:
    """Yield a name beside the place, which becomes the place once all is written and on the disk."""
    part = place.with_name(f".{place.name}.part")
    try:
        yield part
        with part.open("rb+") as done:
            os.fsync(done.fileno())
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
