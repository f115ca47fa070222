"""What phones, scanners and offices send is kept as what it is; what is not kept is refused in words that say why."""

import io

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from evidence.looking import evidence_storage
from evidence.models import Evidence
from tests.uploads import (
    MP4,
    PDF,
    archive,
    kept_kinds,
    large_jpeg,
    ofd,
    office,
    old_office,
    picture_as,
    relations,
    upload,
)

pytestmark = pytest.mark.django_db

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def kept(name: str, content: bytes) -> Evidence:
    return Evidence.objects.take_in(upload(name, content), by=None)


def refused(name: str, content: bytes) -> str:
    with pytest.raises(ValidationError) as error:
        kept(name, content)
    assert Evidence.objects.count() == 0
    return error.value.code


def bytes_of(evidence: Evidence) -> bytes:
    with evidence_storage().open(evidence.file.path) as file:
        return file.read()


@pytest.mark.parametrize("ending", ["mpo", "avif", "bmp", "tif", "heic", "gif"])
def test_a_picture_of_any_kind_is_kept_as_one_that_every_browser_shows(ending: str) -> None:
    evidence = kept(f"现场.{ending}", kept_kinds()[ending]())
    shown = Image.open(io.BytesIO(bytes_of(evidence)))
    kind = "PNG" if ending == "gif" else "JPEG"
    assert (shown.format, shown.size, evidence.file.media_type) == (kind, (64, 48), f"image/{kind.lower()}")
    assert evidence.original_name == f"现场.{'png' if ending == 'gif' else 'jpg'}"


@pytest.mark.parametrize("progressive", [False, True])
def test_a_photo_of_50_megapixels_is_taken_and_shrunk(progressive: bool) -> None:
    evidence = kept("phone.jpg", large_jpeg(50, progressive=progressive))
    assert Image.open(io.BytesIO(bytes_of(evidence))).size == (3062, 4082)  # upright, half of 8164 × 6123


def test_the_limit_that_remains_is_named_in_the_words() -> None:
    with pytest.raises(ValidationError, match=r"PNG.*40") as error:
        kept("plan.png", picture_as("PNG", (8000, 6000), "L"))
    assert error.value.code == "pixels"


def test_a_scan_with_several_pages_is_not_cut_to_its_first() -> None:
    pages, file = [Image.new("1", (80, 60), place) for place in (0, 1)], io.BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    assert refused("scan.tif", file.getvalue()) == "pages"


def test_a_grey_scan_of_16_bits_stays_grey() -> None:
    file = io.BytesIO()
    Image.new("I;16", (8, 8), 0x8000).save(file, "TIFF")
    shown = Image.open(io.BytesIO(bytes_of(kept("scan.tif", file.getvalue()))))
    assert shown.getpixel((4, 4)) == (128, 128, 128)


@pytest.mark.parametrize("how_held", range(1, 9))
def test_a_photo_is_kept_upright_and_says_nothing_of_where_it_was_taken(how_held: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = how_held
    exif.get_ifd(0x8825)[1] = "N"
    plain = Image.new("RGB", (64, 48), "white")
    plain.paste((200, 0, 0), (0, 0, 16, 12))  # a corner tells every turn from every other
    file = io.BytesIO()
    plain.save(file, "JPEG", exif=exif, quality=95)
    shown = Image.open(io.BytesIO(bytes_of(kept("photo.jpg", file.getvalue()))))
    corner = {1: (4, 4), 2: (-4, 4), 3: (-4, -4), 4: (4, -4), 5: (4, 4), 6: (-4, 4), 7: (-4, -4), 8: (4, -4)}[how_held]
    red, green, _blue = shown.getpixel((corner[0] % shown.width, corner[1] % shown.height))
    assert (red > 150, green < 60) == (True, True)
    assert (dict(shown.getexif()), shown.size) == ({}, (64, 48) if how_held < 5 else (48, 64))


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"@PJL SET COPIES=1\r\n", b" " * 1000])
def test_a_pdf_may_begin_with_something_else(before: bytes) -> None:
    evidence = kept("批文.pdf", before + PDF)
    assert (evidence.file.media_type, bytes_of(evidence)) == ("application/pdf", before + PDF)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("notice.doc", old_office("WordDocument"), "application/msword"),
        ("notice.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1500), "application/msword"),
        ("table.xls", old_office("Workbook"), "application/vnd.ms-excel"),
        ("slides.ppt", old_office("PowerPoint Document"), "application/vnd.ms-powerpoint"),
        ("certificate.ofd", ofd(), "application/ofd"),
    ],
)
def test_an_office_s_old_files_and_ofd_are_kept_as_they_are(name: str, content: bytes, media_type: str) -> None:
    evidence = kept(name, content)
    assert (evidence.file.media_type, evidence.original_name, bytes_of(evidence)) == (media_type, name, content)
    assert (evidence.file.is_picture, evidence.file.is_pdf) == (False, False)  # so it is only ever downloaded


@pytest.mark.parametrize(
    ("sent", "content", "called"),
    [
        ("邀请.hta", PDF, "邀请.pdf"),
        ("page.html", PDF, "page.pdf"),
        ("setup.exe", office(), "setup.docx"),
        ("x.pdf.exe", PDF, "x.pdf.pdf"),
        ("总结2021.12", PDF, "总结2021.12.pdf"),
        ("IMG_1.HEIC", kept_kinds()["heic"](), "IMG_1.jpg"),
        ("照片.JPEG", kept_kinds()["jpg"](), "照片.JPEG"),
        (".hta", PDF, "file.pdf"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("C:\\temp\\表.xlsx", office("xlsx"), "表.xlsx"),
        ("名" * 250 + ".exe", PDF, "名" * 196 + ".pdf"),
    ],
)
def test_the_name_ends_as_the_file_is(sent: str, content: bytes, called: str) -> None:
    assert Evidence.objects.take_in_bytes(content, name=sent).original_name == called


MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"
DDE = "<w:document xmlns:w='w'><w:instrText>D</w:instrText><w:r/><w:instrText>DEAUTO c:\\\\x</w:instrText></w:document>"
SPELT = "<w:document xmlns:w='w'><w:fldSimple w:instr='&#68;DE cmd x'/></w:document>"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (office(word__vbaProject_dot_bin=b"x"), "macros"),
        (office(word__other_dot_bin=old_office("VBA", "_VBA_PROJECT")), "macros"),
        (
            office(types='<Override PartName="/word/a.bin" ContentType="application/vnd.ms-office.vbaProject"/>'),
            "macros",
        ),
        (office(types='<Default Extension="x" ContentType="application/vnd.ms-word.vbaData+xml"/>'), "macros"),
        (office(types=f'<Override PartName="/a" ContentType="{MACRO_TYPE}"/>'), "macros"),
        (
            office("xlsx", types='<Override PartName="/m" ContentType="application/vnd.ms-excel.macrosheet+xml"/>'),
            "macros",
        ),
        (office(word__embeddings__a_dot_docx=office(word__vbaProject_dot_bin=b"x")), "macros"),
        (office(word__embeddings__a_dot_bin=old_office("\x01Ole10Native", more=b"x.exe\0")), "runs"),
        (office(word__media__a_dot_png=b"MZ\x90\0" + bytes(60)), "runs"),
        (office(word___rels__settings_dot_xml_dot_rels=relations("attachedTemplate")), "loads"),
        (office(word___rels__document_dot_xml_dot_rels=relations("oleObject")), "loads"),
        (office(word___rels__document_dot_xml_dot_rels=relations("frame")), "loads"),
        (office(word__document_dot_xml=DDE), "runs"),
        (office(word__header1_dot_xml=SPELT), "runs"),
        (
            office("xlsx", xl__externalLinks__a_dot_xml="<externalLink><ddeLink ddeService='cmd'/></externalLink>"),
            "runs",
        ),
        (old_office("WordDocument", "Macros", "VBA"), "macros"),
        (old_office("Workbook", "_VBA_PROJECT_CUR"), "macros"),
        (old_office("Workbook", more=b"\x85\0\x0e\0\1\2\3\4\0\1\6\0Macro1"), "macros"),
        (old_office("WordDocument", more=b"\x13 DDEAUTO c:\\x "), "runs"),
        (old_office("EncryptedPackage"), "password"),
        (old_office("__properties_version1.0"), "unknown"),
    ],
)
def test_a_document_that_would_run_something_is_refused_by_what_it_holds(content: bytes, why: str) -> None:
    assert refused("材料.docx", content) == why


@pytest.mark.parametrize(
    "content",
    [
        office(word___rels__document_dot_xml_dot_rels=relations("hyperlink")),
        office(word___rels__settings_dot_xml_dot_rels=relations("attachedTemplate", "file.dotx", "Internal")),
        office(word__document_dot_xml="<w:d xmlns:w='w'><w:instrText>PAGE</w:instrText> 学 DDE 课</w:d>"),
        office(word__embeddings__a_dot_xlsx=office("xlsx")),
        office(word__embeddings__a_dot_bin=old_office("Workbook")),
    ],
)
def test_a_document_that_only_points_elsewhere_is_kept(content: bytes) -> None:
    assert kept("材料.docx", content).file.media_type == WORD


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("clip.mp4", MP4, "video"),
        ("声.mp3", b"ID3\x03" + bytes(99), "sound"),
        ("a.zip", archive({"a.txt": "x"}), "archive"),
        ("a.rar", b"Rar!\x1a\x07" + bytes(99), "archive"),
        (
            "a.odt",
            archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
            "opendocument",
        ),
        ("a.pdf", b"MZ" + PDF, "disguised"),
        ("a.pdf", b"<script>alert(1)</script>" + PDF, "disguised"),
        ("a.pdf", PDF[:40], "cut"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "markup"),
        ("a.exe", b"MZ" + bytes(99), "program"),
        ("a.txt", "你好".encode(), "unknown"),
        ("a.jpg", b"", "empty"),
        ("a.docx", archive({"word/document.xml": "<a/>"}), "archive"),
    ],
)
def test_what_is_not_kept_is_refused_by_what_it_is(name: str, content: bytes, why: str) -> None:
    assert refused(name, content) == why


def test_the_words_for_a_video_do_not_contradict_themselves() -> None:
    with pytest.raises(ValidationError) as error:
        kept("clip.mp4", MP4)
    words = "“clip.mp4”未能上传：这是视频；可以上传的是图片、PDF、OFD、文档、电子表格和演示文稿。"
    assert error.value.messages == [words]


def webp(flavour: str) -> bytes:
    """Return a WebP of 30 by 20 pixels in one of its three ways."""
    file = io.BytesIO()
    mode, colour = ("RGBA", (9, 9, 9, 99)) if flavour == "extended" else ("RGB", (9, 9, 9))
    Image.new(mode, (30, 20), colour).save(file, "WEBP", lossless=flavour == "lossless")
    assert file.getvalue()[12:16] == {"lossy": b"VP8 ", "lossless": b"VP8L", "extended": b"VP8X"}[flavour]
    return file.getvalue()


@pytest.mark.parametrize("flavour", ["lossy", "lossless", "extended"])
def test_a_webp_is_refused_by_the_very_size_that_it_names(settings, flavour: str) -> None:
    settings.EVIDENCE_MAX_PIXELS = 30 * 20 - 1
    assert refused("a.webp", webp(flavour)) == "pixels"
    settings.EVIDENCE_MAX_PIXELS = 30 * 20
    assert kept("a.webp", webp(flavour)).file.is_picture
