"""Sixty files that somebody means ill with: each is refused in words, or kept as what it is and under a plain name."""

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from evidence.forms import MultipleEvidenceField
from evidence.looking import forget_look
from evidence.models import Evidence
from evidence.names import ENDINGS
from tests.conftest import signed_in
from tests.uploads import MP4, PDF, archive, kept_kinds, office, old_office, picture_as, relations, upload
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n"
HTML = b"<html><script>alert(1)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, rows: bytes = b"", *more: bytes) -> bytes:
    """Return a PNG that says it is so large, whatever rows it holds."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return PNG + head + b"".join(more) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def zip_with(version: int = 20, flags: int = 0, name: bytes = b"[Content_Types].xml") -> bytes:
    """Return a Word file whose records lie about the version needed, the flags or the name."""
    content = bytearray(office())
    for mark, at in ((b"PK\x03\x04", 4), (b"PK\x01\x02", 6)):
        place = content.index(mark)
        content[place + at : place + at + 4] = struct.pack("<HH", version, flags)
        start = content.index(b"[Content_Types].xml", place)
        content[start : start + 19] = name.ljust(19)[:19]
    return bytes(content)


def bomb(size: int) -> bytes:
    """Return a Word file with a part that unpacks to so many bytes."""
    return office(word__media__a_dot_bin=bytes(size))


def many_parts(count: int) -> bytes:
    return archive({"[Content_Types].xml": "<Types/>"} | {f"word/{number}.xml": "" for number in range(count)})


def twice() -> bytes:
    """Return a Word file that has one part twice: whoever reads the first sees another than whoever reads the last."""
    file = io.BytesIO(office())
    with zipfile.ZipFile(file, "a") as more, pytest.warns(UserWarning, match="Duplicate name"):
        more.writestr("word/document.xml", "<other/>")
    return file.getvalue()


LAUGHS = (
    "<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;&b;'>]><w:d xmlns:w='w'><w:instrText>&c;</w:instrText></w:d>"
)
DEEP = "<a>" * 100_000
JPEG = picture_as("JPEG")
PDF_SCRIPT = b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>"
TEXT_BOMB = b"a\0\0" + zlib.compress(bytes(64 << 20))
WEBP = b"RIFF\x00\x10\x00\x00WEBPVP8X\x0a\x00\x00\x00" + bytes(4)
BMP = b"BM" + bytes(12) + struct.pack("<IiiHHI", 40, 2**31 - 1, 2**31 - 1, 1, 24, 0)
WIDE = b"\xff" * 4

HOSTILE: dict[str, Callable[[], tuple[str, bytes]]] = {
    "zero bytes": lambda: ("空.pdf", b""),
    "one byte": lambda: ("一.jpg", b"\xff"),
    "nul bytes": lambda: ("空.jpg", bytes(5000)),
    "html called jpg": lambda: ("a.jpg", HTML),
    "html called pdf": lambda: ("a.pdf", HTML),
    "svg with script": lambda: ("a.svg", SVG),
    "svg called png": lambda: ("a.png", SVG),
    "svg with declaration": lambda: ("a.svg", b"<?xml version='1.0'?>" + SVG),
    "program called docx": lambda: ("a.docx", b"MZ" + bytes(2000)),
    "elf called png": lambda: ("a.png", b"\x7fELF" + bytes(2000)),
    "shell script": lambda: ("a.pdf", b"#!/bin/sh\nrm -rf /\n"),
    "php": lambda: ("a.php", b"<?php system($_GET['c']); ?>"),
    "video": lambda: ("a.jpg", MP4),
    "pdf as hta": lambda: ("a.hta", PDF),
    "pdf as html": lambda: ("a.html", PDF),
    "pdf as exe": lambda: ("a.pdf.exe", PDF),
    "pdf in a program": lambda: ("a.pdf", b"MZ" + bytes(200) + PDF),
    "pdf in html": lambda: ("a.pdf", HTML + PDF),
    "pdf in a gif": lambda: ("a.gif", b"GIF89a" + bytes(20) + PDF),
    "pdf after 1,024 bytes": lambda: ("a.pdf", b" " * 1025 + PDF),
    "pdf cut": lambda: ("a.pdf", PDF[:30]),
    "pdf with javascript": lambda: ("a.pdf", PDF.replace(b"/Catalog", PDF_SCRIPT)),
    "jpeg then zip": lambda: ("a.jpg", JPEG + archive({"a.exe": "MZ"})),
    "jpeg then html": lambda: ("a.html", JPEG + HTML),
    "jpeg with php in its comment": lambda: ("a.jpg", picture_as("JPEG", comment=b"<?php system('x'); ?>")),
    "png with html in its text": lambda: ("a.png", png(4, 4, bytes(20), chunk(b"tEXt", b"a\0" + HTML))),
    "gif then script": lambda: ("a.gif", picture_as("GIF") + b"/*" + HTML),
    "png of 13,300² pixels": lambda: ("a.png", png(13_300, 13_300, bytes(13_301 * 100))),
    "png of 2³¹ pixels a side": lambda: ("a.png", png(2**31 - 1, 2**31 - 1)),
    "png of no width": lambda: ("a.png", png(0, 10)),
    "png that unpacks to 39 MB": lambda: ("a.png", png(6200, 6200, bytes(6201 * 6200))),
    "png with a text that unpacks to 64 MB": lambda: ("a.png", png(4, 4, bytes(20), chunk(b"zTXt", TEXT_BOMB))),
    "png without rows": lambda: ("a.png", png(4, 4)),
    "jpeg cut in its head": lambda: ("a.jpg", JPEG[:30]),
    "jpeg cut in its rows": lambda: ("a.jpg", JPEG[: len(JPEG) // 2]),
    "jpeg that says 65,500² pixels": lambda: ("a.jpg", JPEG.replace(b"\x00\x30\x00\x40", b"\xff\xdc\xff\xdc", 1)),
    "webp that says 16,384² pixels": lambda: ("a.webp", WEBP + b"\xff\x3f\x00" * 2 + bytes(60)),
    "avif cut": lambda: ("a.avif", kept_kinds()["avif"]()[:200]),
    "heic cut": lambda: ("a.heic", kept_kinds()["heic"]()[:200]),
    "heic of nothing": lambda: ("a.heic", b"\x00\x00\x00\x18ftypheic" + bytes(12)),
    "tiff that points to itself": lambda: ("a.tif", b"II*\0\x08\0\0\0\0\0\x08\0\0\0"),
    "bmp that says 2³¹ pixels": lambda: ("a.bmp", BMP + bytes(20)),
    "gif of 65,535² pixels": lambda: ("a.gif", b"GIF89a" + WIDE + b"\0\0\0," + bytes(4) + WIDE + b"\0\x02\0;"),
    "zip version 9.9": lambda: ("a.docx", zip_with(version=99)),
    "zip name not in utf-8": lambda: ("a.docx", zip_with(flags=0x800, name=b"\xff\xfe\xff")),
    "zip with a password": lambda: ("a.docx", zip_with(flags=1)),
    "zip of 300 MB": lambda: ("a.docx", bomb(300 << 20)),
    "zip of 6,000 parts": lambda: ("a.docx", many_parts(6000)),
    "zip with a part twice": lambda: ("a.docx", twice()),
    "zip cut": lambda: ("a.docx", office()[:-30]),
    "zip in zip in zip": lambda: ("a.docx", office(a_dot_docx=office(b_dot_docx=office(c_dot_docx=office())))),
    "part called ../../etc/passwd": lambda: ("a.docx", office(**{"..__..__etc__passwd": "x"})),
    "entities that grow": lambda: ("a.docx", office(word__document_dot_xml=LAUGHS)),
    "xml 100,000 deep": lambda: ("a.docx", office(word__document_dot_xml=f"<instr>{DEEP}")),
    "macros under another name": lambda: ("a.docx", office(word__picture_dot_png=old_office("_VBA_PROJECT"))),
    "template from elsewhere": lambda: ("a.docx", office(word___rels__a_dot_rels=relations("attachedTemplate"))),
    "installer called doc": lambda: ("a.doc", old_office("\u4840\u3f3f\u4577")),
    "path in the name": lambda: ("../../../etc/cron.d/x", JPEG),
    "markup in the name": lambda: ("<img src=x onerror=alert(1)>.jpg", JPEG),
    "reversed words in the name": lambda: ("照片\u202egpj.exe", JPEG),
}  # fmt: skip


def answer(name: str, content: bytes) -> tuple[str, Evidence | None]:
    """Return what the form's field says to a file, and what is kept of it."""
    file = upload("x", content)
    file.__dict__["_name"] = name
    try:
        MultipleEvidenceField().clean([file])
    except ValidationError as refused:
        return refused.messages[0], None
    finally:
        forget_look(file)
    return "", Evidence.objects.take_in(file, by=None)


def wrong_with(name: str, content: bytes) -> str:
    """Return what is wrong with how a file was answered: nothing, where it is refused in words or kept harmless."""
    start = time.process_time()
    words, kept = answer(name, content)
    if time.process_time() - start > 5:
        return "took long in the web process"
    if kept is None:
        return "" if words.startswith("“") and "未能上传：" in words else f"said {words!r}"
    endings = ENDINGS.get(kept.file.media_type, ())
    if not kept.original_name.lower().endswith(tuple(f".{ending}" for ending in endings)):
        return f"kept as {kept.original_name}"
    is_plain = not set(kept.original_name) & set("/\\\u202e\n\0")
    return "" if is_plain and len(endings) > 0 else f"kept as {kept.original_name!r}"


def test_there_are_sixty() -> None:
    assert len(HOSTILE) == 60


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_file_is_refused_in_words_or_kept_harmless(hostile: str) -> None:
    assert wrong_with(*HOSTILE[hostile]()) == ""


@pytest.mark.parametrize("markup", [HTML, b"<?php", b"MZ", b"a.exe"])
def test_no_picture_carries_what_was_hidden_in_it(markup: bytes) -> None:
    from evidence.looking import evidence_storage  # noqa: PLC0415 - beside its only use

    for hidden in ("jpeg then zip", "jpeg then html", "jpeg with php in its comment", "png with html in its text"):
        _words, kept = answer(*HOSTILE[hidden]())
        with evidence_storage().open(kept.file.path) as file:
            assert markup not in file.read()


class Endless:
    """A body of any length that counts what is read of it."""

    def __init__(self) -> None:
        self.was_read = 0

    def read(self, size: int = -1) -> bytes:
        self.was_read += max(size, 0)
        return b"x" * max(size, 0)

    readline = read


@pytest.mark.parametrize("role", ["teacher", None])
def test_200_megabytes_are_refused_without_reading_one(world: BranchWorld, client, role: str | None) -> None:
    client = signed_in(world.users[role]) if role else client
    body = Endless()
    sent = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": str(200 << 20), "wsgi.input": body}
    page = client.request(REQUEST_METHOD="POST", PATH_INFO=f"/pairings/{world.rows['team'].pk}/log/", **sent)
    assert (page.status_code, body.was_read) == (413, 0)


@pytest.mark.hole
def test_the_net_finds_a_name_that_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.models.named_as", lambda name, _media_type: name)
    assert wrong_with(*HOSTILE["pdf as hta"]()) == "kept as a.hta"
    assert wrong_with(*HOSTILE["path in the name"]()) == "kept as ../../../etc/cron.d/x"


@pytest.mark.hole
def test_the_net_finds_a_refusal_without_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def wordless(_field: MultipleEvidenceField, _data: list[UploadedFile]) -> None:
        raise ValidationError("broken")

    monkeypatch.setattr(MultipleEvidenceField, "clean", wordless)
    assert wrong_with(*HOSTILE["zip cut"]()) == "said 'broken'"
