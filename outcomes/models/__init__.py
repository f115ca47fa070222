"""What came of the work: outcomes, their proof, and the reports that were handed in."""

from outcomes.models.kinds import ReportKind, ReportKindPart
from outcomes.models.links import HandOver, OutcomeCredit, OutcomeEvidence, OutcomePerson
from outcomes.models.outcome import Outcome
from outcomes.models.photos import ReportPhoto
from outcomes.models.prepared import PreparedFile
from outcomes.models.prose import ReportProse
from outcomes.models.reports import FrozenReport, ReportFile
from outcomes.models.setting import ReportSetting
from outcomes.models.shares import OutcomeShare, ask_to_share
from outcomes.models.steps import OutcomeStep
from outcomes.models.vocabulary import Category, Grade, HelpKind, IssuerKind, Level, Status, Subkind, Unit, unit_of

__all__ = [
    "Category",
    "FrozenReport",
    "Grade",
    "HandOver",
    "HelpKind",
    "IssuerKind",
    "Level",
    "Outcome",
    "OutcomeCredit",
    "OutcomeEvidence",
    "OutcomePerson",
    "OutcomeShare",
    "OutcomeStep",
    "PreparedFile",
    "ReportFile",
    "ReportKind",
    "ReportKindPart",
    "ReportPhoto",
    "ReportProse",
    "ReportSetting",
    "Status",
    "Subkind",
    "Unit",
    "ask_to_share",
    "unit_of",
]
