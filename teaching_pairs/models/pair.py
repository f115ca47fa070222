"""Teaching pairs: one party teacher, one ordinary teacher, one course or research topic, and their milestones."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organization.doors import DayThatCameField, validate_at_the_door
from organization.models import NamesPeople, Person, ScopedQuerySet, all_or_nothing
from organization.reach import Reach
from organization.text import PlainCharField
from organization.verbs import writes
from pairings.models import Pairing
from pairings.models.queries import PairingQuerySet
from pairings.own_tables import OwnTable


class TeachingPairQuerySet(PairingQuerySet):
    """Teaching pairs."""

    def overdue(self, today: datetime.date | None = None) -> Self:
        """Return the open pairs with a milestone that should have been reached."""
        late = Milestone.objects.of_subject().filter(done_on__isnull=True)
        return self.open().filter(pk__in=late.filter(planned_on__lt=today or timezone.localdate()).values("pair"))


class TeachingPair(Pairing, NamesPeople):
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
    workshop = models.ForeignKey(
        "teaching_pairs.Workshop",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="pairs",
        verbose_name=_("came of the workshop"),
    )

    objects = TeachingPairQuerySet.as_manager()  # type: ignore[misc]

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
        """Name the field when there is no course and no topic, or both; refuse another branch's workshop.

        Raises:
            ValidationError: at course or workshop.
        """
        super().clean()
        if bool(self.course) == bool(self.topic):
            raise ValidationError({"course": _("Fill in a course or a research topic: one of them, not both.")})
        if self.workshop and self.workshop.branch_id != self.branch_id:
            raise ValidationError({"workshop": _("This workshop is another branch's.")})

    @property
    def subject(self) -> str:
        """Return the course or the topic."""
        return self.course or self.topic

    @property
    def is_across_specialties(self) -> bool | None:
        """Whether the two belong to different teaching offices; None when an office is not known."""
        offices = [seat.person.office_id for seat in self.shown_seats]
        return None if None in offices or len(offices) < 2 else len(set(offices)) > 1

    def steps(self) -> list["Milestone"]:
        """Return the steps of the course or topic in order, those without dates too (one query)."""
        kept = {one.step: one for one in self.milestones.all()}
        steps = Milestone.COURSE_STEPS if self.course else Milestone.TOPIC_STEPS
        return [kept.get(step) or Milestone(pair=self, step=step) for step in steps]

    @writes
    def plan(self, dates: Mapping[str, tuple[datetime.date | None, datetime.date | None]]) -> None:
        """Keep the planned and the real day of each step.

        Args:
            dates: planned and reached days by step; a step that is not named stays as it is.

        Raises:
            RuleError: when the pair is over, or somebody else saved it.
            ValidationError: by the name of a step's field, when it was reached on a day to come.
        """
        errors: dict[str, Any] = {}
        with all_or_nothing(), self._locked(*self.OPEN):
            self.save(update_fields=["version"])
            for milestone in [one for one in self.steps() if one.step in dates]:
                milestone.planned_on, milestone.done_on = dates[milestone.step]
                if milestone.done_on and milestone.done_on > timezone.localdate():
                    errors[f"done_{milestone.step}"] = _("The date lies in the future.")
                elif milestone.planned_on or milestone.done_on:
                    milestone.save()
                elif milestone.pk:
                    milestone.delete()
            if errors:
                raise ValidationError(errors)

    def own_tables(self) -> Iterator[OwnTable]:
        """Yield the milestones of its course or topic that have a day (one query)."""
        rows = tuple(
            (step.get_step_display(), step.planned_on or "", step.done_on or "")
            for step in self.steps()
            if step.planned_on or step.done_on
        )
        if rows:
            head = (gettext("step"), gettext("planned for"), gettext("reached on"))
            yield OwnTable(gettext("Milestones"), head, rows, (6, 4, 4))

    def open_matters(self) -> list[str]:
        """Return the planned steps that were not reached (one query)."""
        return [
            gettext("%(step)s, planned for %(day)s, is not reached.")
            % {"step": one.get_step_display(), "day": date_format(one.planned_on)}
            for one in self.steps()
            if one.planned_on and not one.done_on
        ]


class MilestoneQuerySet(ScopedQuerySet):
    """Milestones; people see those of their own pairs."""

    branch_path = "pair__branch"

    def own_rows(self, reach: Reach) -> Q:
        """Return the milestones of the user's own pairs."""
        return Q(pair__in=TeachingPair.objects.filter(TeachingPair.objects.all().own_rows(reach)).values("pk"))

    def of_subject(self) -> Self:
        """Return the steps of what their pair works on now: of its course, or of its topic."""
        of_course = Q(step__in=Milestone.COURSE_STEPS) & ~Q(pair__course="")
        of_topic = Q(step__in=Milestone.TOPIC_STEPS) & ~Q(pair__topic="")
        return self.filter(of_course | of_topic)


class Milestone(models.Model):
    """A step of a course or topic, with the day it was planned for and the day it was reached."""

    class Step(models.TextChoices):
        """The steps of building a course (课程), then those of working on a topic (课题)."""

        OUTLINE = "outline", _("Syllabus settled")
        RESOURCES = "resources", _("Resources built")
        ONLINE = "online", _("Course online")
        RECOGNISED = "recognised", _("Course recognised")
        CALL = "call", _("Call answered")
        APPLICATION = "application", _("Application handed in")
        APPROVED = "approved", _("Topic approved")
        MID_TERM = "mid_term", _("Mid-term check")
        CONCLUDED = "concluded", _("Topic concluded")

    COURSE_STEPS = (Step.OUTLINE, Step.RESOURCES, Step.ONLINE, Step.RECOGNISED)
    TOPIC_STEPS = (Step.CALL, Step.APPLICATION, Step.APPROVED, Step.MID_TERM, Step.CONCLUDED)

    pair = models.ForeignKey(
        TeachingPair,
        models.CASCADE,  # a proposal entered by mistake is deleted with its plan
        related_name="milestones",
        verbose_name=_("teaching pair"),
    )
    step = models.CharField(_("step"), max_length=12, choices=Step)
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    done_on = DayThatCameField(_("reached on"), null=True, blank=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["pair", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pair", "step"], name="step_once_a_pair"),
            models.CheckConstraint(
                condition=Q(planned_on__isnull=False) | Q(done_on__isnull=False), name="milestone_has_a_day"
            ),
        ]
        indexes = [
            # Overdue pairs: planned steps that were not reached.
            models.Index(fields=["planned_on"], condition=Q(done_on__isnull=True), name="milestone_due"),
        ]

    def __str__(self) -> str:
        return self.get_step_display()

    def save(self, **kwargs: Any) -> None:
        """Save.

        Raises:
            ValidationError: when it was reached on a day to come.
        """
        validate_at_the_door(self)
        super().save(**kwargs)

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been reached by today."""
        return bool(self.planned_on and not self.done_on and self.planned_on < timezone.localdate())
