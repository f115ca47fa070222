"""Workers come, go and die: a file is in one pair of hands, and whoever is gone is followed by another."""

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from outcomes.asking import look_after
from outcomes.models import PreparedFile
from outcomes.models.prepared import MOST_ATTEMPTS, prepared_storage
from outcomes.tasks import prepare
from tests.outcomes.prepared import asked, begun, made, on_disk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prepared_folder")]


@pytest.fixture
def dying(settings):
    """Whoever takes a file up now is given up at once."""
    settings.PREPARED_LEASE_SECONDS = -1


def test_one_that_is_alive_is_left_alone(world, in_database) -> None:
    row = begun(asked(world))
    prepare.call(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("working", 1)


def test_one_that_is_gone_is_followed_by_another_and_its_part_removed(world, in_database, dying, settings) -> None:
    row = begun(asked(world))
    part = prepared_storage().waiting_folder() / f"{row.pk}-1-half.part"
    part.write_bytes(b"half")
    settings.PREPARED_LEASE_SECONDS = 60
    prepare.call(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts, part.exists()) == ("ready", 2, False)


def test_after_some_of_them_it_is_given_up(world, in_database, dying) -> None:
    row = asked(world)
    for _ in range(MOST_ATTEMPTS):
        begun(row)
    prepare.call(row.pk)
    row.refresh_from_db()
    assert (row.state, row.failure, row.attempts) == ("failed", "stopped", MOST_ATTEMPTS)


def test_a_database_that_does_not_answer_leaves_the_file_to_the_next_one(
    world, in_database, settings, monkeypatch
) -> None:
    monkeypatch.setattr("outcomes.holding.BEAT", 0)
    row, renew = asked(world), PreparedFile.renew

    def renew_or_break(self, **parts):
        renew(self, **parts)
        if (self.attempts, parts["done"]) == (1, 3):
            raise OperationalError("database is locked")

    monkeypatch.setattr(PreparedFile, "renew", renew_or_break)
    prepare.call(row.pk)
    row.refresh_from_db()
    assert (row.state, row.failure, on_disk(row)) == ("working", "", set())
    PreparedFile.objects.filter(pk=row.pk).update(leased_until=timezone.now())
    prepare.call(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("ready", 2)


def test_whoever_takes_it_lets_somebody_look_after_them(world, in_database) -> None:
    row = asked(world)
    DBTaskResult.objects.all().delete()
    prepare.call(row.pk)
    row.refresh_from_db()
    [later] = DBTaskResult.objects.all()
    assert (row.state, later.args_kwargs["args"], later.run_after > timezone.now()) == ("ready", [row.pk], True)


class TestLookingAfterThem:
    def test_a_request_whose_task_was_lost_is_taken_up(self, world, in_database) -> None:
        row = asked(world)
        DBTaskResult.objects.all().delete()
        taken = [one.pk for one in look_after()]
        assert (row.pk in taken, look_after()) == (True, [])
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
        look_after()
        row.refresh_from_db()
        assert (row.state, row.failure, row.size) == ("failed", "lost", None)
        assert desk.get(address).status_code == 404

    def test_files_that_are_there_are_looked_at_and_not_locked(self, world, in_database) -> None:
        look_after()  # what the world left open has its task now

        def queries() -> int:
            with CaptureQueriesContext(connection) as found:
                assert look_after() == []
            return len(found)

        before = queries()
        for format_ in ("docx", "xlsx"):
            made(asked(world, format_))
        assert queries() == before
