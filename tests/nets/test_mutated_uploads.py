"""Files with something wrong with them: each is taken or refused, in five seconds and 256 MB, and none raises."""

import random
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from evidence.looking import accept
from tests.nets import size
from tests.nets.inspector import Look, inspector
from tests.nets.mutations import mutated
from tests.uploads import kept_kinds, office, old_office, picture_as, upload

SEED = 20261125
#: So many of them also go the whole way, through a process started for each.
EVERY = 50


def seeds() -> list[tuple[str, bytes]]:
    """Return a small file of each kind, and some richer ones."""
    made = [(f"x.{ending}", make()) for ending, make in kept_kinds().items()]
    made.append(("p.jpg", picture_as("JPEG", (320, 200), progressive=True)))
    made.append(("a.png", picture_as("PNG", (97, 61), "RGBA")))
    made.append(("i.png", picture_as("PNG", (97, 61), "P")))
    made.append(("m.docx", office(word__embeddings__a_dot_xlsx=office("xlsx"), word__b_dot_bin=old_office("Workbook"))))
    return made


def cast(folder: Path, *, count: int, hole: str = "", only: str = "") -> list[tuple[str, Look]]:
    """Return what came of so many mutated files, by the name of their seed."""
    chance = random.Random(SEED)
    whole = [(name, content) for name, content in seeds() if name.endswith(only)]
    found = []
    with inspector(hole) as look:
        for number in range(count):
            name, content = whole[number % len(whole)]
            path = folder / name
            path.write_bytes(mutated(content, chance))
            found.append((name, look(path)))
            if not hole and number % EVERY == 0:
                goes_the_whole_way(name, path.read_bytes())
    return found


def goes_the_whole_way(name: str, content: bytes) -> None:
    """Take a file in as the middleware does; anything but a refusal in words would fail the test."""
    with suppress(ValidationError):
        accept(upload(name, content)).forget()


def faults(looks: list[tuple[str, Look]]) -> Counter[str]:
    return Counter(f"{name}: {look.fault}" for name, look in looks if look.fault)


def test_no_mutated_file_raises_lasts_or_swells(tmp_path: Path) -> None:
    start = time.monotonic()
    looks = cast(tmp_path, count=size(small=150, large=12_000))
    said = Counter(
        "taken" if "media_type" in look.said else "refused" if look.said else f"stopped by signal {-look.code}"
        for _, look in looks
    )
    longest, largest = max(look.seconds for _, look in looks), max(look.peak_mb for _, look in looks)
    print(  # noqa: T201 - the figures of docs/threat-model.md
        f"{len(looks)} mutated files: {dict(said)}, longest {longest:.2f} s of CPU, largest {largest:.0f} MB,"
        f" {time.monotonic() - start:.0f} s in all"
    )
    assert faults(looks) == Counter()
    assert said["taken"] > 0 < said["refused"]


def test_every_whole_file_is_taken(tmp_path: Path) -> None:
    with inspector() as look:
        for name, content in seeds():
            (tmp_path / name).write_bytes(content)
            assert ("media_type" in look(tmp_path / name).said, name) == (True, name)


@pytest.mark.hole
def test_the_net_finds_a_look_that_catches_too_little(tmp_path: Path) -> None:
    assert {fault.split(": ")[1] for fault in faults(cast(tmp_path, count=150, hole="uncaught", only=".docx"))} == {
        "raised"
    }


@pytest.mark.hole
def test_the_net_finds_a_picture_that_swells(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(picture_as("PNG", (9000, 9000), compress_level=1))
    with inspector("unbounded") as careless, inspector() as careful:
        assert (careless(path).fault.startswith("took"), careful(path).fault) == (True, "")
