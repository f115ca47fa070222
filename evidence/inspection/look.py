"""Tells a file's kind by its first bytes and looks at it as that kind."""

import re
from typing import IO

from evidence.inspection.documents import archive_kind, pdf_kind
from evidence.inspection.ole import OLE_MAGIC, ole_kind
from evidence.inspection.pictures import picture_format, take_picture
from evidence.inspection.verdict import NotKeptError, Verdict

HEAD = 4096
#: How the libraries of pictures say that they were given too little.
SHORT_OF_MEMORY = re.compile(r"memory|alloc", re.IGNORECASE)
#: Kinds that people send and that are not kept, named so that nobody wonders.
FOREIGN = {
    "video": re.compile(rb"....ftyp|\x1a\x45\xdf\xa3|RIFF....AVI |\x00\x00\x01[\xb0-\xbf]|FLV\x01", re.DOTALL),
    "sound": re.compile(rb"ID3|\xff[\xfb\xf3\xf2]|RIFF....WAVE|OggS|fLaC|#!AMR", re.DOTALL),
    "archive": re.compile(rb"Rar!|7z\xbc\xaf\x27\x1c|\x1f\x8b|BZh|\xfd7zXZ"),
    "program": re.compile(rb"MZ|\x7fELF|#!|\xca\xfe\xba\xbe"),
    "markup": re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype|html|head|body|script|svg|\?xml)", re.IGNORECASE),
}


def look(file: IO[bytes], *, name: str, max_pixels: int) -> Verdict:
    """Return what a file is, and the picture anew where it is one.

    Args:
        file: the upload, at its beginning; it can seek.
        name: its name, believed only where an old Office file does not say which of three kinds it is.
        max_pixels: how many pixels a picture may have.

    Raises:
        NotKeptError: when it is broken, demands too much, or is of a kind that is not kept.
    """
    try:
        return _look(file, name, max_pixels)
    except NotKeptError:
        raise
    except Exception as error:
        is_short = isinstance(error, MemoryError) or SHORT_OF_MEMORY.search(str(error))
        raise NotKeptError("demanding" if is_short else "broken") from None


def _look(file: IO[bytes], name: str, max_pixels: int) -> Verdict:
    """Look at the file as what its first bytes say it is."""
    head = file.read(HEAD)
    file.seek(0)
    if not head:
        raise NotKeptError("empty")
    if kind := picture_format(head):
        return take_picture(file, kind, head, max_pixels)
    if head.startswith(b"PK\x03\x04"):
        return Verdict(archive_kind(file))
    if head.startswith(OLE_MAGIC):
        return Verdict(ole_kind(file.read(), name))
    if b"%PDF-" in head[:1024]:
        return Verdict(pdf_kind(file))
    raise NotKeptError(next((kind for kind, magic in FOREIGN.items() if magic.match(head)), "unknown"))
