"""PDF, Word, Excel, PowerPoint and OFD files: kept as they are, unless they would run something."""

import re
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from evidence.inspection.ole import OLE_MAGIC, refuse_macros
from evidence.inspection.verdict import NotKeptError

MAX_ENTRIES = 5000
MAX_PART, MAX_UNPACKED, MAX_XML = 64 << 20, 256 << 20, 4 << 20
PDF_WITHIN = 1024
OPEN_XML = "application/vnd.openxmlformats-officedocument."
#: The content type of each kind's main part.
MAIN_PARTS = {
    f"{OPEN_XML}{kind}.main+xml": f"{OPEN_XML}{kind}"
    for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
}
CONTENT_TYPES = "[content_types].xml"
#: Content types of parts that hold macros, or controls that run.
ACTIVE = re.compile(r"macro|vba|activex|msword\.attachedtoolbars|x-msdownload", re.IGNORECASE)
#: Relations that load something from elsewhere when the document is opened.
LOADS = re.compile(r"/(attachedTemplate|oleObject|frame|subDocument|vbaProject|wordVbaData|control)$", re.IGNORECASE)
DDE = re.compile(r"\bDDE(AUTO)?\b", re.IGNORECASE)
WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
NESTED, CHUNK = 2, 1 << 16


def pdf_kind(file: IO[bytes]) -> str:
    """Return the media type of a PDF; what stands before its mark is a line of text at most.

    Raises:
        NotKeptError: when it is cut off, or is another kind of file that holds the mark of a PDF.
    """
    content = file.read()
    before = content[: content.index(b"%PDF-")].removeprefix(b"\xef\xbb\xbf")
    if b"<" in before or any(byte < 9 or 13 < byte < 32 or byte > 126 for byte in before) or before[:2] == b"MZ":
        raise NotKeptError("disguised")
    if b"%%EOF" not in content:
        raise NotKeptError("cut")
    return "application/pdf"


def archive_kind(file: IO[bytes], depth: int = 0) -> str:
    """Return the media type of a Word, Excel, PowerPoint or OFD file.

    Args:
        file: the archive.
        depth: inside how many other documents it stands.

    Raises:
        NotKeptError: when it holds macros or would run something, is locked, or is another kind of archive.
    """
    with zipfile.ZipFile(file) as archive:
        parts = _parts(archive)
        if CONTENT_TYPES in parts:
            return _office_kind(archive, parts, depth)
        if "ofd.xml" in parts:
            root = archive.read(_bounded(parts["ofd.xml"], MAX_XML))
            if b"ofdspec.org" in root:
                return "application/ofd"
    raise NotKeptError("opendocument" if "mimetype" in parts else "archive")


def _parts(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the parts by their name in small letters, as Office compares them."""
    entries = archive.infolist()
    parts = {entry.filename.replace("\\", "/").lstrip("/").lower(): entry for entry in entries}
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise NotKeptError("demanding")
    if len(parts) < len(entries):
        raise NotKeptError("broken")
    if any(entry.flag_bits & 1 for entry in entries):
        raise NotKeptError("password")
    return parts


def _bounded(entry: zipfile.ZipInfo, limit: int) -> zipfile.ZipInfo:
    """Return an entry that unpacks to no more than the limit: zipfile stops at the size that an entry names."""
    if entry.file_size > limit:
        raise NotKeptError("demanding")
    return entry


def _office_kind(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], depth: int) -> str:
    """Look at the content types, then at every part."""
    types = _content_types(archive.read(_bounded(parts[CONTENT_TYPES], MAX_XML)))
    if any(ACTIVE.search(content_type) for content_type in types.values()):
        raise NotKeptError("macros")
    kinds = {MAIN_PARTS[kind]: part for part, kind in types.items() if kind in MAIN_PARTS and part in parts}
    if len(kinds) != 1:
        raise NotKeptError("unknown")
    for name, entry in parts.items():
        with archive.open(_bounded(entry, MAX_PART)) as part:
            _look_at_part(name, part, depth)
    return next(iter(kinds))


def _content_types(content: bytes) -> dict[str, str]:
    """Return the content type of each part, and of each ending."""
    types = {}
    for name, attributes in elements(content):
        key = attributes.get("PartName", "").lstrip("/").lower() or f"*.{attributes.get('Extension', '')}"
        if name in ("Override", "Default"):
            types[key] = attributes.get("ContentType", "").lower()
    return types


def _look_at_part(name: str, part: IO[bytes], depth: int) -> None:
    """Refuse a part with macros, or one that would run or load something."""
    head = part.read(8)
    if name.endswith(("vbaproject.bin", "vbadata.xml")):
        raise NotKeptError("macros")
    if head.startswith(OLE_MAGIC):
        refuse_macros(head + part.read())
    elif head.startswith(b"MZ"):
        raise NotKeptError("runs")
    elif head.startswith(b"PK\x03\x04"):
        _look_inside(part, depth)
    elif name.endswith(".rels"):
        _look_at_relations(head + part.read(MAX_XML))
    elif name.startswith("word/") and name.endswith(".xml"):
        _look_at_fields(head + part.read())
    elif name.startswith("xl/externallinks/") and name.endswith(".xml") and _runs_a_program(head + part.read()):
        raise NotKeptError("runs")


def _look_inside(part: IO[bytes], depth: int) -> None:
    """Look at a document inside a document; another archive in it is no document's."""
    if depth >= NESTED:
        raise NotKeptError("demanding")
    archive_kind(part, depth + 1)


def _look_at_relations(content: bytes) -> None:
    """Refuse relations that load a template, an object or a page from elsewhere, or tie macros in."""
    for _name, attributes in elements(content):
        kind, is_elsewhere = attributes.get("Type", ""), attributes.get("TargetMode", "").lower() == "external"
        if kind.lower().endswith(("vbaproject", "wordvbadata")):
            raise NotKeptError("macros")
        if is_elsewhere and LOADS.search(kind):
            raise NotKeptError("loads")


def _look_at_fields(content: bytes) -> None:
    """Refuse Word's fields that start another program; their words may be cut into pieces."""
    if b"instr" not in content and not content.startswith(WIDE):
        return
    said: list[str] = []
    for _name, attributes in elements(content, text_of="instrText", into=said):
        said.append(attributes.get("instr", ""))
    if DDE.search("".join(said)):
        raise NotKeptError("runs")


def _runs_a_program(content: bytes) -> bool:
    """Return whether a link of a workbook is one to another program."""
    return any(name == "ddeLink" for name, _attributes in elements(content))


def elements(
    content: bytes, *, text_of: str = "", into: list[str] | None = None
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield local name and attributes, by local name, of each element; put the text of one kind into a list.

    Raises:
        NotKeptError: when the XML is broken or declares anything: no document of an office does.
    """
    found: list[tuple[str, dict[str, str]]] = []
    inside = [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        inside[0] = local(name)
        found.append((inside[0], {local(key): value for key, value in attributes.items()}))

    def end(_name: str) -> None:
        inside[0] = ""

    def text(words: str) -> None:
        if into is not None and inside[0] == text_of:
            into.append(words)

    def declared(*_what: object) -> None:
        raise NotKeptError("broken")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, declared
    for place in range(0, len(content), CHUNK):
        parser.Parse(content[place : place + CHUNK])
        yield from found
        found.clear()
    parser.Parse(b"", True)
    yield from found


def local(name: str) -> str:
    """Return a name without its prefix."""
    return name.rsplit(":", 1)[-1]
