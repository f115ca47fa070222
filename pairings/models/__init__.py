"""The shared base: pairings, seats and progress logs."""

from pairings.models.logs import LogPhoto, ProgressLog
from pairings.models.pairing import Pairing
from pairings.models.seats import Seat

__all__ = ["LogPhoto", "Pairing", "ProgressLog", "Seat"]
