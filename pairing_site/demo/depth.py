"""What the three forms hold beyond people, logs and outcomes: milestones, workshops, matching, growth, service."""

import datetime
import random
from decimal import Decimal
from typing import Any

from django.utils import timezone

from enterprise_service.models import Confirmation, ConfirmationSetting, Engagement, Enterprise, Instalment, Problem
from enterprise_service.models.back import stands_for_it
from mentorship.models import Assessment, MentorshipTeam, Project, Reflection, Rubric
from organization.models import Person
from organization.trail import audited_update
from pairing_site.demo.people import Cast
from pairing_site.demo.words import (
    CONFIRMED,
    CONTACTS,
    GROWTH_WORDS,
    MOVED,
    PROFILE_NEEDS,
    PROFILE_STRENGTHS,
    REFLECTIONS,
    REGIONS,
    RENAMED,
    REPLACED,
    WAITING,
    WORKSHOPS,
)
from pairings.contradictions import explain, kind_of, records
from pairings.models import Match, MatchRun, Pairing, Seat
from pairings.models.asking import ask_for_changes
from teaching_pairs.models import SignUp, TeachingPair, Workshop, WorkshopRun

SEED = 111


class Depth:
    """Fills in a branch's pairings after they have lived."""

    def __init__(self, cast: Cast, pairings: list[Pairing]) -> None:
        self.cast = cast
        self.pairings = pairings
        self.chance = random.Random(f"{SEED}{cast.branch.code}")  # noqa: S311 - the same every time, no secret
        self.today = timezone.localdate()

    def load(self) -> None:
        """Fill everything in."""
        self._profiles()
        ConfirmationSetting.objects.create(branch=self.cast.branch, call="支部办公室 020-8100 0011")
        for pairing in self.pairings:
            child = pairing.as_form()
            if isinstance(child, TeachingPair) and child.is_active:
                self._milestones(child)
            elif isinstance(child, MentorshipTeam) and child.is_active:
                self._project(child)
                self._growth(child)
            elif isinstance(child, Engagement) and child.status in (Pairing.Status.ACTIVE, Pairing.Status.COMPLETED):
                self._service(child)
        self._join()
        self._changes()
        self._board()
        self._workshops()
        self._explain()

    def _explain(self) -> None:
        """Answer one of the contradictions that the records hold; the others wait on the desk."""
        kind = kind_of("level-of-what-has-none")
        for patent in records(kind, self.cast.secretary)[:1]:
            explain(
                kind, patent, by=self.cast.secretary, reason="学校科研成果认定文件将授权专利按此级别登记，文件已附。"
            )

    def _profiles(self) -> None:
        """Give people strengths and needs in the words that profiles share."""
        for person in [*self.cast.members, *self.cast.teachers, *self.cast.students[2024]]:
            person.refresh_from_db()
            person.strengths = "、".join(sorted(self.chance.sample(PROFILE_STRENGTHS[person.kind], 3)))
            person.needs = "、".join(sorted(self.chance.sample(PROFILE_NEEDS[person.kind], 2)))
            if person in self.cast.teachers and person.born_on:
                person.born_on = person.born_on.replace(year=self.chance.randint(1988, 1996))
            person.save()

    def _milestones(self, pair: TeachingPair) -> None:
        """Plan the steps two months apart; those of the past are reached, now and then one is late."""
        dates: dict[str, tuple[datetime.date | None, datetime.date | None]] = {}
        day = pair.started_on
        for place, milestone in enumerate(pair.steps()):
            day = day + datetime.timedelta(days=70)
            late = place == 2 and self.chance.random() < 0.5
            reached = min(day + datetime.timedelta(days=3), self.today) if day < self.today and not late else None
            dates[milestone.step] = (day, reached)
        pair.plan(dates)

    def _project(self, team: MentorshipTeam) -> None:
        """Enter the contest with three rounds; those of the past have a result."""
        organiser = "省教育厅" if team.track == MentorshipTeam.Track.CONTEST else "省人力资源和社会保障厅"
        title = f"{team.title}参赛项目"
        project = Project(
            team=team, track=team.track, title=title, contest=team.contest, organiser=organiser, level="national"
        )
        first = team.started_on
        rounds = {"college": 60, "provincial": 150, "national": 320}
        days = {name: first + datetime.timedelta(days=after) for name, after in rounds.items()}
        project.plan(days)
        results = iter(self.chance.choice((("校级一等奖", "二等奖"), ("优秀奖", "三等奖"), ("一等奖", "一等奖"))))
        for stage in project.stages.order_by("held_on"):
            if stage.held_on < self.today - datetime.timedelta(days=20):
                stage.record_result(result=next(results), held_on=stage.held_on)

    def _growth(self, team: MentorshipTeam) -> None:
        """Assess both students at the start and in the middle, with what they say themselves."""
        rubric = Rubric.objects.current_for(team.branch_id)
        items = [item.pk for item in rubric.items.all()]
        mentor = self.cast.account(team.leader)
        for student, reflection in zip(team.students, REFLECTIONS, strict=True):
            marks = {item: self.chance.randint(1, 3) for item in items}
            long_enough = team.started_on + datetime.timedelta(days=180) <= self.today
            for moment, after in (("start", 7), ("middle", 150), *((("end", 175),) if long_enough else ())):
                day = min(team.started_on + datetime.timedelta(days=after), self.today)
                key = {"team": team, "student": student, "moment": moment, "rubric": rubric, "assessed_on": day}
                words = GROWTH_WORDS[moment]
                Assessment(view="mentor", words=words, **key).record(by=mentor, marks=marks)
                marks = {item: min(5, mark + self.chance.randint(0, 2)) for item, mark in marks.items()}
            if (own := getattr(student, "user", None)) is not None:
                Assessment(view="self", **key).record(by=own, marks=marks)
                Reflection(team=team, student=student, words=reflection).write(by=own)

    def _service(self, engagement: Engagement) -> None:
        """Receive the first instalments; of what is completed the enterprise confirms the result."""
        amount = engagement.contract_amount_cny or Decimal(0)
        for place, share in enumerate((Decimal("0.4"), Decimal("0.6")), start=1):
            day = engagement.started_on + datetime.timedelta(days=90 * place)
            if day <= (engagement.closed_on or self.today):
                engagement.receive(
                    Instalment(amount_cny=round(amount * share, 2), received_on=day, note=f"第{place}期")
                )
        if engagement.closed_on or self.chance.random() < 0.5:
            link = Confirmation.make(engagement, by=self.cast.secretary)
            if engagement.status == Engagement.Status.COMPLETED:
                words, name = self.chance.choice(CONFIRMED)
                rating = self.chance.choice((3, 4))
                link.confirm(is_solved=True, rating=rating, words=words, confirmed_by=name, address="203.0.113.24")
                if stands_for_it(self.cast.secretary, link):
                    said = "电话核对：联系人说确认由本人填写，改进后的夹具仍在使用。"
                    link.spoke_to(by=self.cast.secretary, on=self.today, words=said)

    def _board(self) -> None:
        """Post problems that wait for somebody."""
        enterprises = list(Enterprise.objects.filter(branch=self.cast.branch).order_by("pk"))
        for place, (enterprise, posted) in enumerate(zip(enterprises, WAITING, strict=False)):
            title, field, description = posted
            enterprise.region = REGIONS[place % len(REGIONS)]
            enterprise.contact_name = CONTACTS[place % len(CONTACTS)]
            enterprise.contact_mail = f"contact{place + 1}@enterprise.example"
            enterprise.save()
            Problem.objects.create(
                enterprise=enterprise,
                title=title,
                field=field,
                description=description,
                urgency=("urgent", "normal", "patient")[place % 3],
                due_on=self.today + datetime.timedelta(days=12 + 30 * place),
            )

    def _join(self) -> None:
        """Let the ordinary student of one team join the party, the pairing's success, and those of others come nearer."""
        teams = MentorshipTeam.objects.active().filter(branch=self.cast.branch, started_on__year=self.today.year)
        step, stages = datetime.timedelta(days=40), ("activist", "candidate", "probationary")
        for number, team in enumerate(teams.with_people().order_by("pk")):
            student = team.students[-1]
            for place, stage in enumerate(stages if number == 0 else stages[:1], start=1):
                student.record_stage(stage=stage, from_date=min(team.started_on + place * step, self.today))

    def _changes(self) -> None:
        """Replace an ordinary student who left the team, approve another course, and let a change of people wait."""
        active = [one.as_form() for one in self.pairings if one.is_active and one.started_on.year == self.today.year]
        this_year = [one for one in active if one.leader != self.cast.secretary.person]  # who leads does not decide
        pairs = [one for one in this_year if isinstance(one, TeachingPair)]
        teams = [one for one in this_year if isinstance(one, MentorshipTeam)]
        if teams:
            taken = set(Seat.objects.filter(left_on=None).values_list("person", flat=True))
            free = [one for one in self.cast.students[2024] if one.pk not in taken and not one.is_member]
            self._ask(teams[-1], REPLACED, people={"ordinary_student": free[-1]}, approved=True)
        if pairs:
            leaders = {pairs[0].leader, self.cast.secretary.person}
            others = [one for one in self.cast.teachers if one not in leaders]
            sitting = pairs[0].seat_of("ordinary_teacher")
            newcomer = next(one for one in reversed(others) if sitting is None or one != sitting.person)
            self._ask(pairs[0], MOVED, people={"ordinary_teacher": newcomer}, approved=False)
            if pairs[0].course:
                self._ask(pairs[0], RENAMED, values={"course": f"{pairs[0].course}（项目化）"}, approved=True)

    def _ask(self, pairing: Pairing, reason: str, *, approved: bool, **what: Any) -> None:
        """Ask for a change as the pairing's leader; the secretary approves it."""
        for request in ask_for_changes(pairing, by=self.cast.account(pairing.leader), reason=reason, **what):
            if approved:
                request.approve(by=self.cast.secretary)

    def _workshops(self) -> None:
        """Hold a workshop last month, with a proposal that people are answering, and announce the next."""
        past, coming = WORKSHOPS
        held = self.today - datetime.timedelta(days=20)
        workshop = self._announce(past, self.today + datetime.timedelta(days=1))
        free = [*self.cast.members[3:7], *self.cast.teachers[-4:]]
        for person in free:
            self._sign_up(workshop, person)
        audited_update(Workshop.objects.filter(pk=workshop.pk), held_on=held)
        workshop.refresh_from_db()
        signups = list(workshop.signups.values_list("pk", flat=True))
        workshop.record_attendance(signups[1:], listed=signups)
        run = MatchRun.begin(self.cast.branch, TeachingPair.KIND, by=self.cast.secretary)
        run.include_paired = True
        run.save()
        WorkshopRun.objects.create(run=run, workshop=workshop)
        run.work_out()
        run.publish(by=self.cast.secretary)
        for place, match in enumerate(Match.objects.filter(run=run).with_people()):
            for seat in match.in_order if place == 0 else match.in_order[:1]:
                match.answer(by=self.cast.account(seat.person), accept=True)
        upcoming = self._announce(coming, self.today + datetime.timedelta(days=16))
        for person in self.cast.teachers[:3]:
            self._sign_up(upcoming, person)

    def _announce(self, given: tuple[str, str, str], day: datetime.date) -> Workshop:
        """Return a workshop that the secretary announced."""
        title, place, words = given
        return Workshop.objects.create(
            branch=self.cast.branch,
            title=title,
            place=place,
            words=words,
            held_on=day,
            announced_by=self.cast.secretary,
        )

    def _sign_up(self, workshop: Workshop, person: Person) -> SignUp:
        """Sign a teacher up with a topic."""
        topic = self.chance.choice(("课程思政", "虚拟仿真实训", "活页式教材", "数控编程"))
        return workshop.sign_up(
            by=self.cast.account(person), strengths=person.strengths, needs=person.needs, topics=topic
        )
