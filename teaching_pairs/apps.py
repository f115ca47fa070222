"""The second form: party teacher, ordinary teacher, course or topic."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TeachingPairsConfig(AppConfig):
    """Registers the form."""

    name = "teaching_pairs"
    verbose_name = _("Teaching pairs")

    def ready(self) -> None:
        """Tell the shared base of this form and audit its rows."""
        from auditlog.registry import auditlog  # noqa: PLC0415 - its models exist only from here on

        from pairings import kinds  # noqa: PLC0415 - registered with the models
        from teaching_pairs import (  # noqa: PLC0415 - models exist only from here on
            contradictions,  # noqa: F401 - they register themselves
            integrity,  # noqa: F401 - the same
            models,
            rules,  # noqa: F401 - the same
            work_figures,  # noqa: F401 - the same
        )
        from teaching_pairs.kind import TEACHING  # noqa: PLC0415 - registered with the models
        from teaching_pairs.models import merging  # noqa: F401, PLC0415 - what it tells of people, the same

        kinds.register(TEACHING)
        auditlog.register(TEACHING.model_class, exclude_fields=["last_logged_on", "version"])
        auditlog.register(models.Milestone)
        auditlog.register(models.Workshop, exclude_fields=["version"])
        for model in (models.SignUp, models.WorkshopRun):
            auditlog.register(model)
