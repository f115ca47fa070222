"""Parses one workbook in a process of its own and prints it as JSON: `python -m organization.sheets.parsing FILE`.

A hostile file can then cost no more memory or time than the process may have, and takes nothing down with it.
"""

import datetime
import json
import resource
import sys
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

MAX_ROWS, MAX_COLUMNS = 20_000, 100
MEMORY, SECONDS = 1024 * 1024 * 1024, 20


def cell(value: Any) -> Any:
    """Return a cell as JSON can hold it; dates are marked as such."""
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()[:10]}
    return value if isinstance(value, str | float | int) else str(value)


def sheets_of(path: str) -> list[dict[str, Any]]:
    """Return name and rows of each sheet.

    Raises:
        ValueError: for a sheet with more rows or columns than any roster has.
    """
    workbook = CalamineWorkbook.from_path(path)
    sheets = []
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
            raise ValueError
        rows = [[cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
        sheets.append({"name": name, "rows": rows})
    return sheets


def main() -> int:
    """Print the workbook, or nothing and an exit code other than 0."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        print(json.dumps(sheets_of(sys.argv[1])))  # noqa: T201 - its output is its result
    except ValueError:
        return 3
    except (CalamineError, OSError, MemoryError):
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
