"""What a bad deployment is told, and what a good one says of itself."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
STRONG = "of-fifty-characters-and-more-0123456789-abcdefghijklmnop"


def run(folder: Path, *command: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the project without a key, its data in a folder of its own."""
    inside = {name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "DEBUG"}}
    inside |= {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", **given}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=inside, capture_output=True, text=True, check=False, timeout=60
    )


def test_gunicorn_does_not_start_without_a_key_and_says_so_in_a_line(tmp_path: Path) -> None:
    serve = ("-m", "gunicorn", "pairing_site.wsgi:application", "--bind", f"unix:{tmp_path / 's'}")
    done = run(tmp_path, *serve, "--log-level", "critical")
    said = done.stderr.splitlines()
    assert (done.returncode, said[0][:22], "Traceback" in done.stderr) == (3, "SECRET_KEY is not set:", False)


def test_the_check_of_a_deployment_refuses_it_too(tmp_path: Path) -> None:
    done = run(tmp_path, "manage.py", "check", "--deploy")
    assert (done.returncode, "organization.E001" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("given", "warned"),
    [
        ({"SIGNING_KEY": "guess-me"}, True),
        ({"SIGNING_KEY": "ab" * 30}, True),
        ({"SIGNING_KEY": STRONG, "SIGNING_KEY_FALLBACKS": "an-earlier-one"}, True),
        ({"SIGNING_KEY": STRONG, "SIGNING_KEY_FALLBACKS": STRONG[::-1]}, False),
        ({}, False),  # SECRET_KEY signs
    ],
)
def test_a_signing_key_that_can_be_guessed_is_warned_of(tmp_path: Path, given: dict[str, str], warned: bool) -> None:
    done = run(tmp_path, "manage.py", "check", "--deploy", SECRET_KEY=STRONG, **given)
    assert ("organization.W002" in done.stderr) is warned


def test_commands_keep_a_random_key_that_only_their_user_reads(tmp_path: Path) -> None:
    says = (
        "manage.py",
        "shell",
        "--verbosity",
        "0",
        "-c",
        "from django.conf import settings; print(settings.SECRET_KEY)",
    )
    first, second = (run(tmp_path, *says).stdout.strip() for _ in "12")
    kept = tmp_path / "secret_key"
    assert (first == second == kept.read_text(), len(first) >= 50) == (True, True)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_commands_that_need_no_key_work_where_nothing_can_be_kept(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    done = run(in_the_way, "manage.py", "makemigrations", "--check", "--dry-run", CACHE_URL="locmemcache://")
    assert (done.returncode, done.stdout) == (0, "No changes detected\n")


@pytest.mark.parametrize(
    ("name", "word", "said"),
    [
        ("TASK_BACKEND", "databse", "TASK_BACKEND is 'databse'; it can be immediate or database."),
        ("PREPARED_KEPT_DAYS", "0", "PREPARED_KEPT_DAYS is 0; it must be 1 or more."),
        ("PREPARED_LEASE_SECONDS", "-5", "PREPARED_LEASE_SECONDS is -5; it must be 1 or more."),
        ("PREPARED_LEASE_SECONDS", "2 min", "PREPARED_LEASE_SECONDS must be a whole number."),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_in_words(tmp_path: Path, name: str, word: str, said: str) -> None:
    done = run(tmp_path, "manage.py", "check", SECRET_KEY=STRONG, **{name: word})
    assert (done.returncode, done.stderr.splitlines()[-1].endswith(said)) == (1, True)
