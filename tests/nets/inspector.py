"""Looks at many uploads, each in a fork with the limits of the real process, and says what came of it.

`python -m tests.nets.inspector [HOLE]` reads paths from its standard input and answers each with a line of JSON. It
forks instead of starting anew, which is twenty times faster, and being small itself it sees what each fork really took.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pillow_heif  # noqa: F401 - loaded once, for every fork
from PIL import Image

from evidence.inspection import __main__ as inspection
from evidence.inspection import look as looking
from evidence.inspection import pictures

ROOT = Path(__file__).resolve().parent.parent.parent
LARGEST_MB, LONGEST_SECONDS = 256, 5


@dataclass(frozen=True)
class Look:
    """What came of one upload."""

    code: int
    said: str
    seconds: float
    peak_mb: float

    @property
    def fault(self) -> str:
        """Return what is wrong: nothing where it was answered, or stopped by its limits, in the box."""
        if self.code > 0:
            return "raised"
        if self.peak_mb > LARGEST_MB:
            return f"took {self.peak_mb:.0f} MB"
        return f"lasted {self.seconds:.1f} s" if self.seconds > LONGEST_SECONDS else ""


@contextmanager
def inspector(hole: str = "") -> Iterator:
    """Yield a function that looks at a path."""
    command = [sys.executable, "-m", "tests.nets.inspector", hole]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def look(path: Path) -> Look:
            print(path, file=process.stdin, flush=True)
            return Look(**json.loads(process.stdout.readline()))

        yield look
        process.stdin.close()


def main() -> None:
    """Answer each path."""
    Image.init()
    HOLES[sys.argv[1]]()
    for line in iter(sys.stdin.readline, ""):
        print(json.dumps(look_in_fork(line.strip())), flush=True)  # noqa: T201 - its output is its result


def look_in_fork(path: str) -> dict[str, Any]:
    """Look at a file as the product's own process does."""
    reads, writes = os.pipe()
    if not (child := os.fork()):
        os.dup2(os.open(path, os.O_RDONLY), 0)
        os.dup2(writes, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
        sys.argv = ["", json.dumps({"name": Path(path).name, "max_pixels": 200_000_000})]
        try:
            code = inspection.main()
            sys.stdout.flush()
        except BaseException:
            code = 1
        os._exit(code)
    os.close(writes)
    with os.fdopen(reads, "rb") as output:
        said = output.readline().decode()
        output.read()
    _pid, status, used = os.wait4(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "said": said,
        "seconds": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
    }


def uncaught() -> None:
    """Seed a hole: only what the libraries say they raise is caught, as it was before."""

    def careless(file, *, name, max_pixels):
        try:
            return looking._look(file, name, max_pixels)
        except (OSError, SyntaxError, ValueError, looking.zipfile_error):
            raise looking.NotKeptError("broken") from None

    import zipfile  # noqa: PLC0415 - only the hole needs it

    looking.zipfile_error = zipfile.BadZipFile
    inspection.look = careless


def unbounded() -> None:
    """Seed a hole: pictures of any size, in a process without a limit."""
    inspection.MEMORY = resource.RLIM_INFINITY
    pictures.MEGAPIXELS.update(dict.fromkeys(pictures.MEGAPIXELS, 1000))


HOLES = {"": lambda: None, "uncaught": uncaught, "unbounded": unbounded}

if __name__ == "__main__":
    main()
