"""Two at the same moment: one is carried out and the other is told, and without the lock both would be.

Each race is run once; both threads are held before their first write until the other one is there too, or a while has
passed in which a lock kept it away. The control takes the locks away and sees the same races go wrong.
"""

import datetime
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from enterprise_service.models import Confirmation, Engagement, Instalment
from enterprise_service.models.confirmation import LinkRefusedError
from organization.models import Branch, RuleError, User, VersionedModel, receipts
from organization.models.trail import TrailHead
from outcomes.figures import Period
from outcomes.freezing import freeze_report
from outcomes.models import FrozenReport, Outcome
from pairings.models import Match, MatchRun, MatchSeat, Pairing, ProgressLog, Seat
from teaching_pairs.models import TeachingPair
from tests.factories import (
    BranchFactory,
    engagement,
    log,
    member,
    mentorship,
    secretary_of,
    student,
    submitted,
    teacher,
    teaching_pair,
    user_of,
    verified,
)

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
#: How long a thread waits for the other before its first write; a lock keeps the other one away for longer.
PATIENCE = 0.5
Call = Callable[[], object]
#: Two calls, and how many times their effect is there afterwards.
Race = tuple[Call, Call, Callable[[], int]]


class Meeting:
    """Holds each thread before its first write until both are there."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2)

    def watch(self) -> Callable[..., Any]:
        """Return a wrapper for one thread's statements."""
        met = False

        def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal met
            if not met and WRITES.match(sql):
                met = True
                with suppress(threading.BrokenBarrierError):  # the other one is kept away, or is done
                    self.barrier.wait(PATIENCE)
            return run(sql, params, many, context)

        return execute


def ends_of(*calls: Call) -> list[str]:
    """Run two calls that meet before they write, and return how they ended."""
    meeting, ends = Meeting(), [""] * len(calls)

    def run(place: int, call: Call) -> None:
        try:
            with connection.execute_wrapper(meeting.watch()):
                call()
            ends[place] = "done"
        except (RuleError, ValidationError, LinkRefusedError):
            ends[place] = "refused"
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def copies(row: Any) -> list[Any]:
    """Return two copies of a row, as two requests read them."""
    return [type(row)._default_manager.get(pk=row.pk) for _time in range(2)]


def approval(branch: Branch, by: User) -> Race:
    one, two = copies(teaching_pair(branch, approved=False))
    return (
        lambda: one.approve(by=by),
        lambda: two.approve(by=by),
        lambda: Pairing.objects.get(pk=one.pk).version - 1,
    )


def approval_and_return(branch: Branch, by: User) -> Race:
    one, two = copies(teaching_pair(branch, approved=False))
    return (
        lambda: one.approve(by=by),
        lambda: two.send_back(by=by, reason="请补充。"),
        lambda: Pairing.objects.get(pk=one.pk).version - 1,
    )


def verification(branch: Branch, by: User) -> Race:
    one, two = copies(submitted(branch))
    before = one.version
    return (
        lambda: one.verify(by=by),
        lambda: two.send_back(by=by, reason="请补充。"),
        lambda: Outcome.objects.get(pk=one.pk).version - before,
    )


def correction(branch: Branch, by: User) -> Race:
    one, two = copies(verified(branch))
    return (
        lambda: one.correct(by=by, reason="级别有误。"),
        lambda: two.correct(by=by, reason="级别有误。"),
        lambda: Outcome.objects.filter(corrects=one.pk).count(),
    )


def freezing(branch: Branch, by: User) -> Race:
    def freeze() -> None:
        freeze_report(branch, Period.year(2024), by=by)

    return freeze, freeze, lambda: FrozenReport.objects.filter(branch=branch).count()


def stale_save(branch: Branch, by: User) -> Race:
    one, two = copies(log(teaching_pair(branch)))
    one.words, two.words = "先写的。", "后写的。"
    return one.rewrite, two.rewrite, lambda: ProgressLog.objects.get(pk=one.pk).version - 1


def seat(branch: Branch, by: User) -> Race:
    pair = TeachingPair(branch=branch, title="共建", course="数控编程")
    pair.propose(by=by, people={"leader": member(teacher(branch))})
    first, second = teacher(branch), teacher(branch)
    taken = Seat.objects.filter(pairing=pair.pk, role="ordinary_teacher", left_on=None)
    return (
        lambda: pair.seat(first, role="ordinary_teacher"),
        lambda: pair.seat(second, role="ordinary_teacher"),
        taken.count,
    )


def team_of_a_student(branch: Branch, by: User) -> Race:
    pupil = student(branch)
    leaders = [(member(teacher(branch)), member(student(branch))) for _time in range(2)]

    def propose(place: int) -> None:
        leader, other = leaders[place]
        mentorship(
            branch,
            by=by,
            approved=False,
            people={"leader": leader, "student_member": other, "ordinary_student": pupil},
        )

    return lambda: propose(0), lambda: propose(1), Seat.objects.filter(person=pupil, left_on=None).count


def answer_to_a_match(branch: Branch, by: User) -> Race:
    leader, colleague = member(teacher(branch)), teacher(branch)
    account = user_of(colleague)
    run = MatchRun.objects.create(branch=branch, kind="teaching", created_by=by)
    run.draft = [{"people": {"leader": leader.pk, "ordinary_teacher": colleague.pk}, "facts": {}}]
    run.save()
    run.publish(by=by)
    match = run.matches.get()
    one, two = (Match.objects.get(pk=match.pk) for _time in range(2))
    said: list[bool] = []

    def answer(copy: Match, accept: bool) -> None:
        copy.answer(by=account, accept=accept)
        said.append(accept)

    return lambda: answer(one, True), lambda: answer(two, False), lambda: len(said)


def publishing(branch: Branch, by: User) -> Race:
    run = MatchRun.objects.create(branch=branch, kind="teaching", created_by=by)
    people = {"leader": member(teacher(branch)).pk, "ordinary_teacher": teacher(branch).pk}
    run.draft = [{"people": people, "facts": {}}]
    run.save()
    one, two = copies(run)
    asked = MatchSeat.objects.filter(run=run.pk, role="leader")
    return lambda: one.publish(by=by), lambda: two.publish(by=by), asked.count


def instalments(branch: Branch, by: User) -> Race:
    served = engagement(branch, contract_amount_cny=100)

    def receive() -> None:
        row = Engagement.objects.get(pk=served.pk)
        row.receive(Instalment(amount_cny=80, received_on=datetime.date(2024, 5, 1)))

    return receive, receive, served.instalments.count


def confirmation(branch: Branch, by: User) -> Race:
    served = engagement(branch)
    link = Confirmation.make(served, by=by)
    one, two = (Confirmation.objects.get(pk=link.pk) for _time in range(2))
    said = {"is_solved": True, "rating": 4, "words": "", "confirmed_by": "王经理"}
    return lambda: one.confirm(**said), lambda: two.confirm(**said), served.files.count


def form_sent_twice(branch: Branch, by: User) -> Race:
    pair = teaching_pair(branch)
    sent = {
        "form_key": str(uuid.uuid4()),
        "activity_type": pair.kind_info.activities[0][0],
        "date": "2024-05-07",
        "words": "调试",
        "hours": "1",
    }

    def post() -> None:
        client = Client()
        client.force_login(by)
        assert client.post(reverse("pairings:log", args=[pair.pk]), sent).status_code == 302

    return post, post, ProgressLog.objects.filter(pairing=pair.pk).count


#: Of these exactly one of two is carried out.
ONE_OF_TWO = (
    approval, approval_and_return, verification, correction, freezing, stale_save, seat, team_of_a_student,
    answer_to_a_match, publishing, instalments, confirmation,
)  # fmt: skip
#: Those which a lock or the count of edits decides; a constraint of the database decides the others.
HELD_BY_A_LOCK = (approval, approval_and_return, verification, stale_save, answer_to_a_match, confirmation)


def test_of_two_at_one_moment_one_is_carried_out_and_the_other_is_told() -> None:
    branch = BranchFactory()
    by = secretary_of(branch)
    came_of_it = {}
    for race in ONE_OF_TWO:
        one, two, effects = race(branch, by)
        came_of_it[race.__name__] = (ends_of(one, two), effects())
    assert came_of_it == {race.__name__: (["done", "refused"], 1) for race in ONE_OF_TWO}


def test_a_form_sent_twice_at_one_moment_is_answered_twice_and_carried_out_once() -> None:
    branch = BranchFactory()
    one, two, effects = form_sent_twice(branch, secretary_of(branch))
    assert (ends_of(one, two), effects()) == (["done", "done"], 1)


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


@pytest.mark.hole
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time, lock or none")
def test_without_the_locks_both_are_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    branch = BranchFactory()
    by = secretary_of(branch)
    made = {race.__name__: race(branch, by) for race in HELD_BY_A_LOCK}
    with without_locks(monkeypatch):
        came_of_it = {name: ends_of(one, two) for name, (one, two, _effects) in made.items()}
    assert came_of_it == {name: ["done", "done"] for name in made}


@pytest.mark.hole
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time")
def test_without_its_receipt_a_form_sent_twice_is_carried_out_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    branch = BranchFactory()
    monkeypatch.setattr(receipts.FormInHand, "leave_receipt", lambda _form: None)
    one, two, effects = form_sent_twice(branch, secretary_of(branch))
    assert (ends_of(one, two), effects()) == (["done", "done"], 2)
