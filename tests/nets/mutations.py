"""Ways in which a file goes wrong: on the way, on a broken card, or by somebody's hand."""

import random
import re
from collections.abc import Callable

LIES = (0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
#: Where the formats keep lengths, sizes and counts: zip records, PNG and RIFF chunks, boxes of AVIF and HEIC, markers
#: of JPEG, tags of TIFF.
MARKS = re.compile(
    rb"PK[\x01\x03\x05][\x02\x04\x06]|IHDR|IDAT|PLTE|tRNS|VP8[ LX]|ANMF|ftyp|meta|iloc|iinf|ispe|ipma|mdat|av1C|hvcC"
    rb"|\xff[\xc0-\xfe]|II\*\x00|BM|GIF8",
    re.DOTALL,
)


def flip(content: bytearray, chance: random.Random) -> bytearray:
    """Change some bytes anywhere."""
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    return content


def cut(content: bytearray, chance: random.Random) -> bytearray:
    """Lose the end."""
    return content[: chance.randrange(1, len(content))]


def lose(content: bytearray, chance: random.Random) -> bytearray:
    """Lose some bytes in the middle."""
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randint(1, 64) :]


def repeat(content: bytearray, chance: random.Random) -> bytearray:
    """Have some bytes twice."""
    start = chance.randrange(len(content))
    return content[:start] + content[start : start + chance.randint(1, 512)] * 2 + content[start:]


def lie_in_head(content: bytearray, chance: random.Random) -> bytearray:
    """Say something untrue in the first bytes."""
    return _write(content, chance.randrange(min(64, len(content))), chance)


def lie_at_mark(content: bytearray, chance: random.Random) -> bytearray:
    """Say something untrue where the format keeps a length, a size, a version or a flag."""
    marks = [found.start() for found in MARKS.finditer(bytes(content))] or [0]
    for _ in range(chance.randint(1, 3)):
        content = _write(content, max(0, chance.choice(marks) + chance.randint(-8, 46)), chance)
    return content


def _write(content: bytearray, place: int, chance: random.Random) -> bytearray:
    """Write an extreme number of 1, 2 or 4 bytes in either order at a place."""
    width = chance.choice((1, 2, 4))
    lie = chance.choice(LIES) & ((1 << 8 * width) - 1)
    content[place : place + width] = lie.to_bytes(width, chance.choice(("big", "little")))
    return content


MUTATIONS: tuple[Callable[[bytearray, random.Random], bytearray], ...] = (
    flip, cut, lose, repeat, lie_in_head, lie_at_mark, lie_at_mark, lie_at_mark,
)  # fmt: skip


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Return a file with one to three things wrong with it."""
    wrong = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        wrong = chance.choice(MUTATIONS)(wrong, chance) or bytearray(b"\0")
    return bytes(wrong)
