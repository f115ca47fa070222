"""People: their way into the party, where they belong, and the roles their accounts hold."""

import datetime

import hypothesis.strategies as st
from django.db.models import Q
from hypothesis.stateful import rule

from organization.back import take_leave_back
from organization.merging import merge, say_different, take_difference_back, undo_merge
from organization.models import (
    Branch,
    Ending,
    Membership,
    Merge,
    NotDouble,
    Office,
    PartyStage,
    PartyStageEntry,
    Person,
    RoleAssignment,
    User,
)
from tests.nets.verbs.machine import Machine, day, maybe, number, pick, words

#: Why two are one, or two again; without it nobody decides so.
why = st.sampled_from(["登记了两次。"] * 3 + [" "])


class PeopleVerbs(Machine):
    """What is done to people and accounts."""

    @rule(who=number, stage=st.sampled_from(PartyStage.values), on=day, by=number)
    def record_stage(self, who: int, stage: str, on: datetime.date, by: int) -> None:
        person = self.person(who)
        self.attempt(lambda: person.record_stage(stage=stage, from_date=on), by=self.user(by), told=False)

    @rule(of=number, on=day, stage=st.sampled_from(PartyStage.values), looks_first=maybe, by=number)
    def change_stage(self, of: int, on: datetime.date, stage: str, looks_first: bool, by: int) -> None:
        """Rewrite a step of a history, as a form does, or past the form."""
        if entry := pick(PartyStageEntry.objects.all(), of):
            entry.from_date, entry.stage = on, stage
            self.attempt(lambda: (looks_first and entry.full_clean(), entry.save()), by=self.user(by), told=False)

    @rule(of=number, by=number)
    def remove_stage(self, of: int, by: int) -> None:
        if entry := pick(PartyStageEntry.objects.all(), of):
            self.attempt(entry.delete, by=self.user(by), told=False)

    @rule(who=number, by=number)
    def change_kind(self, who: int, by: int) -> None:
        person = self.person(who)
        person.kind = {"teacher": "student", "student": "teacher"}[person.kind]
        self.attempt(person.save, by=self.user(by), told=False)

    @rule(who=number, to=number, on=day, by=number)
    def move(self, who: int, to: int, on: datetime.date, by: int) -> None:
        person, branch = self.person(who), pick(Branch.objects.all(), to)
        self.attempt(lambda: person.move(to=branch, on=on, by=self.user(by)), by=self.user(by))

    @rule(who=number, ending=st.sampled_from([*Ending.values, ""]), on=day, stays=maybe, by=number)
    def leave(self, who: int, ending: str, on: datetime.date, stays: bool, by: int) -> None:
        """Leave, with or without an answer to what becomes of the places."""
        person = self.person(who)
        for seat in person.seats.filter(left_on=None) if stays else ():
            self.attempt(lambda seat=seat: seat.stay_until(on, by=self.user(by)), by=self.user(by))
        self.attempt(lambda: person.leave(on=on, ending=ending, by=self.user(by)), by=self.user(by))

    @rule(who=number, on=day, again=maybe, by=number)
    def come(self, who: int, on: datetime.date, again: bool, by: int) -> None:
        person = self.person(who)
        verb = person.join if again else person.state_joined
        self.attempt(lambda: verb(on=on, by=self.user(by)), by=self.user(by))

    @rule(of=number, reason=words, by=number)
    def take_leave_back(self, of: int, reason: str, by: int) -> None:
        if stay := pick(Membership.objects.all(), of, Q(left_on__isnull=False)):
            self.attempt(lambda: take_leave_back(stay, by=self.user(by), reason=reason), by=self.user(by))

    @rule(who=number, to=number, office=maybe, by=number)
    def change_branch(self, who: int, to: int, office: bool, by: int) -> None:
        """Write another branch past the verb, with or without a teaching office there."""
        person = self.person(who)
        person.branch = pick(Branch.objects.all(), to)
        person.office = Office.objects.filter(branch=person.branch).first() if office else None
        self.attempt(person.save, by=self.user(by), told=False)

    @rule(who=number, born=day, looks_first=maybe, by=number)
    def change_birthday(self, who: int, born: datetime.date, looks_first: bool, by: int) -> None:
        person = self.person(who)
        person.born_on = born.replace(year=born.year - 20)
        self.attempt(lambda: (looks_first and person.full_clean(), person.save()), by=self.user(by), told=False)

    @rule(who=number, role=st.sampled_from(RoleAssignment.Role.values), to=number, by=number)
    def give_role(self, who: int, role: str, to: int, by: int) -> None:
        branch = pick(Branch.objects.all(), to)
        place = {"college": branch.college} if role == RoleAssignment.Role.LEADERSHIP else {"branch": branch}
        given = RoleAssignment(user=self.user(who), role=role, **place)
        self.attempt(lambda: (given.full_clean(), given.save()), by=self.user(by), told=False)

    @rule(of=number, by=number)
    def take_role(self, of: int, by: int) -> None:
        """Take a role away; the branch's first secretary stays, so that something is still decided."""
        if given := pick(RoleAssignment.objects.exclude(user=self.users[0]), of):
            self.attempt(given.delete, by=self.user(by), told=False)

    @rule(who=number, by=number)
    def open_account(self, who: int, by: int) -> None:
        person = self.person(who)
        self.attempt(lambda: User.objects.open_account(person), by=self.user(by), told=False)

    @rule(who=number, by=number)
    def enter_twice(self, who: int, by: int) -> None:
        """Enter somebody once more, of whom the steps that follow draw as often as of three."""
        known = self.person(who)
        again = Person(branch=known.branch, kind=known.kind, name=known.name, number=f"D{len(self.people)}")
        if self.attempt(again.save, by=self.user(by), told=False):
            self.people = [*[again] * 3, *self.people]

    def decider(self, place: int) -> User:
        """Return somebody, two times of three one of those who decide, who come first."""
        return self.user(place % 6 if place % 3 else place)

    @rule(who=number, into=number, reason=why, by=number)
    def merge_people(self, who: int, into: int, reason: str, by: int) -> None:
        """Merge two records, rather of one name."""
        double, user = self.person(who), self.decider(by)
        kept = pick(Person.objects.all(), into, Q(name=double.name) & ~Q(pk=double.pk))
        self.attempt(lambda: merge(kept, double, by=user, reason=reason), by=user)

    @rule(of=number, reason=why, by=number)
    def part_people(self, of: int, reason: str, by: int) -> None:
        user = self.decider(by)
        if line := pick(Merge.objects.filter(kind="person"), of, Q(undone_at=None)):
            self.attempt(lambda: undo_merge(line, by=user, reason=reason), by=user)

    @rule(who=number, other=number, by=number)
    def say_different(self, who: int, other: int, by: int) -> None:
        one, two = self.person(who), self.person(other)
        self.attempt(lambda: say_different(one, two, by=self.user(by)), by=self.user(by))

    @rule(of=number, reason=words, by=number)
    def take_difference_back(self, of: int, reason: str, by: int) -> None:
        if pair := pick(NotDouble.objects.all(), of):
            self.attempt(lambda: take_difference_back(pair, by=self.user(by), reason=reason), by=self.user(by))
