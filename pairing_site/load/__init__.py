"""Synthetic data by bulk load, for benchmarks: whole by every invariant, audited, and of no meaning."""

import random

from django.db import transaction

from organization.models import College
from pairing_site.load.bulk import shares
from pairing_site.load.crews import make_crew
from pairing_site.load.outcomes import load_outcomes
from pairing_site.load.work import load_logs, load_pairings


def generate(*, pairings: int, logs: int, outcomes: int, branches: int, seed: int) -> dict[str, int]:
    """Load a college of its own; the same arguments give the same data, beside what is there.

    Args:
        pairings: in turn of the three forms and the branches; some are over.
        logs: spread over the pairings.
        outcomes: each credited to a pairing; of ten, three are one work that rises and one corrects another.
        branches: how many.
        seed: of the random choices.

    Returns:
        How many rows of each kind were made.
    """
    chance = random.Random(seed)  # noqa: S311 - the same load every time, no secret
    with transaction.atomic():
        college = College.objects.create(name=f"合成数据学院{College.objects.count() + 1}")
        crews = [make_crew(college, number) for number in range(branches)]
        for crew, share in zip(crews, shares(pairings, branches), strict=True):
            load_pairings(crew, share)
        everyone = [(crew, pairing) for crew in crews for pairing in crew.pairings]
        load_logs(everyone, logs, chance)
        load_outcomes(everyone, outcomes, chance)
    return {"branches": branches, "pairings": pairings, "logs": logs, "outcomes": outcomes}
