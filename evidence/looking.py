"""An upload is looked at once, before anything is written: what came of it stays on the upload."""

from typing import cast

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from evidence.sniffing import Accepted, accept

#: How many files one field of a form brings at most.
MAX_FILES = 9


def look_at(upload: UploadedFile) -> Accepted:
    """Return what is to be kept of an upload; the second time, what came of the first.

    Raises:
        ValidationError: when the file is not kept, with the reason.
    """
    if not hasattr(upload, "look"):
        upload.look = _first_look(upload)  # type: ignore[attr-defined]
    look = cast("Accepted | ValidationError", upload.look)  # type: ignore[attr-defined]
    if isinstance(look, ValidationError):
        raise look
    return look


def _first_look(upload: UploadedFile) -> Accepted | ValidationError:
    """Return what is to be kept, or the refusal."""
    try:
        return accept(upload)
    except ValidationError as refusal:
        return refusal
