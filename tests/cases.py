"""The sheets from the field: they lie beside the checkout, in `shared/cases/` of some folder above it."""

import os
from pathlib import Path

import pytest

from organization.sheets import SheetFile

HERE = Path(__file__).resolve()


def case(name: str) -> Path:
    """Return a case's file; where the folder is missing, CI fails and anybody else skips with the reason."""
    for folder in HERE.parents:
        if (found := folder / "shared" / "cases" / name).exists():
            return found
    reason = f"shared/cases/{name} lies in no folder above the checkout"
    return pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


def case_file(name: str) -> SheetFile:
    return SheetFile.at(case(name))
