"""kill -9 of the worker that prepares files, at any moment: a file is whole or said to have failed, and there once.

A real worker takes a queue of packs. Whenever it is killed another one starts; at the end each file has come unless its
workers were killed too often, and the rows are held against the folder, byte for byte.
"""

import contextlib
import hashlib
import io
import random
import shutil
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from outcomes.models.prepared import MOST_ATTEMPTS
from pairing_site.backup.databases import save
from tests.leash import leashed, let_go
from tests.nets import size
from tests.nets.killed_site import ROOT, PostgreSQL, Site, SQLite, kill

pytestmark = pytest.mark.django_db  # the tables are taken from the tests' own database

KILLS = size(small=3, large=20)
WAIT = 180
ROWS = "SELECT id, state, attempts, size, sha256, failure FROM outcomes_preparedfile ORDER BY id"
WORKER = ["manage.py", "db_worker", "--no-reload", "--no-startup-delay", "--interval", "0.1"]


@dataclass(frozen=True)
class Row:
    """A request as the database tells it."""

    pk: int
    state: str
    attempts: int
    size: int | None
    sha256: str
    failure: str

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "working")


@dataclass
class Beset:
    """A site whose worker is killed."""

    site: Site

    @property
    def folder(self) -> Path:
        return self.site.files / "prepared"

    def rows(self) -> list[Row]:
        return [Row(*one) for one in self.site.database.ask(ROWS)]

    @contextlib.contextmanager
    def worker(self, *command: str) -> Iterator[Any]:
        """Let a worker run, another after the one before."""
        assert self.site.run("manage.py", "take_up_files").returncode == 0
        with self.site.said.open("a") as said:
            options: dict[str, Any] = {"cwd": ROOT, "env": self.site.environment, "stdout": said, "stderr": said}
            process = leashed([sys.executable, *(command or WORKER)], **options)
        try:
            yield process
        finally:
            let_go(process)

    def wait(self, until: Callable[[list[Row]], bool]) -> None:
        """Return when the rows are so.

        Raises:
            TimeoutError: when they never are.
        """
        ended = time.monotonic() + WAIT
        while not until(self.rows()):
            if time.monotonic() > ended:
                raise TimeoutError(f"{self.rows()}\n{self.site.said.read_text()[-2000:]}")
            time.sleep(0.02)

    def kill_at_some_moment(self, chance: random.Random) -> set[int]:
        """Kill a worker while it makes a file, or just when it starts; return which file it was making, if any."""
        begun = self.begun()
        with self.worker() as process:
            if chance.random() < 0.8:
                self.wait(lambda rows: self.begun() != begun or not any(row.is_open for row in rows))
            time.sleep(chance.random() * 0.8)
            kill(process.pid)
            process.wait()
        return {row.pk for row in self.rows() if row.state == "working" and row.attempts > begun[row.pk]}

    def begun(self) -> dict[int, int]:
        """Return how often a worker has begun each file."""
        return {row.pk: row.attempts for row in self.rows()}

    def not_come(self, killed: Counter[int]) -> list[str]:
        """Return which files did not come although few enough of their workers were killed, or came otherwise.

        Args:
            killed: how often the worker of a file was killed while it made it.
        """
        expected = {
            row.pk: ("failed", "stopped", killed[row.pk])
            if killed[row.pk] == MOST_ATTEMPTS
            else ("ready", "", killed[row.pk] + 1)
            for row in self.rows()
        }
        return [f"{row}" for row in self.rows() if (row.state, row.failure, row.attempts) != expected[row.pk]]

    def faults(self) -> list[str]:
        """Return what is half, double, or not said."""
        found, names = [], set()
        for row in self.rows():
            if row.state == "ready":
                names.add(f"{row.pk}.zip")
                found += [f"{row.pk}: {one}" for one in _faults_of(self.folder / f"{row.pk}.zip", row)]
            elif row.is_open or not row.failure:
                found.append(f"{row.pk}: neither ready nor said to have failed")
        there = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}
        return found + [f"left over: {name}" for name in sorted(there - names)]


def _faults_of(path: Path, row: Row) -> Iterator[str]:
    """Yield how a file is not what its row says."""
    content = path.read_bytes() if path.exists() else b""
    if (len(content), hashlib.sha256(content).hexdigest()) != (row.size, row.sha256):
        yield "not the bytes that were said to be ready"
        return
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        lines = (line.split("  ", 1) for line in pack.read("SHA256SUMS").decode().splitlines())
        if any(hashlib.sha256(pack.read(name)).hexdigest() != digest for digest, name in lines):
            yield "a file of the pack is cut"


@pytest.fixture(scope="module")
def saved(django_db_setup: None, django_db_blocker: Any) -> Iterator[Path]:
    """Save the tests' own database before any test has begun a transaction there."""
    with tempfile.TemporaryDirectory(prefix="kill-", dir="/tmp") as folder:
        with django_db_blocker.unblock():
            save(Path(folder) / "saved")
        yield Path(folder) / "saved"


@pytest.fixture
def beset(saved: Path) -> Iterator[Beset]:
    home = Path(tempfile.mkdtemp(prefix="kill-", dir="/tmp"))  # a socket's path must be short
    with contextlib.ExitStack() as ends:
        ends.callback(shutil.rmtree, home, ignore_errors=True)
        database = (SQLite if connection.vendor == "sqlite" else PostgreSQL)(home)
        ends.callback(database.stop)
        site = Site(home, database)
        site.environment |= {"TASK_BACKEND": "database", "PREPARED_LEASE_SECONDS": "2"}
        begun = site.run("-m", "tests.nets.killed_worker_begin", str(saved), str(KILLS + 1))
        assert begun.returncode == 0, begun.stderr
        yield Beset(site)


def test_a_file_is_whole_or_said_to_have_failed_whenever_its_worker_is_killed(beset: Beset) -> None:
    chance, killed = random.Random(), Counter[int]()
    for _ in range(KILLS):
        killed.update(beset.kill_at_some_moment(chance))
    with beset.worker():
        beset.wait(lambda rows: not any(row.is_open for row in rows))
    rows = beset.rows()
    sys.stdout.write(
        f"\n{KILLS} workers killed, {killed.total()} while they made a file;"
        f" {sum(row.state == 'ready' for row in rows)} files ready, {sum(row.attempts - 1 for row in rows)} made anew\n"
    )
    assert (beset.faults(), beset.not_come(killed), len(rows)) == ([], [], KILLS + 1)
    assert killed.total() > 0
    assert beset.site.broken() == []


@pytest.mark.hole
def test_a_worker_that_says_ready_before_the_file_is_whole_is_found(beset: Beset) -> None:
    with beset.worker("-m", "tests.nets.hasty_worker") as process:
        beset.wait(lambda rows: any(row.state == "ready" for row in rows))
        time.sleep(0.5)  # it has spoilt the file by now, and is far from mending it
        kill(process.pid)
        process.wait()
    assert any("not the bytes" in fault for fault in beset.faults())


@pytest.mark.hole
def test_files_that_nobody_makes_anew_are_found(beset: Beset) -> None:
    killed: Counter[int] = Counter()
    for _ in range(KILLS):
        killed.update(beset.kill_at_some_moment(random.Random()))
    with beset.worker("-m", "tests.nets.forgetful_worker"):
        beset.wait(lambda rows: not any(row.is_open for row in rows))
    assert (beset.faults(), len(beset.not_come(killed)) > 0) == ([], True)
