"""The shared base: pairings, seats and progress logs."""

from pairings.models.files import PairingFile
from pairings.models.logs import LogPhoto, ProgressLog
from pairings.models.match_rules import MatchRule
from pairings.models.matching import Match, MatchRun, MatchSeat
from pairings.models.pairing import Pairing
from pairings.models.seats import Seat

__all__ = [
    "LogPhoto",
    "Match",
    "MatchRule",
    "MatchRun",
    "MatchSeat",
    "Pairing",
    "PairingFile",
    "ProgressLog",
    "Seat",
]
