"""The sections that kinds of report are made of, by name: what a row may say before anything is composed."""

from typing import Any

#: What a written section of a college's own is called: this and a number that is never given twice in a kind.
OWN = "own-"

_labels: dict[str, Any] = {}
_written: set[str] = set()
_headed: set[str] = set()


def tell(slug: str, label: Any, *, is_written: bool = False, takes_heading: bool = False) -> None:
    """Let kinds of report be made of a section.

    Args:
        slug: what rows call it.
        label: what people call it.
        is_written: whether the secretary writes it.
        takes_heading: whether a branch may put a heading of its own above it.
    """
    _labels[slug] = label
    if is_written:
        _written.add(slug)
    if takes_heading:
        _headed.add(slug)


def label_of(slug: str) -> Any:
    """Return what people call a section, or None for one that this release does not have."""
    return _labels.get(slug)


def is_written(slug: str) -> bool:
    """Return whether the secretary writes the section."""
    return slug.startswith(OWN) or slug in _written


def takes_heading(slug: str) -> bool:
    """Return whether a branch may put a heading of its own above the section."""
    return slug.startswith(OWN) or slug in _headed


def names() -> list[tuple[str, Any]]:
    """Return slug and label of every section that the code has."""
    return list(_labels.items())
