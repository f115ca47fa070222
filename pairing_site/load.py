"""Synthetic data by bulk load, for benchmarks: whole by every invariant, audited, and of no meaning."""

import datetime
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from enterprise_service.models import Engagement, Enterprise, Problem
from evidence.models import Evidence
from mentorship.models import MentorshipTeam
from organization.models import Branch, College, PartyStage, PartyStageEntry, Person, User
from organization.pinyin import search_key
from organization.trail import audit_made
from outcomes.models import Category, Level, Outcome, OutcomeCredit, OutcomeEvidence, OutcomePerson
from outcomes.models.seal import seal
from pairings.kinds import HELPER, LEADER, ORDINARY_STUDENT, ORDINARY_TEACHER, STUDENT_MEMBER
from pairings.models import Pairing, ProgressLog, Seat
from teaching_pairs.models import TeachingPair

FIRST_DAY, DAYS = datetime.date(2023, 9, 1), 1000
JOINED = datetime.date(2015, 7, 1)
AT_A_TIME = 1000
TEACHERS = 40  # of a branch, every other one a member
FORMS = (MentorshipTeam, TeachingPair, Engagement)


@dataclass
class Crew:
    """A branch with the people and accounts that the load needs."""

    branch: Branch
    author: User
    verifier: User
    members: list[Person]
    others: list[Person]
    proof: Evidence
    pairings: list[Pairing] = field(default_factory=list)


def generate(*, pairings: int, logs: int, outcomes: int, branches: int, seed: int) -> dict[str, int]:
    """Load a college of its own; the same arguments give the same data, beside what is there.

    Args:
        pairings: active ones, in turn of the three forms and the branches.
        logs: spread over the pairings.
        outcomes: verified ones, each credited to a pairing.
        branches: how many.
        seed: of the random choices.

    Returns:
        How many rows of each kind were made.
    """
    chance = random.Random(seed)  # noqa: S311 - the same load every time, no secret
    with transaction.atomic():
        college = College.objects.create(name=f"合成数据学院{College.objects.count() + 1}")
        crews = [_crew(college, number) for number in range(branches)]
        for crew, share in zip(crews, _shares(pairings, branches), strict=True):
            _load_pairings(crew, share)
        everyone = [(crew, pairing) for crew in crews for pairing in crew.pairings]
        _load_logs(everyone, logs, chance)
        _load_outcomes(everyone, outcomes, chance)
    return {"branches": branches, "pairings": pairings, "logs": logs, "outcomes": outcomes}


def _shares(total: int, parts: int) -> list[int]:
    """Return a total in almost equal parts."""
    return [total // parts + (place < total % parts) for place in range(parts)]


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield rows some at a time."""
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == AT_A_TIME:
            yield batch
            batch = []
    if batch:
        yield batch


def _insert(rows: Iterable[Any], *, is_audited: bool = True) -> list[Any]:
    """Insert rows some at a time, with the audit entries that their making would have left."""
    made: list[Any] = []
    for batch in _batches(rows):
        made += type(batch[0])._base_manager.bulk_create(batch)
        if is_audited:
            audit_made(batch)
    return made


def _crew(college: College, number: int) -> Crew:
    """Make a branch with its people, two accounts and one file that proves everything."""
    code = f"L{college.pk}-{number}"
    branch = Branch.objects.create(college=college, code=code, name=f"合成党支部{number}")
    teachers = _people(branch, [("teacher", place % 2 == 0) for place in range(TEACHERS)], "T")
    author, verifier = (
        User.objects.create_user(username=f"{code}-{place}", person=teachers[place])
        for place in (0, 2)  # without a password nobody signs in as them
    )
    proof = Evidence.objects.take_in_bytes(b"%PDF-1.4\n% synthetic proof\n%%EOF\n", name="proof.pdf", by=author)
    members = [one for one in teachers[::2] if one.pk != verifier.person_id]  # who approves takes no part
    return Crew(branch, author, verifier, members, teachers[1::2], proof)


def _people(branch: Branch, wanted: Iterable[tuple[str, bool]], prefix: str) -> list[Person]:
    """Insert people of a kind, members or not, with the stage history of the members."""
    people = [
        Person(
            branch=branch,
            college_id=branch.college_id,
            kind=kind,
            name=f"合成{prefix}{place}",
            number=f"{branch.code}-{prefix}{place}",
            stage=PartyStage.FULL if is_member else PartyStage.NONE,
            pinyin=search_key(f"合成{place}"),
        )
        for place, (kind, is_member) in enumerate(wanted)
    ]
    _insert(people)
    _insert(PartyStageEntry(person=one, stage=one.stage, from_date=JOINED) for one in people if one.is_member)
    return people


def _load_pairings(crew: Crew, share: int) -> None:
    """Insert a branch's active pairings: parents, then each form's rows, then seats."""
    parents = [
        Pairing(
            branch=crew.branch,
            kind=FORMS[place % 3].KIND,
            title=f"合成结对{place}",
            counterpart="合成企业" if FORMS[place % 3] is Engagement else "",
            status=Pairing.Status.ACTIVE,
            started_on=FIRST_DAY,
            proposed_by=crew.author,
            approved_by=crew.verifier,
            approved_at=timezone.now(),
        )
        for place in range(share)
    ]
    for parent in parents:
        parent._state.adding = True
    by_form = {form: parents[place::3] for place, form in enumerate(FORMS)}
    _insert(parents, is_audited=False)  # a pairing's making is audited as its form's row
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
    _insert(_seats(crew, by_form))
    crew.pairings = parents


def _insert_children(form: type[Pairing], rows: list[tuple[Pairing, dict[str, Any]]]) -> None:
    """Insert a form's rows beside parents that are there; Django's bulk_create refuses children of another table."""
    fields = form._meta.local_concrete_fields
    for batch in _batches(rows):
        children = [form(**_values_of(parent), **values) for parent, values in batch]
        form._base_manager._insert(children, fields=fields, using=connection.alias)  # type: ignore[attr-defined]
        audit_made(children)


def _values_of(parent: Pairing) -> dict[str, Any]:
    """Return what a form's row has of its parent's."""
    values = {field.attname: getattr(parent, field.attname) for field in Pairing._meta.concrete_fields}
    return {**values, "pairing_id": parent.pk}


def _problems(branch: Branch, count: int) -> list[Problem]:
    """Insert one enterprise with as many problems as there are engagements."""
    enterprise = Enterprise.objects.create(branch=branch, name="合成企业")
    taken = Problem.Status.TAKEN
    return _insert(Problem(enterprise=enterprise, title=f"合成难题{n}", status=taken) for n in range(count))


def _seats(crew: Crew, by_form: dict[Any, list[Pairing]]) -> Iterator[Seat]:
    """Yield the seats of a branch's pairings; every team has two students of its own."""
    teams = by_form[MentorshipTeam]
    students = iter(_people(crew.branch, [("student", place % 2 == 0) for place in range(2 * len(teams))], "S"))
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
                    pairing=pairing, person=person, role=role, stage_when_seated=person.stage, joined_on=FIRST_DAY
                )


def _day(chance: random.Random) -> datetime.date:
    """Return some day of the three school years."""
    return FIRST_DAY + datetime.timedelta(days=chance.randrange(DAYS))


def _load_logs(everyone: list[tuple[Crew, Pairing]], count: int, chance: random.Random) -> None:
    """Insert logs, and keep each pairing's last day."""
    newest: dict[int, datetime.date] = {}

    def rows() -> Iterator[ProgressLog]:
        for place in range(count):
            crew, pairing = everyone[place % len(everyone)]
            day = _day(chance)
            newest[pairing.pk] = max(day, newest.get(pairing.pk, day))
            yield ProgressLog(
                pairing=pairing,
                branch=crew.branch,
                date=day,
                activity_type=pairing.kind_info.activities[place % 3][0],
                words="合成记录",
                hours=Decimal(chance.randrange(1, 9)) / 2,
                element_kind=chance.choice(("", ProgressLog.Element.THEORY)),
                author=crew.members[0],
                entered_by=crew.author,
            )

    _insert(rows())
    for batch in _batches(pairing for _crew, pairing in everyone if pairing.pk in newest):
        for pairing in batch:
            pairing.last_logged_on = newest[pairing.pk]
        Pairing.objects.bulk_update(batch, ["last_logged_on"])


def _load_outcomes(everyone: list[tuple[Crew, Pairing]], count: int, chance: random.Random) -> None:
    """Insert verified outcomes with their person, credit and proof, sealed."""
    for places in _batches(range(count)):
        owners = [everyone[place % len(everyone)] for place in places]
        rows = [_outcome(crew, pairing, chance) for crew, pairing in owners]
        _insert(rows)
        tied = list(zip(rows, owners, strict=True))
        _insert(OutcomePerson(outcome=one, person=crew.members[0], position=1) for one, (crew, _p) in tied)
        _insert(OutcomeCredit(outcome=one, pairing=pairing) for one, (_crew, pairing) in tied)
        _insert(OutcomeEvidence(outcome=one, evidence=crew.proof) for one, (crew, _p) in tied)


def _outcome(crew: Crew, pairing: Pairing, chance: random.Random) -> Outcome:
    """Return a verified outcome with its seal, not yet inserted."""
    made = Outcome(
        branch=crew.branch,
        title="合成成果",
        category=chance.choice(Category.values),
        level=chance.choice(Level.values),
        achieved_on=_day(chance),
        review=Outcome.Review.VERIFIED,
        entered_by=crew.author,
        submitted_by=crew.author,
        submitted_at=timezone.now(),
        verified_by=crew.verifier,
        verified_at=timezone.now(),
    )
    made.seal = seal(
        made,
        shared_with=[],
        people=[crew.members[0].pk],
        pairings=[pairing.pk],
        proofs=[crew.proof.file.sha256],
    )
    return made
