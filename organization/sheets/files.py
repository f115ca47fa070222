"""A file as it was handed in, and its sheets as a process of its own reads them, or the reason why not."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.sheets.results import RowError, SheetError, quoted
from organization.sheets.values import cell_of
from organization.workbooks.limits import MAX_ANSWER_BYTES, MAX_BYTES

WAIT_SECONDS = 20
#: What a refusal of the reading process says.
REASONS: dict[str, "str | Promise"] = {
    "broken": gettext_lazy("This is no Excel workbook (.xlsx), or it is broken."),
    "empty": gettext_lazy("The file is empty."),
    "entities": gettext_lazy("The file declares XML entities, which no sheet needs."),
    "html": gettext_lazy("This is a web page under another name."),
    "no text": gettext_lazy("This is no text in UTF-8 or GBK."),
    "no workbook": gettext_lazy("This is no Excel workbook (.xlsx)."),
    "ods": gettext_lazy("This is an OpenDocument sheet (.ods)."),
    "password": gettext_lazy("The file is protected by a password. Please remove it and save it again."),
    "pdf": gettext_lazy("This is a PDF. Please send the sheet that it was made from."),
    "text": gettext_lazy("This is a text file under another name. A table as text must be named .csv."),
    "too long": gettext_lazy("The file takes too long to read."),
    "too much": gettext_lazy("The file holds more than a roster or ledger can."),
    "unpacks too large": gettext_lazy("The file unpacks to more than a roster or ledger can hold."),
    "xls": gettext_lazy("This is a sheet of old Excel (.xls)."),
    "xlsb": gettext_lazy("This is a binary Excel workbook (.xlsb)."),
    "xml": gettext_lazy("This is an XML file and no workbook."),
}
TO_SAVE_ANEW = ("html", "ods", "xls", "xlsb", "xml")


@dataclass(frozen=True)
class SheetFile:
    """A file under the name it was handed in with."""

    name: str
    content: bytes

    @classmethod
    def at(cls, path: Path) -> Self:
        """Return the file at a path.

        Raises:
            SheetError: when it cannot be opened, or is too large to be read.
        """
        try:
            with path.open("rb") as file:
                return cls.of(path.name, file)
        except OSError as error:
            raise refusal(_("The file cannot be opened: %(reason)s.") % {"reason": error.strerror}) from error

    @classmethod
    def of(cls, name: str, file: Any) -> Self:
        """Return what stands in an open file.

        Raises:
            SheetError: when it is too large to be read; no more than the largest is taken into memory.
        """
        content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise refusal(_("The file is larger than %(size)s MB.") % {"size": MAX_BYTES // 1024 // 1024})
        return cls(name, content)


@dataclass(frozen=True)
class RawSheet:
    """One sheet: filled cells by row and column, both counted from 0."""

    name: str
    rows: dict[int, dict[int, Any]]
    merged: list[tuple[int, int, int, int]]
    is_hidden: bool = False
    is_chart: bool = False
    is_too_large: bool = False
    has_pictures: bool = False
    has_comments: bool = False

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Self:
        """Return a sheet as the reading process tells it."""
        return cls(
            name=quoted(answer["name"]),
            rows={row: {place: cell_of(cell) for place, cell in cells} for row, cells in answer["rows"]},
            merged=[tuple(corners) for corners in answer["merged"]],
            is_hidden=answer["hidden"],
            is_chart=answer.get("chart", False),
            is_too_large=answer["long"] or answer["wide"],
            has_pictures=answer.get("pictures", False),
            has_comments=answer.get("comments", False),
        )


def refusal(message: str) -> SheetError:
    """Return an error about the whole file."""
    return SheetError(RowError(None, "", message))


def sheets_of(file: SheetFile) -> list[RawSheet]:
    """Return a file's sheets in order.

    Raises:
        SheetError: saying what the file is instead, or that it is broken, hostile or too large.
    """
    answer = _answer(file)
    if reason := answer.get("refused"):
        raise _refused(reason)
    return [RawSheet.of(sheet) for sheet in answer["sheets"]]


def _refused(reason: str) -> SheetError:
    """Return the refusal of a reason, with what to do where something can be done."""
    words = str(REASONS.get(reason, REASONS["broken"]))
    if reason in TO_SAVE_ANEW:
        anew = _("%(what)s Please open it in Excel or WPS and save it as “Excel workbook (.xlsx)”.")
        words = anew % {"what": words}
    return refusal(words)


def _answer(file: SheetFile) -> dict[str, Any]:
    """Run the reading process and return what it says; the file and the answer never have a name on any disk."""
    command = [sys.executable, "-E", "-S", "-m", "organization.workbooks", file.name]
    with _nameless("sheet") as given, _nameless("cells") as told:
        given.write(file.content)
        given.seek(0)
        try:
            done = subprocess.run(  # noqa: S603 - our own module; the name is only looked at
                command, cwd=settings.BASE_DIR, env={}, stdin=given, stdout=told, stderr=subprocess.DEVNULL,
                timeout=WAIT_SECONDS, check=False,
            )  # fmt: skip
        except (subprocess.TimeoutExpired, ValueError):
            return {"refused": "too long"}
        if done.returncode:
            return {"refused": "too long" if done.returncode < 0 else "too much"}
        told.seek(0)
        return _parsed(told.read(MAX_ANSWER_BYTES + 1))


def _parsed(text: bytes) -> dict[str, Any]:
    """Return the answer, or a refusal for one that is cut."""
    try:
        return json.loads(text)
    except ValueError:
        return {"refused": "too much"}


def _nameless(name: str) -> IO[bytes]:
    """Return an empty file that lives in memory and is gone with the process, whatever ends it."""
    make: Callable[[str], int] | None = getattr(os, "memfd_create", None)
    return os.fdopen(make(name), "w+b", buffering=0) if make else tempfile.TemporaryFile(buffering=0)
