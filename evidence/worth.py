"""What a proof is worth, in words: a form that makes proofs of its own knows more of them than their bytes say.

A form registers a source; whoever shows a proof asks here and imports no form.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Worth:
    """How a proof came to be, for whoever has to rely on it.

    Args:
        short: in a few words, for a row of a table.
        words: whole sentences, which hide nothing of what the proof cannot show.
        is_checked: whether somebody of the branch stands for it besides.
    """

    short: str
    words: tuple[str, ...]
    is_checked: bool = False


#: Given SHA-256 hashes, returns what is known of some of them, with a fixed number of queries.
Source = Callable[[Collection[str]], Mapping[str, Worth]]

_sources: list[Source] = []


def knows_worth(source: Source) -> Source:
    """Register what an app knows of the files that it made."""
    if source not in _sources:
        _sources.append(source)
    return source


def worth_of(hashes: Collection[str]) -> dict[str, Worth]:
    """Return what is known of files by their SHA-256, of which the asker sees the rows that hold them.

    One query a source, none without a hash.
    """
    if not hashes:
        return {}
    return {sha256: worth for source in _sources for sha256, worth in source(hashes).items()}
