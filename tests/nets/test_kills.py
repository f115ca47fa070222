"""kill -9 of a worker, and of PostgreSQL itself, at any moment: what was acknowledged is there, whole, and once.

A real gunicorn serves a database of its own while clients write and keep a journal of what the site acknowledged. After
the kills the journal is held against the rows, the bytes of the files, and `check_integrity`.
"""

import contextlib
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from pairing_site.backup.databases import save
from tests.nets import size
from tests.nets.journal import LOGS, Found, Journal, Writer, evidence_file
from tests.nets.killed_site import HASTY, ROOT, PostgreSQL, Served, Site, SQLite, children_of, kill

pytestmark = pytest.mark.django_db  # the tables are taken from the tests' own database

KILLS = size(small=1, large=50)
CLIENTS = 4
#: How many writes more are acknowledged before the next kill.
BETWEEN = 3


@dataclass
class Beset:
    """A site, who may write there, and what its clients had been told when it was killed."""

    site: Site
    served: Served
    told: dict[str, Any]
    journal: Journal = field(default_factory=Journal)
    workers: int = 0
    databases: int = 0

    @contextlib.contextmanager
    def written_to(self) -> Iterator[None]:
        """Let clients write all the while."""
        stop = threading.Event()
        writers = [Writer(self.served, self.told, self.journal, stop) for _ in range(CLIENTS)]
        for one in writers:
            one.start()
        try:
            yield
        finally:
            stop.set()
            for one in writers:
                one.join(timeout=60)

    def wait(self, writes: int) -> None:
        """Return when so many writes more were acknowledged.

        Raises:
            TimeoutError: when the site no longer takes any.
        """
        wanted, until = self.journal.writes + writes, time.monotonic() + 60
        while self.journal.writes < wanted:
            if time.monotonic() > until:
                raise TimeoutError(f"nothing is acknowledged any more: {self.journal.refused}")
            time.sleep(0.02)

    def kill_over_and_over(self, chance: random.Random) -> None:
        """Kill workers, and the database where it runs, each at some moment."""
        for nth in range(KILLS * (2 if self.site.database.can_be_killed else 1)):
            self.wait(BETWEEN)
            time.sleep(chance.random() * 0.3)
            if self.site.database.can_be_killed and nth % 2:
                self.site.database.kill(chance)
                self.databases += 1
            else:
                self.served.kill_a_worker(chance)
                self.workers += 1
        self.wait(BETWEEN)

    def found(self) -> Found:
        """Return what the database and the disk hold now."""
        return Found.at(self.site.database, self.site.evidence)


@pytest.fixture(scope="module")
def beset(django_db_setup: None, django_db_blocker: Any) -> Iterator[Beset]:
    home = Path(tempfile.mkdtemp(prefix="kill-", dir="/tmp"))  # a socket's path must be short
    with contextlib.ExitStack() as ends:
        ends.callback(shutil.rmtree, home, ignore_errors=True)
        with django_db_blocker.unblock():
            save(home / "saved")
            database = (SQLite if connection.vendor == "sqlite" else PostgreSQL)(home)
        ends.callback(database.stop)
        site = Site(home, database)
        begun = site.run("-m", "tests.nets.killed_begin", str(home / "saved"))
        assert begun.returncode == 0, begun.stderr
        yield Beset(site, ends.enter_context(site.served()), json.loads(begun.stdout.splitlines()[-1]))


def test_what_was_acknowledged_outlives_every_kill(beset: Beset) -> None:
    with beset.written_to():
        beset.kill_over_and_over(random.Random(8))
    journal, found = beset.journal, beset.found()
    sys.stdout.write(
        f"\n{beset.workers} workers and {beset.databases} databases killed, {journal.sent_again} forms sent again:"
        f" {len(journal.lost(found))} of {journal.writes} acknowledged writes lost, {len(found.doubled)} doubled\n"
    )
    assert (journal.lost(found), found.doubled, journal.refused) == ([], [], [])
    assert journal.writes > BETWEEN * (beset.workers + beset.databases)
    assert beset.site.broken() == []


def lost_by(beset: Beset, kill: Callable[[], None]) -> list[str]:
    """Let clients write anew, kill, and return what was acknowledged and is lost."""
    beset.journal = Journal()
    with beset.written_to():
        beset.wait(BETWEEN)
        kill()
    return beset.journal.lost(beset.found())


@pytest.mark.hole
def test_a_database_that_acknowledges_before_it_writes_is_found(beset: Beset) -> None:
    database = beset.site.database
    if isinstance(database, SQLite):
        pytest.skip("nothing of SQLite runs that could acknowledge and be killed")
    database.stop()
    database.options = HASTY.split()
    database.start()

    def kill_all() -> None:
        kill(database.process.pid, *children_of(database.process.pid))
        database.process.wait()
        database.start_again()

    assert lost_by(beset, kill_all)


@pytest.mark.hole
def test_an_answer_before_the_commit_is_found(beset: Beset) -> None:
    with beset.site.served("tests.nets.hasty:application") as hasty:
        besides = replace(beset, served=hasty)
        assert lost_by(besides, lambda: kill(*hasty.workers()))


@pytest.mark.hole
def test_a_file_that_is_cut_and_a_log_that_is_doubled_are_found(beset: Beset) -> None:
    beset.journal = journal = Journal()
    writer = Writer(beset.served, beset.told, journal, threading.Event())
    for words in ("一次", "两次", "两次"):
        writer.log(words)
    assert (journal.lost(beset.found()), beset.found().doubled) == ([], ["两次"])
    [sha256] = [sha256 for words, sha256 in beset.site.database.ask(LOGS) if words == "一次"]
    file = evidence_file(beset.site.evidence, sha256)
    file.write_bytes(file.read_bytes()[:-1])
    assert journal.lost(beset.found()) == ["一次"]


SERVES = """
import os, signal, subprocess, sys, time
from tests.leash import leashed
signal.signal(signal.SIGQUIT, signal.SIG_IGN)  # as a shell starts what runs in the background
sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
print(leashed(sleeper, stdout=subprocess.DEVNULL).pid, flush=True)
time.sleep(0.5)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_no_server_outlives_the_one_that_started_it() -> None:
    done = subprocess.run([sys.executable, "-c", SERVES], cwd=ROOT, stdout=subprocess.PIPE, check=False)
    ended = time.monotonic() + 5
    while (alive := Path(f"/proc/{int(done.stdout)}").exists()) and time.monotonic() < ended:
        time.sleep(0.05)
    assert (done.returncode, alive) == (-signal.SIGKILL, False)
