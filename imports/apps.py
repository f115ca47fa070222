"""Reading sheets in."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """What was read in from the offices' own sheets: looked at, written, undone."""

    name = "imports"
    verbose_name = _("Sheets read in")

    def ready(self) -> None:
        """Audit what was read in, without its cells, which the rows themselves say; load rules and kinds."""
        from auditlog.registry import auditlog  # noqa: PLC0415 - its models exist only from here on

        from imports import keeping, models, personal, roster, rules  # noqa: F401, PLC0415 - models exist only from here on

        auditlog.register(models.SheetImport, exclude_fields=["findings"])
        auditlog.register(models.SheetImportRow, exclude_fields=["trace"])
        auditlog.register(models.KeptSheet)
