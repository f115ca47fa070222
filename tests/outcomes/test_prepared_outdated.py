"""What was taken back or forgotten stands in no prepared file any more: they end in the same transaction."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from organization.personal import anonymise
from outcomes.asking import ask_for
from outcomes.models import Outcome, PreparedFile, ask_to_share
from outcomes.preparing import make
from tests.factories import BranchFactory, leader_of, outcome, secretary_of, verified
from tests.outcomes.prepared import FIRST, LAST, asked, begun, made, on_disk, wanted
from tests.world import YEAR, BranchWorld

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prepared_folder")]
REASON = "误传了他人证件。"
ENDED = ("failed", "outdated")


@pytest.fixture
def proved(world: BranchWorld) -> Outcome:
    """Return a verified outcome of the year on which nothing else stands."""
    by = world.users["teacher"]
    found: dict[str, Any] = {"by": by, "verifier": world.users["secretary"], "achieved_on": datetime.date(YEAR, 5, 4)}
    return verified(world.branch, title="单独的一项成果", **found)


def remove_proof(world: BranchWorld, proved: Outcome) -> None:
    proved.proofs.get().take_back(by=world.users["secretary"], reason=REASON)


def revoke(world: BranchWorld, proved: Outcome) -> None:
    proved.revoke(by=world.users["secretary"], reason=REASON)


def remove_from_report(world: BranchWorld, proved: Outcome) -> None:
    world.rows["report_file"].take_back(by=world.users["secretary"], reason=REASON)


def forget(world: BranchWorld, proved: Outcome) -> None:
    anonymise(world.rows["membership"].person, by=world.users["secretary"], reason="已毕业。")


def told(row: PreparedFile) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.failure


@pytest.mark.parametrize("change", [remove_proof, revoke, remove_from_report, forget])
class TestWhatEndsThem:
    def test_a_ready_file_ends_with_the_change_and_its_bytes_go_with_the_commit(
        self, world, proved, change: Callable[..., None], django_capture_on_commit_callbacks
    ) -> None:
        row = made(asked(world))
        with django_capture_on_commit_callbacks(execute=True):
            change(world, proved)
            assert (told(row), on_disk(row)) == (ENDED, {row.stored_name})
        assert (told(row), on_disk(row), row.size, row.sha256) == (ENDED, set(), None, "")

    def test_a_change_that_is_rolled_back_ends_nothing(
        self, world, proved, change: Callable[..., None], django_capture_on_commit_callbacks
    ) -> None:
        row = made(asked(world))
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            change(world, proved)
            transaction.set_rollback(True)
        assert (told(row), on_disk(row)) == (("ready", ""), {row.stored_name})


class TestWhichEnd:
    def test_those_of_a_branch_that_shares_an_outcome(self, world, proved) -> None:
        other = BranchFactory(college=world.branch.college)
        by = secretary_of(other)
        ask_to_share(proved, other, by=world.users["secretary"]).agree(by=by)
        row = made(ask_for(wanted(world, branch=other), by=by))
        remove_proof(world, proved)
        assert told(row) == ENDED

    def test_those_of_a_branch_that_no_longer_shares_one(self, world, proved) -> None:
        other = BranchFactory(college=world.branch.college)
        by = secretary_of(other)
        share = ask_to_share(proved, other, by=world.users["secretary"])
        share.agree(by=by)
        row = made(ask_for(wanted(world, branch=other), by=by))
        share.refresh_from_db()
        share.take_back(by=by, reason="与我支部无关。")
        assert told(row) == ENDED

    def test_those_set_beside_the_branch(self, world, proved) -> None:
        other, leader = BranchFactory(college=world.branch.college), leader_of(world.branch.college)
        beside = {"beside_branch": world.branch, "beside_first_day": FIRST, "beside_last_day": LAST}
        row = made(ask_for(wanted(world, branch=other, **beside), by=leader))
        revoke(world, proved)
        assert told(row) == ENDED

    def test_those_of_other_branches_stay(self, world, proved) -> None:
        other = BranchFactory(college=world.branch.college)
        row = made(ask_for(wanted(world, branch=other), by=secretary_of(other)))
        remove_proof(world, proved)
        assert told(row) == ("ready", "")

    def test_a_draft_s_proof_stood_in_none(self, world) -> None:
        by = world.users["teacher"]
        draft = outcome(world.branch, by=by, title="还没有核实的成果", achieved_on=datetime.date(YEAR, 5, 4))
        row = made(asked(world))
        draft.proofs.get().take_back(by=by)
        assert told(row) == ("ready", "")


class TestAtWhichMoment:
    def test_one_in_hand_ends_and_gets_no_file(self, world, proved) -> None:
        row = begun(asked(world))
        revoke(world, proved)
        make(row)
        assert (told(row), on_disk(row)) == (ENDED, set())

    def test_one_that_waits_waits_on_and_is_made_of_what_is_left(
        self, world, proved, in_database, django_capture_on_commit_callbacks
    ) -> None:
        row = asked(world)
        with django_capture_on_commit_callbacks(execute=True):
            revoke(world, proved)
            begun(row)  # by whoever waited for the commit
        assert told(row) == ("working", "")

    def test_one_that_was_taken_up_before_the_commit_ends_with_it(
        self, world, proved, in_database, django_capture_on_commit_callbacks
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            revoke(world, proved)
            row = begun(asked(world))  # it reads what others still see
        assert told(row) == ENDED


def test_its_page_says_so_and_offers_to_prepare_it_anew(world, proved, desk) -> None:
    row = made(asked(world))
    revoke(world, proved)
    shown = desk.get(row.get_absolute_url()).content.decode()
    found = [reverse(f"outcomes:{name}", args=[row.pk]) in shown for name in ("prepare_again", "prepared_file")]
    assert ("涉及的记录已被撤回" in shown, found) == (True, [True, False])
