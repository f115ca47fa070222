"""A csv file, in UTF-8, UTF-16 or the Chinese GBK that Excel writes."""

import codecs
import csv
import io
from typing import Any

from organization.workbooks.limits import MAX_CELL, MAX_COLUMNS, MAX_ROWS, ROWS_OF_A_LONG_SHEET, RefusedFileError
from organization.workbooks.worksheet import Budget

SIGNED = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
MARKS = ",\t;，"


def read_csv(content: bytes) -> list[dict[str, Any]]:
    """Return the one sheet that a csv file is.

    Raises:
        RefusedFileError: when it is no text, or no table.
    """
    text = _decoded(content)
    first = text.lstrip("\r\n").partition("\n")[0]
    mark = max(MARKS, key=first.count)
    csv.field_size_limit(MAX_CELL)
    rows: list[tuple[int, list[tuple[int, str]]]] = []
    budget, is_long, is_wide = Budget(), False, False
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    line = 1
    for values in reader:
        cells = [(column, value) for column, value in enumerate(values) if value.strip()]
        is_long, is_wide = line > MAX_ROWS, bool(cells) and cells[-1][0] >= MAX_COLUMNS
        if is_long or is_wide:
            rows = rows[:ROWS_OF_A_LONG_SHEET]
            break
        for _column, value in cells:
            budget.spend(value)
        if cells:
            rows.append((line - 1, cells))
        line += 1
    return [{"name": "", "hidden": False, "long": is_long, "wide": is_wide, "rows": rows, "merged": []}]


def _decoded(content: bytes) -> str:
    """Return the text of a file.

    Raises:
        RefusedFileError: when it is written in no way that is known.
    """
    signed = [encoding for mark, encoding in SIGNED if content.startswith(mark)]
    for encoding in signed or ["utf-8", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RefusedFileError("no text")
