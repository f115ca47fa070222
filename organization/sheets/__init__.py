"""Reading the sheets that offices keep: safely, with the sheet's own row numbers, whole or not at all."""

from organization.sheets.reading import Sheet, SheetError, read_sheet
from organization.sheets.results import ImportResult, RowError
from organization.sheets.values import (
    CellError,
    Column,
    one_of,
    read_date,
    read_list,
    read_name,
    read_number,
    read_text,
)

__all__ = [
    "CellError",
    "Column",
    "ImportResult",
    "RowError",
    "Sheet",
    "SheetError",
    "one_of",
    "read_date",
    "read_list",
    "read_name",
    "read_number",
    "read_sheet",
    "read_text",
]
