"""The shared base: pairings, seats and progress logs."""

from pairings.models.answers import ContradictionAnswer
from pairings.models.changed_seats import ChangedSeat
from pairings.models.changes import ChangeRequest
from pairings.models.files import PairingFile
from pairings.models.logs import LogPhoto, ProgressLog
from pairings.models.match_rules import MatchRule
from pairings.models.matching import Match, MatchRun, MatchSeat
from pairings.models.pairing import Pairing
from pairings.models.seats import Seat
from pairings.models.steps import PairingStep

__all__ = [
    "ChangeRequest",
    "ChangedSeat",
    "ContradictionAnswer",
    "LogPhoto",
    "Match",
    "MatchRule",
    "MatchRun",
    "MatchSeat",
    "Pairing",
    "PairingFile",
    "PairingStep",
    "ProgressLog",
    "Seat",
]
