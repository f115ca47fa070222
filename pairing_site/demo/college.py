"""Loading the demo college: once, whole or not at all."""

import random

from django.db import transaction

from organization.models import College
from pairing_site.demo.achievements import Ledger, ask_for_share
from pairing_site.demo.comings import let_people_go
from pairing_site.demo.depth import Depth
from pairing_site.demo.people import load_people
from pairing_site.demo.twice import enter_twice
from pairing_site.demo.words import COLLEGE
from pairing_site.demo.work import Workshop

SEED = 2021


def load_college() -> bool:
    """Make the demo college unless it is there.

    Returns:
        Whether it was made now. Made again from nothing, it is the same college.
    """
    if College.objects.filter(name=COLLEGE).exists():
        return False
    chance = random.Random(SEED)  # noqa: S311 - the same college every time, no secret
    with transaction.atomic():
        casts = load_people(College.objects.create(name=COLLEGE), chance)
        workshop = Workshop(chance)
        for cast in casts.values():
            pairings = workshop.load(cast)
            Ledger(cast, pairings, chance).load()
            Depth(cast, pairings).load()
        ask_for_share(casts["BIZ"], casts["AMT"])
        let_people_go(casts)
        enter_twice(casts["AMT"])
    return True
