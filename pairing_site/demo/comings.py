"""Who graduated, moved and retired in the demo college."""

import datetime
from collections.abc import Iterable

from organization.models import Ending, Person
from organization.partings import Parting
from pairing_site.demo.people import Cast

GRADUATION = datetime.date(2023, 7, 1)
MOVED_ON = datetime.date(2024, 9, 1)


def let_people_go(casts: dict[str, Cast]) -> None:
    """Let the class of 2020 graduate, and a teacher of one branch move to another: those without an open place."""
    amt, left, entered = casts["AMT"], casts["ART"], casts["BIZ"]
    Parting(Ending.GRADUATED, GRADUATION).carry_out(_free(amt.students[2020]), by=amt.secretary)
    moving = _free(reversed(left.teachers), after=MOVED_ON)[:1]
    Parting(Ending.MOVED, MOVED_ON, entered.branch).carry_out(moving, by=left.secretary)


def _free(people: Iterable[Person], *, after: datetime.date = GRADUATION) -> list[Person]:
    """Return those who sit nowhere, and took no place since a day."""
    return [
        person
        for person in people
        if not person.seats.filter(left_on=None).exists() and not person.seats.filter(joined_on__gte=after).exists()
    ]
