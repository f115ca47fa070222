"""A machine's own key, for whoever tries the site or runs its commands without having set one."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def kept_key(folder: Path) -> str:
    """Return the key kept in a folder, made at the first time; empty where nothing can be kept.

    A served site never takes it (pairing_site/wsgi.py): its key is the operator's to set and to keep.
    """
    file = folder / "secret_key"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w") as kept:
                kept.write(secrets.token_urlsafe(50))
        return file.read_text().strip()
    return ""
