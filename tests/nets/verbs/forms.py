"""What the three forms have of their own: projects and growth, milestones and workshops, money and confirmations."""

import datetime
from decimal import Decimal

import hypothesis.strategies as st
from django.db.models import Q
from hypothesis.stateful import rule

from enterprise_service.models import Confirmation, Engagement, Instalment, Problem
from mentorship.models import Assessment, MentorshipTeam, Project, Reflection, Rubric, Stage
from mentorship.models.project import Round
from teaching_pairs.models import Milestone, SignUp, TeachingPair, Workshop
from tests.nets.verbs.machine import Machine, day, maybe, number, pick, words

amount = st.sampled_from(["0", "1", "30000", "60000"])


class TeamVerbs(Machine):
    """A mentorship team's projects, assessments and reflections."""

    @rule(of=number, by=number, on=st.none() | day, name=st.sampled_from(Round.values), another=maybe)
    def plan_project(self, of: int, by: int, on: datetime.date | None, name: str, another: bool) -> None:
        team = pick(MentorshipTeam.objects.all(), of, Q(status="active"))
        project = None if another else team.projects.first()
        project = project or Project(team=team, track="contest", title="参赛项目")
        self.attempt(lambda: project.plan({name: on}), by=self.user(by), told=False)

    @rule(of=number, by=number, on=day, result=st.sampled_from(["一等奖", " "]))
    def record_result(self, of: int, by: int, on: datetime.date, result: str) -> None:
        if stage := pick(Stage.objects.all(), of, Q(project__team__status="active", result="")):
            self.attempt(lambda: stage.record_result(result=result, held_on=on), by=self.user(by), told=False)

    @rule(of=number, by=number, said=maybe)
    def take_result_back(self, of: int, by: int, said: bool) -> None:
        if stage := pick(Stage.objects.all(), of, ~Q(result="")):
            reason = "误录。" if said else ""
            self.attempt(lambda: stage.take_result_back(by=self.user(by), reason=reason), by=self.user(by))

    @rule(of=number, by=number, said=maybe)
    def remove_assessment(self, of: int, by: int, said: bool) -> None:
        if given := pick(Assessment.objects.all(), of):
            reason = "误录。" if said else ""
            self.attempt(lambda: given.take_back(by=self.user(by), reason=reason), by=self.user(by))

    @rule(
        of=number,
        who=number,
        by=number,
        on=day,
        view=st.sampled_from(Assessment.View.values),
        moment=st.sampled_from(Assessment.Moment.values),
        marks_all=maybe,
    )
    def assess(self, *, of: int, who: int, by: int, on: datetime.date, view: str, moment: str, marks_all: bool) -> None:
        team, user = pick(MentorshipTeam.objects.all(), of, Q(status="active")), self.user(by)
        rubric = Rubric.objects.get(branch=None)
        students = [seat.person for seat in team.shown_seats if seat.role != "leader"] + [self.person(who)]
        given = {"team": team, "student": students[who % len(students)], "moment": moment, "view": view}
        assessment = Assessment(**given, rubric=rubric, assessed_on=on)
        items = list(rubric.items.values_list("pk", flat=True))
        marks = dict.fromkeys(items if marks_all or who % 2 else items[:-1], 3)
        self.attempt(lambda: assessment.record(by=user, marks=marks), by=user)

    @rule(of=number, by=number)
    def reflect(self, of: int, by: int) -> None:
        user = self.user(by)
        if user.person:
            team = pick(MentorshipTeam.objects.all(), of, Q(status="active"))
            reflection = Reflection(team=team, student=user.person, words="学到很多。")
            self.attempt(lambda: reflection.write(by=user), by=user)


class TeachingVerbs(Machine):
    """A teaching pair's milestones, and workshops."""

    @rule(
        of=number,
        by=number,
        step=st.sampled_from(Milestone.Step.values),
        planned=st.none() | day,
        done=st.none() | day,
    )
    def plan_milestones(
        self, of: int, by: int, step: str, planned: datetime.date | None, done: datetime.date | None
    ) -> None:
        pair = pick(TeachingPair.objects.all(), of)
        self.attempt(lambda: pair.plan({step: (planned, done)}), by=self.user(by), told=False)

    @rule(by=number, on=day)
    def announce(self, by: int, on: datetime.date) -> None:
        user = self.user(by)
        workshop = Workshop(branch=self.branch, title="选题培训", held_on=on, announced_by=user)
        self.attempt(lambda: (workshop.full_clean(), workshop.save()), by=user, told=False)

    @rule(of=number, by=number)
    def sign_up(self, of: int, by: int) -> None:
        user = self.user(by)
        if held := pick(Workshop.objects.all(), of):
            said = {"strengths": "课程建设", "needs": "", "topics": "课程思政"}
            self.attempt(lambda: held.sign_up(by=user, **said), by=user)

    @rule(of=number, by=number)
    def take_a_sign_up_back(self, of: int, by: int) -> None:
        user = self.user(by)
        if signup := pick(SignUp.objects.all(), of):
            self.attempt(lambda: signup.take_back(by=user), by=user)

    @rule(of=number, by=number, present=maybe)
    def record_attendance(self, of: int, by: int, present: bool) -> None:
        if held := pick(Workshop.objects.all(), of):
            listed = set(held.signups.values_list("pk", flat=True))
            came = listed if present else set()
            self.attempt(lambda: held.record_attendance(came, listed=listed), by=self.user(by), told=False)


class ServiceVerbs(Machine):
    """An engagement's money and links, and the board of problems."""

    @rule(of=number, by=number, on=day, cny=amount)
    def receive(self, of: int, by: int, on: datetime.date, cny: str) -> None:
        served = pick(Engagement.objects.all(), of)
        instalment = Instalment(amount_cny=Decimal(cny), received_on=on)
        self.attempt(lambda: served.receive(instalment), by=self.user(by), told=False)

    @rule(of=number, by=number)
    def take_out(self, of: int, by: int) -> None:
        if instalment := pick(Instalment.objects.all(), of):
            self.attempt(lambda: instalment.take_back(by=self.user(by), reason="误录。"), by=self.user(by))

    @rule(of=number, cny=amount, looks_first=maybe, by=number)
    def change_contract(self, of: int, cny: str, looks_first: bool, by: int) -> None:
        """Write another amount into a contract, as a form does, or past the form."""
        served = pick(Engagement.objects.all(), of)
        served.contract_amount_cny = Decimal(cny)
        self.attempt(lambda: (looks_first and served.full_clean(), served.save()), by=self.user(by), told=False)

    @rule(of=number, by=number)
    def make_link(self, of: int, by: int) -> None:
        served, user = pick(Engagement.objects.all(), of), self.user(by)
        self.attempt(lambda: Confirmation.make(served, by=user), by=user)

    @rule(of=number, by=number)
    def revoke_link(self, of: int, by: int) -> None:
        if link := pick(Confirmation.objects.all(), of):
            self.attempt(link.revoke, by=self.user(by), told=False)

    @rule(of=number, solved=maybe, said=words)
    def confirm(self, of: int, solved: bool, said: str) -> None:
        """Answer a link as the enterprise, which has no account."""
        if link := pick(Confirmation.objects.all(), of):
            answer = {"is_solved": solved, "rating": 3, "words": said, "confirmed_by": "李工 技术员"}
            self.attempt(lambda: link.confirm(**answer), by=None)

    @rule(of=number, by=number, on=day, said=words)
    def speak(self, of: int, by: int, on: datetime.date, said: str) -> None:
        """Note that somebody of the branch spoke to the contact."""
        if link := pick(Confirmation.objects.all(), of):
            user = self.user(by)
            self.attempt(lambda: link.spoke_to(by=user, on=on, words=said), by=user)

    @rule(of=number, by=number, said=words)
    def take_spoken_back(self, of: int, by: int, said: str) -> None:
        if link := pick(Confirmation.objects.all(), of):
            user = self.user(by)
            self.attempt(lambda: link.take_spoken_back(by=user, reason=said), by=user)

    @rule(of=number, by=number, verb=st.sampled_from(["drop", "reopen"]))
    def board(self, of: int, by: int, verb: str) -> None:
        problem = pick(Problem.objects.all(), of)
        self.attempt(getattr(problem, verb), by=self.user(by), told=False)
