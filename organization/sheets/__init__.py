"""Reading the sheets that offices keep: safely, with the sheet's own row numbers, whole or not at all."""

from organization.sheets.files import RawSheet, SheetFile, sheets_of
from organization.sheets.headings import REASONS, Headings, find_headings
from organization.sheets.reading import EXAMPLE, Book, Record, book_of, read_book
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
    Fault,
    Month,
    Number,
    UnknownWordError,
    plain_word,
    read_date,
    read_list,
    read_number,
    read_text,
)
from organization.sheets.vocabulary import Synonyms, Vocabulary, read_with, register

__all__ = [
    "EXAMPLE",
    "REASONS",
    "Book",
    "CellChange",
    "CellError",
    "Change",
    "Column",
    "Fault",
    "Headings",
    "ImportResult",
    "Month",
    "Number",
    "RawSheet",
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
    "book_of",
    "find_headings",
    "plain_word",
    "quoted",
    "read_book",
    "read_date",
    "read_list",
    "read_number",
    "read_text",
    "read_with",
    "register",
    "sheets_of",
]
