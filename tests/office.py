"""Whether Office opens a file without repair: Microsoft's own validator, which an npm package ships, reads it."""

import json
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

VALIDATOR = next(Path(settings.BASE_DIR, "node_modules", "@xarsh").glob("ooxml-validator-*/ooxml-validator"), None)


def faults_of(content: bytes, ending: str, folder: Path) -> list[tuple[str, str, str]]:
    """Return what in an Office file breaks the order or the nesting of its schema: part, place, and words.

    Args:
        content: the file's bytes.
        ending: docx or xlsx.
        folder: where it may be written to be read.
    """
    if VALIDATOR is None:
        pytest.skip("npm has the validator for Linux, macOS and Windows, and found none for this machine")
    file = folder / f"read.{ending}"
    file.write_bytes(content)
    VALIDATOR.chmod(0o755)
    said = subprocess.run([VALIDATOR, file], capture_output=True, check=False).stdout
    return [(one["path"], one["xPath"], one["description"]) for one in json.loads(said)["errors"]]
