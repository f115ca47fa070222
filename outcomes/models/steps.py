"""The steps of an outcome's review, which its verbs keep for good: each return, each submission, each verification."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models import ScopedQuerySet, User
from organization.models.steps import Step
from organization.reach import Reach
from organization.verbs import writes
from outcomes.models.facts import OutcomeFacts


class OutcomeStepQuerySet(ScopedQuerySet):
    """Steps; people see those of their own outcomes."""

    branch_path = "outcome__branch"

    def own_rows(self, reach: Reach) -> Q:
        """Return the steps of the user's own outcomes."""
        outcomes: Any = self.model._meta.get_field("outcome").related_model
        return Q(outcome__in=outcomes.objects.filter(outcomes.objects.all().own_rows(reach)).values("pk"))


class OutcomeStep(Step):
    """Something that was done to an outcome, or decided on it."""

    class What(models.TextChoices):
        """What happened, in the order in which it can."""

        ENTERED = "entered", _("Entered")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned")
        VERIFIED = "verified", _("Verified")
        CORRECTED = "corrected", _("A correction was begun")
        SUPERSEDED = "superseded", _("Replaced by a correction")

    outcome = models.ForeignKey(
        "outcomes.Outcome",
        models.CASCADE,  # a draft that is removed goes with its steps
        related_name="steps",
        verbose_name=_("outcome"),
    )
    what = models.CharField(_("what happened"), max_length=12, choices=What)

    objects = OutcomeStepQuerySet.as_manager()

    class Meta(Step.Meta):
        verbose_name = _("step of an outcome")
        verbose_name_plural = _("steps of outcomes")
        indexes = [
            # An outcome's story.
            models.Index(fields=["outcome", "at", "id"], name="step_of_outcome"),
        ]

    def __str__(self) -> str:
        return self.get_what_display()

    @property
    def branch_id(self) -> int:
        """Return the branch of the outcome."""
        return self.outcome.branch_id


What = OutcomeStep.What


@writes
def note(outcome: OutcomeFacts, what: OutcomeStep.What, *, by: User | None, words: str = "") -> None:
    """Keep a step, in the transaction of what it tells of."""
    OutcomeStep.objects.create(outcome_id=outcome.pk, what=what, by=by, words=words)
