"""What a pairing holds: its form, its days, where it stands; and what each form answers about its own."""

import datetime
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organization.doors import DayThatCameField
from organization.models import Branch, Person, RuleError, VersionedModel, all_or_nothing
from organization.text import PlainCharField, PlainTextField
from pairings import kinds
from pairings.own_tables import OwnTable


class PairingFacts(VersionedModel):
    """The columns of a pairing, below the verbs that write them."""

    class Status(models.TextChoices):
        """Where a pairing is in its life."""

        PROPOSED = "proposed", _("Proposed")
        RETURNED = "returned", _("Returned")
        ACTIVE = "active", _("Active")
        COMPLETED = "completed", _("Completed")
        ENDED = "ended", _("Ended")

    OPEN = (Status.PROPOSED, Status.RETURNED, Status.ACTIVE)
    CLOSED = (Status.COMPLETED, Status.ENDED)

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="pairings", verbose_name=_("branch"))
    kind = models.CharField(_("form"), max_length=20, editable=False)
    title = PlainCharField(_("title"), max_length=100)
    aim = PlainTextField(_("aim"), max_length=2000, blank=True)
    counterpart = models.CharField(max_length=100, blank=True, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PROPOSED, editable=False)
    started_on = models.DateField(_("starts on"), default=timezone.localdate)
    due_on = models.DateField(_("planned to end on"), null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    return_reason = PlainTextField(_("reason for the return"), max_length=500, blank=True, editable=False)
    closed_on = DayThatCameField(_("closed on"), null=True, editable=False)
    closing_summary = PlainTextField(_("closing summary"), max_length=2000, blank=True, editable=False)
    last_logged_on = models.DateField(_("last log"), null=True, editable=False)

    #: The slug of the form that a child model belongs to; the parent has none.
    KIND = ""

    #: Who sat in it and from when to when, what was logged, and which changes were asked for.
    seats: Any
    logs: Any
    changes: Any

    class Meta:
        abstract = True

    @classmethod
    def shared_rows(cls) -> "models.Manager[Any]":
        """Return the rows that all forms share, of whatever form."""
        return cls._meta.get_field("branch").model._base_manager

    @property
    def kind_info(self) -> kinds.PairingKind:
        """Return the registered kind."""
        return kinds.kind_of(self.kind or self.KIND)

    @property
    def is_open(self) -> bool:
        """Whether the pairing is not over."""
        return self.status in self.OPEN

    @property
    def is_active(self) -> bool:
        """Whether the pairing is approved and not over."""
        return self.status == self.Status.ACTIVE

    def as_form(self) -> Any:
        """Return the child row of the pairing's form (one query for a parent)."""
        if isinstance(self, self.kind_info.model_class):
            return self
        return self.kind_info.model_class._base_manager.get(pk=self.pk)

    def works_of(self, people: Collection[Person]) -> bool:
        """Return whether the pairing holds work of somebody among these people; each form adds its own."""
        return self.logs.filter(author__in=people).exists()

    def first_day_held(self) -> datetime.date | None:
        """Return the earliest day of what was done in it, before which it cannot have begun; each form adds its own."""
        return self.logs.aggregate(day=models.Min("date"))["day"]

    def last_day_held(self) -> datetime.date | None:
        """Return the latest day of what was done in it, before which it cannot be over; each form adds its own."""
        return self.last_logged_on

    def open_matters(self) -> list[str]:
        """Return in words what would still be open if the pairing were closed now; each form adds its own."""
        return []

    def own_tables(self) -> Iterator[OwnTable]:
        """Yield what the form has of its own, as anybody who sees the pairing may read it; each form adds its own."""
        yield from ()

    def on_approved(self) -> None:
        """Do what the form does when a pairing begins; called inside the transaction on the child."""

    def on_closed(self) -> None:
        """Do what the form does when a pairing is over; called inside the transaction on the child."""

    @contextmanager
    def _locked(self, *allowed: str) -> Iterator[Any]:
        """Yield the locked and re-read parent row when its status is one of those allowed."""
        with all_or_nothing():
            pairing = self.shared_rows().select_for_update().get(pk=self.pk)
            if pairing.status not in allowed:
                raise RuleError(
                    _("This pairing is %(status)s; that cannot be done now.") % {"status": pairing.get_status_display()}
                )
            yield pairing
        self.refresh_from_db()

    def on_approval_undone(self) -> None:
        """Do what the form does when its approval is undone; called inside the transaction on the child."""

    def on_reopened(self) -> None:
        """Do what the form does when its end is undone; called inside the transaction on the child."""
