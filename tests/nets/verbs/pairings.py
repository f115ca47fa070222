"""The life of pairings: proposing, deciding, changing people, logging, closing, and matching."""

import datetime
from typing import Any

import hypothesis.strategies as st
from django.db.models import Q
from hypothesis.stateful import rule

from enterprise_service.models import Engagement, Problem
from organization.models import Person, User
from pairings.kinds import all_kinds
from pairings.models import ChangeRequest, Match, MatchRun, ProgressLog
from pairings.models.asking import ask_for_changes
from teaching_pairs.models import TeachingPair
from tests.factories.pairings import STARTED
from tests.nets.verbs.machine import Machine, day, maybe, number, pick, words


class PairingVerbs(Machine):
    """What is done to a pairing as such, whatever its form."""

    def unsaved(self, slug: str, *, on: datetime.date, problem: int) -> Any:
        """Return a new row of a form with its own fields."""
        own: dict[str, Any] = {"title": "新的结对", "branch": self.branch, "started_on": on}
        if slug == TeachingPair.KIND:
            own["course"] = "数控编程"
        if slug == Engagement.KIND:
            own["problem"] = pick(Problem.objects.all(), problem)
        kind = next(kind for kind in all_kinds() if kind.slug == slug)
        return kind.model_class(**own)

    @rule(kind=number, seated=st.tuples(number, number, number), by=number, on=day, helper=number)
    def propose(self, kind: int, seated: tuple[int, int, int], by: int, on: datetime.date, helper: int) -> None:
        kinds = list(all_kinds())
        info, user = kinds[kind % len(kinds)], self.user(by)
        people = {}
        for role, place in zip(info.roles, seated, strict=False):
            fitting = [one for one in self.people if one.kind == role.person_kind]
            people[role.slug] = Person.objects.get(pk=fitting[place % len(fitting)].pk)
        if helper % 3 == 0:
            people.popitem()  # known later
        pairing = self.unsaved(info.slug, on=on, problem=helper)
        helpers = [self.person(helper)] if info.extra_roles else []
        if self.attempt(lambda: pairing.propose(by=user, people=people, helpers=helpers), by=user):
            may = user.manages(pairing.branch_id) or pairing.seats_person(user.person_id)
            assert may, "proposed by whoever has no part in it"

    @rule(of=number, who=number, role=number, on=st.none() | day, by=number)
    def seat(self, of: int, who: int, role: int, on: datetime.date | None, by: int) -> None:
        pairing, person = self.pairing(of, "proposed", "returned"), self.person(who)
        roles = pairing.kind_info.roles
        slug, was_open = roles[role % len(roles)].slug, pairing.is_open and not pairing.is_active
        if self.attempt(lambda: pairing.seat(person, role=slug, on=on), by=self.user(by), told=False):
            assert was_open, "seated past the change of people"

    @rule(of=number, by=number)
    def approve(self, of: int, by: int) -> None:
        pairing, user = self.pairing(of, "proposed"), self.user(by)
        if self.attempt(lambda: pairing.approve(by=user), by=user):
            assert user.manages(pairing.branch_id), "approved by a stranger"
            assert not pairing.seats_person(user.person_id), "approved by whoever takes part"

    @rule(of=number, by=number, reason=words)
    def send_back(self, of: int, by: int, reason: str) -> None:
        pairing, user = self.pairing(of, "proposed"), self.user(by)
        if self.attempt(lambda: pairing.send_back(by=user, reason=reason), by=user):
            assert user.manages(pairing.branch_id), "returned by a stranger"
            assert pairing.return_reason.strip(), "returned without a reason"

    @rule(of=number, by=number)
    def resubmit(self, of: int, by: int) -> None:
        pairing, user = self.pairing(of, "returned"), self.user(by)
        self.attempt(lambda: pairing.resubmit(by=user), by=user)

    @rule(of=number, by=number, on=st.none() | day, said=words)
    def complete(self, of: int, by: int, on: datetime.date | None, said: str) -> None:
        pairing, user = self.pairing(of, "active"), self.user(by)
        was_active = pairing.is_active
        if self.attempt(lambda: pairing.complete(by=user, summary=said, on=on), by=user):
            assert was_active, "completed what was not active"
            assert pairing.closing_summary.strip(), "completed without a summary"

    @rule(of=number, by=number, on=st.none() | day, said=words)
    def end(self, of: int, by: int, on: datetime.date | None, said: str) -> None:
        pairing, user = self.pairing(of), self.user(by)
        if self.attempt(lambda: pairing.end(by=user, reason=said, on=on), by=user):
            assert pairing.closing_summary.strip(), "ended without a reason"

    @rule(of=number, on=day, due=st.none() | day, looks_first=maybe, by=number)
    def edit(self, of: int, on: datetime.date, due: datetime.date | None, looks_first: bool, by: int) -> None:
        """Move a pairing's days, as a form does, or past the form."""
        pairing = self.pairing(of)
        pairing.started_on, pairing.due_on = on, due
        self.attempt(lambda: (looks_first and pairing.full_clean(), pairing.save()), by=self.user(by), told=False)

    @rule(of=number, by=number, role=number, who=number)
    def change_people(self, of: int, by: int, role: int, who: int) -> None:
        pairing, user, person = self.pairing(of, "proposed", "returned"), self.user(by), self.person(who)
        roles = pairing.kind_info.roles
        people = {roles[role % len(roles)].slug: person}
        was_active = pairing.is_active
        if self.attempt(lambda: pairing.change_people(by=user, people=people), by=user):
            assert not was_active, "people of an approved pairing were exchanged past a decision"

    # Changes after approval

    @rule(of=number, by=number, role=number, who=number, on=st.none() | day)
    def ask_for_others(self, of: int, by: int, role: int, who: int, on: datetime.date | None) -> None:
        pairing = self.pairing(of, "active")
        roles = pairing.kind_info.roles
        self.ask(pairing, by, on=on, people={roles[role % len(roles)].slug: self.person(who)})

    @rule(by=number, helpers=st.lists(number, max_size=2), of=number, on=st.none() | day)
    def ask_for_helpers(self, of: int, by: int, helpers: list[int], on: datetime.date | None) -> None:
        served = pick(Engagement.objects.all(), of, Q(status="active"))
        self.ask(served, by, on=on, helpers=[self.person(place) for place in dict.fromkeys(helpers)])

    @rule(of=number, by=number, which=number)
    def ask_for_other_work(self, of: int, by: int, which: int) -> None:
        pairing = self.pairing(of, "active")
        values = {
            "course": {"course": "机器人编程", "topic": ""},
            "problem": {"problem": pick(Problem.objects.all(), which)},
        }
        own = next(
            (value for name, value in values.items() if name in pairing.kind_info.decided_fields), {"contest": "大赛"}
        )
        self.ask(pairing, by, on=None, values=own)

    def ask(self, pairing: Any, by: int, **what: Any) -> None:
        """Ask, rather as whoever may: the leader, where they have an account."""
        asker = getattr(pairing.leader, "user", None) if by % 3 else None
        user = asker or self.user(by)
        if self.attempt(lambda: ask_for_changes(pairing, by=user, reason="工作调整。", **what), by=user):
            leads = pairing.leader is not None and pairing.leader.pk == user.person_id
            assert leads or user.manages(pairing.branch_id), "asked for by a stranger"

    @rule(of=number, by=number, verb=st.sampled_from(["approve", "approve", "refuse", "withdraw", "see", "undo"]))
    def decide_on_change(self, of: int, by: int, verb: str) -> None:
        wanted = {"see": "recorded", "undo": "approved"}.get(verb, "open")
        request, user = pick(ChangeRequest.objects.all(), of, Q(state=wanted)), self.user(by)
        if request is None:
            return
        if verb == "withdraw" and by % 3:
            user = User.objects.get(pk=request.asked_by_id)
        said = {"reason": "情况有变。"} if verb in ("refuse", "undo") else {}
        sat = request.pairing.seats_person(user.person_id)
        if self.attempt(lambda: getattr(request, verb)(by=user, **said), by=user) and verb != "withdraw":
            assert user.manages(request.branch_id), "decided by a stranger"
            assert user.pk != request.asked_by_id, "decided by whoever asked"
            assert not sat, "decided by whoever takes part"

    @rule(of=number, by=number, on=day)
    def log(self, of: int, by: int, on: datetime.date) -> None:
        pairing, user = self.pairing(of, "active"), self.user(by)
        activity = pairing.kind_info.activities[0][0]
        entry = ProgressLog(pairing_id=pairing.pk, date=on, activity_type=activity, words="完成样件试切。")
        self.attempt(lambda: entry.record(by=user), by=user)

    @rule(of=number, by=number, on=day)
    def rewrite_log(self, of: int, by: int, on: datetime.date) -> None:
        if entry := pick(ProgressLog.objects.all(), of):
            entry.date = on
            self.attempt(entry.rewrite, by=self.user(by), told=False)

    # Matching

    @rule(by=number)
    def work_out_a_proposal(self, by: int) -> None:
        user = self.user(by)
        run = MatchRun(branch=self.branch, kind=TeachingPair.KIND, created_by=user, include_paired=True)
        self.attempt(lambda: (run.save(), run.work_out()), by=user, told=False)

    @rule(of=number, by=number)
    def publish(self, of: int, by: int) -> None:
        user = self.user(by)
        if run := pick(MatchRun.objects.all(), of):
            self.attempt(lambda: run.publish(by=user), by=user)

    @rule(of=number, by=number, accept=st.sampled_from([True, True, False]))
    def answer(self, of: int, by: int, accept: bool) -> None:
        """Answer as one of the accounts, and as whoever has not answered yet and has one."""
        match = pick(Match.objects.all(), of, Q(seats__answer="accepted") & ~Q(seats__answer="declined"))
        if match is None:
            return
        asked = [seat.person.user for seat in match.seats.filter(answer="waiting") if hasattr(seat.person, "user")]
        user = asked[by % len(asked)] if asked and by % 3 else self.user(by)
        self.attempt(lambda: match.answer(by=user, accept=accept), by=user)

    @rule(of=number, by=number)
    def become(self, of: int, by: int) -> None:
        match, user = pick(Match.objects.all(), of, ~Q(seats__answer__in=["waiting", "declined"])), self.user(by)
        if match is None:
            return
        pair = self.unsaved(TeachingPair.KIND, on=STARTED, problem=0)
        if self.attempt(lambda: match.become(pair, people=match.people, by=user), by=user) and pair.is_active:
            assert user.manages(self.branch.pk), "approved by a stranger"
            assert not pair.seats_person(user.person_id), "approved by whoever takes part"
