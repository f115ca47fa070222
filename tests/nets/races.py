"""Races: two calls that do the same or opposite work, how they meet, and how often their effect is there afterwards."""

import datetime
import re
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse

from enterprise_service.models import Confirmation, Engagement, Instalment
from enterprise_service.models.confirmation import LinkRefusedError
from organization.merging import merge, undo_merge
from organization.models import Branch, Merge, Person, RuleError, TakenBack, User
from outcomes.figures import Period
from outcomes.freezing import freeze_report, revise_report
from outcomes.models import FrozenReport, Outcome, ask_to_share
from pairings.models import Match, MatchRun, MatchSeat, Pairing, ProgressLog, Seat
from teaching_pairs.models import TeachingPair
from tests.conftest import signed_in
from tests.factories import (
    BranchFactory,
    engagement,
    log,
    member,
    mentorship,
    problem,
    secretary_of,
    student,
    submitted,
    teacher,
    teaching_pair,
    user_of,
    verified,
)

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
#: How long a thread waits for the other before its first write; a lock keeps the other one away for longer.
PATIENCE = 0.5
Call = Callable[[], object]
#: Two calls, and how many times their effect is there afterwards.
Race = tuple[Call, Call, Callable[[], int]]
#: How a thread runs its call so that it meets the other one.
Meeting = Callable[[threading.Barrier, Call], None]


def wait_for_the_other(barrier: threading.Barrier, seconds: float) -> None:
    """Wait until the other thread is there too, or is kept away, or is done."""
    with suppress(threading.BrokenBarrierError):
        barrier.wait(seconds)


def before_the_first_write(barrier: threading.Barrier, call: Call) -> None:
    """Run a call that is held before its first write until the other thread is about to write too."""
    met = False

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal met
        if not met and WRITES.match(sql):
            met = True
            wait_for_the_other(barrier, PATIENCE)
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        call()


def before_the_end(barrier: threading.Barrier, call: Call) -> None:
    """Run a call that has done all its work, unseen by the other thread, when it meets it."""
    with transaction.atomic():
        call()
        wait_for_the_other(barrier, 2 * PATIENCE)


def ends_of(*calls: Call, meeting: Meeting = before_the_first_write) -> list[str]:
    """Run two calls that meet, and return how they ended."""
    barrier, ends = threading.Barrier(len(calls)), [""] * len(calls)

    def run(place: int, call: Call) -> None:
        try:
            meeting(barrier, call)
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
        freeze_report(branch, Period.year(2024), by=by, despite=True)

    return freeze, freeze, lambda: FrozenReport.objects.filter(branch=branch, first_day__year=2024).count()


def revision(branch: Branch, by: User) -> Race:
    one, two = copies(freeze_report(branch, Period.year(2023), by=by, despite=True))
    return (
        lambda: revise_report(one, by=by, reason="补核实一项。", despite=True),
        lambda: revise_report(two, by=by, reason="更正级别。", despite=True),
        lambda: FrozenReport.objects.filter(branch=branch, revision=1).count(),
    )


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


def problem_taken(branch: Branch, by: User) -> Race:
    asked, leaders = problem(branch), [member(teacher(branch)) for _time in range(2)]

    def take(leader: Person) -> None:
        Engagement(branch=branch, title="抢着解决", problem=asked).propose(by=by, people={"leader": leader})

    return (
        lambda: take(leaders[0]),
        lambda: take(leaders[1]),
        Engagement.objects.filter(problem=asked, is_under_way=True).count,
    )


def match_become_a_pairing(branch: Branch, by: User) -> Race:
    people = {"leader": member(teacher(branch)), "ordinary_teacher": teacher(branch)}
    run = MatchRun.objects.create(branch=branch, kind="teaching", created_by=by)
    run.draft = [{"people": {role: person.pk for role, person in people.items()}, "facts": {}}]
    run.save()
    run.publish(by=by)
    run.matches.get().seats.update(answer="accepted")

    def become() -> None:
        pair = TeachingPair(branch=branch, title="共建", course="数控编程")
        Match.objects.get(run=run.pk).become(pair, people=people, by=by)

    return become, become, Seat.objects.filter(person=people["leader"], left_on=None).count


def confirmation(branch: Branch, by: User) -> Race:
    served = engagement(branch)
    link = Confirmation.make(served, by=by)
    one, two = (Confirmation.objects.get(pk=link.pk) for _time in range(2))
    said: dict[str, Any] = {"is_solved": True, "rating": 4, "words": "", "confirmed_by": "王经理"}
    return lambda: one.confirm(**said), lambda: two.confirm(**said), served.files.count


def posts(by: User, address: str, sent: dict[str, str]) -> list[Call]:
    """Return two calls that post a form, each from a browser in which somebody is signed in already."""

    def posting(client: Client) -> Call:
        def post() -> None:
            assert client.post(address, sent).status_code == 302

        return post

    return [posting(signed_in(by)) for _time in range(2)]


def form_sent_twice(branch: Branch, by: User) -> Race:
    pair = teaching_pair(branch)
    sent = {
        "form_key": str(uuid.uuid4()),
        "activity_type": pair.kind_info.activities[0][0],
        "date": "2024-05-07",
        "words": "调试",
        "hours": "1",
    }

    one, two = posts(by, reverse("pairings:log", args=[pair.pk]), sent)
    return one, two, ProgressLog.objects.filter(pairing=pair.pk).count


def handing_over(branch: Branch, by: User) -> Race:
    pair = teaching_pair(branch)
    sent = {
        "origin": "stage-1",
        "title": "数控编程课程",
        "category": "course",
        "level": "college",
        "status": "recognised",
        "achieved_on": "2024-05-07",
    }

    one, two = posts(by, reverse("outcomes:hand_over", args=[pair.pk]), sent)
    return one, two, Outcome.objects.filter(credits__pairing=pair.pk).count


def asking_an_enterprise(branch: Branch, by: User) -> Race:
    served = engagement(branch)

    def ask() -> None:
        Confirmation.make(served, by=by)

    return ask, ask, served.confirmations.filter(revoked_at=None).count


def merging_people(branch: Branch, by: User) -> Race:
    one, two = (teacher(branch, name="陈秋实") for _time in "12")
    (first, kept), (second, stays) = (
        [Person.objects.get(pk=row.pk) for row in pair] for pair in ((one, two), (two, one))
    )
    return (
        lambda: merge(kept, first, by=by, reason="登记了两次。"),
        lambda: merge(stays, second, by=by, reason="登记了两次。"),
        Merge.objects.standing().about("person", one.pk, two.pk).count,
    )


def logging_while_merged(branch: Branch, by: User) -> Race:
    pair = teaching_pair(branch)
    leader = pair.leader
    author = leader.user
    kept = teacher(branch, name=leader.name)
    return (
        lambda: log(Pairing.objects.get(pk=pair.pk), by=author),
        lambda: merge(kept, leader, by=by, reason="登记了两次。"),
        ProgressLog.objects.filter(author=kept).count,
    )


def merging_outcomes(branch: Branch, by: User) -> Race:
    one, two = (submitted(branch) for _time in "12")
    (first, kept), (second, stays) = (copies(one), copies(two))
    return (
        lambda: merge(second, first, by=by, reason="登记了两次。"),
        lambda: merge(kept, stays, by=by, reason="登记了两次。"),
        Merge.objects.standing().about("outcome", one.pk, two.pk).count,
    )


def parting(branch: Branch, by: User) -> Race:
    line = merge(submitted(branch), submitted(branch), by=by, reason="登记了两次。")
    one, two = copies(line)
    return (
        lambda: undo_merge(one, by=by, reason="是两个人。"),
        lambda: undo_merge(two, by=by, reason="是两个人。"),
        TakenBack.objects.filter(way="merge", row=line.pk).count,
    )


def answering_a_share(branch: Branch, by: User) -> Race:
    other = BranchFactory(college=branch.college)
    one, two = copies(ask_to_share(verified(branch), other, by=by))
    theirs = secretary_of(other)
    said: list[bool] = []

    def answer(agrees: bool) -> None:
        if agrees:
            one.agree(by=theirs)
        else:
            two.decline(by=theirs, reason="不是我们的。")
        said.append(agrees)

    return lambda: answer(True), lambda: answer(False), lambda: len(said)
