"""A prepared file is whole and the one that would be sent, or is said to have failed; nothing half made stays."""

import datetime
import hashlib
import io
import json
import zipfile

import pytest

from evidence.looking import evidence_storage
from outcomes.models import PreparedFile
from outcomes.models.prepared import WithdrawnError, prepared_storage
from outcomes.preparing import make
from tests.outcomes.prepared import asked, begun, content, made, on_disk, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prepared_folder")]


@pytest.fixture
def every_part_is_told(monkeypatch):
    monkeypatch.setattr("outcomes.holding.BEAT", 0)


def test_a_pack_is_the_one_that_would_be_sent(desk, world) -> None:
    row = made(asked(world))
    sent = b"".join(desk.get(page("download", world, "zip", kind="compilation")).streaming_content)
    ours, theirs = (zipfile.ZipFile(io.BytesIO(one)) for one in (content(row), sent))
    files = json.loads(ours.read("manifest.json"))["files"]
    evidence = [name for name in ours.namelist() if name.startswith("佐证材料/")]
    assert (ours.testzip(), ours.namelist()) == (None, theirs.namelist())
    assert [ours.read(name) for name in evidence] == [theirs.read(name) for name in evidence] != []
    digest = hashlib.sha256(content(row)).hexdigest()
    assert (row.state, row.size, row.sha256) == ("ready", len(content(row)), digest)
    assert (row.done, row.total) == (1 + 4 + len(files), 1 + 4 + len(files))


def test_a_pack_of_a_frozen_version_stays_that_version(world) -> None:
    pack = zipfile.ZipFile(io.BytesIO(content(made(asked(world, kind="annual", revision=0)))))
    assert pack.read("report.docx") == world.rows["frozen"].kept_documents()["report.docx"]


def test_it_is_in_the_language_of_whoever_asked(world) -> None:
    names = [
        zipfile.ZipFile(io.BytesIO(content(made(asked(world, language=one))))).namelist() for one in ("en", "zh-hans")
    ]
    assert [("how-to-check.txt" in some, "校验方法.txt" in some) for some in names] == [(True, False), (False, True)]


def test_progress_is_what_is_done(world, monkeypatch, every_part_is_told) -> None:
    told = []
    monkeypatch.setattr(PreparedFile, "renew", lambda _row, done, total: told.append((done, total)))
    row = made(asked(world))
    done = list(dict.fromkeys(done for done, _total in told))
    assert (told[0], told[-1], done) == ((0, 1), (row.total, row.total), [*range(row.total + 1)])


def test_one_that_was_withdrawn_stops_and_leaves_nothing(world, django_capture_on_commit_callbacks) -> None:
    row = begun(asked(world))
    with django_capture_on_commit_callbacks(execute=True):
        row.withdraw(by=world.users["secretary"])
    make(row)
    row.refresh_from_db()
    assert (row.state, on_disk(row)) == ("cancelled", set())


def test_one_withdrawn_in_the_middle_leaves_nothing(world, monkeypatch, every_part_is_told) -> None:
    row, renew, told = begun(asked(world)), PreparedFile.renew, []

    def renew_and_be_withdrawn(self, **parts):
        told.append(parts["done"])
        renew(self, **parts)
        if parts["done"] == 4:
            PreparedFile.objects.get(pk=self.pk).withdraw(by=world.users["secretary"])

    monkeypatch.setattr(PreparedFile, "renew", renew_and_be_withdrawn)
    make(row)
    row.refresh_from_db()
    assert (row.state, on_disk(row), told[-1]) == ("cancelled", set(), 5)


def test_a_worker_that_was_given_up_puts_nothing_in_its_place(world, settings) -> None:
    settings.PREPARED_LEASE_SECONDS = -1
    slow = begun(asked(world))
    quick = PreparedFile.objects.get(pk=slow.pk)
    settings.PREPARED_LEASE_SECONDS = 60
    make(begun(quick))
    ready = PreparedFile.objects.get(pk=slow.pk)
    with pytest.raises(WithdrawnError):
        slow.renew(done=1, total=2)
    part = prepared_storage().waiting_folder() / f"{slow.pk}-late.part"
    part.write_bytes(b"other bytes")
    with pytest.raises(WithdrawnError):
        slow.finish(part, sha256="0" * 64, size=11, parts=1)
    with pytest.raises(WithdrawnError):
        slow.fail(PreparedFile.Failure.BROKEN)
    part.unlink()
    assert (ready.state, ready.attempts, ready.sha256) == ("ready", 2, hashlib.sha256(content(ready)).hexdigest())


def test_a_file_that_cannot_be_written_is_said_in_words(world, desk, django_capture_on_commit_callbacks) -> None:
    proof = world.rows["verified"].proofs.get().evidence.file
    evidence_storage().delete(proof.path)
    with django_capture_on_commit_callbacks(execute=True):
        row = made(asked(world))
    shown = desk.get(row.get_absolute_url()).content.decode()
    assert (row.state, row.failure, on_disk(row)) == ("failed", "broken", set())
    assert "文件未能写成" in shown


class TestRoomOnTheDisk:
    def test_a_disk_that_fills_meanwhile_is_said_in_words(
        self, world, settings, django_capture_on_commit_callbacks
    ) -> None:
        row = asked(world)
        settings.HEALTH_MIN_FREE_BYTES = 1 << 62
        with django_capture_on_commit_callbacks(execute=True):
            made(row)
        assert (row.state, row.failure, on_disk(row)) == ("failed", "full", set())

    def test_a_newer_file_takes_the_place_of_the_earlier_one(self, world, django_capture_on_commit_callbacks) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            earlier, other, newer = (made(asked(world, one)) for one in ("xlsx", "docx", "xlsx"))
        there = PreparedFile.objects.filter(pk__in=[earlier.pk, other.pk, newer.pk]).order_by("pk")
        assert (list(there), on_disk(earlier)) == ([other, newer], set())
        assert on_disk(newer) == {newer.stored_name}

    def test_an_account_keeps_only_so_many(self, world, monkeypatch, django_capture_on_commit_callbacks) -> None:
        PreparedFile.objects.ready().delete()
        monkeypatch.setattr("outcomes.models.prepared.MOST_READY", 2)
        days = [datetime.date(2000 + place, 1, 1) for place in range(3)]
        with django_capture_on_commit_callbacks(execute=True):
            rows = [made(asked(world, "xlsx", first_day=day)) for day in days]
        assert list(PreparedFile.objects.ready().order_by("pk")) == rows[1:]
        assert [on_disk(row) for row in rows] == [set(), *({row.stored_name} for row in rows[1:])]
