"""What an earlier release left is brought under seal once; after that, what came past the site shows."""

import hashlib
import json
from io import StringIO

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command

from organization import integrity
from organization.integrity import try_all
from organization.integrity_rows import differences
from organization.models import Person, TrailHead, TrailLink, User
from organization.redaction import permitted
from outcomes.models import FrozenReport, Outcome
from outcomes.models.seal import content_of
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db


def as_an_earlier_release_left_it(world: BranchWorld) -> None:
    row = world.rows["verified"]
    with permitted():
        TrailLink.objects.all()._raw_delete("default")
        TrailHead.objects.all()._raw_delete("default")
        LogEntry.objects.get_for_object(world.rows["subkind"])._raw_delete("default")
        LogEntry.objects.filter(content_type__model="logphoto")._raw_delete("default")
    Outcome.objects.filter(pk=row.pk).update(seal=hashlib.sha256(content_of(row)).hexdigest())
    FrozenReport.objects.update(seal="")
    Person.objects.filter(pk=world.rows["person"].pk).update(title="讲师")
    draft = world.rows["draft"]
    draft.shared_with.through.objects.create(outcome_id=draft.pk, branch_id=draft.branch_id)


def sealed(**options: bool) -> dict[str, int]:
    out = StringIO()
    call_command("seal_trail", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def broken() -> list[str]:
    return [name for name, found in try_all() if found.broken]


def test_what_an_earlier_release_left_is_signed_as_it_is(world: BranchWorld) -> None:
    as_an_earlier_release_left_it(world)
    entries = LogEntry.objects.count()
    assert len(broken()) > 4
    done = sealed()
    assert (done["sealed"], done["seals"]) == (True, 2)
    assert done["entries"] >= entries
    assert (done["rows"] > 2, broken()) == (True, [])


def test_it_is_done_once_unless_told_to_do_it_again(world: BranchWorld) -> None:
    sealed()
    Person.objects.filter(pk=world.rows["person"].pk).update(title="教授")
    assert (sealed(), broken()) == ({"sealed": False}, ["9_every_row_is_what_the_audit_says"])
    assert (sealed(again=True)["rows"], broken()) == (1, [])


def test_a_plain_seal_that_does_not_hold_is_not_signed(world: BranchWorld) -> None:
    as_an_earlier_release_left_it(world)
    Outcome.objects.filter(pk=world.rows["verified"].pk).update(level="national")
    assert (sealed()["seals"], broken()) == (1, ["6_verified_outcome_is_proved_and_sealed"])


def test_a_check_that_was_not_finished_says_so_with_a_number_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def fall() -> None:
        raise OSError("the disk is gone")

    monkeypatch.setitem(integrity._checks, "8_stored_bytes_match_their_hash", fall)
    with pytest.raises(CommandError, match="the disk is gone") as raised:
        call_command("check_integrity", stdout=StringIO())
    assert raised.value.returncode == 3


def test_it_checks_more_rows_than_sqlite_takes_in_a_list() -> None:
    sizes = {"pairings": 700, "logs": 0, "outcomes": 1100, "branches": 2}
    call_command("generate_load", **sizes, seed=1, stdout=StringIO())
    assert broken() == []


def without_the_newest_column(user: User) -> None:
    """Leave the entry of an account's making as it was written before a later release gave accounts a column."""
    entry = LogEntry.objects.get_for_object(user).get(action=LogEntry.Action.CREATE)
    del entry.changes["sessions_ended"]
    with permitted():
        LogEntry._base_manager.filter(pk=entry.pk).update(changes=entry.changes)


def test_a_column_that_a_later_release_brought_with_its_value_is_no_tampering(world: BranchWorld) -> None:
    without_the_newest_column(world.users["teacher"])
    assert differences(User).broken == []


@pytest.mark.hole
def test_another_value_in_such_a_column_is_found(world: BranchWorld) -> None:
    teacher = world.users["teacher"]
    without_the_newest_column(teacher)
    User.objects.filter(pk=teacher.pk).update(sessions_ended=1)
    assert len(differences(User).broken) == 1
