"""Enterprises, their problems, the engagements that solve them, and what the enterprises confirm."""

from enterprise_service.models.board import Enterprise, Problem
from enterprise_service.models.confirmation import Confirmation
from enterprise_service.models.engagement import Engagement, Instalment

__all__ = ["Confirmation", "Engagement", "Enterprise", "Instalment", "Problem"]
