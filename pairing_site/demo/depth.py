"""What the three forms hold beyond people, logs and outcomes: milestones, workshops, matching, growth, service."""

import datetime
import random

from django.utils import timezone

from organization.models import Person
from pairing_site.demo.people import Cast
from pairing_site.demo.words import PROFILE_NEEDS, PROFILE_STRENGTHS, WORKSHOPS
from pairings.models import Match, Pairing
from pairings.views.matching import begin_run
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
        for pairing in self.pairings:
            child = pairing.as_form()
            if isinstance(child, TeachingPair) and child.is_active:
                self._milestones(child)
        self._workshops()

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

    def _workshops(self) -> None:
        """Hold a workshop last month, with a proposal that people are answering, and announce the next."""
        past, coming = WORKSHOPS
        held = self.today - datetime.timedelta(days=20)
        workshop = self._announce(past, self.today + datetime.timedelta(days=1))
        free = [*self.cast.members[3:7], *self.cast.teachers[-4:]]
        for person in free:
            self._sign_up(workshop, person)
        Workshop.objects.filter(pk=workshop.pk).update(held_on=held)
        workshop.refresh_from_db()
        workshop.record_attendance(set(workshop.signups.values_list("pk", flat=True)[1:]))
        run = begin_run(self.cast.branch, TeachingPair.KIND, by=self.cast.secretary)
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
