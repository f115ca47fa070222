"""Teaching pairs, their milestones, and the workshops from which they come."""

from teaching_pairs.models.pair import Milestone, TeachingPair
from teaching_pairs.models.workshop import SignUp, Workshop, WorkshopRun

__all__ = ["Milestone", "SignUp", "TeachingPair", "Workshop", "WorkshopRun"]
