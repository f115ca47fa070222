"""Who may be matched, as the roster knows them; without the numbers, which a worker reads only when it matches."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import timezone

from organization.models.person_queries import PersonQuerySet
from organization.text import BETWEEN_WORDS
from pairings.kinds import LEADER

#: Ages by which a college tells young and mid-career teachers (青年教师 40 周岁及以下 in most colleges' rules).
YOUNG_UNTIL, MID_CAREER_UNTIL = 40, 55
SENIOR_TITLES = ("教授", "副教授", "研究员", "副研究员", "高级工程师", "高级实验师", "正高级工程师", "高级技师")


def words_of(text: str) -> frozenset[str]:
    """Return the words of a line such as 课程建设、竞赛指导 (separated by 、 , ; / or spaces of either width)."""
    return frozenset(word for word in BETWEEN_WORDS.split(text) if word)


@dataclass(frozen=True)
class Candidate:
    """What the matching knows of a person. `load` counts the open pairings they lead."""

    person_id: int
    strengths: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    specialty: str = ""
    office_id: int | None = None
    age: int | None = None
    title: str = ""
    load: int = 0

    @property
    def is_young(self) -> bool:
        """Whether the person counts as a young teacher."""
        return self.age is not None and self.age <= YOUNG_UNTIL

    @property
    def is_mid_career(self) -> bool:
        """Whether the person is past youth and some years before retirement."""
        return self.age is not None and YOUNG_UNTIL < self.age <= MID_CAREER_UNTIL

    @property
    def is_strong(self) -> bool:
        """Whether the person holds a senior title."""
        return self.title in SENIOR_TITLES

    def complements(self, other: "Candidate") -> list[str]:
        """Return what one of the two can and the other asks for (优势互补)."""
        return sorted((self.strengths & other.needs) | (self.needs & other.strengths))

    def is_strong_with(self, other: "Candidate") -> bool:
        """Return whether both hold senior titles (强强联合)."""
        return self.is_strong and other.is_strong

    def is_mid_career_with_young(self, other: "Candidate") -> bool:
        """Return whether one of the two is mid-career and the other young (中青结合)."""
        return (self.is_mid_career and other.is_young) or (self.is_young and other.is_mid_career)


def candidates_from(
    people: PersonQuerySet, *, topics: Mapping[int, Iterable[str]] | None = None, on: datetime.date | None = None
) -> list[Candidate]:
    """Return what the matching knows of people (one query).

    Args:
        people: who is asked about.
        topics: the courses and topics that they would work on, by person id.
        on: the day on which ages are taken; today unless said otherwise.
    """
    day, topics = on or timezone.localdate(), topics or {}
    open_lead = Q(seats__left_on__isnull=True, seats__role=LEADER)
    rows = people.order_by("pk").annotate(load=Count("seats", filter=open_lead))
    columns = ("pk", "strengths", "needs", "specialty", "office_id", "born_on", "title", "load")
    return [
        Candidate(
            person_id=pk,
            strengths=words_of(strengths),
            needs=words_of(needs),
            topics=frozenset(topics.get(pk, ())),
            specialty=specialty,
            office_id=office,
            age=day.year - born.year - ((day.month, day.day) < (born.month, born.day)) if born else None,
            title=title,
            load=load,
        )
        for pk, strengths, needs, specialty, office, born, title, load in rows.values_list(*columns)
    ]
