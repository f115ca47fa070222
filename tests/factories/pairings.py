"""Pairings of the three forms, proposed or approved, and logs."""

import datetime
from decimal import Decimal
from typing import Any

from enterprise_service.models import Engagement, Enterprise, Problem
from mentorship.models import MentorshipTeam
from organization.models import Branch, Person, User
from pairings.models import ChangeRequest, Pairing, ProgressLog
from pairings.models.asking import ask_for_changes
from teaching_pairs.models import TeachingPair
from tests.factories.organization import member, secretary_of, student, teacher, user_of

STARTED = datetime.date(2024, 3, 1)


def _propose(pairing: Pairing, people: dict[str, Person], by: User | None, *, approved: bool) -> Pairing:
    pairing.propose(by=by or user_of(people["leader"]), people=people)
    if approved:
        pairing.approve(by=secretary_of(pairing.branch))
    return pairing


def mentorship(
    branch: Branch, *, by: User | None = None, approved: bool = True, people=None, **fields: Any
) -> MentorshipTeam:
    """Return a mentorship team with its three people."""
    people = people or {
        "leader": member(teacher(branch)),
        "student_member": member(student(branch)),
        "ordinary_student": student(branch),
    }
    fields = {"title": "智能产线调试训练", "started_on": STARTED, **fields}
    return _propose(MentorshipTeam(branch=branch, **fields), people, by, approved=approved)


def teaching_pair(
    branch: Branch, *, by: User | None = None, approved: bool = True, people=None, **fields: Any
) -> TeachingPair:
    """Return a teaching pair that builds a course."""
    people = people or {"leader": member(teacher(branch)), "ordinary_teacher": teacher(branch)}
    fields = {"title": "数控编程课程共建", "course": "数控编程", "started_on": STARTED, **fields}
    return _propose(TeachingPair(branch=branch, **fields), people, by, approved=approved)


def problem(branch: Branch, **fields: Any) -> Problem:
    """Return an open problem of a new enterprise."""
    if "enterprise" not in fields:
        name = f"测试精密机械厂{Enterprise.objects.count()}"
        fields["enterprise"] = Enterprise.objects.create(branch=branch, name=name)
    return Problem.objects.create(**{"title": "夹具定位精度不足", **fields})


def engagement(
    branch: Branch, *, by: User | None = None, approved: bool = True, people=None, **fields: Any
) -> Engagement:
    """Return an engagement with a new enterprise's problem."""
    people = people or {"leader": member(teacher(branch))}
    fields = {"title": "夹具改进服务", "started_on": STARTED, "problem": None, **fields}
    fields["problem"] = fields["problem"] or problem(branch)
    return _propose(Engagement(branch=branch, **fields), people, by, approved=approved)


def changed(pairing: Pairing, *, by: User, on: datetime.date | None = None, **what: Any) -> ChangeRequest:
    """Let the pairing's leader ask for a change, and somebody approve it; return the request."""
    by_leader = getattr(pairing.leader, "user", None) or user_of(pairing.leader)
    [request] = ask_for_changes(Pairing.objects.get(pk=pairing.pk), by=by_leader, reason="工作调整。", on=on, **what)
    request.approve(by=by)
    pairing.refresh_from_db()
    return request


def log(pairing: Pairing, *, by: User | None = None, photos=(), **fields: Any) -> ProgressLog:
    """Return a progress log, entered by the pairing's leader unless said otherwise."""
    leader = pairing.leader
    by = by or getattr(leader, "user", None) or user_of(leader)
    fields = {
        "date": datetime.date(2024, 5, 6),
        "activity_type": pairing.kind_info.activities[0][0],
        "words": "完成样件试切并记录尺寸。",
        "hours": Decimal("2.0"),
        **fields,
    }
    entry = ProgressLog(pairing=pairing, **fields)
    entry.record(by=by, photos=photos)
    return entry
