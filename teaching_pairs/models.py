"""Teaching pairs: one party teacher, one ordinary teacher, one course or research topic."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models import Person
from organization.text import PlainCharField
from pairings.models import Pairing
from pairings.models.pairing import PairingQuerySet


class TeachingPair(Pairing):
    """A party teacher leads an ordinary teacher in building a course or working on a topic (结对)."""

    class Formation(models.TextChoices):
        """How the two came together."""

        SELF_FORMED = "self_formed", _("Formed by the teachers themselves")
        BROKERED = "brokered", _("Brokered")

    class Pattern(models.TextChoices):
        """Why the two suit each other."""

        COMPLEMENTARY = "complementary", _("Complementary strengths")
        MID_CAREER_WITH_YOUNG = "mid_career_with_young", _("Mid-career with young")
        STRONG_WITH_STRONG = "strong_with_strong", _("Strong with strong")

    KIND = "teaching"

    pairing = models.OneToOneField(
        Pairing,
        models.CASCADE,  # a pairing and its form are one
        parent_link=True,
        primary_key=True,
    )
    course = PlainCharField(_("course"), max_length=100, blank=True)
    topic = PlainCharField(_("research topic"), max_length=100, blank=True)
    formation = models.CharField(_("formation"), max_length=12, choices=Formation, default=Formation.SELF_FORMED)
    brokered_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("brokered by")
    )
    pattern = models.CharField(_("pattern"), max_length=25, choices=Pattern, blank=True)

    objects = PairingQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("teaching pair")
        verbose_name_plural = _("teaching pairs")
        constraints = [
            models.CheckConstraint(
                condition=Q(course="") ^ Q(topic=""),
                name="pair_has_a_course_or_a_topic",
                violation_error_message=_("Fill in a course or a research topic: one of them, not both."),
            ),
            models.CheckConstraint(
                condition=Q(formation="brokered", brokered_by__isnull=False)
                | Q(formation="self_formed", brokered_by__isnull=True),
                name="brokered_pair_names_its_broker",
                violation_error_message=_("Name who brokered the pair, or choose that the teachers formed it."),
            ),
        ]

    def clean(self) -> None:
        """Name the field when there is no course and no topic, or both.

        Raises:
            ValidationError: at course.
        """
        super().clean()
        if bool(self.course) == bool(self.topic):
            raise ValidationError({"course": _("Fill in a course or a research topic: one of them, not both.")})

    @property
    def subject(self) -> str:
        """Return the course or the topic."""
        return self.course or self.topic
