"""How far a file is, in parts of it that are done: the figures, each document that is drawn, each file of a pack."""

from collections.abc import Callable
from dataclasses import dataclass


def tell_nobody(done: int, total: int) -> None:
    """Say nothing: the file is waited for."""


@dataclass
class Progress:
    """Counts parts; the first one is the figures.

    Args:
        tell: hears how many parts are done, and of how many, whenever that changes.
    """

    tell: Callable[[int, int], None] = tell_nobody
    done: int = 0
    total: int = 1

    def expect(self, parts: int) -> None:
        """Say that so many parts come besides."""
        self.total += parts
        self.tell(self.done, self.total)

    def step(self) -> None:
        """Say that one more part is done."""
        self.done += 1
        self.tell(self.done, self.total)
