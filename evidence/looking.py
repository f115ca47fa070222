"""An upload is looked at once, before anything is written under its hash: what came of it stays on the upload.

What a file is, a process of its own finds out (evidence/inspection/), with little memory and time. What is to be kept
waits on the disk, whole, until a row takes it.
"""

import hashlib
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import UploadedFile

from evidence.durable import forget, write_aside
from evidence.inspection.look import look
from evidence.inspection.verdict import NotKeptError
from evidence.refusals import refusal
from evidence.storage import DurableStorage
from evidence.uploads import BoundedUpload

logger = logging.getLogger(__name__)
#: How many files one field of a form brings at most.
MAX_FILES = 9
CHUNK = 1 << 16
#: Of a web process's requests, so many have a file looked at at one time; the others wait.
AT_ONCE = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Waiting:
    """A file that waits on the disk, whole, until it is given its name."""

    part: Path
    sha256: str
    size: int


@dataclass(frozen=True)
class Accepted:
    """What may be kept of an upload, and what it is."""

    media_type: str
    file: Waiting
    thumbnail: Waiting | None = None

    def forget(self) -> None:
        """Remove what waits; what a row took has its own name by then."""
        for waiting in (self.file, self.thumbnail):
            if waiting:
                forget(waiting.part)


def look_at(upload: UploadedFile) -> Accepted:
    """Return what is to be kept of an upload; the second time, what came of the first.

    Raises:
        ValidationError: when the file is not kept, with the reason.
    """
    if not hasattr(upload, "look"):
        upload.look = _first_look(upload)  # type: ignore[attr-defined]
    came_of_it = cast("Accepted | ValidationError", upload.look)  # type: ignore[attr-defined]
    if isinstance(came_of_it, ValidationError):
        raise came_of_it
    return came_of_it


def forget_look(upload: UploadedFile) -> None:
    """Remove what waits of an upload; it would be looked at anew."""
    if isinstance(came_of_it := upload.__dict__.pop("look", None), Accepted):
        came_of_it.forget()


def _first_look(upload: UploadedFile) -> Accepted | ValidationError:
    """Return what is to be kept, or the refusal."""
    try:
        return accept(upload)
    except ValidationError as refused:
        return refused


def accept(upload: File) -> Accepted:
    """Return what is to be kept of an upload, looked at in a process of its own.

    Raises:
        ValidationError: when the file is empty, too large, broken, or of a kind that is not kept, or the disk is full.
    """
    limit = settings.EVIDENCE_MAX_BYTES
    if upload.size > limit:
        raise refusal(upload, "size", limit=limit // (1024 * 1024))
    if isinstance(upload, BoundedUpload) and not upload.is_whole:
        raise refusal(upload, "unstored")
    try:
        with AT_ONCE, _on_disk(upload) as file:
            return _inspected(file, upload.name or "")
    except NotKeptError as refused:
        raise refusal(upload, refused.code, **refused.params) from None
    except OSError:
        logger.exception("An upload could not be stored")
        raise refusal(upload, "unstored") from None


def accept_bytes(content: bytes, name: str) -> Accepted:
    """Return what is to be kept of bytes that a command or document made.

    Raises:
        ValidationError: as for an upload.
    """
    upload = ContentFile(content, name=name)
    if len(content) > settings.EVIDENCE_MAX_BYTES:
        raise refusal(upload, "size", limit=settings.EVIDENCE_MAX_BYTES // (1024 * 1024))
    file = io.BytesIO(content)
    try:
        verdict = look(file, **_limits(name))
        pictures = io.BytesIO(verdict.picture + verdict.thumbnail)
        return _waiting(verdict.media_type, [len(verdict.picture), len(verdict.thumbnail)], pictures, file)
    except NotKeptError as refused:
        raise refusal(upload, refused.code, **refused.params) from None
    except OSError:
        logger.exception("A file could not be stored")
        raise refusal(upload, "unstored") from None


def accept_table(content: bytes, name: str) -> Accepted:
    """Return what is to be kept of a table as text that was read into rows already: all of it, as it is.

    Raises:
        ValidationError: when the disk is full.
    """
    try:
        return Accepted("text/csv", _write(io.BytesIO(content), None))
    except OSError:
        logger.exception("A file could not be stored")
        raise refusal(ContentFile(content, name=name), "unstored") from None


def _limits(name: str) -> dict[str, Any]:
    """Return what a look needs to know besides the bytes."""
    return {"name": name[-20:], "max_pixels": settings.EVIDENCE_MAX_PIXELS}


@contextmanager
def _on_disk(upload: File) -> Iterator[IO[bytes]]:
    """Yield the upload at its beginning as a file of the system, which a process can inherit."""
    if isinstance(upload, BoundedUpload):
        upload.seek(0)
        yield cast("IO[bytes]", upload.file)
    else:
        with tempfile.TemporaryFile() as copy:
            copy.writelines(upload.chunks())
            copy.seek(0)
            yield copy


def _inspected(file: IO[bytes], name: str) -> Accepted:
    """Have a file looked at, and write what is to be kept of it.

    Raises:
        NotKeptError: when it is not kept.
        OSError: when it could not be written.
    """
    command = [sys.executable, "-m", "evidence.inspection", json.dumps(_limits(name))]
    with subprocess.Popen(  # noqa: S603 - our own module; the argument is JSON of ours
        command,
        cwd=settings.BASE_DIR,
        env=_environment(),
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        output = cast("IO[bytes]", process.stdout)
        try:
            said = json.loads(output.readline(CHUNK) or _stopped(process))
            if "refused" in said:
                raise NotKeptError(said["refused"], **said["params"])
            return _waiting(said["media_type"], said["sizes"], output, file)
        finally:
            process.kill()  # it has said all it had to say, or is no longer listened to


def _stopped(process: subprocess.Popen[bytes]) -> str:
    """Return what is said of a file whose process ended without a word; the log says how, for the operator."""
    logger.warning("The process that looks at an upload ended with %s", process.wait())
    return '{"refused": "demanding", "params": {}}'


def _environment() -> dict[str, str]:
    """Return what a process that looks at a file is told: where libraries lie, and no secret of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "MALLOC_ARENA_MAX": "1"}


def _waiting(media_type: str, sizes: list[int], pictures: IO[bytes], file: IO[bytes]) -> Accepted:
    """Write what is to be kept: the picture and its thumbnail one after the other, or the file as it came."""
    if not sizes[0]:
        file.seek(0)
        return Accepted(media_type, _write(file, None))
    picture = _write(pictures, sizes[0])
    try:
        return Accepted(media_type, picture, _write(pictures, sizes[1]))
    except BaseException:
        forget(picture.part)
        raise


def _write(source: IO[bytes], size: int | None) -> Waiting:
    """Write so many bytes, or all there are, to a file that waits, and return it with their hash.

    Raises:
        NotKeptError: when there are fewer: the process was stopped in the middle.
        OSError: when they cannot be written.
    """
    digest, done = hashlib.sha256(), 0

    def copy(target: IO[bytes]) -> None:
        nonlocal done
        while chunk := source.read(CHUNK if size is None else min(CHUNK, size - done)):
            digest.update(chunk)
            target.write(chunk)
            done += len(chunk)
        if size is not None and done < size:
            raise NotKeptError("demanding")

    storage = evidence_storage()
    flush = storage.flush if isinstance(storage, DurableStorage) else False
    part = write_aside(_waiting_folder(storage), copy, flush=flush)
    return Waiting(part, digest.hexdigest(), done)


def _waiting_folder(storage: Storage) -> Path:
    """Return where files wait: on the storage's own disk, or a temporary folder where it has none."""
    return storage.waiting_folder() if isinstance(storage, DurableStorage) else Path(tempfile.gettempdir())


def evidence_storage() -> Storage:
    """Return the storage that is never served by itself."""
    return storages["evidence"]


def put(waiting: Waiting, name: str) -> None:
    """Give a file that waits its name in the storage, in place of what stands there, whole or not.

    Raises:
        OSError: when that fails.
    """
    storage = evidence_storage()
    if isinstance(storage, DurableStorage):
        storage.make_folder_of(name)
        storage.adopt(waiting.part, name)
        return
    with waiting.part.open("rb") as file:
        storage.save(name, File(file))
    forget(waiting.part)
