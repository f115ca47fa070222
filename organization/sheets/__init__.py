"""Reading the sheets that offices keep: safely, with the sheet's own row numbers, whole or not at all."""

from organization.sheets.files import SheetFile
from organization.sheets.reading import Book, Record, read_book
from organization.sheets.results import (
    CellChange,
    Change,
    ImportResult,
    RowError,
    SheetError,
    State,
    Trace,
    Unread,
    quoted,
)
from organization.sheets.values import (
    CellError,
    Column,
    Month,
    UnknownWordError,
    plain_word,
    read_date,
    read_list,
    read_number,
    read_text,
)
from organization.sheets.vocabulary import Synonyms, Vocabulary, read_with, register

__all__ = [
    "Book",
    "CellChange",
    "CellError",
    "Change",
    "Column",
    "ImportResult",
    "Month",
    "Record",
    "RowError",
    "SheetError",
    "SheetFile",
    "State",
    "Synonyms",
    "Trace",
    "UnknownWordError",
    "Unread",
    "Vocabulary",
    "plain_word",
    "quoted",
    "read_book",
    "read_date",
    "read_list",
    "read_number",
    "read_text",
    "read_with",
    "register",
]
