"""Times in branches: everybody has one, none overlap, and the newest is where the person is."""

from collections.abc import Iterator
from itertools import groupby, pairwise

from django.db.models import F

from organization.integrity import ROWS_AT_A_TIME, Finding, broken, invariant
from organization.models import Membership, Person


@invariant("1_everybody_belongs_where_the_newest_time_says")
def newest() -> Finding:
    """Everybody has a time in a branch, and the newest is in the person's own branch."""
    nowhere = Person.objects.present().filter(memberships__isnull=True)
    found = [broken(one, "never belonged to a branch") for one in nowhere]
    for stays in _by_person():
        last = stays[-1]
        if last.branch_id != last.person.branch_id:
            found.append(broken(last, "the person is in another branch"))
    return Finding(Person.objects.count(), found)


@invariant("1_times_in_branches_do_not_overlap")
def apart() -> Finding:
    """Nobody belonged to two branches on one day, and all were of one college."""
    checked, found = 0, []
    for stays in _by_person():
        checked += len(stays)
        found += [
            broken(after, "overlaps an earlier one")
            for one, after in pairwise(stays)
            if one.day_after > after.first_day
        ]
        found += [
            broken(one, "is in another college") for one in stays if one.branch.college_id != one.person.college_id
        ]
    return Finding(checked, found)


def _by_person() -> Iterator[list[Membership]]:
    """Yield each person's times in branches, the oldest first (one query)."""
    rows = Membership.objects.select_related("person", "branch").order_by(
        "person_id", F("joined_on").asc(nulls_first=True), "pk"
    )
    for _person, stays in groupby(rows.iterator(chunk_size=ROWS_AT_A_TIME), key=lambda stay: stay.person_id):
        yield list(stays)
