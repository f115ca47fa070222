"""Files that are whole or not there: written under another name, flushed to the disk, then renamed."""

import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

LEFTOVER = ".part"


def write_whole(path: Path, chunks: Iterable[bytes], *, flush: bool = True) -> None:
    """Write a file so that a full disk, a kill or a power cut leaves the old one, the new one or none, never a part.

    What is no plain file, such as a pipe, is written to as it is.

    Raises:
        OSError: when it cannot be written; nothing is left behind then.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            file.writelines(chunks)
        return
    part = write_aside(path.parent, lambda file: file.writelines(chunks), flush=flush)
    part.chmod(path.stat().st_mode if path.exists() else _mode_of_new_files())
    move_whole(part, path.resolve(), flush=flush)


def _mode_of_new_files() -> int:
    """Return who may read and write a new file here."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def write_aside(
    folder: Path, write: Callable[[IO[bytes]], object], *, flush: bool = True, prefix: str | None = None
) -> Path:
    """Return a new file in a folder with what the function wrote, on the disk whole.

    Args:
        folder: where it waits for its name.
        write: writes it.
        flush: whether it is brought to the disk.
        prefix: what its name begins with, so that whoever killed or outlived its writer finds it.

    Raises:
        OSError: when it cannot be written; nothing is left behind then.
    """
    number, name = tempfile.mkstemp(suffix=LEFTOVER, prefix=prefix, dir=folder)
    try:
        with os.fdopen(number, "wb") as file:
            write(file)
            file.flush()
            if flush:
                os.fsync(number)
    except BaseException:
        forget(Path(name))
        raise
    return Path(name)


def move_whole(part: Path, path: Path, *, flush: bool = True) -> None:
    """Give a whole file its name, in place of what stands there.

    Raises:
        OSError: when it cannot be renamed; the file is removed then.
    """
    try:
        part.replace(path)
        if flush:
            flush_folder(path.parent)
    except BaseException:
        forget(part)
        raise


def make_folder(folder: Path, *, flush: bool = True) -> None:
    """Make a folder and those above it, so that they outlive a power cut."""
    if folder.is_dir():
        return
    make_folder(folder.parent, flush=flush)
    folder.mkdir(exist_ok=True)
    if flush:
        flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Bring a folder's list of names to the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def forget(path: Path) -> None:
    """Remove a file that may be gone already."""
    with suppress(OSError):
        path.unlink()
