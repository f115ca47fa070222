"""Two requests at the same moment: each invariant of pairings is held, and exactly one of the two is told yes.

Real threads with connections of their own; on PostgreSQL they truly meet, on SQLite the second one waits.
"""

import datetime
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.urls import reverse

from enterprise_service.models import Engagement, Instalment
from mentorship.models import MentorshipTeam
from organization.integrity import try_all
from organization.merging import merge, undo_merge
from organization.models import Branch, Merge, RuleError, User
from outcomes.asking import ask_for
from outcomes.holding import Hold
from outcomes.models import FrozenReport, Outcome, OutcomeShare, PreparedFile, ask_to_share
from outcomes.models.prepared import prepared_storage
from outcomes.tasks import prepare
from pairings.models import ChangeRequest, Match, MatchRun, Pairing, Seat
from pairings.models.asking import ask_for_changes
from teaching_pairs.models import TeachingPair
from tests.factories import (
    BranchFactory,
    engagement,
    member,
    problem,
    secretary_of,
    student,
    teacher,
    teaching_pair,
    verified,
)

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Run calls in threads that start together and return how each ended: done, or refused."""
    start, ends = threading.Barrier(len(calls)), [""] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        start.wait()
        try:
            call()
            ends[place] = "done"
        except (RuleError, ValidationError, IntegrityError):
            ends[place] = "refused"
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def requests_at_once(*requests: tuple[User, str, dict[str, Any]], follow: bool = False) -> list[tuple[int, str]]:
    """Post at the same moment, each from a client of its own, and return status codes and pages, refusals first."""
    answers: list[tuple[int, str]] = []

    def post(by: User, address: str, sent: dict[str, Any]) -> None:
        client = Client(raise_request_exception=False)
        client.force_login(by)
        ready.wait()
        response = client.post(address, sent, follow=follow)
        answers.append((response.status_code, response.content.decode()))

    ready = threading.Barrier(len(requests))
    assert at_once(*(lambda one=one: post(*one) for one in requests)) == ["done"] * len(requests)
    return sorted(answers)


def broken() -> list[str]:
    """Return the broken invariants of pairings: 1 to 4."""
    return [name for name, finding in try_all() if finding.broken and name[0] in "1234"]


@pytest.fixture
def branch() -> Branch:
    return BranchFactory()


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


def test_a_proposal_is_approved_once(branch: Branch, secretary: User) -> None:
    pair = teaching_pair(branch, approved=False)
    copies = [TeachingPair.objects.get(pk=pair.pk) for _ in range(2)]
    assert at_once(*(lambda one=one: one.approve(by=secretary) for one in copies)) == ["done", "refused"]
    assert (Pairing.objects.get(pk=pair.pk).status, broken()) == ("active", [])


def test_a_place_is_taken_by_one_of_two(branch: Branch, secretary: User) -> None:
    pair = TeachingPair(branch=branch, title="共建", course="数控编程")
    pair.propose(by=secretary, people={"leader": member(teacher(branch))})
    people = [teacher(branch), teacher(branch)]
    ends = at_once(*(lambda who=who: pair.seat(who, role="ordinary_teacher") for who in people))
    assert ends == ["done", "refused"]
    assert Seat.objects.filter(pairing=pair.pk, role="ordinary_teacher", left_on=None).count() == 1
    pair.refresh_from_db()
    pair.approve(by=secretary)
    assert broken() == []


def test_approval_and_ending_do_not_both_happen_to_a_proposal(branch: Branch, secretary: User) -> None:
    pair = teaching_pair(branch, approved=False)
    one, two = (TeachingPair.objects.get(pk=pair.pk) for _ in range(2))
    at_once(lambda: one.approve(by=secretary), lambda: two.end(by=secretary, reason="重复发起。"))
    assert broken() == []


def test_a_pair_never_comes_to_hold_course_and_topic(branch: Branch) -> None:
    pair = teaching_pair(branch, approved=False)

    def write(**words: str) -> Callable[[], object]:
        copy = TeachingPair.objects.get(pk=pair.pk)
        for name, value in words.items():
            setattr(copy, name, value)
        return copy.save

    ends = at_once(write(course="", topic="学徒制研究"), write(topic="另一课题"))
    stored = TeachingPair.objects.get(pk=pair.pk)
    assert bool(stored.course) != bool(stored.topic)
    assert (ends.count("done") <= 1, broken()) == (True, [])


def test_a_problem_is_taken_by_one_of_two(branch: Branch, secretary: User) -> None:
    asked = problem(branch)

    def take() -> None:
        Engagement(branch=branch, title="抢着解决", problem=asked).propose(
            by=secretary, people={"leader": leaders.pop()}
        )

    leaders = [member(teacher(branch)), member(teacher(branch))]
    assert at_once(take, take) == ["done", "refused"]
    assert (Engagement.objects.open().filter(problem=asked).count(), broken()) == (1, [])


def test_a_student_joins_one_of_two_teams(branch: Branch, secretary: User) -> None:
    pupil = student(branch)
    members = [(member(teacher(branch)), member(student(branch))) for _ in range(2)]

    def propose() -> None:
        leader, other = members.pop()
        people = {"leader": leader, "student_member": other, "ordinary_student": pupil}
        MentorshipTeam(branch=branch, title="训练队").propose(by=secretary, people=people)

    assert at_once(propose, propose) == ["done", "refused"]
    assert MentorshipTeam.objects.count() == 1  # what was refused left nothing behind
    assert (Seat.objects.filter(person=pupil, left_on=None).count(), broken()) == (1, [])


def test_of_two_requests_for_one_student_one_is_refused_beside_its_form(branch: Branch, secretary: User) -> None:
    pupil, address = student(branch), reverse("mentorship:new")
    sent = [
        {
            "title": "训练队",
            "track": "contest",
            "started_on": "2024-03-01",
            "leader": member(teacher(branch)).pk,
            "student_member": member(student(branch)).pk,
            "ordinary_student": pupil.pk,
        }
        for _ in range(2)
    ]
    (refused, page), (done, _nothing) = requests_at_once(*((secretary, address, one) for one in sent))
    assert (refused, done, "这名学生已在另一个师生育人团队中。" in page) == (200, 302, True)
    assert (MentorshipTeam.objects.count(), broken()) == (1, [])


def test_of_two_requests_for_one_problem_one_is_refused_beside_its_form(branch: Branch, secretary: User) -> None:
    asked, address = problem(branch), reverse("enterprise_service:new")
    sent = [
        {"title": "解决", "started_on": "2024-03-01", "problem": asked.pk, "leader": member(teacher(branch)).pk}
        for _ in range(2)
    ]
    (refused, page), (done, _nothing) = requests_at_once(*((secretary, address, one) for one in sent))
    assert (refused, done, "已有另一个结对在解决这个难题。" in page) == (200, 302, True)
    assert (Engagement.objects.count(), broken()) == (1, [])


def test_two_requests_to_approve_begin_a_pairing_once(branch: Branch, secretary: User) -> None:
    pair = teaching_pair(branch, approved=False)
    address = reverse("pairings:approve", args=[pair.pk])
    answers = requests_at_once((secretary, address, {}), (secretary_of(branch), address, {}))
    assert [code for code, _page in answers] == [302, 302]
    changes = LogEntry.objects.get_for_object(Pairing.objects.get(pk=pair.pk)).filter(changes__has_key="status")
    assert (Pairing.objects.get(pk=pair.pk).status, changes.count(), broken()) == ("active", 1, [])


def test_a_match_becomes_one_pairing(branch: Branch, secretary: User) -> None:
    leader, colleague = member(teacher(branch)), teacher(branch)
    run = MatchRun.objects.create(branch=branch, kind="teaching", created_by=secretary)
    run.draft = [{"people": {"leader": leader.pk, "ordinary_teacher": colleague.pk}, "facts": {}}]
    run.save()
    run.publish(by=secretary)
    run.matches.get().seats.update(answer="accepted")
    people = {"leader": leader, "ordinary_teacher": colleague}

    def become() -> None:
        pair = TeachingPair(branch=branch, title="共建", course="数控编程")
        Match.objects.get(run=run).become(pair, people=people, by=secretary)

    assert at_once(become, become) == ["done", "refused"]
    assert (TeachingPair.objects.count(), broken()) == (1, [])


def test_an_instalment_too_many_is_refused_to_one_of_two(branch: Branch) -> None:
    served = engagement(branch, contract_amount_cny=100)

    def receive() -> None:
        row = Engagement.objects.get(pk=served.pk)
        row.receive(Instalment(amount_cny=80, received_on=datetime.date(2024, 5, 1)))

    assert at_once(receive, receive) == ["done", "refused"]
    assert served.instalments.count() == 1


def test_of_four_who_freeze_a_report_one_does_and_three_are_told_so(branch: Branch) -> None:
    address, chosen = reverse("outcomes:freeze", args=[branch.code]) + "?year=2024", {"year": 2024}
    people = [secretary_of(branch) for _ in range(4)]
    pages = requests_at_once(*((one, address, chosen) for one in people), follow=True)
    said = [("已定稿，统计数据和文件不再变动。" in page, "这一期间的报告已经定稿。" in page) for _code, page in pages]
    assert ([code for code, _page in pages], sorted(said)) == ([200] * 4, [(False, True)] * 3 + [(True, False)])
    assert FrozenReport.objects.count() == 1


def test_one_of_two_merges_at_one_moment_wins_and_the_other_is_told(branch: Branch, secretary: User) -> None:
    one, two = verified(branch), verified(branch)
    copies = [[Outcome.objects.get(pk=row.pk) for row in (one, two)] for _ in "12"]
    into_each_other = (
        lambda: merge(copies[0][1], copies[0][0], by=secretary, reason="重复登记。"),
        lambda: merge(copies[1][0], copies[1][1], by=secretary, reason="重复登记。"),
    )
    assert at_once(*into_each_other) == ["done", "refused"]
    assert Outcome.objects.filter(review="merged").count() == Merge.objects.count() == 1
    assert [name for name, finding in try_all() if finding.broken] == []


def test_a_merge_is_undone_once(branch: Branch, secretary: User) -> None:
    line = merge(verified(branch), verified(branch), by=secretary, reason="重复登记。")
    copies = [Merge.objects.get(pk=line.pk) for _ in "12"]
    undo = [lambda one=one: undo_merge(one, by=secretary, reason="并非同一项。") for one in copies]
    assert at_once(*undo) == ["done", "refused"]
    assert [name for name, finding in try_all() if finding.broken] == []


def test_a_branch_that_is_asked_answers_once(branch: Branch, secretary: User) -> None:
    other = BranchFactory(college=branch.college)
    share = ask_to_share(verified(branch), other, by=secretary)
    theirs = secretary_of(other)
    one, two = (OutcomeShare.objects.get(pk=share.pk) for _ in "12")
    ends = at_once(lambda: one.agree(by=theirs), lambda: two.decline(by=theirs, reason="不是我们的。"))
    assert ends == ["done", "refused"]
    assert [name for name, finding in try_all() if finding.broken] == []


def test_of_two_who_approve_a_change_one_does_and_the_other_is_told(branch: Branch, secretary: User) -> None:
    pair, newcomer = teaching_pair(branch), teacher(branch)
    [request] = ask_for_changes(pair, by=pair.leader.user, reason="调离。", people={"ordinary_teacher": newcomer})
    address = reverse("pairings:approve_change", args=[request.pk])
    pages = requests_at_once((secretary, address, {}), (secretary_of(branch), address, {}), follow=True)
    said = [("已批准，变更即时生效。" in page, "该变更申请当前状态为“已批准”" in page) for _code, page in pages]
    assert ([code for code, _page in pages], sorted(said)) == ([200, 200], [(False, True), (True, False)])
    assert (Seat.objects.filter(pairing=pair.pk, person=newcomer).count(), broken()) == (1, [])


def test_a_change_is_approved_or_refused_and_never_both(branch: Branch, secretary: User) -> None:
    pair = teaching_pair(branch)
    [request] = ask_for_changes(pair, by=pair.leader.user, reason="换课。", values={"course": "机器人编程"})
    one, two = (ChangeRequest.objects.get(pk=request.pk) for _ in range(2))
    ends = at_once(lambda: one.approve(by=secretary), lambda: two.refuse(by=secretary, reason="不同意。"))
    request.refresh_from_db()
    is_changed = TeachingPair.objects.get(pk=pair.pk).course == "机器人编程"
    assert (ends, is_changed) == (["done", "refused"], request.state == "approved")


def test_of_two_who_ask_for_the_same_one_waits(branch: Branch, secretary: User) -> None:
    pair = teaching_pair(branch)

    def ask() -> None:
        ask_for_changes(
            TeachingPair.objects.get(pk=pair.pk), by=secretary, reason="换课。", values={"course": "机器人编程"}
        )

    assert at_once(ask, ask) == ["done", "refused"]
    assert ChangeRequest.objects.open().count() == 1


def test_a_change_is_not_carried_out_in_a_pairing_that_ends_at_that_moment(branch: Branch, secretary: User) -> None:
    pair, newcomer = teaching_pair(branch), teacher(branch)
    [request] = ask_for_changes(pair, by=pair.leader.user, reason="调离。", people={"ordinary_teacher": newcomer})
    copy = TeachingPair.objects.get(pk=pair.pk)
    at_once(lambda: request.approve(by=secretary), lambda: copy.complete(by=secretary, summary="完成。"))
    assert (Seat.objects.filter(pairing=pair.pk, left_on=None).count(), broken()) == (0, [])


def test_a_file_that_two_pages_ask_for_at_one_moment_is_prepared_once(
    branch: Branch, secretary: User, settings
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.PREPARE_FROM_OUTCOMES = -1
    address = f"{reverse('outcomes:prepare', args=[branch.code, 'zip'])}?from=2024-01-01&to=2024-12-31"
    answers = requests_at_once(*([(secretary, address, {})] * 2))
    row = PreparedFile.objects.get()
    assert ([status for status, _page in answers], row.state) == ([302, 302], "waiting")


def test_a_file_is_made_by_one_of_two_workers(branch: Branch, secretary: User, settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    days = {"first_day": datetime.date(2024, 1, 1), "last_day": datetime.date(2024, 12, 31)}
    wanted = PreparedFile(branch=branch, kind="annual", format="xlsx", language="zh-hans", **days)
    row = ask_for(wanted, by=secretary)
    assert at_once(*(lambda: prepare.call(row.pk) for _ in range(2))) == ["done", "done"]
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("ready", 1)


def test_a_request_is_withdrawn_or_taken_up(branch: Branch, secretary: User, settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    days = {"first_day": datetime.date(2024, 1, 1), "last_day": datetime.date(2024, 12, 31)}
    row = ask_for(PreparedFile(branch=branch, kind="annual", format="xlsx", language="zh-hans", **days), by=secretary)
    withdrawn = PreparedFile.objects.get(pk=row.pk)
    ends = at_once(lambda: prepare.call(row.pk), lambda: withdrawn.withdraw(by=secretary))
    row.refresh_from_db()
    is_there = prepared_storage().exists(row.stored_name)
    assert (row.state, ends, is_there) in (
        ("cancelled", ["done", "done"], False),
        ("ready", ["done", "refused"], True),
    )


def test_a_worker_s_hold_outlasts_a_step_that_is_longer_than_the_lease(
    branch: Branch, secretary: User, settings
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.PREPARED_LEASE_SECONDS = 0.3
    days = {"first_day": datetime.date(2024, 1, 1), "last_day": datetime.date(2024, 12, 31)}
    row = ask_for(PreparedFile(branch=branch, kind="annual", format="xlsx", language="zh-hans", **days), by=secretary)
    with transaction.atomic():
        row = PreparedFile.objects.locked(row.pk)
        row.take_up()
    later, ends = row.leased_until + datetime.timedelta(seconds=0.6), time.monotonic() + 20
    with Hold(row):  # and not a word from whoever works
        while not (held := PreparedFile.objects.get(pk=row.pk).leased_until > later) and time.monotonic() < ends:
            time.sleep(0.02)
    assert held
