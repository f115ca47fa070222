"""Proof."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    """Files kept by their hash."""

    name = "evidence"
    verbose_name = _("Evidence")
