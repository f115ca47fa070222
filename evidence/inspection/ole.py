"""Old Office files (.doc, .xls, .ppt), kept as they are unless they hold macros or run something."""

import re

from evidence.inspection.verdict import NotKeptError

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORD, EXCEL, SLIDES = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"
#: The stream that each kind of document is kept in.
STREAMS = {"WordDocument": WORD, "Workbook": EXCEL, "Book": EXCEL, "PowerPoint Document": SLIDES}
BY_NAME = {"doc": WORD, "wps": WORD, "xls": EXCEL, "et": EXCEL, "ppt": SLIDES, "dps": SLIDES}
ENDS = "\x00".encode("utf-16-le")
#: A sheet of Excel 4.0 macros in the table of a workbook's sheets ([MS-XLS] 2.4.28, dt 1).
MACRO_SHEET = re.compile(rb"\x85\x00[\x08-\xff]\x00.{4}[\x00-\x02]\x01[\x01-\x1f][\x00\x01]", re.DOTALL)
#: A field of Word that starts another program, in either width of characters.
DDE_FIELD = re.compile(
    rb"\x13\s*DDE(AUTO)?\s|\x13\x00(\s\x00)*D\x00D\x00E\x00(A\x00U\x00T\x00O\x00)?\s\x00", re.IGNORECASE
)
#: A packed file of a kind that runs when it is opened.
RUNS = re.compile(
    rb"\.(exe|com|scr|hta|js|jse|vbs|vbe|wsf|bat|cmd|ps1|lnk|msi|dll|jar|chm)\x00|This program cannot be run",
    re.IGNORECASE,
)


def ole_kind(content: bytes, name: str) -> str:
    """Return the media type of an old Office file.

    Args:
        content: the whole file.
        name: its name, believed only where no directory says which of three kinds it is.

    Raises:
        NotKeptError: when it holds macros, is locked by a password, or is something else, such as an installer.
    """
    refuse_macros(content)
    if _has(content, "EncryptedPackage"):
        raise NotKeptError("password")
    for stream, kind in STREAMS.items():
        if _has(content, stream):
            return kind
    if _has(content, "Root Entry"):
        raise NotKeptError("unknown")
    try:
        return BY_NAME[name.rsplit(".", 1)[-1].lower()]
    except KeyError:
        raise NotKeptError("unknown") from None


def refuse_macros(content: bytes) -> None:
    """Refuse an old Office file, or an object inside a new one, that would run something when it is opened.

    Raises:
        NotKeptError: always where it would.
    """
    if any(_has(content, entry) for entry in ("_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros")):
        raise NotKeptError("macros")
    if MACRO_SHEET.search(content) and (_has(content, "Workbook") or _has(content, "Book")):
        raise NotKeptError("macros")
    if DDE_FIELD.search(content):
        raise NotKeptError("runs")
    if _has(content, "\x01Ole10Native") and RUNS.search(content):
        raise NotKeptError("runs")


def _has(content: bytes, entry: str) -> bool:
    """Return whether the directory has an entry: its name, UTF-16 and ended, fills 64 bytes with zeros."""
    return entry.encode("utf-16-le") + ENDS * 2 in content
