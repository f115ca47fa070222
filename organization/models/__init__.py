"""Who: colleges, branches, offices, people, stages, accounts and roles."""

from organization.models.accounts import RoleAssignment, User
from organization.models.base import (
    BranchBoardQuerySet,
    DeskQuerySet,
    RuleError,
    ScopedQuerySet,
    StaleRecordError,
    VersionedModel,
)
from organization.models.membership import Ending, Membership
from organization.models.mergeable import Mergeable, MergeableQuerySet
from organization.models.merges import Merge, NotDouble
from organization.models.naming import NamesPeople
from organization.models.people import PartyStageEntry, Person
from organization.models.places import Branch, College, Office
from organization.models.receipts import FormReceipt
from organization.models.stages import MEMBER_STAGES, PartyStage
from organization.models.synonyms import Synonym
from organization.models.tags import Tag
from organization.models.taken_back import TakenBack
from organization.models.throttle import Throttle
from organization.models.trail import TrailHead, TrailLink
from organization.models.writing import all_or_nothing

__all__ = [
    "MEMBER_STAGES",
    "Branch",
    "BranchBoardQuerySet",
    "College",
    "DeskQuerySet",
    "Ending",
    "FormReceipt",
    "Membership",
    "Merge",
    "Mergeable",
    "MergeableQuerySet",
    "NamesPeople",
    "NotDouble",
    "Office",
    "PartyStage",
    "PartyStageEntry",
    "Person",
    "RoleAssignment",
    "RuleError",
    "ScopedQuerySet",
    "StaleRecordError",
    "Synonym",
    "Tag",
    "TakenBack",
    "Throttle",
    "TrailHead",
    "TrailLink",
    "User",
    "VersionedModel",
    "all_or_nothing",
]
