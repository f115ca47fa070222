"""Enterprises, their problems, the engagements that solve them, and what the enterprises confirm."""

from enterprise_service.models.board import Enterprise, Problem
from enterprise_service.models.confirmation import Confirmation
from enterprise_service.models.engagement import Engagement, Instalment
from enterprise_service.models.setting import ConfirmationSetting

__all__ = ["Confirmation", "ConfirmationSetting", "Engagement", "Enterprise", "Instalment", "Problem"]
