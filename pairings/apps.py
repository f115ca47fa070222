"""The shared base of the three forms."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PairingsConfig(AppConfig):
    """Registers what is audited."""

    name = "pairings"
    verbose_name = _("Pairings")

    def ready(self) -> None:
        """Audit pairings, seats and logs; load rules and checks."""
        from auditlog.registry import auditlog  # noqa: PLC0415 - its models exist only from here on

        from pairings import checks, integrity, log_contradictions, models, partings, personal, rules, work_figures  # noqa: F401, PLC0415 - models exist only from here on
        from pairings.models import merging  # noqa: F401, PLC0415 - what it tells of people, the same

        auditlog.register(models.Pairing, exclude_fields=["last_logged_on", "version"])
        auditlog.register(models.Seat)
        auditlog.register(models.MatchRun, exclude_fields=["version", "draft", "leftovers"])
        for kept in (models.ChangeRequest, models.ChangedSeat, models.PairingStep):
            auditlog.register(kept)
        for model in (models.Match, models.MatchSeat, models.MatchRule, models.PairingFile, models.LogPhoto):
            auditlog.register(model)
        auditlog.register(models.ContradictionAnswer)
        auditlog.register(models.ProgressLog, exclude_fields=["version"])
