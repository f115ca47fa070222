"""What is built once in a process and put back afterwards, row by row: a world takes a second to build.

Every test still has its rows to itself, in its own transaction; only how they come there differs. The first test that
asks builds them by the verbs, as a user would; what it added to the tables and to the evidence folder is remembered.
"""

import copy
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from auditlog.models import LogEntry
from django.apps import apps
from django.conf import settings
from django.db import connection

from outcomes.models import PreparedFile
from outcomes.models.prepared import prepared_storage

#: Above the keys that a test's own rows get before the world's are put beside them (SQLite counts from 1 again).
FIRST_KEY = 100_000

T = TypeVar("T")

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class Kept(Generic[T]):
    """What a build made: what it returned, its rows by table, and its files."""

    made: T
    rows: Rows
    files: dict[Path, bytes]

    def put_back(self) -> T:
        """Add the rows and the files that are no longer there, and return a copy of what was made."""
        with connection.cursor() as cursor:
            for table, rows in self.rows.items():
                places = ", ".join(["%s"] * len(rows[0]))
                columns = ", ".join(_columns()[table])
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)
        for path, content in self.files.items():
            if not path.exists() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        return copy.deepcopy(self.made)


_kept: dict[Callable[[], Any], Kept[Any]] = {}


def kept(build: Callable[[], T]) -> T:
    """Return what `build` returns with its rows in the database, built at the first call and put back at the next.

    Where a test wrote to the audit trail before, it is built anew: a chain has one beginning. So it is where the test
    commits: rows that are put back wait for each other until the end of a transaction.
    """
    if LogEntry.objects.exists() or not connection.in_atomic_block:
        return build()
    if build not in _kept:
        if connection.vendor == "sqlite":
            _count_from(FIRST_KEY)
        rows, files = _all_rows(), _all_files()
        made = build()
        _kept[build] = Kept(copy.deepcopy(made), _rows_beyond(rows), _all_files(but=files) | _prepared_files())
        return made
    return _kept[build].put_back()


def _count_from(first: int) -> None:
    """Let SQLite's next row of every table have at least the given key."""
    with connection.cursor() as cursor:
        for table in _columns():
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", (table.strip('"'),))
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", (table.strip('"'), first))


@functools.cache
def _columns() -> dict[str, list[str]]:
    """Return the columns that can be written of every model's table, its key first."""
    quote = connection.ops.quote_name
    return {
        quote(model._meta.db_table): [
            quote(field.column)
            for field in sorted(model._meta.local_concrete_fields, key=lambda field: not field.primary_key)
            if not field.generated
        ]
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def _all_rows() -> Rows:
    """Return every row of every table, as the database gives its columns."""
    with connection.cursor() as cursor:
        return {table: _rows_of(cursor, table, columns) for table, columns in _columns().items()}


def _rows_of(cursor: Any, table: str, columns: list[str]) -> list[tuple[Any, ...]]:
    cursor.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1")
    return list(cursor.fetchall())


def _rows_beyond(before: Rows) -> Rows:
    """Return the rows that were not there before, of the tables that have any.

    Raises:
        AssertionError: when a row that was there was changed: it could not be put back.
    """
    beyond = {}
    for table, rows in _all_rows().items():
        known = {row[0] for row in before[table]}
        added = [row for row in rows if row[0] not in known]
        assert [row for row in rows if row[0] in known] == before[table], f"building changed rows of {table}"
        if added:
            beyond[table] = added
    return beyond


def _all_files(but: dict[Path, bytes] | None = None) -> dict[Path, bytes]:
    """Return the evidence folder's files with their bytes, without those that are known."""
    root = Path(settings.EVIDENCE_ROOT)
    files = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return {path: content for path, content in files.items() if path not in (but or {})}


def _prepared_files() -> dict[Path, bytes]:
    """Return the files of prepared rows: named after a row's number, which the rows of two worlds may have alike."""
    names = [row.stored_name for row in PreparedFile.objects.filter(state=PreparedFile.State.READY)]
    paths = [Path(prepared_storage().path(name)) for name in names]
    return {path: path.read_bytes() for path in paths}
