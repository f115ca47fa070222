"""Two at the same moment: one is carried out and the other is told, and without the lock both would be.

Each race is run once; both threads are held before their first write until the other one is there too, or a while has
passed in which a lock kept it away. The controls take away the lock, the count of edits or the constraint that decides
a race, and see every one of the same races go wrong.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Model, QuerySet

from enterprise_service.models import Engagement
from organization import partings
from organization.integrity import try_all
from organization.merge_kinds import MergeKind
from organization.models import VersionedModel, receipts
from organization.models.person_queries import PersonQuerySet
from organization.models.trail import TrailHead
from outcomes.models import FrozenReport, HandOver, Outcome
from pairings.models import Match, MatchSeat, Seat
from tests.factories import BranchFactory, secretary_of
from tests.nets.crossings import crossing_approvals, crossing_leavings, ending_while_merged
from tests.nets.races import (
    Race,
    answer_to_a_match,
    answering_a_share,
    approval,
    approval_and_return,
    asking_an_enterprise,
    before_the_end,
    confirmation,
    correction,
    ends_of,
    form_sent_twice,
    freezing,
    handing_over,
    instalments,
    logging_while_merged,
    match_become_a_pairing,
    merging_outcomes,
    merging_people,
    parting,
    problem_taken,
    publishing,
    revision,
    seat,
    stale_save,
    team_of_a_student,
    verification,
)

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

#: Of these exactly one of two is carried out.
ONE_OF_TWO = (
    approval, approval_and_return, verification, correction, freezing, revision, stale_save, seat,
    team_of_a_student, answer_to_a_match, publishing, instalments, problem_taken, match_become_a_pairing, confirmation,
    merging_people, merging_outcomes, parting, answering_a_share,
)  # fmt: skip
#: Of these both are answered, and one is carried out.
BOTH_ANSWERED = (form_sent_twice, handing_over, asking_an_enterprise, logging_while_merged)
#: Those which a lock or the count of edits decides.
HELD_BY_A_LOCK = (
    approval, approval_and_return, verification, stale_save, answer_to_a_match, match_become_a_pairing, confirmation,
    asking_an_enterprise, merging_people, merging_outcomes, parting, answering_a_share, logging_while_merged,
)  # fmt: skip
#: Those which what is unique in a table decides too, after the lock or instead of one.
HELD_BY_A_CONSTRAINT: dict[Callable[..., Race], tuple[type[Model], ...]] = {
    correction: (Outcome,),
    freezing: (FrozenReport,),
    revision: (FrozenReport,),
    seat: (Seat,),
    team_of_a_student: (Seat,),
    publishing: (Match, MatchSeat),
    problem_taken: (Engagement,),
    handing_over: (HandOver,),
}


def test_of_two_at_one_moment_one_is_carried_out_and_the_other_is_told() -> None:
    branch = BranchFactory()
    by = secretary_of(branch)
    came_of_it = {}
    for race in ONE_OF_TWO:
        one, two, effects = race(branch, by)
        came_of_it[race.__name__] = (ends_of(one, two), effects())
    assert came_of_it == {race.__name__: (["done", "refused"], 1) for race in ONE_OF_TWO}


def test_of_two_at_one_moment_both_are_answered_and_one_is_carried_out() -> None:
    branch = BranchFactory()
    by = secretary_of(branch)
    came_of_it = {}
    for race in BOTH_ANSWERED:
        one, two, effects = race(branch, by)
        came_of_it[race.__name__] = (ends_of(one, two), effects())
    assert came_of_it == {race.__name__: (["done", "done"], 1) for race in BOTH_ANSWERED}


def test_every_race_has_its_control() -> None:
    with_control = {*HELD_BY_A_LOCK, *HELD_BY_A_CONSTRAINT, instalments, form_sent_twice}
    assert {*ONE_OF_TWO, *BOTH_ANSWERED} == with_control


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time")
def test_of_two_who_leave_and_replace_one_another_one_goes_and_the_other_is_told() -> None:
    one, two, left = crossing_leavings(branch := BranchFactory(), secretary_of(branch))
    assert (ends_of(one, two), left()) == (["done", "refused"], 1)
    assert [name for name, finding in try_all() if finding.broken] == []


@pytest.mark.hole
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_without_one_order_of_locks_two_who_replace_one_another_stand_in_each_other_s_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(partings, "_hold", lambda _people, _answers: None)
    monkeypatch.setattr(PersonQuerySet, "hold", one_by_one(PersonQuerySet.hold))
    one, two, _left = crossing_leavings(branch := BranchFactory(), secretary_of(branch))
    assert ends_of(one, two) != ["done", "refused"]  # a dead-lock, or both are gone


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time")
def test_of_two_that_seat_the_same_people_one_waits_for_the_other() -> None:
    one, two, seated = crossing_approvals(branch := BranchFactory(), secretary_of(branch))
    assert (ends_of(one, two), seated()) == (["done", "done"], 4)


@pytest.mark.hole
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_seating_people_one_by_one_two_stand_in_each_other_s_way(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, _seated = crossing_approvals(branch := BranchFactory(), secretary_of(branch))
    monkeypatch.setattr(PersonQuerySet, "hold", one_by_one(PersonQuerySet.hold))
    assert ends_of(one, two) == ["", "done"]  # a dead-lock


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time")
def test_a_pairing_that_ends_while_two_who_help_in_it_are_merged_closes_their_place() -> None:
    one, two, closed = ending_while_merged(branch := BranchFactory(), secretary_of(branch))
    assert (ends_of(one, two, meeting=before_the_end), closed()) == (["done", "done"], 1)
    assert [name for name, finding in try_all() if finding.broken] == []


@pytest.mark.hole
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_merge_that_does_not_hold_the_pairings_meets_what_ends_them(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, closed = ending_while_merged(branch := BranchFactory(), secretary_of(branch))
    monkeypatch.setattr(MergeKind, "lock_first", lambda _kind, _rows: None)
    assert (ends_of(one, two, meeting=before_the_end), closed()) != (["done", "done"], 1)


def one_by_one(hold: Any) -> Any:
    """Return what locks people where one is named, and not several at once."""

    def held(rows: PersonQuerySet, people: Iterable[Any]) -> dict[int, Any]:
        named = {getattr(one, "pk", one) for one in people}
        found: dict[int, Any] = hold(rows, named) if len(named) == 1 else rows.in_bulk(named)
        return found

    return held


@contextmanager
def without_locks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take the locks and the count of edits away; the audit trail keeps its own, which is another net's."""
    lock = QuerySet.select_for_update

    def no_lock(rows: Any, **options: Any) -> Any:
        return lock(rows, **options) if rows.model is TrailHead else rows.all()

    with monkeypatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", no_lock)
        patch.setattr(VersionedModel, "_claim_version", lambda _row: None)
        yield


@contextmanager
def without_uniqueness(tables: set[str]) -> Iterator[None]:
    """Let tables hold anything twice; they are emptied before they hold again what they held."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('ALTER TABLE %%I DROP CONSTRAINT %%I', of.relname, con.conname), "
            "format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', of.relname, con.conname, pg_get_constraintdef(con.oid)) "
            "FROM pg_constraint con JOIN pg_class of ON of.oid = conrelid WHERE contype = 'u' AND of.relname = ANY(%s) "
            "UNION ALL SELECT format('DROP INDEX %%I', name.relname), pg_get_indexdef(indexrelid) "
            "FROM pg_index JOIN pg_class of ON of.oid = indrelid JOIN pg_class name ON name.oid = indexrelid "
            "WHERE indisunique AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) "
            "AND of.relname = ANY(%s)",
            [list(tables)] * 2,
        )
        held = cursor.fetchall()
        for drop, _put_back in held:
            cursor.execute(drop)
    try:
        yield
    finally:
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True, reset_sequences=False)
        with connection.cursor() as cursor:
            for _drop, put_back in held:
                cursor.execute(put_back)


@pytest.mark.hole
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time, lock or none")
def test_without_the_locks_both_are_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    branch = BranchFactory()
    by = secretary_of(branch)
    made = {race.__name__: race(branch, by) for race in HELD_BY_A_LOCK}
    with without_locks(monkeypatch):
        came_of_it = {name: ends_of(one, two) for name, (one, two, _effects) in made.items()}
    assert came_of_it == {name: ["done", "done"] for name in made}
    decided = (asking_an_enterprise, match_become_a_pairing, logging_while_merged)
    assert [made[race.__name__][2]() for race in decided] == [2, 2, 0]  # the log was left with the merged record


@pytest.mark.hole
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time")
def test_without_lock_and_constraint_both_are_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    branch = BranchFactory()
    by = secretary_of(branch)
    made = {race.__name__: race(branch, by) for race in HELD_BY_A_CONSTRAINT}
    tables = {model._meta.db_table for models in HELD_BY_A_CONSTRAINT.values() for model in models}
    with without_uniqueness(tables), without_locks(monkeypatch):
        came_of_it = {}
        for name, (one, two, effects) in made.items():
            came_of_it[name] = (ends_of(one, two, meeting=before_the_end), effects())
    assert came_of_it == {name: (["done", "done"], 2) for name in made}


@pytest.mark.hole
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time")
def test_without_lock_and_claim_a_contract_is_paid_beyond_its_amount(monkeypatch: pytest.MonkeyPatch) -> None:
    branch = BranchFactory()
    one, two, effects = instalments(branch, secretary_of(branch))
    monkeypatch.setattr(Engagement, "save", lambda _row, **_options: None)
    with without_locks(monkeypatch):
        assert (ends_of(one, two, meeting=before_the_end), effects()) == (["done", "done"], 2)


@pytest.mark.hole
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time")
def test_without_its_receipt_a_form_sent_twice_is_carried_out_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    branch = BranchFactory()
    monkeypatch.setattr(receipts.FormInHand, "leave_receipt", lambda _form: None)
    one, two, effects = form_sent_twice(branch, secretary_of(branch))
    assert (ends_of(one, two), effects()) == (["done", "done"], 2)
