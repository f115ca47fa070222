"""Proof."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    """Files kept by their hash."""

    name = "evidence"
    verbose_name = _("Evidence")

    def ready(self) -> None:
        """Audit uploads; load rules and checks."""
        from auditlog.registry import auditlog  # noqa: PLC0415 - its models exist only from here on

        from evidence import checks, integrity, models, rules  # noqa: F401, PLC0415 - models exist only from here on

        for model in (models.StoredFile, models.Evidence):
            auditlog.register(model)
