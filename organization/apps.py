"""Who: the college's branches, offices, people, accounts and roles."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganizationConfig(AppConfig):
    """Registers the rows whose every change is audited."""

    name = "organization"
    verbose_name = _("Organization")

    def ready(self) -> None:
        """Audit people, stages, roles and places, and load the rules."""
        from auditlog.models import LogEntry  # noqa: PLC0415 - the same
        from auditlog.registry import auditlog  # noqa: PLC0415 - its models exist only from here on

        from organization import (  # noqa: PLC0415 - the same
            checks,  # noqa: F401 - they register themselves
            integrity_membership,  # noqa: F401 - the same
            integrity_merges,  # noqa: F401 - the same
            integrity_rows,  # noqa: F401 - the same
            integrity_ties,  # noqa: F401 - the same
            integrity_trail,  # noqa: F401 - the same
            models,
            rules,  # noqa: F401 - the same
        )
        from organization.models.trail import TrailManager  # noqa: PLC0415 - the same

        # Whoever writes an entry, the library too, writes its link with it.
        LogEntry.add_to_class("objects", TrailManager())

        for model in (
            models.College,
            models.Branch,
            models.Membership,
            models.Office,
            models.PartyStageEntry,
            models.RoleAssignment,
            models.Synonym,
            models.Tag,
        ):
            auditlog.register(model, exclude_fields=["version"])
        for line in (models.TakenBack, models.Merge, models.NotDouble):
            auditlog.register(line)
        auditlog.register(models.Person, exclude_fields=["pinyin", "likeness", "number_key", "phone_key", "version"])
        auditlog.register(models.User, exclude_fields=["password", "last_login"])
