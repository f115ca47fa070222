"""A site that can be killed: a gunicorn of its own, over a database of its own that writes to the disk."""

import contextlib
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings

from tests.leash import leashed, let_go
from tests.postgres import Server

ROOT = Path(settings.BASE_DIR)
DURABLE = "-c fsync=on -c synchronous_commit=on -c max_connections=60"
#: Commits are acknowledged before they are on the disk, and go there when it suits: the hole.
HASTY = "-c fsync=on -c synchronous_commit=off -c wal_writer_delay=10s -c max_connections=60"
WAIT = 60


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill(*pids: int) -> None:
    """Kill processes, those that are gone already apart."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class SQLite:
    """SQLite's file: nothing of it runs, so nothing of it can be killed."""

    can_be_killed = False

    def __init__(self, home: Path) -> None:
        self.file = home / "killed.sqlite3"
        self.url = f"sqlite:///{self.file}"

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, past the site's own code."""
        with contextlib.closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql).fetchall()

    def kill(self, chance: random.Random) -> None:
        raise NotImplementedError  # a worker or the database: each site says which

    def stop(self) -> None:
        pass


class PostgreSQL(Server):
    """A PostgreSQL that flushes what it acknowledges."""

    can_be_killed = True

    def __init__(self, home: Path) -> None:
        super().__init__(home, DURABLE)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, past the site's own code."""
        place = {"host": str(self.home), "user": "postgres", "dbname": "postgres"}
        with contextlib.closing(psycopg2.connect(**place)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def kill(self, chance: random.Random) -> None:
        """Kill the postmaster, all at one moment, or one of its children, and return when it has recovered."""
        postmaster, children = self.process.pid, children_of(self.process.pid)
        killed = chance.choice([[postmaster], [postmaster, *children], [chance.choice(children)]])
        kill(*killed)
        if postmaster in killed:
            self.process.wait(WAIT)
            self.start_again()
        else:
            self.wait()

    def start_again(self) -> None:
        """Start the server once the last of its orphans has let go of the shared memory.

        Raises:
            TimeoutError: when it does not come up.
        """
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            with contextlib.suppress(SystemExit):
                return self.start()
        raise TimeoutError("PostgreSQL did not start again")


class Site:
    """The site over a database and a folder of its own."""

    def __init__(self, home: Path, database: SQLite | PostgreSQL) -> None:
        self.database = database
        self.files, self.evidence, self.said = home / "data-dir", home / "data-dir" / "evidence", home / "said.log"
        self.files.mkdir()
        self.environment = os.environ | {
            "DATABASE_URL": database.url,
            "DATA_DIR": str(self.files),
            "SECRET_KEY": "killed-" * 10,
            "DEBUG": "on",  # without collected assets
            "LOG_LEVEL": "CRITICAL",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a Python program inside the site."""
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=600
        )

    def broken(self) -> list[str]:
        """Return what `check_integrity` says is broken."""
        done = self.run("manage.py", "check_integrity", "--json")
        return [check["name"] for check in json.loads(done.stdout)["checks"] if check["broken"]]

    @contextlib.contextmanager
    def served(self, application: str = "pairing_site.wsgi:application") -> Iterator["Served"]:
        """Serve the site, or an application that stands in for it, on a free port of the loopback."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", application, "--preload", "--workers=2", "--threads=3"]
        command += [f"--bind=127.0.0.1:{port}", "--log-level=critical", "--timeout=60", "--graceful-timeout=1"]
        with self.said.open("a") as said:
            served = Served(port, leashed(command, cwd=ROOT, env=self.environment, stdout=said, stderr=said))
        try:
            served.wait()
            yield served
        finally:
            let_go(served.master)


@dataclass
class Served:
    """A gunicorn that serves a site."""

    port: int
    master: subprocess.Popen[bytes]

    def wait(self) -> None:
        """Wait until the site answers.

        Raises:
            TimeoutError: when it does not.
        """
        until = time.monotonic() + WAIT
        while time.monotonic() < until and self.master.poll() is None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).close()
                return
            time.sleep(0.1)
        raise TimeoutError("the site did not come up")

    def workers(self) -> list[int]:
        """Return the processes that answer requests."""
        return children_of(self.master.pid)

    def kill_a_worker(self, chance: random.Random) -> None:
        if workers := self.workers():
            kill(chance.choice(workers))
