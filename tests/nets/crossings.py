"""Races of two that lock the same rows and need not refuse one another, if both lock them in one order."""

import datetime

from organization.merging import merge
from organization.models import Branch, Membership, Person, User
from organization.partings import Parting, questions_about
from pairings.models import ChangeRequest, Pairing, Seat
from pairings.models.asking import ask_for_changes
from pairings.partings import REPLACE
from tests.factories import engagement, member, teacher, teaching_pair
from tests.nets.races import Call, Race


def crossing_leavings(branch: Branch, by: User) -> Race:
    """Two people leave, and each takes the other's place."""
    one, other = teacher(branch), teacher(branch)
    day = datetime.date(2026, 7, 1)

    def leaving(person: Person, instead: Person) -> Call:
        teaching_pair(branch, people={"leader": member(teacher(branch)), "ordinary_teacher": person})
        said = {"answer": REPLACE, "person": instead, "until": None}
        answers = [(question, said) for question in questions_about([person], by)]
        return lambda: Parting("left", day).carry_out([person], by=by, answers=answers)

    left = Membership.objects.filter(person__in=[one, other], left_on__isnull=False)
    return leaving(one, other), leaving(other, one), left.count


def crossing_approvals(branch: Branch, by: User) -> Race:
    """Two changes that seat the same two people, one in one order and the other in the other."""
    people = [teacher(branch), teacher(branch)]

    def approving(helpers: list[Person]) -> Call:
        served = engagement(branch)
        asked = ask_for_changes(served, by=served.leader.user, reason="增加人手。", helpers=helpers)
        return lambda: ChangeRequest.objects.get(pk=asked[0].pk).approve(by=by)

    seats = Seat.objects.filter(person__in=people, left_on=None)
    return approving(people), approving(people[::-1]), seats.count


def ending_while_merged(branch: Branch, by: User) -> Race:
    """A pairing ends in which two records of one person help."""
    kept, double = (teacher(branch, name="陈秋实") for _time in "12")
    served = engagement(branch, approved=False)
    served.change_people(by=by, people={}, helpers=[kept, double])
    served.approve(by=by)
    closed = Seat.objects.filter(pairing=served.pk, role="helper", left_on__isnull=False)
    return (
        lambda: Pairing.objects.get(pk=served.pk).end(by=by, reason="企业停产。"),
        lambda: merge(kept, double, by=by, reason="登记了两次。"),
        closed.count,
    )
