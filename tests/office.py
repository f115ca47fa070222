"""Whether Office opens a file without repair: Microsoft's Open XML SDK validates it, as an npm package builds it."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

VALIDATOR = next(Path(settings.BASE_DIR, "node_modules", "@xarsh").glob("ooxml-validator-*/ooxml-validator"), None)
reads_office = pytest.mark.skipif(
    VALIDATOR is None and not os.environ.get("CI"), reason="npm has the validator for Linux on x64 alone"
)


def faults_of(content: bytes, ending: str, folder: Path) -> list[tuple[str, str, str]]:
    """Return what in an Office file breaks the order or the nesting of its schema: part, place, and words.

    Args:
        content: the file's bytes.
        ending: docx or xlsx.
        folder: where it may be written to be read.
    """
    assert VALIDATOR is not None, "npm ci did not install the validator: see node_modules/@xarsh"
    file = folder / f"read.{ending}"
    file.write_bytes(content)
    VALIDATOR.chmod(0o755)
    said = subprocess.run([VALIDATOR, file], capture_output=True, check=False).stdout
    return [(one["path"], one["xPath"], one["description"]) for one in json.loads(said)["errors"]]
