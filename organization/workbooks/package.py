"""The archive that a workbook is: its parts, each looked at before it is unpacked, and read as XML without entities."""

import io
import posixpath
import zipfile
from typing import Any
from xml.parsers import expat

from organization.workbooks.limits import MAX_ELEMENTS, MAX_ENTRIES, MAX_UNPACKED_BYTES, RefusedFileError

CHUNK = 64 * 1024
STORED_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

Attributes = dict[str, str]


class Package:
    """The parts of one archive."""

    def __init__(self, content: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(content))
        entries = self.archive.infolist()
        if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
            raise RefusedFileError("unpacks too large")
        if any(entry.flag_bits & 1 for entry in entries):
            raise RefusedFileError("password")
        self.names = {entry.filename.lower(): entry for entry in entries}
        self.left = MAX_UNPACKED_BYTES
        self.elements = MAX_ELEMENTS

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.names

    def parse(self, name: str, reader: "Reader") -> None:
        """Hand a part's elements to a reader, piece by piece; a part that is not there has none.

        Raises:
            RefusedFileError: when it declares entities, or unpacks to more than was said.
        """
        entry = self.names.get(name.lower())
        if entry is None:
            return
        if entry.compress_type not in STORED_OR_DEFLATED:
            raise RefusedFileError("broken")
        parser = self._parser(reader)
        with self.archive.open(entry) as part:
            while piece := part.read(CHUNK):
                self.left -= len(piece)
                if self.left < 0:
                    raise RefusedFileError("unpacks too large")
                parser.Parse(piece, False)
                if reader.has_enough:
                    return
        parser.Parse(b"", True)

    def _parser(self, reader: "Reader") -> Any:
        """Return a parser that hands elements to a reader and refuses a document type, where entities would stand."""
        parser = expat.ParserCreate()
        parser.buffer_text = True

        def start(name: str, attributes: Attributes) -> None:
            self.elements -= 1
            if self.elements < 0:
                raise RefusedFileError("too much")
            reader.start(_local(name), {_local(key): value for key, value in attributes.items()})

        parser.StartElementHandler = start
        parser.EndElementHandler = lambda name: reader.end(_local(name))
        parser.CharacterDataHandler = reader.text
        parser.StartDoctypeDeclHandler = _refuse_entities
        return parser

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Return kind and part of each relation that a part has, by its id."""
        folder, file = posixpath.split(name)
        relations = _Relations(folder)
        self.parse(f"{folder}/_rels/{file}.rels", relations)
        return relations.found


class Reader:
    """Hears the elements of a part, named without their namespaces."""

    has_enough = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Hear an element begin."""

    def end(self, name: str) -> None:
        """Hear an element end."""

    def text(self, text: str) -> None:
        """Hear text."""


class _Relations(Reader):
    """The relations of a part."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        """Keep where a relation inside the archive leads."""
        if name != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "")
        path = posixpath.normpath(target.lstrip("/") if target.startswith("/") else f"{self.folder}/{target}")
        kind = attributes.get("Type", "").rpartition("/")[2]
        self.found[attributes.get("Id", "")] = (kind, path)


def _local(name: str) -> str:
    """Return a name without its prefix."""
    return name.rpartition(":")[2]


def _refuse_entities(*_declaration: object) -> None:
    """Refuse a document type: its entities could read other files or grow without end."""
    raise RefusedFileError("entities")
