"""What a call costs: seconds of processor, and the peak of memory in this process and in the largest child."""

import os
import resource
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1024 * 1024
PROC = Path("/proc")


@dataclass
class Cost:
    """What one call took: seconds of processor and of the clock, and bytes here and in the largest child."""

    seconds: float
    clock: float
    here: int
    child: int


class ChildWatch(threading.Thread):
    """Looks every few milliseconds at the peak of each child; a peak stays, so little is missed."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.is_over = threading.Event()
        self.largest = 0
        self.own = (PROC / "self" / "cmdline").read_bytes()

    def run(self) -> None:
        while not self.is_over.wait(0.004):
            for task in (PROC / str(os.getpid()) / "task").iterdir():
                for child in _text(task / "children").split():
                    # A child that has not yet become its own program still shows this process's memory.
                    if _text(PROC / child / "cmdline").encode() not in (b"", self.own):
                        self.largest = max(self.largest, _kilobytes(_text(PROC / child / "status"), "VmHWM"))


def measured(call: Callable[[], object]) -> Cost:
    """Run a call and return what it took; the peak of this process is reset before."""
    (PROC / "self" / "clear_refs").write_text("5")
    resident = _kilobytes(_text(PROC / "self" / "status"), "VmRSS")
    began, clock = _processor(), time.perf_counter()
    watch = ChildWatch()
    watch.start()
    try:
        call()
    finally:
        watch.is_over.set()
        watch.join()
    peak = _kilobytes(_text(PROC / "self" / "status"), "VmHWM")
    return Cost(
        seconds=_processor() - began,
        clock=time.perf_counter() - clock,
        here=max(peak - resident, 0),
        child=watch.largest,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:  # it ended meanwhile
        return ""


def _kilobytes(status: str, field: str) -> int:
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(field)), 0)


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
