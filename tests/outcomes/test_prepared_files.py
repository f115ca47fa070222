"""Large documents and packs are made in the background: asked for once, whole or said to have failed, kept a while."""

import datetime
import hashlib
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from evidence.looking import evidence_storage
from organization.models import RuleError
from organization.verbs import acting
from outcomes.models import PreparedFile
from outcomes.models.prepared import MOST_ATTEMPTS, WithdrawnError, prepared_storage
from outcomes.preparing import make
from outcomes.tasks import MOST_OPEN, ask_again, ask_for, prepare, take_up
from tests.conftest import signed_in
from tests.factories import leader_of, secretary_of
from tests.world import YEAR, BranchWorld

pytestmark = pytest.mark.django_db
DAYS = {"from": f"{YEAR}-01-01", "to": f"{YEAR}-12-31"}
IN_DATABASE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture(autouse=True)
def _disk_is_as_before() -> Iterator[None]:
    """A rolled back row leaves its file, and the next row of its number is no heir of it."""
    yield
    shutil.rmtree(prepared_storage().location, ignore_errors=True)


@pytest.fixture
def in_database(settings):
    settings.TASKS = IN_DATABASE


@pytest.fixture
def all_large(settings):
    settings.PREPARE_FROM_OUTCOMES = 0


def wanted(world: BranchWorld, format_: str = "zip", **given: object) -> PreparedFile:
    days = {"first_day": datetime.date(YEAR, 1, 1), "last_day": datetime.date(YEAR, 12, 31)}
    given = {"kind": "compilation", "language": "zh-hans", **days, **given}
    return PreparedFile(branch=world.branch, format=format_, **given)


def asked(world: BranchWorld, format_: str = "zip", **given: object) -> PreparedFile:
    return ask_for(wanted(world, format_, **given), by=world.users["secretary"])


def begun(row: PreparedFile) -> PreparedFile:
    with acting(row.asked_by):
        assert row.begin()
    return row


def made(row: PreparedFile) -> PreparedFile:
    make(begun(row))
    row.refresh_from_db()
    return row


def on_disk(row: PreparedFile) -> set[str]:
    """Return everything that lies in the folder of prepared files of a row, parts too."""
    names = (path.name for path in Path(prepared_storage().location).rglob("*") if path.is_file())
    return {name for name in names if re.match(rf"{row.pk}\b", name)}


def content(row: PreparedFile) -> bytes:
    return prepared_storage().open(row.stored_name).read()


def page(name: str, world: BranchWorld, *args: object, **query: str) -> str:
    return reverse(f"outcomes:{name}", args=[world.code, *args], query={**DAYS, **query})


class TestAsking:
    def test_a_large_file_is_offered_and_not_sent(self, desk: Client, world: BranchWorld, all_large) -> None:
        shown = desk.get(page("download", world, "zip", kind="compilation"))
        assert "准备文件" in shown.content.decode()
        assert (shown["Content-Type"], PreparedFile.objects.exclude(pk=world.rows["prepared"].pk).count()) == (
            "text/html; charset=utf-8",
            1,
        )

    @pytest.mark.parametrize(
        "given",
        [
            ({}, "zip", True),
            ({"PREPARE_FROM_FILES": 0}, "zip", False),
            ({"PREPARE_FROM_FILES": 0}, "docx", True),
            ({"PREPARE_FROM_BYTES": 0}, "zip", False),
            ({"PREPARE_FROM_OUTCOMES": 0}, "docx", False),
            ({"PREPARE_FROM_OUTCOMES": 0}, "json", True),
        ],
    )
    def test_what_is_small_comes_at_once(self, desk, world, settings, given) -> None:
        limits, format_, is_sent = given
        for name, value in limits.items():
            setattr(settings, name, value)
        answer = desk.get(page("download", world, format_, kind="compilation"))
        assert ("attachment" in answer.get("Content-Disposition", "")) is is_sent

    def test_what_a_frozen_report_keeps_comes_at_once(self, desk, world, all_large) -> None:
        answer = desk.get(page("download", world, "docx"))
        assert b"".join(answer.streaming_content) == world.rows["frozen"].kept_documents()["report.docx"]

    def test_pressing_twice_gives_the_same_row(self, desk, world, all_large, in_database) -> None:
        before = PreparedFile.objects.count()
        one, two = (desk.post(page("prepare", world, "zip", kind="case")) for _ in "12")
        row = PreparedFile.objects.latest("pk")
        assert (one.url, two.url, PreparedFile.objects.count()) == (row.get_absolute_url(), one.url, before + 1)
        assert (row.kind, row.format, row.asked_by, row.state) == ("case", "zip", world.users["secretary"], "waiting")

    def test_another_kind_format_or_account_is_another_request(self, world, in_database) -> None:
        rows = [asked(world), asked(world, kind="case"), asked(world, "docx"), asked(world, language="en")]
        rows.append(ask_for(wanted(world), by=world.users["deputy"]))
        assert len({row.pk for row in rows}) == 5

    def test_an_account_has_only_some_prepared_at_a_time(self, world, in_database) -> None:
        PreparedFile.objects.open().filter(asked_by=world.users["secretary"]).delete()
        for year in range(MOST_OPEN):
            asked(world, first_day=datetime.date(2000 + year, 1, 1))
        with pytest.raises(RuleError, match="已有多份文件"):
            asked(world)

    def test_whoever_does_not_oversee_both_branches_is_refused(self, world, in_database) -> None:
        stranger = secretary_of(world.rows["share"].outcome.branch)
        days = {"beside_first_day": datetime.date(YEAR, 1, 1), "beside_last_day": datetime.date(YEAR, 12, 31)}
        other = {"beside_branch": stranger.role_assignments.get().branch, **days}
        with pytest.raises(RuleError):
            ask_for(wanted(world), by=stranger)
        with pytest.raises(RuleError):
            asked(world, **other)
        row = ask_for(wanted(world, **other), by=leader_of(world.branch.college))
        seen = [PreparedFile.objects.visible_to(user).filter(pk=row.pk).exists() for user in (row.asked_by, stranger)]
        assert (seen, PreparedFile.objects.visible_to(world.users["secretary"]).filter(pk=row.pk).exists()) == (
            [True, False],
            False,
        )

    def test_without_a_worker_it_is_ready_when_the_page_opens(
        self, desk, world, all_large, django_capture_on_commit_callbacks
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            answer = desk.post(page("prepare", world, "xlsx", kind="case"))
        shown = desk.get(answer.url).content.decode()
        row = PreparedFile.objects.latest("pk")
        assert (row.state, row.done == row.total > 0, "http-equiv" in shown) == ("ready", True, False)
        assert reverse("outcomes:prepared_file", args=[row.pk]) in shown


class TestMaking:
    def test_a_pack_is_the_one_that_would_be_sent(self, desk, world) -> None:
        row = made(asked(world))
        sent = b"".join(desk.get(page("download", world, "zip", kind="compilation")).streaming_content)
        ours, theirs = (zipfile.ZipFile(io.BytesIO(one)) for one in (content(row), sent))
        assert (ours.testzip(), ours.namelist()) == (None, theirs.namelist())
        files = json.loads(ours.read("manifest.json"))["files"]
        assert len(files) > 0
        assert (row.state, row.size, row.sha256) == (
            "ready",
            len(content(row)),
            hashlib.sha256(content(row)).hexdigest(),
        )
        assert (row.done, row.total) == (1 + 4 + len(files), 1 + 4 + len(files))

    def test_it_is_in_the_language_of_whoever_asked(self, world) -> None:
        names = zipfile.ZipFile(io.BytesIO(content(made(asked(world, language="en"))))).namelist()
        assert "how-to-check.txt" in names

    def test_progress_is_what_is_done(self, world, monkeypatch) -> None:
        monkeypatch.setattr("outcomes.preparing.BEAT", 0)
        told = []
        monkeypatch.setattr(PreparedFile, "tell", lambda _row, done, total: told.append((done, total)))
        row = made(asked(world))
        assert (told[0], told[-1]) == ((0, 1), (row.total, row.total))
        assert told == sorted(told)

    def test_one_that_was_withdrawn_stops_and_leaves_nothing(self, world, django_capture_on_commit_callbacks) -> None:
        row = begun(asked(world))
        with django_capture_on_commit_callbacks(execute=True):
            row.withdraw(by=world.users["secretary"])
        make(row)
        row.refresh_from_db()
        assert (row.state, on_disk(row)) == ("cancelled", set())

    def test_one_withdrawn_in_the_middle_leaves_nothing(self, world, monkeypatch) -> None:
        monkeypatch.setattr("outcomes.preparing.BEAT", 0)
        row, tell = begun(asked(world)), PreparedFile.tell

        def tell_and_be_withdrawn(self, done, total):
            tell(self, done, total)
            if done == 4:
                PreparedFile.objects.get(pk=self.pk).withdraw(by=world.users["secretary"])

        monkeypatch.setattr(PreparedFile, "tell", tell_and_be_withdrawn)
        make(row)
        row.refresh_from_db()
        assert (row.state, on_disk(row)) == ("cancelled", set())

    def test_a_worker_that_was_given_up_puts_nothing_in_its_place(self, world, settings) -> None:
        settings.PREPARED_LEASE_SECONDS = -1
        slow = begun(asked(world))
        quick = PreparedFile.objects.get(pk=slow.pk)
        settings.PREPARED_LEASE_SECONDS = 60
        make(begun(quick))
        ready = PreparedFile.objects.get(pk=slow.pk)
        with pytest.raises(WithdrawnError):
            slow.tell(1, 2)
        part = prepared_storage().waiting_folder() / f"{slow.pk}-late.part"
        part.write_bytes(b"other bytes")
        with pytest.raises(WithdrawnError):
            slow.finish(part, sha256="0" * 64, size=11, parts=1)
        with pytest.raises(WithdrawnError):
            slow.fail(PreparedFile.Failure.BROKEN)
        part.unlink()
        assert (ready.state, ready.attempts, ready.sha256) == ("ready", 2, hashlib.sha256(content(ready)).hexdigest())

    def test_a_file_that_cannot_be_written_is_said_in_words(
        self, world, desk, django_capture_on_commit_callbacks
    ) -> None:
        proof = world.rows["verified"].proofs.get().evidence.file
        evidence_storage().delete(proof.path)
        with django_capture_on_commit_callbacks(execute=True):
            row = made(asked(world))
        shown = desk.get(row.get_absolute_url()).content.decode()
        assert (row.state, row.failure, on_disk(row)) == ("failed", "broken", set())
        assert "文件未能写成" in shown


class TestWorkersThatDie:
    def test_one_that_is_alive_is_left_alone(self, world, in_database) -> None:
        row = begun(asked(world))
        prepare.call(row.pk)
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("working", 1)

    def test_one_that_is_gone_is_followed_by_another_and_its_part_removed(self, world, in_database, settings) -> None:
        settings.PREPARED_LEASE_SECONDS = -1
        row = begun(asked(world))
        part = prepared_storage().waiting_folder() / f"{row.pk}-1-half.part"
        part.write_bytes(b"half")
        settings.PREPARED_LEASE_SECONDS = 60
        prepare.call(row.pk)
        row.refresh_from_db()
        assert (row.state, row.attempts, part.exists()) == ("ready", 2, False)

    def test_after_some_of_them_it_is_given_up(self, world, in_database, settings) -> None:
        settings.PREPARED_LEASE_SECONDS = -1
        row = asked(world)
        for _ in range(MOST_ATTEMPTS):
            begun(row)
        prepare.call(row.pk)
        row.refresh_from_db()
        assert (row.state, row.failure, row.attempts) == ("failed", "stopped", MOST_ATTEMPTS)

    def test_whoever_takes_it_lets_somebody_look_after_them(self, world, in_database) -> None:
        row = asked(world)
        DBTaskResult.objects.all().delete()
        prepare.call(row.pk)
        row.refresh_from_db()
        [later] = DBTaskResult.objects.all()
        assert (row.state, later.args_kwargs["args"], later.run_after > timezone.now()) == ("ready", [row.pk], True)

    def test_a_request_whose_task_was_lost_is_taken_up(self, world, in_database) -> None:
        row = asked(world)
        DBTaskResult.objects.all().delete()
        taken = [one.pk for one in take_up()]
        assert (row.pk in taken, take_up()) == (True, [])
        assert [row.pk] in [one.args_kwargs["args"] for one in DBTaskResult.objects.ready()]

    def test_without_workers_the_command_makes_it(self, world, django_capture_on_commit_callbacks, capsys) -> None:
        row = asked(world)
        with django_capture_on_commit_callbacks(execute=True):
            call_command("take_up_files")
        row.refresh_from_db()
        assert (row.state, f"prepared {row.pk}\n" in capsys.readouterr().out) == ("ready", True)

    def test_a_file_that_is_gone_is_said_to_be(self, world, desk) -> None:
        row = made(asked(world))
        prepared_storage().delete(row.stored_name)
        address = reverse("outcomes:prepared_file", args=[row.pk])
        assert "此文件已不存在" in desk.get(address).content.decode()
        take_up()
        row.refresh_from_db()
        assert (row.state, row.failure, row.size) == ("failed", "lost", None)
        assert desk.get(address).status_code == 404


class TestHavingIt:
    def test_it_is_downloaded_by_whoever_may_see_the_report(self, world, desk) -> None:
        row = made(asked(world))
        address = reverse("outcomes:prepared_file", args=[row.pk])
        answer = desk.get(address)
        assert b"".join(answer.streaming_content) == content(row)
        name = f'attachment; filename="OWN-compilation-{YEAR}-01-01-{YEAR}-12-31.zip"'
        assert (answer["Content-Disposition"], answer["Content-Type"]) == (name, "application/zip")
        assert LogEntry.objects.filter(object_pk=str(row.pk), additional_data__path=address).exists()
        assert signed_in(world.users["teacher"]).get(address).status_code == 404

    def test_a_role_that_ended_opens_it_no_more(self, world) -> None:
        row = made(asked(world))
        secretary = world.users["secretary"]
        secretary.role_assignments.all().delete()
        assert signed_in(secretary).get(reverse("outcomes:prepared_file", args=[row.pk])).status_code == 404

    def test_it_is_kept_for_some_days_and_then_removed(self, world, desk, settings) -> None:
        row = made(asked(world))
        kept = row.expires_at - row.ready_at
        PreparedFile.objects.filter(pk=row.pk).update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
        assert desk.get(reverse("outcomes:prepared_file", args=[row.pk])).status_code == 404
        assert kept == datetime.timedelta(days=settings.PREPARED_KEPT_DAYS)

    def test_the_sweep_removes_what_is_over_and_what_nobody_names(
        self, world, django_capture_on_commit_callbacks, capsys
    ) -> None:
        row, young = made(asked(world)), made(asked(world, "xlsx"))
        PreparedFile.objects.filter(pk=row.pk).update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
        stray = Path(prepared_storage().path("999999.zip"))
        stray.write_bytes(b"of nobody")
        call_command("sweep_files", "--dry-run")
        assert stray.exists() is PreparedFile.objects.filter(pk=row.pk).exists() is True
        os.utime(stray, (0, 0))
        with django_capture_on_commit_callbacks(execute=True):
            call_command("sweep_files")
        said = capsys.readouterr().out
        assert (f"prepared {row.pk}\n" in said, "999999.zip" in said) == (True, True)
        assert (on_disk(row), stray.exists(), on_disk(young)) == (set(), False, {young.stored_name})
        assert list(PreparedFile.objects.filter(pk__in=(row.pk, young.pk))) == [young]

    def test_the_list_names_the_user_s_own_and_asks_anew_while_one_is_open(self, world, desk, in_database) -> None:
        row = made(asked(world, "xlsx"))
        other = ask_for(wanted(world, kind="case"), by=world.users["deputy"])
        address = reverse("outcomes:prepared_files")
        PreparedFile.objects.open().filter(asked_by=world.users["secretary"]).delete()
        shown = desk.get(address).content.decode()
        assert (row.get_absolute_url() in shown, other.get_absolute_url() in shown) == (True, False)
        assert "http-equiv" not in shown
        waiting = asked(world, kind="case")
        shown = desk.get(address).content.decode()
        assert ('http-equiv="refresh"' in shown, reverse("outcomes:withdraw", args=[waiting.pk]) in shown) == (
            True,
            True,
        )

    def test_it_can_be_asked_for_again(self, world, desk, in_database) -> None:
        row = asked(world)
        row.withdraw(by=row.asked_by)
        answer = desk.post(reverse("outcomes:prepare_again", args=[row.pk]))
        new = PreparedFile.objects.latest("pk")
        assert (answer.url, new.key, new.state, new.pk > row.pk) == (new.get_absolute_url(), row.key, "waiting", True)
        assert ask_again(row, by=row.asked_by) == new

    def test_only_whoever_asked_or_decides_withdraws_it(self, world, in_database) -> None:
        leader = leader_of(world.branch.college)
        row = asked(world)
        assert signed_in(leader).post(reverse("outcomes:withdraw", args=[row.pk])).status_code == 403
        with pytest.raises(RuleError):
            row.withdraw(by=leader)
        row.withdraw(by=world.users["deputy"])
        with pytest.raises(RuleError, match="已不在准备中"):
            row.withdraw(by=world.users["deputy"])

    def test_a_request_and_its_end_stand_in_the_trail(self, world, in_database) -> None:
        row = made(asked(world))
        entries = LogEntry.objects.get_for_object(row).order_by("pk")
        states = [entry.changes["state"] for entry in entries if "state" in entry.changes]
        assert [state[1] for state in states] == ["waiting", "working", "ready"]
        assert {entry.actor for entry in entries} == {world.users["secretary"]}


def test_a_pack_of_a_frozen_version_stays_that_version(world: BranchWorld) -> None:
    row = made(asked(world, kind="annual", revision=0))
    pack = zipfile.ZipFile(io.BytesIO(content(row)))
    assert pack.read("report.docx") == world.rows["frozen"].kept_documents()["report.docx"]


def test_pages_of_prepared_files_take_the_same_queries_at_one_and_at_three(
    world: BranchWorld, desk: Client, in_database
) -> None:
    PreparedFile.objects.open().delete()
    addresses = [reverse("outcomes:prepared_files"), world.rows["prepared"].get_absolute_url()]
    addresses.append(page("download", world, "zip", kind="compilation"))

    def counts() -> list[int]:
        found = []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                desk.get(address)
            found.append(len(queries))
        return found

    first = counts()
    for kind in ("case", "compilation"):
        asked(world, kind=kind)
    assert (counts(), first[:2]) == (first, [6, 5])
