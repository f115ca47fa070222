"""The steps of a pairing's life, which its verbs keep for good: each return, each decision, each change."""

import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models import ScopedQuerySet, User
from organization.models.steps import Step
from organization.reach import Reach
from organization.verbs import writes
from pairings.models.facts import PairingFacts


class PairingStepQuerySet(ScopedQuerySet):
    """Steps; people see those of their own pairings."""

    branch_path = "pairing__branch"

    def own_rows(self, reach: Reach) -> Q:
        """Return the steps of the user's own pairings."""
        pairings: Any = self.model._meta.get_field("pairing").related_model
        return Q(pairing__in=pairings.objects.filter(pairings.objects.all().own_rows(reach)).values("pk"))


class PairingStep(Step):
    """Something that was done to a pairing, or decided on it."""

    class What(models.TextChoices):
        """What happened, in the order in which it can."""

        PROPOSED = "proposed", _("The pairing was proposed")
        RETURNED = "returned", _("Returned")
        RESUBMITTED = "resubmitted", _("Proposed again")
        APPROVED = "approved", _("Approved")
        ASKED = "asked", _("A change was asked for")
        CHANGED = "changed", _("The change was approved")
        REFUSED = "refused", _("The change was refused")
        WITHDRAWN = "withdrawn", _("The change was withdrawn")
        RECORDED = "recorded", _("The change was recorded")
        LAPSED = "lapsed", _("The change lapsed: the pairing was over")
        UNDONE = "undone", _("The decision on the change was undone")
        COMPLETED = "completed", _("Completed")
        ENDED = "ended", _("Ended")

    pairing = models.ForeignKey(
        "pairings.Pairing",
        models.CASCADE,  # a proposal that is withdrawn goes with its steps
        related_name="life_steps",
        verbose_name=_("pairing"),
    )
    what = models.CharField(_("what happened"), max_length=12, choices=What)
    change = models.ForeignKey(
        "pairings.ChangeRequest",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="steps",
        verbose_name=_("change request"),
    )

    objects = PairingStepQuerySet.as_manager()

    class Meta(Step.Meta):
        verbose_name = _("step of a pairing")
        verbose_name_plural = _("steps of pairings")
        indexes = [
            # A pairing's story.
            models.Index(fields=["pairing", "at", "id"], name="step_of_pairing"),
        ]

    def __str__(self) -> str:
        return self.get_what_display()

    @property
    def branch_id(self) -> int:
        """Return the branch of the pairing."""
        return self.pairing.branch_id


What = PairingStep.What


@writes
def note(
    pairing: PairingFacts,
    what: PairingStep.What,
    *,
    by: User,
    words: str = "",
    change: Any = None,
    at: datetime.datetime | None = None,
) -> None:
    """Keep a step, in the transaction of what it tells of; its moment is now unless said otherwise."""
    step = PairingStep(pairing_id=pairing.pk, what=what, by=by, words=words, change=change)
    step.at = at or step.at
    step.save()
