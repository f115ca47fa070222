"""Whether the site can do its work: each part is tried, not asked."""

import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction

logger = logging.getLogger(__name__)


class UnhealthyError(Exception):
    """A part does not do what it is for."""


def failing_parts() -> list[str]:
    """Return the names of the parts that fail, and log why."""
    failing = []
    for name, works in PARTS.items():
        try:
            works()
        except Exception:  # whatever breaks a part is what this is for
            logger.exception("healthz: %s", name)
            failing.append(name)
    return failing


def _database_answers() -> None:
    """Read a row of a table that is always there, within a bounded time.

    Raises:
        DatabaseError: when it cannot be read.
    """
    bounded = connection.vendor == "postgresql"
    # On SQLite a transaction would wait for whoever writes; there reading alone waits for nobody.
    with transaction.atomic() if bounded else nullcontext(), connection.cursor() as cursor:
        if bounded:
            cursor.execute("SET LOCAL statement_timeout = %s", [settings.HEALTH_TIMEOUT_MS])
        cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
        cursor.fetchone()


def _data_is_writable() -> None:
    """Write to the data folder."""
    _write_a_byte(Path(settings.DATA_DIR))


def _evidence_is_writable() -> None:
    """Write to the folder of uploaded files."""
    _write_a_byte(Path(settings.EVIDENCE_ROOT))


def _prepared_is_writable() -> None:
    """Write to the folder of prepared files."""
    _write_a_byte(Path(settings.PREPARED_ROOT))


def _write_a_byte(folder: Path) -> None:
    """Write a file that goes away, in a folder with room for uploads.

    Raises:
        OSError: when it cannot be written.
        UnhealthyError: when there is too little room left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"1")
        file.flush()
        os.fsync(file.fileno())
    if shutil.disk_usage(folder).free < settings.HEALTH_MIN_FREE_BYTES:
        raise UnhealthyError("too little room")


def _cache_keeps() -> None:
    """Read back what was put into the cache.

    Raises:
        UnhealthyError: when it did not keep it.
    """
    said = secrets.token_hex(8)
    cache.set(f"healthz-{os.getpid()}", said, 60)
    if cache.get(f"healthz-{os.getpid()}") != said:
        raise UnhealthyError("the cache forgets")


#: Each part by the name that is told to strangers. A queue's is added where a queue is: whether its oldest job waits.
PARTS: dict[str, Callable[[], None]] = {
    "database": _database_answers,
    "data": _data_is_writable,
    "evidence": _evidence_is_writable,
    "prepared": _prepared_is_writable,
    "cache": _cache_keeps,
}
