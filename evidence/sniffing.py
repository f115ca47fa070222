"""What an upload really is: decided by its content, stripped of what it should not tell, or refused in plain words."""

import io
import warnings
import zipfile
from dataclasses import dataclass
from typing import Any

import puremagic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

register_heif_opener()

PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/jpeg", "GIF": "image/png"}
OFFICE_FILES = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
ACCEPTED_EXTENSIONS = ".jpg,.jpeg,.png,.webp,.gif,.heic,.heif,.pdf,.docx,.xlsx,.pptx"
THUMBNAIL_EDGE = 480
MAX_ARCHIVE_ENTRIES = 5000


@dataclass(frozen=True)
class Accepted:
    """Bytes that may be kept, with what they are."""

    content: bytes
    media_type: str
    thumbnail: bytes | None = None


def accept(upload: File) -> Accepted:
    """Return the bytes to keep of an upload.

    Pictures are written anew, so that no GPS, name or date of the phone is left in them, turned upright, and HEIC
    becomes JPEG.

    Raises:
        ValidationError: when the file is empty, too large, broken, or of a kind that is not kept.
    """
    limit = settings.EVIDENCE_MAX_BYTES
    if upload.size > limit:
        raise _refusal(upload, _("it is larger than %(limit)s MB") % {"limit": limit // (1024 * 1024)})
    upload.seek(0)
    content = upload.read()
    if not content:
        raise _refusal(upload, _("it is empty"))
    if content.startswith(b"%PDF-"):
        return Accepted(content, "application/pdf")
    if content.startswith(b"PK"):
        return Accepted(content, _office_type(upload, content))
    if _is_picture(content):
        return _picture(upload, content)
    raise _refusal(upload, _("only pictures, PDF, Word, Excel and PowerPoint files are kept"))


def _refusal(upload: File, reason: object) -> ValidationError:
    """Return the error that names the file and the reason."""
    from evidence.models import clean_name  # noqa: PLC0415 - the model stands on this module

    return ValidationError(
        _("“%(name)s” was not taken: %(reason)s."), params={"name": clean_name(upload.name or ""), "reason": reason}
    )


def _is_picture(content: bytes) -> bool:
    """Return whether the first bytes are those of a picture."""
    try:
        return any(match.mime_type.startswith("image/") for match in puremagic.magic_string(content[:4096]))
    except puremagic.PureError:
        return False


def _office_type(upload: File, content: bytes) -> str:
    """Return the media type of a Word, Excel or PowerPoint file without macros."""
    try:
        names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    except zipfile.BadZipFile:
        raise _refusal(upload, _("the file is broken")) from None
    if len(names) > MAX_ARCHIVE_ENTRIES or any(name.endswith("vbaProject.bin") for name in names):
        raise _refusal(upload, _("files with macros are not kept"))
    for part, media_type in OFFICE_FILES.items():
        if part in names:
            return media_type
    raise _refusal(upload, _("only pictures, PDF, Word, Excel and PowerPoint files are kept"))


def _picture(upload: File, content: bytes) -> Accepted:
    """Write a picture anew, upright and without metadata."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content))
            if image.width * image.height > settings.EVIDENCE_MAX_PIXELS:
                raise _refusal(upload, _("the picture has too many pixels"))
            image.load()
            kind = image.format or ""
            upright = ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refusal(upload, _("the picture is broken or has too many pixels")) from None
    if kind not in PICTURES:
        raise _refusal(upload, _("only pictures, PDF, Word, Excel and PowerPoint files are kept"))
    media_type = PICTURES[kind]
    return Accepted(_encode(upright, media_type), media_type, _thumbnail(upright))


def _encode(image: Any, media_type: str) -> bytes:
    """Return the picture's bytes with nothing but the picture in them."""
    bare = image.convert("RGB" if media_type == "image/jpeg" else "RGBA" if "A" in image.getbands() else "RGB")
    bare.info = {}
    file = io.BytesIO()
    bare.save(file, media_type.removeprefix("image/").upper(), quality=90)
    return file.getvalue()


def _thumbnail(image: Any) -> bytes:
    """Return a small JPEG for lists on a phone."""
    small = image.convert("RGB")
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    small.info = {}
    file = io.BytesIO()
    small.save(file, "JPEG", quality=80)
    return file.getvalue()
