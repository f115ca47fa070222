"""The name that an upload is kept and sent under: one plain line, with the ending of what the file is."""

import re

from organization.text import LINE_BREAKS, REFUSED

NAME_LENGTH = 200
#: The endings of each kind that is kept; the first is given to a file that came with another.
ENDINGS = {
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "application/pdf": ("pdf",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "application/msword": ("doc", "wps"),
    "application/vnd.ms-excel": ("xls", "et"),
    "application/vnd.ms-powerpoint": ("ppt", "dps"),
    "application/ofd": ("ofd",),
    "text/csv": ("csv", "tsv", "txt"),
}
#: What looks like an ending: short, Latin, and no mere number such as the 12 of 2021.12.
ENDING = re.compile(r"\.(?=[0-9]*[a-z])[a-z0-9]{1,5}$", re.IGNORECASE)


def clean_name(name: str) -> str:
    """Return a device's file name as one plain line: it is shown and never used as a path."""
    plain = REFUSED.sub("", LINE_BREAKS.sub(" ", name)).replace("\\", "/").rsplit("/", 1)[-1].strip()
    return plain[-NAME_LENGTH:] or "file"


def named_as(name: str, media_type: str) -> str:
    """Return a plain name that ends as its kind does, whatever ending it came with."""
    plain = clean_name(name)
    endings = ENDINGS.get(media_type, ())
    if not endings or plain.lower().endswith(tuple(f".{ending}" for ending in endings)):
        return plain
    stem = ENDING.sub("", plain).rstrip(". ") or "file"
    return f"{stem[: NAME_LENGTH - 1 - len(endings[0])]}.{endings[0]}"
