"""/healthz sees what keeps the site from working, and tells strangers only which part."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

pytestmark = pytest.mark.django_db


def ask() -> tuple[int, dict[str, Any]]:
    response = Client().get(reverse("healthz"))
    return response.status_code, response.json()


def test_a_healthy_site_says_so() -> None:
    assert ask() == (200, {"ok": True, "failing": []})


def test_a_full_disk_is_seen(settings: Any, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.symlink_to("/dev/full")  # every write to it fails as on a disk without room
    settings.DATA_DIR = full
    assert ask() == (503, {"ok": False, "failing": ["data"]})


def test_a_folder_of_prepared_files_that_cannot_be_written_is_seen(settings: Any, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    settings.PREPARED_ROOT = full
    assert ask() == (503, {"ok": False, "failing": ["prepared"]})


def test_too_little_room_is_seen(settings: Any) -> None:
    settings.HEALTH_MIN_FREE_BYTES = 1 << 62
    assert ask() == (503, {"ok": False, "failing": ["data", "evidence", "prepared"]})


def test_a_cache_that_forgets_is_seen() -> None:
    with override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}):
        assert ask() == (503, {"ok": False, "failing": ["cache"]})


def test_a_lost_database_is_seen_and_its_reason_is_not_told() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO gone")
    try:
        assert ask() == (503, {"ok": False, "failing": ["database"]})
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO django_migrations")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite waits for nobody who reads")
def test_a_database_that_hangs_is_seen(settings: Any) -> None:
    settings.HEALTH_TIMEOUT_MS = 200
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT * FROM django_migrations")
        cursor.execute("DROP TABLE django_migrations")
        cursor.execute("CREATE VIEW django_migrations AS SELECT 1 AS id FROM pg_sleep(5)")
    assert ask() == (503, {"ok": False, "failing": ["database"]})
