"""The demo college's branches, people and accounts."""

import datetime
import random
from dataclasses import dataclass, field

from organization.models import Branch, College, Office, PartyStage, Person, RoleAssignment, User
from pairing_site.demo.words import BRANCHES, GIVEN, SURNAMES, TITLES

#: Teachers who are party members and who are not, and students of 2020 and of now, by branch.
SIZES = {"AMT": (11, 7, 12, 12), "INF": (8, 5, 0, 13), "BIZ": (8, 5, 0, 13), "ART": (8, 5, 0, 13)}
#: Sign-ins by branch and the place of the teacher among the branch's members.
SIGN_INS = {"secretary": ("AMT", 0), "deputy": ("AMT", 1), "teacher": ("AMT", 2)}
SIGN_INS |= {"secretary2": ("INF", 0), "teacher2": ("INF", 2), "secretary3": ("BIZ", 0), "secretary4": ("ART", 0)}
ACCOUNTS = ("secretary", "deputy", "teacher", "student", "leader", "reviewer", "operator", "secretary2", "teacher2")


@dataclass
class Cast:
    """A branch with its people, as the demo's pairings draw on them."""

    branch: Branch
    members: list[Person] = field(default_factory=list)
    teachers: list[Person] = field(default_factory=list)
    students: dict[int, list[Person]] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)

    @property
    def secretary(self) -> User:
        """Return the branch secretary's account."""
        return self.users[self.members[0].pk]

    def account(self, person: Person | None) -> User:
        """Return a person's account, or the secretary's for those without one."""
        return self.users.get(person.pk, self.secretary) if person else self.secretary


def load_people(college: College, chance: random.Random) -> dict[str, Cast]:
    """Return the four branches with their people and the accounts to sign in with."""
    names = [surname + given for surname in SURNAMES for given in GIVEN]
    chance.shuffle(names)
    casts = {}
    for code, (name, offices, specialty) in BRANCHES.items():
        branch = Branch.objects.create(college=college, code=code, name=name)
        rooms = [Office.objects.create(branch=branch, name=office) for office in offices]
        cast = casts[code] = Cast(branch)
        members, teachers, old, new = SIZES[code]
        for place in range(members + teachers):
            person = _teacher(branch, rooms[place % len(rooms)], names.pop(), place, chance)
            (cast.members if place < members else cast.teachers).append(person)
            if place < members:
                _join(person, datetime.date(2006 + place % 9, 6, 20))
        cast.students = {
            2020: _class(branch, 2020, specialty, old, names),
            2024: _class(branch, 2024, specialty, new, names),
        }
        for person in cast.members + cast.teachers:
            cast.users[person.pk] = User.objects.create_user(_sign_in(cast, person), person=person)
        RoleAssignment.objects.create(user=cast.secretary, role=RoleAssignment.Role.SECRETARY, branch=branch)
    _give_roles(college, casts)
    return casts


def _teacher(branch: Branch, office: Office, name: str, place: int, chance: random.Random) -> Person:
    """Return a teacher of a branch."""
    return Person.objects.create(
        branch=branch,
        kind=Person.Kind.TEACHER,
        name=name,
        number=f"{branch.code}{1001 + place}",
        office=office,
        title=TITLES[place % len(TITLES)],
        born_on=datetime.date(chance.randint(1972, 1984), chance.randint(1, 12), chance.randint(1, 28)),
        strengths=chance.choice(("课程建设", "竞赛指导", "企业技术服务", "教学研究", "")),
        needs=chance.choice(("希望参与横向课题", "希望组队申报课题", "")),
    )


def _class(branch: Branch, year: int, specialty: str, size: int, names: list[str]) -> list[Person]:
    """Return a class of students who entered in a year; the first third are party members a year or two later."""
    students = []
    for place in range(size):
        person = Person.objects.create(
            branch=branch,
            kind=Person.Kind.STUDENT,
            name=names.pop(),
            number=f"{year}{branch.code}{place + 1:02}",
            specialty=specialty,
            class_name=f"{specialty}{year % 100}01班",
            born_on=datetime.date(year - 19, 3 + place % 6, 8 + place),
        )
        if place < max(4, size // 3):
            _join(person, datetime.date(year, 11, 25) if year == 2020 else datetime.date(year, 12, 10))
        else:
            person.record_stage(stage=PartyStage.APPLICANT, from_date=datetime.date(year, 10, 15))
        students.append(person)
    return students


def _join(person: Person, day: datetime.date) -> None:
    """Take a person through the stages: applicant, activist, candidate, probationary and, after a year, full."""
    for stage, months in (("applicant", -24), ("activist", -14), ("candidate", -4), ("probationary", 0), ("full", 12)):
        moved = day.year * 12 + day.month - 1 + months
        person.record_stage(stage=stage, from_date=datetime.date(moved // 12, moved % 12 + 1, day.day))


def _sign_in(cast: Cast, person: Person) -> str:
    """Return the sign-in name of a teacher: one of the demo's own, or the staff number."""
    place = cast.members.index(person) if person in cast.members else -1
    named = {where: name for name, where in SIGN_INS.items()}
    return named.get((cast.branch.code, place), person.number)


def _give_roles(college: College, casts: dict[str, Cast]) -> None:
    """Give the deputy, the student, those who read branches or the college, and the operator their accounts."""
    amt = casts["AMT"]
    deputy = amt.users[amt.members[1].pk]
    RoleAssignment.objects.create(user=deputy, role=RoleAssignment.Role.DEPUTY, branch=amt.branch)
    User.objects.create_user("student", person=amt.students[2024][0])
    leader = User.objects.create_user("leader")
    RoleAssignment.objects.create(user=leader, role=RoleAssignment.Role.LEADERSHIP, college=college)
    reviewer = User.objects.create_user("reviewer")
    for code in ("AMT", "BIZ"):
        RoleAssignment.objects.create(user=reviewer, role=RoleAssignment.Role.REVIEWER, branch=casts[code].branch)
    User.objects.create_superuser("operator")


def set_passwords(password: str) -> None:
    """Let the demo's accounts sign in with a password; nothing is written when they already can."""
    for user in User.objects.filter(username__in=ACCOUNTS):
        if not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
