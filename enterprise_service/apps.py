"""The third form: party member, enterprise, problem."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnterpriseServiceConfig(AppConfig):
    """Registers the form."""

    name = "enterprise_service"
    verbose_name = _("Enterprise service")

    def ready(self) -> None:
        """Tell the shared base of this form and audit its rows."""
        from auditlog.registry import auditlog  # noqa: PLC0415 - its models exist only from here on

        from enterprise_service import contradictions, integrity, models, rules, work_figures  # noqa: F401, PLC0415 - models exist only from here on
        from enterprise_service.kind import ENTERPRISE  # noqa: PLC0415 - registered with the models
        from enterprise_service.models.confirmation import worth_by_hash  # noqa: PLC0415 - models exist only from here on
        from evidence.worth import knows_worth  # noqa: PLC0415 - registered with the models
        from pairings import kinds  # noqa: PLC0415 - registered with the models

        kinds.register(ENTERPRISE)
        auditlog.register(ENTERPRISE.model_class, exclude_fields=["last_logged_on", "version"])
        auditlog.register(models.Enterprise, exclude_fields=["version", "likeness"])
        auditlog.register(models.Problem, exclude_fields=["version", "likeness"])
        auditlog.register(models.Instalment, exclude_fields=["version"])
        auditlog.register(
            models.Confirmation, exclude_fields=["version", "nonce", "code_hash", "code_until", "code_tries"]
        )
        auditlog.register(models.ConfirmationSetting, exclude_fields=["version"])
        knows_worth(worth_by_hash)
