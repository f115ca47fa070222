"""Uploads as they arrive: to the disk, never to memory, and no further than one file may be."""

import logging
import tempfile
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

logger = logging.getLogger(__name__)


class BoundedUpload(UploadedFile):
    """A file as it arrived; its size is the whole one, though no more was written than one file may have."""

    def __init__(self, *args: Any, is_whole: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_whole = is_whole


class BoundedUploadHandler(FileUploadHandler):
    """Writes each file to the disk while it arrives, and reads past what is more than the limit.

    The rest of the form is read as ever, so that its answer can show all that was typed.
    """

    file: IO[bytes] | None = None
    written = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file; no part of its name comes from the sender."""
        super().new_file(*args, **kwargs)
        self.written = 0
        try:
            self.file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - closed by its upload
        except OSError:
            self._give_up()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write what arrives, up to one byte past the limit."""
        room = settings.UPLOAD_MAX_BYTES + 1 - start
        if self.file is None or room <= 0:
            return
        try:
            self.file.write(raw_data[:room])
            self.written += len(raw_data[:room])
        except OSError:
            self._give_up()

    def file_complete(self, file_size: int) -> BoundedUpload:
        """Return the upload."""
        is_whole = self.file is not None and self._is_flushed() and self.written == file_size
        file = self.file if self.file is not None else tempfile.SpooledTemporaryFile()  # noqa: SIM115
        self.file = None
        file.seek(0)
        return BoundedUpload(
            file,
            self.file_name,
            self.content_type,
            file_size,
            self.charset,
            self.content_type_extra,
            is_whole=is_whole,
        )

    def upload_interrupted(self) -> None:
        """Close what was begun; it has no name on the disk."""
        if self.file is not None:
            self.file.close()

    def _is_flushed(self) -> bool:
        """Return whether all of it reached the disk."""
        try:
            self.file.flush()  # type: ignore[union-attr]
        except OSError:
            self._give_up()
            return False
        return True

    def _give_up(self) -> None:
        """Keep no more of a file that the disk does not take."""
        logger.exception("An upload could not be received")
        self.file = None
