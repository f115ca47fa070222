"""What every test stands on: settings made for tests, folders of their own, and the two databases.

`make test` runs the suite on a SQLite file, and all but what is marked `once` on the PostgreSQL that tests/postgres.py
starts, whose DATABASE_URL it exports. `.venv/bin/pytest` alone runs on SQLite.
"""

import functools
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings

from organization.models import User
from organization.redaction import PERMIT
from tests.kept import kept
from tests.world import BranchWorld, build_own

# No deadline: a property test shares two cores with a browser and a database.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "30")),
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
hypothesis.settings.load_profile("house")

BASE = Path(__file__).resolve().parent.parent
WHITENOISE = "whitenoise.middleware.WhiteNoiseMiddleware"


def settings_for_tests(folder: Path) -> dict[str, Any]:
    """Return what differs from a served site: fast hashes, plain static files, folders that go away."""
    file_system = "django.core.files.storage.FileSystemStorage"
    evidence, prepared = folder / "evidence", folder / "prepared"
    return {
        "DEBUG": False,
        "ALLOWED_HOSTS": ["testserver", "localhost", "127.0.0.1"],
        "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        "DATA_DIR": folder,
        "EVIDENCE_ACCEL_PREFIX": "",
        "EVIDENCE_ROOT": evidence,
        "PREPARED_ROOT": prepared,
        "MIDDLEWARE": [name for name in django_settings.MIDDLEWARE if name != WHITENOISE],
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "STORAGES": {
            "default": {"BACKEND": file_system, "OPTIONS": {"location": folder / "files"}},
            # No test need outlive a power cut: flushing would cost a minute of the suite.
            "evidence": {
                "BACKEND": "evidence.storage.DurableStorage",
                "OPTIONS": {"location": evidence, "flush": False},
            },
            "prepared": {
                "BACKEND": "evidence.storage.DurableStorage",
                "OPTIONS": {"location": prepared, "flush": False},
            },
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        # What a developer's .env may turn on, and the test client does not speak.
        "CSRF_COOKIE_SECURE": False,
        "LANGUAGE_COOKIE_SECURE": False,
        "SECURE_PROXY_SSL_HEADER": None,
        "SECURE_SSL_REDIRECT": False,
        "SESSION_COOKIE_SECURE": False,
    }


@pytest.fixture(scope="session", autouse=True)
def _settings_for_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with override_settings(**settings_for_tests(tmp_path_factory.mktemp("data"))):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    _settings_for_tests: None,
    django_db_modify_db_settings_parallel_suffix: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Put SQLite's test database into a file of its own.

    In memory, a live server's threads and the test would share one connection and step into each other's
    transactions; a file behaves as the served site does, with IMMEDIATE transactions and a time to wait. It begins as
    a copy of what an earlier run migrated.
    """
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "db.sqlite3"
        if migrated().exists():
            shutil.copy(migrated(), file)
        database = django_settings.DATABASES["default"]
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(file)}


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Migrate only what is missing in the copy; PostgreSQL's database is made anew."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Keep the migrated database, so that the next run begins with it."""
    if connection.vendor == "sqlite" and not migrated().exists():
        migrated().parent.mkdir(exist_ok=True)
        half = migrated().with_suffix(f".{os.getpid()}")
        with django_db_blocker.unblock(), closing(sqlite3.connect(half)) as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
        half.replace(migrated())


@functools.cache
def migrated() -> Path:
    """Return where the migrated database of just these migrations, packages and apps is kept."""
    files = [*sorted(BASE.glob("*/migrations/*.py")), BASE / "requirements" / "base.txt"]
    said = [*django_settings.INSTALLED_APPS, *(file.read_text() for file in files)]
    return BASE / "var" / f"migrated-{hashlib.sha256(repr(said).encode()).hexdigest()[:16]}.sqlite3"


@pytest.fixture(scope="session", autouse=True)
def _flush_may_empty_the_trail() -> None:
    """Let a test that commits empty the tables after it: the audit trail's guard refuses every other hand."""
    operations = type(connection.ops)
    flush, permit = operations.execute_sql_flush, PERMIT[connection.vendor]

    def flush_permitted(self: Any, statements: list[str]) -> list[Any]:
        return flush(self, [permit[True], *statements, permit[False]])

    operations.execute_sql_flush = flush_permitted


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Forget the sign-in limits that the test before counted."""
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def _words_are_compiled() -> None:
    """Fail at once, with the remedy, where every page would answer in the wrong language."""
    stale = [
        source
        for folder in django_settings.LOCALE_PATHS
        for source in Path(folder).glob("*/LC_MESSAGES/*.po")
        if not source.with_suffix(".mo").exists()
    ]
    if stale:
        pytest.exit(f"{stale[0]} is not compiled: run `make install`", returncode=2)


@pytest.fixture
def world(db: None) -> BranchWorld:
    """Build a branch with a row of every kind; a module that looks at a second one beside it builds both."""
    return kept(build_own)


@pytest.fixture
def desk(world: BranchWorld) -> Client:
    """Sign the branch's secretary in."""
    return signed_in(world.users["secretary"])


@pytest.fixture
def teacher_client(world: BranchWorld) -> Client:
    """Sign in the teacher who leads the branch's pairings."""
    return signed_in(world.users["teacher"])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test in tests/e2e/ as one that drives a browser."""
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker("browser")
