"""What tests of prepared files stand on."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from outcomes.models.prepared import prepared_storage


@pytest.fixture
def prepared_folder() -> Iterator[None]:
    """A rolled back row leaves its file, and the next row of its number is no heir of it."""
    yield
    shutil.rmtree(prepared_storage().location, ignore_errors=True)


@pytest.fixture
def in_database(settings: Any) -> None:
    """Leave what is asked for to a worker, of which there is none but the test."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def all_large(settings: Any) -> None:
    """Let every document count as large."""
    settings.PREPARE_FROM_OUTCOMES = 0
