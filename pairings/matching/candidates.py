"""Who may be matched, as the roster knows them."""

import datetime
from collections.abc import Iterable, Mapping

from django.db.models import Count, Q
from django.utils import timezone

from organization.models.person_queries import PersonQuerySet
from pairings.kinds import LEADER
from pairings.matching.parts import Candidate, words_of


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
