"""Small files of every kind that people send, made here, and what is wrong with some."""

import functools
import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

OPEN_XML = "application/vnd.openxmlformats-officedocument."
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(500)


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(name, content, "application/octet-stream")


def picture_as(kind: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    """Return a picture of a kind that Pillow writes."""
    file = io.BytesIO()
    picture = Image.linear_gradient("L").resize(size).convert(mode)
    if kind == "HEIF":
        import pillow_heif  # noqa: PLC0415 - as in the product, only where it is needed

        pillow_heif.from_pillow(picture).save(file)
    else:
        picture.save(file, kind, **options)
    return file.getvalue()


def large_jpeg(megapixels: int, *, progressive: bool = False) -> bytes:
    """Return a phone's picture of so many megapixels, portrait by the camera's note."""
    height = int((megapixels * 1_000_000 * 3 / 4) ** 0.5)
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture_as("JPEG", (height * 4 // 3, height), exif=exif, progressive=progressive, quality=60)


def archive(parts: Mapping[str, bytes | str]) -> bytes:
    """Return a zip of parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def office(kind: str = "docx", *, types: str = "", **parts: bytes | str) -> bytes:
    """Return the least Word, Excel or PowerPoint file, with more content types and parts.

    Args:
        kind: docx, xlsx or pptx.
        types: more of [Content_Types].xml.
        parts: by name, with `__` for a slash and `_dot_` for a dot.
    """
    main, content_type = {
        "docx": ("word/document.xml", "wordprocessingml.document"),
        "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet"),
        "pptx": ("ppt/presentation.xml", "presentationml.presentation"),
    }[kind]
    listed = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{main}" ContentType="{OPEN_XML}{content_type}.main+xml"/>{types}</Types>'
    )
    more = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    return archive(
        {"[Content_Types].xml": listed, "_rels/.rels": "<Relationships/>", main: "<w:document xmlns:w='w'/>"} | more
    )


def relations(kind: str, target: str = "http://elsewhere.example/x", mode: str = "External") -> str:
    """Return a part that ties another to a document."""
    tied = f'<Relationship Id="r1" Type="{RELATIONS}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return f"<Relationships>{tied}</Relationships>"


def old_office(*entries: str, more: bytes = b"") -> bytes:
    """Return bytes that look like an old Office file with these entries in its directory."""
    directory = b"".join(entry.encode("utf-16-le").ljust(128, b"\0") for entry in ("Root Entry", *entries))
    return OLE + bytes(1016) + directory + more.ljust(512, b"\0")


def ofd() -> bytes:
    """Return the least OFD file (GB/T 33190)."""
    root = "<ofd:OFD xmlns:ofd='http://www.ofdspec.org/2016'/>"
    return archive({"OFD.xml": root, "Doc_0/Document.xml": "<a/>"})


@functools.cache
def kept_kinds() -> dict[str, Callable[[], bytes]]:
    """Return how to make a small file of each kind that is kept, by its ending."""
    pictures = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF", "bmp": "BMP", "tif": "TIFF"}
    made = {ending: functools.partial(picture_as, kind) for ending, kind in pictures.items()}
    made |= {"mpo": _mpo, "avif": functools.partial(picture_as, "AVIF"), "heic": functools.partial(picture_as, "HEIF")}
    made |= {kind: functools.partial(office, kind) for kind in ("docx", "xlsx", "pptx")}
    old = {"doc": "WordDocument", "xls": "Workbook", "ppt": "PowerPoint Document"}
    made |= {ending: functools.partial(old_office, stream) for ending, stream in old.items()}
    return {**made, "pdf": lambda: PDF, "ofd": ofd}


def _mpo() -> bytes:
    """Return a JPEG with a second picture behind it, as phones make it."""
    file = io.BytesIO()
    first, second = Image.new("RGB", (64, 48), "red"), Image.new("RGB", (32, 24), "blue")
    first.save(file, "MPO", save_all=True, append_images=[second])
    return file.getvalue()
