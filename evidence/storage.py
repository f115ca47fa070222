"""A storage whose files are whole or not there, whatever fails while they are written."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from evidence.durable import LEFTOVER, make_folder, move_whole, write_aside

#: Where uploads wait, whole and under no name of theirs, until a row takes them.
WAITING = "incoming"


@deconstructible(path="evidence.storage.DurableStorage")
class DurableStorage(FileSystemStorage):
    """Files in a folder; a name stands for its content, so that saving it again writes it anew.

    Args:
        flush: whether a file is brought to the disk before it counts as saved; off only where nothing need outlive
            a power cut, as in tests.
    """

    def __init__(self, *args: Any, flush: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.flush = flush

    def waiting_folder(self) -> Path:
        """Return the folder on the same disk where files wait for their name."""
        folder = Path(self.location) / WAITING
        make_folder(folder, flush=self.flush)
        return folder

    def adopt(self, part: Path, name: str) -> None:
        """Give a waiting file its name.

        Raises:
            OSError: when it cannot be renamed; the file is removed then.
        """
        if self.file_permissions_mode is not None:
            part.chmod(self.file_permissions_mode)
        move_whole(part, Path(self.path(name)), flush=self.flush)

    def make_folder_of(self, name: str) -> None:
        """Make the folder that a name stands in."""
        make_folder(Path(self.path(name)).parent, flush=self.flush)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name itself: what stands there is replaced."""
        return name

    def _save(self, name: str, content: File) -> str:
        """Write a file whole."""
        self.make_folder_of(name)
        part = write_aside(self.waiting_folder(), lambda file: file.writelines(content.chunks()), flush=self.flush)
        self.adopt(part, name)
        return name

    def names(self) -> Iterator[str]:
        """Yield the names of all files but those that wait."""
        root = Path(self.location)
        for path in root.rglob("*"):
            name = path.relative_to(root)
            if path.is_file() and name.parts[0] != WAITING:
                yield name.as_posix()

    def is_older(self, name: str, seconds: float) -> bool:
        """Return whether a file was written longer ago than that."""
        return Path(self.path(name)).stat().st_mtime < time.time() - seconds

    def leftovers(self, seconds: float) -> list[Path]:
        """Return the files of killed requests: those that have waited longer than that."""
        names = [path for path in self.waiting_folder().iterdir() if path.suffix == LEFTOVER]
        return [path for path in names if path.stat().st_mtime < time.time() - seconds]
