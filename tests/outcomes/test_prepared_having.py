"""A prepared file waits some days for whoever may see the report; its page and list say how it is, and then it goes."""

import datetime
import os
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence.storage import DurableStorage
from outcomes.asking import ask_for
from outcomes.models import PreparedFile
from outcomes.models.prepared import prepared_storage
from tests.conftest import signed_in
from tests.outcomes.prepared import asked, begun, content, made, on_disk, page, wanted
from tests.world import YEAR, BranchWorld

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prepared_folder")]
NOBODY_WORKS = "较长时间没有进展"


def shift(row: PreparedFile, **moments: datetime.timedelta) -> None:
    """Put moments of a row so far from now."""
    PreparedFile.objects.filter(pk=row.pk).update(**{name: timezone.now() + by for name, by in moments.items()})


class TestTheFile:
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
        address = reverse("outcomes:prepared_file", args=[made(asked(world)).pk])
        secretary = world.users["secretary"]
        before = signed_in(secretary).get(address).status_code
        secretary.role_assignments.all().delete()
        assert (before, signed_in(secretary).get(address).status_code) == (200, 404)

    def test_one_that_is_cut_is_not_sent(self, world, desk) -> None:
        row = made(asked(world))
        path = Path(prepared_storage().path(row.stored_name))
        path.write_bytes(path.read_bytes()[:-1])
        answer = desk.get(reverse("outcomes:prepared_file", args=[row.pk]))
        assert (answer.status_code, "此文件已不存在" in answer.content.decode()) == (410, True)

    def test_one_that_goes_at_the_moment_of_its_download_is_said_to_be_gone(self, world, desk, monkeypatch) -> None:
        row, open_ = made(asked(world)), DurableStorage.open

        def go_and_open(self, name, mode="rb"):
            self.delete(name)
            return open_(self, name, mode)

        monkeypatch.setattr(DurableStorage, "open", go_and_open)
        answer = desk.get(reverse("outcomes:prepared_file", args=[row.pk]))
        assert (answer.status_code, "此文件已不存在" in answer.content.decode()) == (410, True)


class TestTheEnd:
    def test_it_is_kept_for_some_days_and_then_removed(self, world, desk, settings) -> None:
        row = made(asked(world))
        kept = row.expires_at - row.ready_at
        shift(row, expires_at=-datetime.timedelta(seconds=1))
        shown = desk.get(row.get_absolute_url()).content.decode()
        address = reverse("outcomes:prepared_file", args=[row.pk])
        assert (desk.get(address).status_code, "保留期已过" in shown, address in shown) == (404, True, False)
        assert kept == datetime.timedelta(days=settings.PREPARED_KEPT_DAYS)

    def test_the_sweep_removes_what_is_over_and_what_nobody_names(
        self, world, django_capture_on_commit_callbacks, capsys
    ) -> None:
        row, young = made(asked(world)), made(asked(world, "xlsx"))
        shift(row, expires_at=-datetime.timedelta(seconds=1))
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

    def test_a_request_and_its_end_stand_in_the_trail(self, world, in_database) -> None:
        row = made(asked(world))
        entries = LogEntry.objects.get_for_object(row).order_by("pk")
        states = [entry.changes["state"] for entry in entries if "state" in entry.changes]
        assert [state[1] for state in states] == ["waiting", "working", "ready"]
        assert {entry.actor for entry in entries} == {world.users["secretary"]}


class TestThePages:
    def test_the_list_names_the_user_s_own_and_looks_anew_while_one_is_open(self, world, desk, in_database) -> None:
        row = made(asked(world, "xlsx"))
        other = ask_for(wanted(world, kind="case"), by=world.users["deputy"])
        address = reverse("outcomes:prepared_files")
        PreparedFile.objects.open().filter(asked_by=world.users["secretary"]).delete()
        shown = desk.get(address).content.decode()
        assert (row.get_absolute_url() in shown, other.get_absolute_url() in shown) == (True, False)
        assert "data-looks" not in shown
        waiting = asked(world, kind="case")
        shown = desk.get(address).content.decode()
        found = (
            'data-looks="4"' in shown,
            'http-equiv="refresh"' in shown,
            reverse("outcomes:withdraw", args=[waiting.pk]) in shown,
        )
        assert found == (True, False, True)

    def test_one_that_nobody_is_about_to_make_is_said_to_be(self, world, desk, in_database) -> None:
        PreparedFile.objects.ready().delete()
        row, long_ago = asked(world), datetime.timedelta(days=-1)
        said = [NOBODY_WORKS in desk.get(row.get_absolute_url()).content.decode()]
        shift(row, asked_at=long_ago)
        said.append(NOBODY_WORKS in desk.get(row.get_absolute_url()).content.decode())
        other = begun(asked(world, kind="case"))  # the worker is at another one: this one's turn comes
        said.append(NOBODY_WORKS in desk.get(row.get_absolute_url()).content.decode())
        shift(other, leased_until=long_ago)
        said.append(NOBODY_WORKS in desk.get(row.get_absolute_url()).content.decode())
        assert said == [False, True, False, True]

    def test_they_take_the_same_queries_at_one_and_at_three(
        self, world: BranchWorld, desk: Client, in_database
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
