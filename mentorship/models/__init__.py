"""Mentorship teams, what they work on, and how their students grow."""

from mentorship.models.growth import Assessment, AssessmentScore, Reflection, Rubric, RubricItem
from mentorship.models.project import Project, Stage
from mentorship.models.team import MentorshipTeam

__all__ = [
    "Assessment",
    "AssessmentScore",
    "MentorshipTeam",
    "Project",
    "Reflection",
    "Rubric",
    "RubricItem",
    "Stage",
]
