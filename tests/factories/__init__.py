"""Rows for tests: plain, valid, and made through the models' own verbs."""

from tests.factories.organization import (
    BranchFactory,
    CollegeFactory,
    OfficeFactory,
    leader_of,
    member,
    operator,
    reviewer_of,
    secretary_of,
    student,
    teacher,
    user_of,
)
from tests.factories.outcomes import evidence, outcome, submitted, verified
from tests.factories.pairings import changed, engagement, log, mentorship, problem, teaching_pair

__all__ = [
    "BranchFactory",
    "CollegeFactory",
    "OfficeFactory",
    "changed",
    "engagement",
    "evidence",
    "leader_of",
    "log",
    "member",
    "mentorship",
    "operator",
    "outcome",
    "problem",
    "reviewer_of",
    "secretary_of",
    "student",
    "submitted",
    "teacher",
    "teaching_pair",
    "user_of",
    "verified",
]
