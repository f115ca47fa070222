"""An Excel workbook (.xlsx): its sheets in order, which of them are hidden, and their cells."""

from typing import Any

from organization.workbooks.formats import Format
from organization.workbooks.limits import MAX_CELLS, MAX_CHARACTERS, MAX_SHEETS, RefusedFileError
from organization.workbooks.package import Attributes, Package, Reader
from organization.workbooks.worksheet import Book, Worksheet, unescaped

WORKBOOK = "xl/workbook.xml"


def read_xlsx(content: bytes) -> list[dict[str, Any]]:
    """Return each sheet as {"name", "hidden", "long", "wide", "rows": [[row, {column: cell}]], "merged", …}.

    Raises:
        RefusedFileError: when it is no workbook, or holds too much.
    """
    package = Package(content)
    main = _main_part(package)
    relations = package.relations(main)
    index = _Index()
    package.parse(main, index)
    book = _book(package, relations, index)
    return [_sheet(package, book, (name, state), relations.get(key, ("", ""))) for name, state, key in index.sheets]


def _main_part(package: Package) -> str:
    """Return the part that lists the sheets."""
    named = [path for kind, path in package.relations("").values() if kind == "officeDocument"]
    main = next((path for path in named if path in package), WORKBOOK)
    if main.endswith(".bin"):
        raise RefusedFileError("xlsb")
    if main not in package:
        raise RefusedFileError("ods" if "content.xml" in package else "no workbook")
    return main


def _book(package: Package, relations: dict[str, tuple[str, str]], index: "_Index") -> Book:
    """Return what the sheets share: texts, formats, and from which day they count."""
    book = Book()
    book.is_1904, book.calculates_on_load = index.is_1904, index.calculates_on_load
    parts = dict(relations.values())
    strings, styles = _Strings(), _Styles()
    package.parse(parts.get("sharedStrings", ""), strings)
    package.parse(parts.get("styles", ""), styles)
    if not strings.found and "xl/sharedStrings.xml" in package:
        package.parse("xl/sharedStrings.xml", strings)
    book.strings, book.formats = strings.found, styles.formats()
    return book


def _sheet(package: Package, book: Book, said: tuple[str, str], part: tuple[str, str]) -> dict[str, Any]:
    """Return one sheet by its name and state, and its kind and part; a hidden one, or a chart, is only named."""
    (name, state), (kind, path) = said, part
    sheet = Worksheet(book)
    is_hidden = state not in ("", "visible")
    if kind in ("worksheet", ""):
        if path not in package:
            raise RefusedFileError("broken")
        if not is_hidden:
            package.parse(path, sheet)
    return {
        "name": name,
        "hidden": is_hidden,
        "chart": kind not in ("worksheet", ""),
        "long": sheet.is_too_long,
        "wide": sheet.is_too_wide,
        "pictures": sheet.has_pictures,
        "comments": sheet.has_comments,
        "rows": sorted((row, sorted(cells.items())) for row, cells in sheet.rows.items()),
        "merged": sheet.merged,
    }


class _Index(Reader):
    """Hears the workbook's list of sheets."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, str]] = []
        self.is_1904 = self.calculates_on_load = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Keep name, state and relation of each sheet.

        Raises:
            RefusedFileError: for more sheets than any office keeps in one file.
        """
        if name == "sheet":
            if len(self.sheets) == MAX_SHEETS:
                raise RefusedFileError("too much")
            self.sheets.append((attributes.get("name", ""), attributes.get("state", ""), attributes.get("id", "")))
        elif name == "workbookPr":
            self.is_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "calcPr":
            self.calculates_on_load = attributes.get("fullCalcOnLoad") in ("1", "true")


class _Strings(Reader):
    """Hears the texts that the cells of a workbook share."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.pieces: list[str] = []
        self.is_text = self.is_phonetic = False
        self.characters = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """Begin a text, or leave out how one is read aloud."""
        if name == "si":
            self.pieces = []
        elif name == "rPh":
            self.is_phonetic = True
        elif name == "t":
            self.is_text = not self.is_phonetic

    def end(self, name: str) -> None:
        """Keep a text.

        Raises:
            RefusedFileError: for more texts than all cells may hold.
        """
        if name == "si":
            if len(self.found) == MAX_CELLS:
                raise RefusedFileError("too much")
            self.found.append(unescaped("".join(self.pieces)))
        elif name == "rPh":
            self.is_phonetic = False
        elif name == "t":
            self.is_text = False

    def text(self, text: str) -> None:
        """Hear a part of a text; formats within one are several parts.

        Raises:
            RefusedFileError: when there is more than all cells may hold.
        """
        if self.is_text:
            self.characters += len(text)
            if self.characters > MAX_CHARACTERS:
                raise RefusedFileError("too much")
            self.pieces.append(text)


class _Styles(Reader):
    """Hears the formats of a workbook's cells."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.used: list[str] = []
        self.is_cells = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Keep a format's code, and which format each style of a cell has."""
        if name == "numFmt":
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:255]
        elif name == "cellXfs":
            self.is_cells = True
        elif name == "xf" and self.is_cells:
            self.used.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        """Stop at the end of the cells' styles."""
        if name == "cellXfs":
            self.is_cells = False

    def formats(self) -> list[Format]:
        """Return the format of each style."""
        known = {key: _format(key, self.codes.get(key, "")) for key in dict.fromkeys(self.used)}
        return [known[key] for key in self.used]


def _format(key: str, code: str) -> Format:
    """Return the format of a number and a code."""
    is_number = key.isascii() and key.isdigit() and len(key) < 6
    return Format(-1 if code or not is_number else int(key), code)
