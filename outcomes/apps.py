"""What came of the work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutcomesConfig(AppConfig):
    """Registers what is audited."""

    name = "outcomes"
    verbose_name = _("Outcomes and reports")

    def ready(self) -> None:
        """Audit outcomes and reports; load the rules."""
        from auditlog.registry import auditlog  # noqa: PLC0415 - its models exist only from here on

        from outcomes import (  # noqa: PLC0415 - models exist only from here on
            contradictions,  # noqa: F401
            integrity,  # noqa: F401
            ledger_kind,  # noqa: F401
            ledger_words,  # noqa: F401
            models,
            outdating,  # noqa: F401
            personal,  # noqa: F401
            preparing,  # noqa: F401
            rules,  # noqa: F401
            taking_in,  # noqa: F401
            work_figures,  # noqa: F401
        )
        from outcomes.models import merging_people  # noqa: F401, PLC0415 - what it tells of people, the same

        auditlog.register(
            models.Outcome, exclude_fields=["version", "standing", "likeness"], m2m_fields={"shared_with"}
        )
        links = (
            models.OutcomePerson,
            models.OutcomeCredit,
            models.OutcomeEvidence,
            models.OutcomeShare,
            models.HandOver,
            models.ReportFile,
        )
        for link in links:
            auditlog.register(link)
        for word in (models.Subkind, models.Grade):
            auditlog.register(word, exclude_fields=["version"])
        auditlog.register(models.OutcomeStep)
        auditlog.register(models.ReportProse)
        auditlog.register(models.ReportPhoto)
        auditlog.register(models.ReportKind, exclude_fields=["version", "own_sections"])
        auditlog.register(models.ReportKindPart)
        auditlog.register(models.ReportSetting, exclude_fields=["version"])
        auditlog.register(models.FrozenReport, exclude_fields=["figures"])
        # How far a worker is, and what the request is told apart by, is nobody's decision.
        auditlog.register(models.PreparedFile, exclude_fields=["key", "leased_until", "done", "total"])
