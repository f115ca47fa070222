"""Pictures, written anew: upright, no larger than a page needs, with nothing but the picture in them."""

import io
import re
from collections.abc import Callable
from typing import IO, Any

from PIL import ExifTags, Image

from evidence.inspection.verdict import NotKeptError, Verdict

#: How a picture of each kind begins, and the kind that it is kept as.
MAGIC = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "WEBP": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "GIF": re.compile(rb"GIF8[79]a"),
    "BMP": re.compile(rb"BM.{12}[\x0c-\x7f]\x00\x00\x00", re.DOTALL),
    "TIFF": re.compile(rb"II\*\x00|MM\x00\*"),
    "AVIF": re.compile(rb"....ftypavi[fs]", re.DOTALL),
    "HEIF": re.compile(rb"....ftyp(hei[cxms]|hev[cx]|mif1|msf1)", re.DOTALL),
}
FORMATS = {"JPEG": ["JPEG", "MPO"]}  # a phone's JPEG may hold a second picture
KEPT_AS = {"PNG": "PNG", "GIF": "PNG", "WEBP": "WEBP"}
#: Megapixels that each kind can have within the memory of the process; decoders differ by ten times.
MEGAPIXELS = {"JPEG": 200, "PNG": 40, "GIF": 40, "BMP": 40, "TIFF": 40, "HEIF": 50, "AVIF": 22, "WEBP": 12}
PROGRESSIVE_MEGAPIXELS = 50
#: Above so many pixels a JPEG is decoded at a half, quarter or eighth, and any other picture halved once decoded.
FULL_PIXELS = 24_000_000
#: Above so many pixels a picture is kept as JPEG, whatever it came as.
SMALL_PIXELS = 8_000_000
KEPT_EDGE, THUMBNAIL_EDGE, MAX_SCALE = 4096, 480, 8
KEPT_QUALITY, THUMBNAIL_QUALITY = 90, 80
BAND = 256
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def picture_format(head: bytes) -> str:
    """Return the kind of a picture by its first bytes; empty for anything else."""
    return next((kind for kind, magic in MAGIC.items() if magic.match(head)), "")


def take_picture(file: IO[bytes], kind: str, head: bytes, max_pixels: int) -> Verdict:
    """Return a picture as it is kept, and its thumbnail.

    Args:
        file: the upload, at its beginning.
        kind: what its first bytes say it is.
        head: these first bytes.
        max_pixels: how many it may have, where its kind allows as many.

    Raises:
        NotKeptError: when it has too many pixels or several pages.
    """
    Image.MAX_IMAGE_PIXELS = None  # _check knows the limit of each kind, before anything is decoded
    if kind == "WEBP":
        _check_size(_webp_size(head), kind, MEGAPIXELS[kind], max_pixels)  # its reader takes memory when it opens
    image = _open_heif(file) if kind == "HEIF" else Image.open(file, formats=FORMATS.get(kind, [kind]))
    _check(image, kind, max_pixels)
    kept_as = KEPT_AS.get(kind, "JPEG") if image.size[0] * image.size[1] <= SMALL_PIXELS else "JPEG"
    bare = _as_kept(_heif_decoded(image) if kind == "HEIF" else _decoded(image), kept_as)
    picture = _encode(bare, kept_as, KEPT_QUALITY)
    bare.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    return Verdict(f"image/{kept_as.lower()}", picture, _encode(_in_mode(bare, "RGB"), "JPEG", THUMBNAIL_QUALITY))


def _check(image: Any, kind: str, max_pixels: int) -> None:
    """Refuse what has more pixels than the process can hold, or pages that would be lost."""
    megapixels = MEGAPIXELS[kind]
    if kind == "JPEG" and image.info.get("progressive"):
        megapixels = PROGRESSIVE_MEGAPIXELS
    _check_size(image.size, kind, megapixels, max_pixels)
    if kind == "TIFF" and getattr(image, "n_frames", 1) > 1:
        raise NotKeptError("pages")


def _check_size(size: tuple[int, int], kind: str, megapixels: int, max_pixels: int) -> None:
    """Refuse more pixels than are allowed, and name the limit."""
    limit = min(max_pixels, megapixels * 1_000_000)
    if size[0] * size[1] > limit:
        raise NotKeptError("pixels", limit=limit // 1_000_000, kind=kind)


def _webp_size(head: bytes) -> tuple[int, int]:
    """Return the width and height that the first block of a WebP names (RFC 9649, section 2)."""
    if head[12:16] == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF


def _decoded(image: Image.Image) -> Image.Image:
    """Return the picture upright, large ones at a part of their size."""
    scale, size = _scale(image.size), image.size
    image.draft(None, (size[0] // scale, size[1] // scale))  # only a JPEG can be decoded smaller
    image.load()
    turn = TURNS.get(_orientation(image))
    if scale > 1 and image.size == size:
        plain = _in_bands(size, lambda top, rows: _plain(image.crop((0, top, size[0], top + rows))), scale)
        image.close()
    else:
        plain = _plain(image)
    if max(plain.size) > KEPT_EDGE:
        plain.thumbnail((KEPT_EDGE, KEPT_EDGE))
    return plain.transpose(turn) if turn is not None else plain


def _open_heif(file: IO[bytes]) -> Any:
    """Return a phone's HEIC picture, not decoded yet."""
    import pillow_heif  # noqa: PLC0415 - a third of the start, and only HEIC needs it

    options = pillow_heif.options
    options.DECODE_THREADS, options.THUMBNAILS, options.DEPTH_IMAGES, options.AUX_IMAGES = 1, False, False, False
    return pillow_heif.open_heif(file)


def _heif_decoded(heif: Any) -> Image.Image:
    """Return a HEIC picture, turned upright by its decoder, large ones at a part of their size."""
    scale, size, mode, stride = _scale(heif.size), heif.size, heif.mode, heif.stride
    if scale == 1 or mode != "RGB":
        plain = _plain(heif.to_pillow())
    else:
        data = memoryview(heif.data)
        plain = _in_bands(size, lambda top, rows: _band(data, size[0], top, rows, stride), scale)
    if max(plain.size) > KEPT_EDGE:
        plain.thumbnail((KEPT_EDGE, KEPT_EDGE))
    return plain


def _band(data: memoryview, width: int, top: int, rows: int, stride: int) -> Image.Image:
    """Return some rows of decoded bytes as a picture."""
    some = bytes(data[top * stride : (top + rows) * stride])
    return Image.frombuffer("RGB", (width, rows), some, "raw", "RGB", stride, 1)


def _in_bands(size: tuple[int, int], band: Callable[[int, int], Image.Image], scale: int) -> Image.Image:
    """Return a picture at a part of its size, made from some rows at a time, so that it is never there twice."""
    small = Image.new("RGB", (-(-size[0] // scale), -(-size[1] // scale)))
    for top in range(0, size[1], BAND):
        rows = _in_mode(band(top, min(BAND, size[1] - top)), "RGB")
        small.paste(rows.reduce(scale), (0, top // scale))
    return small


def _scale(size: tuple[int, int]) -> int:
    """Return by how much a large picture is divided while it is decoded: 1, 2, 4 or 8."""
    scale = 1
    while size[0] * size[1] > FULL_PIXELS and max(size) > KEPT_EDGE * scale and scale < MAX_SCALE:
        scale *= 2
    return scale


def _orientation(image: Image.Image) -> int:
    """Return how the camera was held, upright when its note is broken: a picture is not lost for that."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        return 1


def _plain(image: Image.Image) -> Image.Image:
    """Return a picture in a mode that can be scaled; 16 bits of grey become 8."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("P", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("L") if image.mode in ("1", "F") else image


def _as_kept(image: Image.Image, kept_as: str) -> Image.Image:
    """Return a picture in the mode that it is kept in, with nothing but the picture in it."""
    bare = _in_mode(image, "RGBA" if "A" in image.getbands() and kept_as != "JPEG" else "RGB")
    bare.info = {}
    return bare


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    """Return a picture in a mode, itself where it is in it already."""
    return image if image.mode == mode else image.convert(mode)


def _encode(image: Image.Image, kept_as: str, quality: int) -> bytes:
    """Return a picture's bytes."""
    file = io.BytesIO()
    image.save(file, kept_as, quality=quality)
    return file.getvalue()
