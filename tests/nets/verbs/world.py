"""The whole machine, and the world its examples begin with."""

import datetime
from collections import Counter

from django.utils import timezone

from enterprise_service.models import Instalment
from mentorship.models import Project
from pairings.models import MatchRun
from teaching_pairs.models import TeachingPair, Workshop
from tests.factories import (
    BranchFactory,
    OfficeFactory,
    engagement,
    leader_of,
    log,
    member,
    mentorship,
    operator,
    outcome,
    problem,
    secretary_of,
    student,
    submitted,
    teacher,
    teaching_pair,
    user_of,
    verified,
)
from tests.factories.pairings import STARTED
from tests.nets.verbs.forms import ServiceVerbs, TeachingVerbs, TeamVerbs
from tests.nets.verbs.outcomes import OutcomeVerbs
from tests.nets.verbs.pairings import PairingVerbs
from tests.nets.verbs.people import PeopleVerbs
from tests.nets.verbs.watch import Watch


class Verbs(PairingVerbs, PeopleVerbs, TeamVerbs, TeachingVerbs, ServiceVerbs, OutcomeVerbs):
    """Every verb of the site."""


def build() -> type[Verbs]:
    """Return the machine on a branch with people of every sort, and pairings and outcomes in several states."""
    branch = BranchFactory()
    near, far = BranchFactory(college=branch.college), BranchFactory()
    for one in (branch, near):
        OfficeFactory(branch=one)
    secretary, deputy, chief = secretary_of(branch), secretary_of(branch, "deputy"), operator()
    chief.person = member(teacher(branch))
    chief.save()
    members, others = [member(teacher(branch)) for _ in "12"], [teacher(branch) for _ in "123"]
    pupils = [member(student(branch)), member(student(branch)), student(branch), student(branch)]
    accounts = [user_of(person) for person in (members[0], *others, pupils[0], pupils[2])]
    trio = {"leader": members[0], "student_member": pupils[0], "ordinary_student": pupils[2]}
    team = mentorship(branch, people=trio, by=secretary)
    pair_of = {"leader": members[1], "ordinary_teacher": others[0]}
    teaching_pair(branch, people=pair_of, by=secretary)
    teaching_pair(branch, people={"leader": members[1], "ordinary_teacher": others[1]}, approved=False, by=secretary)
    returned = teaching_pair(branch, approved=False, by=secretary)
    returned.send_back(by=secretary, reason="请补充材料。")
    teaching_pair(branch, people={"leader": deputy.person, "ordinary_teacher": others[2]}, approved=False, by=deputy)
    served = engagement(branch, people={"leader": secretary.person}, contract_amount_cny=50_000, by=secretary)
    shared = teaching_pair(near)
    problem(branch)
    over = mentorship(branch, by=secretary)
    Project(team=over, track="contest", title="参赛项目").plan({"college": STARTED})
    over.complete(by=secretary, summary="按计划完成。", on=STARTED + datetime.timedelta(days=9))
    log(team, by=accounts[0])
    log(served, by=secretary)
    served.receive(Instalment(amount_cny=1000, received_on=STARTED))
    by = accounts[0]
    sealed = verified(branch, verifier=secretary, by=by, people=[by.person], pairings=[team])
    sealed.correct(by=by, reason="级别有误。").submit(by=by)
    submitted(branch, by=by, people=[by.person, others[0]])
    verified(branch, verifier=secretary, by=by, title="未更正的课程")
    outcome(branch, by=by, people=[by.person])
    half = TeachingPair(branch=branch, title="待补的结对", course="数控编程", started_on=STARTED)
    half.propose(by=secretary, people={"leader": members[1]})
    Project(team=team, track="contest", title="参赛项目").plan({"college": STARTED + datetime.timedelta(days=9)})
    Workshop.objects.create(branch=branch, title="选题培训", held_on=timezone.localdate(), announced_by=secretary)
    asked = MatchRun(branch=branch, kind=TeachingPair.KIND, created_by=secretary, include_paired=True)
    groups = [(by.person, others[1]), (members[1], others[2])]
    asked.draft = [{"people": {"leader": one.pk, "ordinary_teacher": two.pk}, "facts": {}} for one, two in groups]
    asked.save()
    asked.publish(by=secretary)
    for user in (by, others[1].user):
        asked.matches.get(place=1).answer(by=user, accept=True)
    Verbs.branch = branch
    Verbs.users = [
        *(secretary, deputy, chief) * 2,  # who decides is asked more often
        *accounts,
        secretary_of(near),
        secretary_of(far),
        leader_of(branch.college),
    ]
    strangers = [shared.leader, teacher(far)]
    Verbs.people = [secretary.person, deputy.person, chief.person, *members, *others, *pupils, *strangers]
    Verbs.tally = Counter()
    Verbs.built = Watch()
    Verbs.built.broken(set())  # tries each invariant once, to learn what it reads
    return Verbs
