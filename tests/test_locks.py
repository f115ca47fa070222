"""The lock files install on a machine that never saw the project, with an old pip as with a new one."""

import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path(settings.BASE_DIR) / "requirements"
PIN = re.compile(r"^(?P<name>[\w.-]+)(?:\[(?P<extras>[\w.,-]+)\])?==", re.MULTILINE)


def pins_in(text: str) -> dict[str, set[str]]:
    """Return the extras that each package of a lock file is pinned with."""
    return {
        canonicalize_name(pin["name"]): set(filter(None, (pin["extras"] or "").split(",")))
        for pin in PIN.finditer(text)
    }


def unpinned_extras(pins: dict[str, set[str]]) -> list[str]:
    """Return what packages want with an extra that no line pins: pip 23 takes the newest release for it."""
    return [
        f"{name} wants {wanted}"
        for name, extras in pins.items()
        for wanted in map(Requirement, wants_of(name))
        if not wanted.marker or any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras))
        if not wanted.extras <= pins.get(canonicalize_name(wanted.name), set())
    ]


def wants_of(name: str) -> list[str]:
    """Return what an installed package requires; nothing of one that this system does without."""
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []


@pytest.mark.parametrize("lock", ["base", "dev"])
def test_each_extra_that_a_package_wants_is_pinned(lock: str) -> None:
    pins = pins_in((FOLDER / f"{lock}.txt").read_text())
    assert len(pins) > 20
    assert unpinned_extras(pins) == []


@pytest.mark.hole
def test_an_extra_without_its_pin_is_found() -> None:
    assert len(unpinned_extras({"pytest-cov": set(), "coverage": set()})) == 1


@pytest.mark.parametrize("lock", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.name)
def test_no_lock_names_an_address_to_download_from(lock: Path) -> None:
    assert re.findall(r"https?://|--index-url|--find-links", lock.read_text()) == []
