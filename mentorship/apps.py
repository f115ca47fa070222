"""The first form: mentor, student member, ordinary student."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MentorshipConfig(AppConfig):
    """Registers the mentorship form."""

    name = "mentorship"
    verbose_name = _("Mentorship")

    def ready(self) -> None:
        """Tell the shared base of this form and audit its rows."""
        from auditlog.registry import auditlog  # noqa: PLC0415 - its models exist only from here on

        from mentorship import contradictions, integrity, models, rules, work_figures  # noqa: F401, PLC0415 - models exist only from here on
        from mentorship.kind import MENTORSHIP  # noqa: PLC0415 - registered with the models
        from mentorship.models import merging  # noqa: F401, PLC0415 - what it tells of people, the same
        from pairings import kinds  # noqa: PLC0415 - registered with the models

        kinds.register(MENTORSHIP)
        auditlog.register(MENTORSHIP.model_class, exclude_fields=["last_logged_on", "version"])
        for model in (models.Project, models.Stage, models.Rubric, models.Assessment, models.Reflection):
            auditlog.register(model, exclude_fields=["version"])
        for part in (models.RubricItem, models.AssessmentScore):
            auditlog.register(part)
