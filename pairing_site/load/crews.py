"""A synthetic branch: its people, two accounts, and one file that proves everything."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evidence.models import Evidence
from organization.models import Branch, College, Ending, Membership, PartyStage, PartyStageEntry, Person, User
from pairing_site.load.bulk import insert
from pairings.models import Pairing

JOINED = datetime.date(2015, 7, 1)
CAME, LEFT = datetime.date(2021, 9, 1), datetime.date(2024, 7, 1)
TEACHERS = 40  # of a branch, every other one a member


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


def make_crew(college: College, number: int) -> Crew:
    """Make a branch with its people, two accounts and one file that proves everything."""
    code = f"L{college.pk}-{number}"
    branch = Branch.objects.create(college=college, code=code, name=f"合成党支部{number}")
    teachers = make_people(branch, [("teacher", place % 2 == 0) for place in range(TEACHERS)], "T")
    make_people(branch, [("teacher", True), ("teacher", False)], "R", {"left_on": LEFT, "ending": Ending.RETIRED})
    make_people(branch, [("student", True)] * 3, "G", {"joined_on": CAME, "left_on": LEFT, "ending": Ending.GRADUATED})
    author, verifier = (
        User.objects.create_user(username=f"{code}-{place}", person=teachers[place])
        for place in (0, 2)  # without a password nobody signs in as them
    )
    proof = Evidence.objects.take_in_bytes(b"%PDF-1.4\n% synthetic proof\n%%EOF\n", name="proof.pdf", by=author)
    members = [one for one in teachers[::2] if one.pk != verifier.person_id]  # who approves takes no part
    return Crew(branch, author, verifier, members, teachers[1::2], proof)


def make_people(
    branch: Branch, wanted: Iterable[tuple[str, bool]], prefix: str, stay: Mapping[str, Any] | None = None
) -> list[Person]:
    """Insert people of a kind, members or not, with the stage history of the members.

    Args:
        branch: whose they are.
        wanted: kind, and whether a party member, of each.
        prefix: begins their numbers.
        stay: columns of their time in the branch; since before records and still here unless it says otherwise.
    """
    people = [
        Person(
            branch=branch,
            kind=kind,
            name=f"合成{prefix}{place}",
            number=f"{branch.code}-{prefix}{place}",
            stage=PartyStage.FULL if is_member else PartyStage.NONE,
        )
        for place, (kind, is_member) in enumerate(wanted)
    ]
    for one in people:
        one.derive()
    insert(people)
    insert(Membership(person=one, branch=branch, **(stay or {})) for one in people)
    insert(PartyStageEntry(person=one, stage=one.stage, from_date=JOINED) for one in people if one.is_member)
    return people
