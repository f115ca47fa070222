"""Synthetic outcomes, ten by ten: plain ones, a work that rises, one that is corrected, shared and cultivated ones."""

import datetime
import random
from dataclasses import dataclass

from django.utils import timezone

from outcomes.models import Category, Level, Outcome, OutcomeCredit, OutcomeEvidence, OutcomePerson, OutcomeStep, Status
from outcomes.models.seal import seal
from pairing_site.load.bulk import batches, day, insert
from pairing_site.load.crews import Crew
from pairings.models import Pairing

#: What becomes of ten outcomes: the places that go on from the place before them, in the order of their making.
RISES, CORRECTS = (1, 2), (4,)
WAVES = ((0, 3, 5, 6, 7, 8, 9), (1, 4), (2,))
CULTIVATED = 5
SHARED = 6  # of every fifth ten
AT_LEVEL = {0: Level.COLLEGE, 1: Level.PROVINCIAL, 2: Level.NATIONAL, 3: Level.NATIONAL, 4: Level.PROVINCIAL}
RISING = (Category.COURSE, Category.TEAM, Category.BASE)
UNTIL_IT_RISES = datetime.timedelta(days=90)


@dataclass
class Owner:
    """Whose an outcome is: a pairing of a crew, and the branch that shares it, if any."""

    crew: Crew
    pairing: Pairing
    sharing: list[int]


def load_outcomes(everyone: list[tuple[Crew, Pairing]], count: int, chance: random.Random) -> None:
    """Insert verified outcomes with their person, credit and proof, sealed."""
    for places in batches(range(count)):
        made: dict[int, Outcome] = {}
        owners = {place: _owner(everyone, place) for place in places}
        for wave in WAVES:
            now = [place for place in places if place % 10 in wave]
            made |= {place: _outcome(place, owners[place], made.get(place - 1), chance) for place in now}
            for place in now:
                if place % 10 + 1 in CORRECTS and place + 1 in owners:
                    made[place].review = Outcome.Review.SUPERSEDED
            _insert_tied([made[place] for place in now], [owners[place] for place in now])


def _owner(everyone: list[tuple[Crew, Pairing]], place: int) -> Owner:
    """Return whose the outcome at a place is; what goes on from another has the same owner."""
    base = place - place % 10 + {1: 0, 2: 0, 4: 3}.get(place % 10, place % 10)
    crew, pairing = everyone[base % len(everyone)]
    others = sorted({one.branch.pk for one, _pairing in everyone} - {crew.branch.pk})
    return Owner(crew, pairing, others[:1] if place % 50 == SHARED else [])


def _outcome(place: int, owner: Owner, before: Outcome | None, chance: random.Random) -> Outcome:
    """Return a verified outcome with its seal, not yet inserted."""
    step = place % 10
    made = Outcome(
        branch=owner.crew.branch,
        title="合成成果",
        category=chance.choice(RISING if step in {*AT_LEVEL, CULTIVATED} else Category.values),
        level=AT_LEVEL.get(step) or chance.choice(Level.values),
        status=Status.CULTIVATING if step == CULTIVATED else Status.RECOGNISED,
        achieved_on=day(chance),
        review=Outcome.Review.VERIFIED,
        entered_by=owner.crew.author,
        submitted_by=owner.crew.author,
        submitted_at=timezone.now(),
        verified_by=owner.crew.verifier,
        verified_at=timezone.now(),
    )
    if before and step in RISES:
        made.continues, made.achieved_on = before, before.achieved_on + UNTIL_IT_RISES
    if before and step in CORRECTS:
        made.corrects, made.correction_reason, made.achieved_on = before, "合成更正", before.achieved_on
    if before and step in {*RISES, *CORRECTS}:
        made.work, made.category = before.work, before.category
    made.seal = seal(
        made,
        shared_with=owner.sharing,
        people=[owner.crew.members[0].pk],
        pairings=[owner.pairing.pk],
        proofs=[owner.crew.proof.file.sha256],
    )
    return made


def _insert_tied(rows: list[Outcome], owners: list[Owner]) -> None:
    """Insert outcomes with what is tied to each."""
    if not rows:
        return
    insert(rows)
    tied = list(zip(rows, owners, strict=True))
    insert(OutcomePerson(outcome=one, person=owner.crew.members[0], position=1) for one, owner in tied)
    insert(OutcomeCredit(outcome=one, pairing=owner.pairing) for one, owner in tied)
    insert(OutcomeEvidence(outcome=one, evidence=owner.crew.proof) for one, owner in tied)
    insert(
        OutcomeStep(outcome=one, what=what, by=by)
        for one, owner in tied
        for what, by in (("submitted", owner.crew.author), ("verified", owner.crew.verifier))
    )
    for one, owner in tied:
        one.shared_with.add(*owner.sharing)
