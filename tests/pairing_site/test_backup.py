"""A backup holds everything, comes back as it was, and is refused when one byte of it is not the site's own."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from evidence.models import StoredFile, evidence_storage
from organization.integrity import try_all
from organization.models import Person
from pairing_site.backup.archive import ArchiveError, check, members
from tests.factories import CollegeFactory
from tests.nets import size
from tests.world import BranchWorld, build_branch

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def sums() -> dict[str, str]:
    """Return a checksum of every table and of every evidence file."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {table}")
            found[table] = hashlib.sha256("".join(sorted(map(repr, cursor.fetchall()))).encode()).hexdigest()
    root = Path(settings.EVIDENCE_ROOT)
    files = (path for path in root.rglob("*") if path.is_file())
    return found | {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def run(command: str, *arguments: object, **options: Any) -> dict:
    out = StringIO()
    call_command(command, *map(str, arguments), json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def refused(*arguments: Any, **options: Any) -> str:
    with pytest.raises(CommandError) as raised:
        run(*arguments, **options)
    assert (raised.value.returncode, "\n" in str(raised.value)) == (2, False)
    return str(raised.value)


@pytest.fixture
def whole() -> BranchWorld:
    shutil.rmtree(settings.EVIDENCE_ROOT, ignore_errors=True)
    return build_branch(CollegeFactory(), "OWN")


def test_what_was_lost_comes_back_as_it_was(whole: BranchWorld, tmp_path: Path) -> None:
    before, place = sums(), tmp_path / "one.backup"
    assert run("backup", place)["files"] >= StoredFile.objects.count() > 0
    Person.objects.filter(pk=whole.rows["person"].pk).update(name="被改")
    whole.rows["reflection"].delete()
    for stored in StoredFile.objects.all()[:1]:
        evidence_storage().delete(stored.path)
    assert sums() != before
    run("restore", place, replace=True)
    assert sums() == before
    assert [name for name, found in try_all() if found.broken] == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a database of PostgreSQL is made by its operator first")
def test_a_backup_comes_back_on_a_machine_that_never_had_the_site(whole: BranchWorld, tmp_path: Path) -> None:
    archive, folder = tmp_path / "backup.tar", tmp_path / "new" / "machine"
    run("backup", archive)
    there = {
        **os.environ,
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "SIGNING_KEY": settings.SIGNING_KEY,
    }
    for command in (["restore", str(archive)], ["check_integrity", "--json"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=settings.BASE_DIR, env=there, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
    assert [check for check in json.loads(done.stdout)["checks"] if check["broken"]] == []


def test_nothing_is_touched_by_what_is_not_whole_or_not_ours(whole: BranchWorld, tmp_path: Path) -> None:
    place, bad = tmp_path / "one.backup", tmp_path / "bad.backup"
    run("backup", place)
    content, before = place.read_bytes(), sums()
    assert "not empty" in refused("restore", place)
    assert "cannot be read" in refused("restore", tmp_path / "none", replace=True)
    with override_settings(SIGNING_KEY="another", SIGNING_KEY_FALLBACKS=[]):
        assert "not signed" in refused("restore", place, replace=True)
    for part in (content[: len(content) // 2], content[:-12_000], b"", b"no archive"):
        bad.write_bytes(part)
        refused("restore", bad, replace=True)
    assert sums() == before


@pytest.mark.hole
def test_a_flipped_byte_is_found_wherever_it_matters(whole: BranchWorld, tmp_path: Path) -> None:
    place, bad = tmp_path / "one.backup", tmp_path / "bad.backup"
    run("backup", place)
    content = bytearray(place.read_bytes())
    good = [(name, hashlib.sha256(stream.read()).hexdigest()) for name, stream, _size in members(place)]
    count, found = size(small=25, large=400), 0
    for nth in range(count):
        at = nth * (len(content) - 1) // count
        content[at] ^= 0x41
        bad.write_bytes(content)
        content[at] ^= 0x41
        try:
            check(bad)
        except ArchiveError:
            found += 1
        else:  # a byte that fills a block up; nothing that is read differs
            assert [(name, hashlib.sha256(stream.read()).hexdigest()) for name, stream, _size in members(bad)] == good
    assert found > count // 2


def test_a_damaged_file_is_not_backed_up_as_if_it_were_whole(whole: BranchWorld, tmp_path: Path) -> None:
    stored = StoredFile.objects.first()
    (Path(settings.EVIDENCE_ROOT) / stored.path).write_bytes(b"x" * stored.size)
    assert stored.sha256 in refused("backup", tmp_path / "one.backup")
    assert list(tmp_path.iterdir()) == []
