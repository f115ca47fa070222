"""Colleges, branches, people and accounts."""

import datetime
from collections.abc import Callable
from typing import Any

import factory

from organization.models import Branch, College, Office, PartyStage, Person, RoleAssignment, User

LONG_AGO = datetime.date(2015, 7, 1)


class Colleges(factory.django.DjangoModelFactory):
    class Meta:
        model = College

    name = factory.Sequence(lambda n: f"测试职业技术学院{n}")


class Branches(factory.django.DjangoModelFactory):
    class Meta:
        model = Branch

    college = factory.SubFactory(Colleges)
    code = factory.Sequence(lambda n: f"B{n}")
    name = factory.Sequence(lambda n: f"第{n}教工党支部")


class Offices(factory.django.DjangoModelFactory):
    class Meta:
        model = Office

    branch = factory.SubFactory(Branches)
    name = factory.Sequence(lambda n: f"教研室{n}")


class People(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    branch = factory.SubFactory(Branches)
    kind = Person.Kind.TEACHER
    name = factory.Sequence(lambda n: f"林测{n}")
    number = factory.Sequence(lambda n: f"T{n:06}")
    born_on = datetime.date(1985, 3, 1)


#: What makes a row, typed by what it makes.
CollegeFactory: Callable[..., College] = Colleges.create
BranchFactory: Callable[..., Branch] = Branches.create
OfficeFactory: Callable[..., Office] = Offices.create
PersonFactory: Callable[..., Person] = People.create


def teacher(branch: Branch, **fields: Any) -> Person:
    """Return a teacher who is not a party member."""
    return PersonFactory(branch=branch, **fields)


def student(branch: Branch, **fields: Any) -> Person:
    """Return a student who is not a party member."""
    return PersonFactory(branch=branch, kind=Person.Kind.STUDENT, born_on=datetime.date(1996, 3, 1), **fields)


def member(person: Person, since: datetime.date = LONG_AGO, stage: str = PartyStage.FULL) -> Person:
    """Make the person a party member since a day and return them."""
    person.record_stage(stage=stage, from_date=since)
    return person


def user_of(person: Person | None = None, **fields: Any) -> User:
    """Return an account, of the person where one is given; the password is the user name."""
    username = fields.pop("username", None) or f"user{User.objects.count()}"
    return User.objects.create_user(username=username, password=username, person=person, **fields)


def secretary_of(branch: Branch, role: str = RoleAssignment.Role.SECRETARY) -> User:
    """Return the account of a branch's secretary, who is a teacher and a member of it."""
    user = user_of(member(teacher(branch)))
    RoleAssignment.objects.create(user=user, role=role, branch=branch)
    return user


def leader_of(college: College) -> User:
    """Return an account of the college's leadership."""
    user = user_of()
    RoleAssignment.objects.create(user=user, role=RoleAssignment.Role.LEADERSHIP, college=college)
    return user


def reviewer_of(*branches: Branch) -> User:
    """Return an account of the party committee that reads the branches."""
    user = user_of()
    for branch in branches:
        RoleAssignment.objects.create(user=user, role=RoleAssignment.Role.REVIEWER, branch=branch)
    return user


def operator() -> User:
    """Return the operator's account."""
    return user_of(is_superuser=True)
