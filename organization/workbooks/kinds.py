"""What a file is, by its first bytes and by the name it came under."""

from typing import Any

from organization.workbooks.delimited import read_csv
from organization.workbooks.limits import RefusedFileError
from organization.workbooks.xlsx import read_xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TEXT_ENDINGS = (".csv", ".txt", ".tsv")


def read_file(content: bytes, name: str) -> list[dict[str, Any]]:
    """Return the sheets of a file.

    Args:
        content: the file's bytes.
        name: the name it came under; only a .csv file is read as text.

    Raises:
        RefusedFileError: saying what it is instead.
    """
    if not content:
        raise RefusedFileError("empty")
    if content.startswith(OLE):
        raise RefusedFileError("password" if "EncryptedPackage".encode("utf-16-le") in content else "xls")
    if content.startswith(b"PK"):
        return read_xlsx(content)
    start = content[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if content.startswith(b"%PDF"):
        raise RefusedFileError("pdf")
    if start.startswith(b"<") and (b"<html" in start or b"<table" in start or b"<!doctype html" in start):
        raise RefusedFileError("html")
    if start.startswith(b"<?xml"):
        raise RefusedFileError("xml")
    if name.lower().endswith(TEXT_ENDINGS):
        return read_csv(content)
    raise RefusedFileError("text" if _is_text(content) else "no workbook")


def _is_text(content: bytes) -> bool:
    """Return whether a file under another name reads like text."""
    start = content[:1024]
    return not any(byte < 9 for byte in start)
