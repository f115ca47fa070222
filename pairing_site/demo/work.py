"""The demo college's pairings and logs over three years: 2021 in AMT, 2025 and 2026 in every branch."""

import datetime
import random
from collections.abc import Iterator
from decimal import Decimal
from itertools import count, cycle
from typing import Any

from django.utils import timezone

from enterprise_service.models import Engagement, Enterprise, Problem
from mentorship.models import MentorshipTeam
from organization.models import Person
from organization.trail import audited_update
from pairing_site.demo.files import photo
from pairing_site.demo.people import Cast
from pairing_site.demo.words import (
    ELEMENT_WORDS,
    ENDED,
    ENTERPRISES,
    LOG_WORDS,
    RETURN_REASON,
    SUMMARY,
    TITLES_OF_WORK,
    TOPICS,
)
from pairings.models import Pairing, PairingStep, ProgressLog
from teaching_pairs import models as meeting
from teaching_pairs.models import TeachingPair

#: Year and class of the students, then how many of each form: mentorship, teaching, enterprise.
SEASONS = {"AMT": [(2021, 2020, 4, 5, 3), (2025, 2024, 2, 2, 1), (2026, 2024, 3, 2, 2)]}
SEASONS |= {code: [(2025, 2024, 2, 2, 1), (2026, 2024, 3, 2, 2)] for code in ("INF", "BIZ", "ART")}
NOW = 2026


class Workshop:
    """Makes the pairings of the branches one after another, drawing titles in turn."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.titles = {
            branch: {kind: cycle(titles) for kind, titles in of_kind.items()}
            for branch, of_kind in TITLES_OF_WORK.items()
        }
        self.enterprises = {branch: cycle(enterprises) for branch, enterprises in ENTERPRISES.items()}
        self.topics = cycle(TOPICS)
        self.numbers = count(1)

    def load(self, cast: Cast) -> list[Pairing]:
        """Return a branch's pairings, logged and, but for this year's, completed."""
        made: list[Pairing] = []
        for year, entered, *sizes in SEASONS[cast.branch.code]:
            students = iter(cast.students[entered])
            members = [one for one in cast.students[entered] if one.is_member]
            others = [one for one in students if not one.is_member]
            leaders, colleagues = cycle(cast.members[2:] + cast.members[:2]), cycle(cast.teachers)
            season: list[Pairing] = []
            for place in range(sizes[0]):
                people = {"leader": next(leaders), "student_member": members[place], "ordinary_student": others[place]}
                season.append(self._propose(cast, MentorshipTeam(**self._team(cast)), people, year))
            for place in range(sizes[1]):
                people = {"leader": next(leaders), "ordinary_teacher": next(colleagues)}
                season.append(
                    self._propose(
                        cast, TeachingPair(**self._pair(cast, place), **self._met(cast, place, year)), people, year
                    )
                )
            leaders = cycle(cast.members[2:])
            for _place in range(sizes[2]):
                people = {"leader": next(leaders)}
                season.append(self._propose(cast, Engagement(**self._engagement(cast)), people, year))
            self._live(cast, season, year)
            made += season
        return made

    def _title(self, cast: Cast, kind: str) -> str:
        """Return what the branch's next pairing of a form works on."""
        return next(self.titles[cast.branch.code][kind])

    def _team(self, cast: Cast) -> dict[str, Any]:
        """Return a mentorship team's own fields."""
        title = self._title(cast, "mentorship")
        track = "contest" if "集训" in title or "训练" in title else "innovation"
        return {
            "title": title,
            "track": track,
            "contest": "全国职业院校技能大赛" if track == "contest" else "创新创业大赛",
        }

    def _pair(self, cast: Cast, place: int) -> dict[str, Any]:
        """Return a teaching pair's own fields: mostly a course, now and then a topic."""
        pattern = ("complementary", "mid_career_with_young", "strong_with_strong")[place % 3]
        if place % 3 == 1:
            topic = next(self.topics)
            return {"title": topic, "topic": topic, "pattern": pattern}
        course = self._title(cast, "teaching")
        return {"title": f"《{course}》课程共建", "course": course, "pattern": pattern}

    def _met(self, cast: Cast, place: int, year: int) -> dict[str, Any]:
        """Return how the two came together: of themselves, brokered, or this year's first at a workshop."""
        if place or year != NOW:
            return {"formation": "brokered", "brokered_by": cast.members[1]} if place % 3 == 1 else {}
        workshop = meeting.Workshop.objects.create(
            branch=cast.branch,
            title="新学期结对组队研讨会",
            held_on=datetime.date(year, 1, 15),
            announced_by=cast.secretary,
        )
        for person in (*cast.members[2:5], *cast.teachers[:3]):
            meeting.SignUp.objects.create(workshop=workshop, person=person, topics="课程共建", attended=True)
        return {"workshop": workshop}

    def _engagement(self, cast: Cast) -> dict[str, Any]:
        """Return an engagement's own fields, with its enterprise and problem."""
        name, trade = next(self.enterprises[cast.branch.code])
        enterprise, _is_new = Enterprise.objects.get_or_create(
            branch=cast.branch, name=name, defaults={"trade": trade, "scale": Enterprise.Scale.SMALL}
        )
        title = self._title(cast, "enterprise")
        problem = Problem.objects.create(enterprise=enterprise, title=title, field=trade)
        number = f"HX{next(self.numbers):04}"
        amount = Decimal(self.chance.randrange(3, 40) * 10_000)
        return {"title": title, "problem": problem, "contract_number": number, "contract_amount_cny": amount}

    def _propose(self, cast: Cast, pairing: Pairing, people: dict[str, Person], year: int) -> Pairing:
        """Propose a pairing early in its year."""
        pairing.branch = cast.branch
        pairing.started_on = datetime.date(year, 2 + self.chance.randrange(3), self.chance.randrange(1, 28))
        pairing.due_on = datetime.date(year, 12, 31)
        pairing.aim = "在年度内完成任务书约定的内容，形成可验证的成果。"
        pairing.proposed_at = moment(pairing.started_on)
        pairing.propose(by=cast.account(people["leader"]), people=people)
        return pairing

    def _live(self, cast: Cast, season: list[Pairing], year: int) -> None:
        """Take a season's pairings through their life."""
        waiting = season[-1] if year == NOW else None
        returned = season[-3] if year == NOW and cast.branch.code != "AMT" else None
        for pairing in season:
            if pairing is returned:
                pairing.send_back(by=cast.secretary, reason=RETURN_REASON)
            elif pairing is not waiting:
                pairing.approve(by=cast.secretary)
                audited_update(Pairing.objects.filter(pk=pairing.pk), approved_at=moment(pairing.started_on))
                _shift(pairing, pairing.started_on)
                self._log(cast, pairing)
                if year != NOW:
                    self._close(cast, pairing, is_last=pairing is season[-1] and year == NOW - 1)

    def _log(self, cast: Cast, pairing: Pairing) -> None:
        """Log about eight days of a pairing's work."""
        user = cast.account(pairing.leader)
        words = LOG_WORDS[pairing.kind]
        for day in self._days(pairing):
            activity = self.chance.choice(list(words))
            element = self.chance.choice(list(ELEMENT_WORDS)) if self.chance.random() < 0.6 else ""
            log = ProgressLog(
                pairing=pairing,
                date=day,
                activity_type=activity,
                words=f"{day.month}月{day.day}日，{self.chance.choice(words[activity])}",
                hours=Decimal(self.chance.choice(("1.0", "1.5", "2.0", "3.0"))),
                element_kind=element,
                element_words=ELEMENT_WORDS.get(element, ""),
            )
            photos = [photo(self.chance, user)] if self.chance.random() < 0.12 else []
            log.record(by=user, photos=photos)

    def _days(self, pairing: Pairing) -> Iterator[datetime.date]:
        """Yield the days of a pairing's logs, in order, none of them to come."""
        day = pairing.started_on
        last = min(datetime.date(pairing.started_on.year, 12, 15), timezone.localdate())
        while (day := day + datetime.timedelta(days=self.chance.randint(18, 42))) <= last:
            yield day

    def _close(self, cast: Cast, pairing: Pairing, *, is_last: bool) -> None:
        """Complete a pairing, a contest's team before the year's end, the others after it; one ended early."""
        pairing.refresh_from_db()
        year = pairing.started_on.year
        day = datetime.date(year, 12, 20) if pairing.kind == MentorshipTeam.KIND else datetime.date(year + 1, 1, 10)
        if is_last and cast.branch.code == "BIZ":
            pairing.end(by=cast.secretary, reason=ENDED, on=day)
        else:
            pairing.complete(by=cast.secretary, summary=SUMMARY, on=day)
        _shift(pairing, day)


def _shift(pairing: Pairing, day: datetime.date) -> None:
    """Let the newest step have been taken on a day, as the demo tells of years past."""
    newest = pairing.life_steps.order_by("pk").last()
    audited_update(PairingStep.objects.filter(pk=newest.pk if newest else 0), at=moment(day))


def moment(day: datetime.date) -> datetime.datetime:
    """Return nine in the morning of a day, in the branch's time zone."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(9)))
