"""The stages of the way into the party."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartyStage(models.TextChoices):
    """How far a person is on the way into the party (政治面貌, 发展党员的五个阶段)."""

    NONE = "none", _("Not an applicant")
    APPLICANT = "applicant", _("Applicant")
    ACTIVIST = "activist", _("Activist")
    CANDIDATE = "candidate", _("Candidate for membership")
    PROBATIONARY = "probationary", _("Probationary member")
    FULL = "full", _("Full member")


MEMBER_STAGES = (PartyStage.PROBATIONARY, PartyStage.FULL)
