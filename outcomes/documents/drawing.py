"""Pictures for documents: charts by the pages' own ECharts, without a browser, and photos of the store made smaller."""

import io
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from PIL import Image

TOKEN = re.compile(r"--(?P<name>[a-z-]+): (?P<colour>#[0-9a-f]{3,6});")
NAMED = re.compile(r"var\(--([a-z-]+)\)")
#: A chart's size in the pixels of a page, and so many of the picture's for each: about 230 to an inch on paper.
WIDTH, ZOOM = 620, 2.2
FACE = "Noto Sans SC"
#: The longer edge of a photo in pixels: 9 cm on paper at about 280 to an inch.
PHOTO_EDGE, PHOTO_QUALITY = 1000, 78
#: So many drawn charts a process keeps, of about 30 KB each.
KEPT = 8
#: What drawing one chart may take: many times what it needs.
MEMORY, SECONDS = 256 * 1024 * 1024, 20
SURROUNDINGS = "var self = this, setTimeout = () => 0, clearTimeout = () => undefined;"
DRAW = """
(option, face, width, height) => {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption(withLook(option, face));
  const drawn = chart.renderToSVGString();
  chart.dispose();
  return JSON.stringify(drawn);
}
"""


class _Held(threading.local):
    """A thread's engine, while it is kept."""

    engine: Any = None
    is_kept = False


_held = _Held()


def draw(option: Mapping[str, Any], *, height: int) -> str:
    """Return a chart as an SVG in the colours of paper.

    Args:
        option: an option of `outcomes.figures.charts`.
        height: in pixels of a page, as wide as `WIDTH`.
    """
    return drawn(json.dumps(option), height)


@lru_cache(maxsize=KEPT)
def drawn(option: str, height: int) -> str:
    """Return the chart of an option as JSON; a report's Word file, PDF and pack draw the same ones."""
    engine = _held.engine or _new_engine()
    if _held.is_kept:
        _held.engine = engine
    given = ", ".join((option, json.dumps(FACE), str(WIDTH), str(height)))
    return in_colours_of_paper(json.loads(engine.eval(f"({DRAW})({given})")))


@contextmanager
def one_engine() -> Iterator[None]:
    """Let the charts that this thread draws inside share an engine, whose start takes longer than any of them."""
    _held.is_kept = True
    try:
        yield
    finally:
        _held.is_kept, _held.engine = False, None


def _new_engine() -> Any:
    """Return an engine that knows the pages' own scripts for charts, and no file, network or clock."""
    import quickjs  # noqa: PLC0415  some ten megabytes, which only those need that write a document

    engine = quickjs.Context()
    engine.set_memory_limit(MEMORY)
    engine.set_time_limit(SECONDS)
    for source in (SURROUNDINGS, *map(_read, _scripts())):
        engine.eval(source)
    return engine


def in_colours_of_paper(svg: str) -> str:
    """Return a picture with the light colours in the place of its design tokens."""
    return NAMED.sub(lambda token: _colours()[token[1]], svg)


def on_paper(svg: str) -> bytes:
    """Return a picture as a PNG: its design tokens as the colours of paper, its words in our face."""
    import resvg_py  # noqa: PLC0415  as above

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=in_colours_of_paper(svg),
            font_files=[str(file) for file in settings.DOCUMENT_FONTS[-1].glob("*.ttf")],
            skip_system_fonts=True,
            font_family=FACE,
            background="#fff",
            zoom=ZOOM,
        )
    )


def for_paper(file: IO[bytes]) -> bytes:
    """Return a kept picture as a JPEG, no larger than paper needs, on white where one could see through it."""
    with Image.open(file) as picture:
        picture.draft("RGB", (PHOTO_EDGE, PHOTO_EDGE))
        picture.thumbnail((PHOTO_EDGE, PHOTO_EDGE))
        shown, smaller = picture.convert("RGBA"), io.BytesIO()
    sheet = Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown)
    sheet.convert("RGB").save(smaller, "JPEG", quality=PHOTO_QUALITY)
    return smaller.getvalue()


def _scripts() -> tuple[Path, ...]:
    """Return where the pages' own scripts for charts lie."""
    return (
        settings.BASE_DIR / "node_modules/echarts/dist/echarts.min.js",
        settings.BASE_DIR / "static/js/chart_look.js",
    )


@lru_cache
def _read(path: Path) -> str:
    """Return a script."""
    return path.read_text()


@lru_cache
def _colours() -> dict[str, str]:
    """Return the colours of the light design tokens by name."""
    text = (settings.BASE_DIR / "static/css/tokens.css").read_text()
    light, _dark = text.split("@media screen and (prefers-color-scheme: dark)")
    return {found["name"]: found["colour"] for found in TOKEN.finditer(light)}
