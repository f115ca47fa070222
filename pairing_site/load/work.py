"""Synthetic pairings with their people, and what they logged."""

import datetime
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from enterprise_service.models import Engagement, Enterprise, Problem
from mentorship.models import MentorshipTeam
from organization.models import Branch
from organization.trail import audit_made
from pairing_site.load.bulk import FIRST_DAY, LAST_DAY, batches, day, insert
from pairing_site.load.crews import Crew, make_people
from pairings.kinds import HELPER, LEADER, ORDINARY_STUDENT, ORDINARY_TEACHER, STUDENT_MEMBER
from pairings.models import Pairing, PairingStep, ProgressLog, Seat
from teaching_pairs.models import TeachingPair

FORMS = (MentorshipTeam, TeachingPair, Engagement)


def load_pairings(crew: Crew, share: int) -> None:
    """Insert a branch's pairings, most of them active: parents, then each form's rows, then seats."""
    parents = [
        Pairing(
            branch=crew.branch,
            kind=FORMS[place % 3].KIND,
            title=f"合成结对{place}",
            counterpart="合成企业" if FORMS[place % 3] is Engagement else "",
            status=_status(place),
            started_on=FIRST_DAY,
            closed_on=None if _status(place) == Pairing.Status.ACTIVE else LAST_DAY,
            closing_summary="" if _status(place) == Pairing.Status.ACTIVE else "合成总结",
            proposed_by=crew.author,
            approved_by=crew.verifier,
            approved_at=timezone.now(),
        )
        for place in range(share)
    ]
    for parent in parents:
        parent._state.adding = True
    by_form = {form: parents[place::3] for place, form in enumerate(FORMS)}
    insert(parents, is_audited=False)  # a pairing's making is audited as its form's row
    _insert_children(MentorshipTeam, [(one, {}) for one in by_form[MentorshipTeam]])
    _insert_children(TeachingPair, [(one, {"course": one.title}) for one in by_form[TeachingPair]])
    problems = _problems(crew.branch, len(by_form[Engagement]))
    _insert_children(
        Engagement,
        [
            (one, {"problem_id": problem.pk, "is_under_way": True})
            for one, problem in zip(by_form[Engagement], problems, strict=True)
        ],
    )
    insert(_seats(crew, by_form))
    insert(_steps(crew, parents))
    crew.pairings = parents


def _status(place: int) -> str:
    """Return how far a branch's pairing has come: of ten one was completed or ended, but no engagement."""
    if place % 10 or FORMS[place % 3] is Engagement:
        return Pairing.Status.ACTIVE
    return Pairing.Status.ENDED if place % 20 else Pairing.Status.COMPLETED


def _insert_children(form: type[Pairing], rows: list[tuple[Pairing, dict[str, Any]]]) -> None:
    """Insert a form's rows beside parents that are there; Django's bulk_create refuses children of another table."""
    fields = form._meta.local_concrete_fields
    for batch in batches(rows):
        children = [form(**_values_of(parent), **values) for parent, values in batch]
        form._base_manager._insert(children, fields=fields, using=connection.alias)  # type: ignore[attr-defined]
        audit_made(children)


def _values_of(parent: Pairing) -> dict[str, Any]:
    """Return what a form's row has of its parent's."""
    values = {field.attname: getattr(parent, field.attname) for field in Pairing._meta.concrete_fields}
    return {**values, "pairing_id": parent.pk}


def _steps(crew: Crew, pairings: list[Pairing]) -> Iterator[PairingStep]:
    """Yield the steps by which each pairing came to where it is."""
    for pairing in pairings:
        yield PairingStep(pairing=pairing, what=PairingStep.What.PROPOSED, by=crew.author)
        yield PairingStep(pairing=pairing, what=PairingStep.What.APPROVED, by=crew.verifier)
        if pairing.closed_on:
            yield PairingStep(pairing=pairing, what=pairing.status, by=crew.author, words=pairing.closing_summary)


def _problems(branch: Branch, count: int) -> list[Problem]:
    """Insert one enterprise with as many problems as there are engagements."""
    enterprise = Enterprise.objects.create(branch=branch, name="合成企业")
    taken = Problem.Status.TAKEN
    return insert(Problem(enterprise=enterprise, title=f"合成难题{n}", status=taken) for n in range(count))


def _seats(crew: Crew, by_form: dict[Any, list[Pairing]]) -> Iterator[Seat]:
    """Yield the seats of a branch's pairings; every team has two students of its own."""
    teams = by_form[MentorshipTeam]
    students = iter(make_people(crew.branch, [("student", place % 2 == 0) for place in range(2 * len(teams))], "S"))
    for form, pairings in by_form.items():
        for place, pairing in enumerate(pairings):
            sitting = [(crew.members[place % len(crew.members)], LEADER)]
            if form is MentorshipTeam:
                sitting += [(next(students), STUDENT_MEMBER), (next(students), ORDINARY_STUDENT)]
            else:
                role = ORDINARY_TEACHER if form is TeachingPair else HELPER
                sitting.append((crew.others[place % len(crew.others)], role))
            for person, role in sitting:
                yield Seat(
                    pairing=pairing,
                    person=person,
                    role=role,
                    stage_when_seated=person.stage,
                    joined_on=FIRST_DAY,
                    left_on=pairing.closed_on,
                )


def load_logs(everyone: list[tuple[Crew, Pairing]], count: int, chance: random.Random) -> None:
    """Insert logs, and keep each pairing's last day."""
    newest: dict[int, datetime.date] = {}

    def rows() -> Iterator[ProgressLog]:
        for place in range(count):
            crew, pairing = everyone[place % len(everyone)]
            when = day(chance)
            newest[pairing.pk] = max(when, newest.get(pairing.pk, when))
            yield ProgressLog(
                pairing=pairing,
                branch=crew.branch,
                date=when,
                activity_type=pairing.kind_info.activities[place % 3][0],
                words="合成记录",
                hours=Decimal(chance.randrange(1, 9)) / 2,
                element_kind=chance.choice(("", ProgressLog.Element.THEORY)),
                author=crew.members[0],
                entered_by=crew.author,
            )

    insert(rows())
    for batch in batches(pairing for _crew, pairing in everyone if pairing.pk in newest):
        for pairing in batch:
            pairing.last_logged_on = newest[pairing.pk]
        Pairing.objects.bulk_update(batch, ["last_logged_on"])
