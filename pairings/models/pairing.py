"""The shared base of the three forms: what a pairing is and how it lives."""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organization.models import Person, RuleError, User, all_or_nothing
from organization.verbs import verb, writes
from pairings import kinds
from pairings.models import life, transitions
from pairings.models.queries import PairingQuerySet
from pairings.models.steps import What, note
from pairings.models.undoing import UndoesMixin


class Pairing(UndoesMixin):
    """One 1+1+1 pairing; each form's model is its child and holds what is the form's own."""

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = _("pairing")
        verbose_name_plural = _("pairings")
        ordering = ["-started_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["completed", "ended"], closed_on__isnull=False)
                | Q(status__in=["proposed", "returned", "active"], closed_on__isnull=True),
                name="pairing_closed_on_when_over",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["active", "completed"])
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="pairing_active_only_when_approved",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=models.F("started_on")),
                name="pairing_due_after_start",
                violation_error_message=_("The planned end lies before the start."),
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(approved_at__isnull=True)
                | Q(closed_on__gte=models.F("started_on")),
                name="pairing_closed_after_start",
                violation_error_message=_("A pairing cannot be over before it began."),
            ),
        ]
        indexes = [
            # The forms' lists: a branch's pairings of a form by status, the newest first.
            models.Index(fields=["branch", "kind", "status", "-started_on"], name="pairing_list"),
            # Quiet pairings: the active ones whose last log is long ago.
            models.Index(fields=["branch", "last_logged_on"], condition=Q(status="active"), name="pairing_quiet"),
            # A period's completed and ended ones.
            models.Index(fields=["branch", "closed_on"], condition=Q(closed_on__isnull=False), name="pairing_closed"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, **kwargs: Any) -> None:
        """Save a form's row.

        Raises:
            RuleError: for a bare parent, which would be a pairing of no form; for one that is over; for a start that
                what it holds speaks against.
        """
        if not self._state.adding:
            with life.kept(self, kwargs.get("update_fields")):
                super().save(**kwargs)
            return
        if not self.KIND:
            raise RuleError(_("A pairing is made through one of the forms."))
        self.kind = self.KIND
        super().save(**kwargs)

    def clean(self) -> None:
        """Refuse a start that what the pairing holds speaks against.

        Raises:
            ValidationError: at started_on.
        """
        super().clean()
        if self.pk and self.started_on and (problem := life.problem_with_start(self)):
            raise ValidationError({"started_on": problem})

    def get_absolute_url(self) -> str:
        """Return the address of the pairing's page in its form."""
        return reverse(f"{self.kind_info.namespace}:detail", args=[self.pk])

    # Verbs: lock, re-read, check, write and record, or raise.

    @verb
    def propose(self, *, by: User, people: Mapping[str, Person], helpers: Iterable[Person] = ()) -> None:
        """Save a new pairing with its people as a proposal.

        Args:
            by: who enters it, which need not be one of the people.
            people: person by role slug; every role of the kind that is known so far.
            helpers: people beside the three ones, where the form has such seats.

        Raises:
            ValidationError: when the pairing or a seat breaks a rule; nothing is saved then.
        """
        with all_or_nothing():
            self.proposed_by = by
            self.kind = self.KIND
            if not by.manages(self.branch_id) and by.person not in people.values():
                raise ValidationError(_("You propose only pairings that you take part in."))
            self.full_clean()
            self.save()
            joining = [*people.items(), *((kinds.HELPER, person) for person in helpers)]
            self._seat_all(joining, self.started_on, by=by)
            note(self, What.PROPOSED, by=by, at=self.proposed_at)

    @verb
    def rewrite(
        self, *, by: User, people: Mapping[str, Person] | None = None, helpers: Collection[Person] | None = None
    ) -> None:
        """Save changes to an open pairing: of a proposal everything, of an approved one what was not decided with it.

        Args:
            by: who changes it.
            people: person by role slug, while it is a proposal.
            helpers: who helps, while it is a proposal; None leaves them as they are.

        Raises:
            RuleError: when it is over or somebody else saved it, what was approved would change, or what it holds
                speaks against its start.
            ValidationError: naming the rule that a field or a seat breaks.
        """
        with all_or_nothing():
            self.full_clean()
            self.save()
            if people or helpers is not None:
                self.change_people(by=by, people=people or {}, helpers=helpers)

    @writes
    def rework(self, fields: Collection[str]) -> None:
        """Write fields that a change request has decided on; each form does besides what follows from them.

        Raises:
            ValidationError: when they break a rule.
        """
        self.full_clean()
        self.save(update_fields=[*fields])

    @verb
    def approve(self, *, by: User) -> None:
        """Let the pairing begin.

        Raises:
            RuleError: when it is not waiting, not each of its seats is taken by one person, or `by` does not manage its
                branch or takes part in it.
        """
        with self._locked(*transitions.APPROVE.allowed) as pairing:
            life.check_approver(pairing, by)
            pairing.check_seats()
            pairing.status = self.Status.ACTIVE
            pairing.approved_by, pairing.approved_at = by, timezone.now()
            pairing.return_reason = ""
            pairing.save(update_fields=["status", "approved_by", "approved_at", "return_reason"])
            note(pairing, What.APPROVED, by=by, at=pairing.approved_at)
            pairing.as_form().on_approved()

    @verb
    def send_back(self, *, by: User, reason: str) -> None:
        """Return the proposal to those who made it, with a reason.

        Raises:
            RuleError: when it is not waiting, no reason is given, or `by` does not manage its branch.
        """
        if not reason.strip():
            raise RuleError(_("Please write a reason, so that they know what to change."))
        with self._locked(*transitions.RETURN.allowed) as pairing:
            by.must_manage(pairing.branch_id)
            pairing.status, pairing.return_reason = self.Status.RETURNED, reason.strip()
            pairing.save(update_fields=["status", "return_reason"])
            note(pairing, What.RETURNED, by=by, words=pairing.return_reason)

    @verb
    def resubmit(self, *, by: User) -> None:
        """Propose a returned pairing again.

        Raises:
            RuleError: when it was not returned.
        """
        with self._locked(*transitions.RESUBMIT.allowed) as pairing:
            pairing.status, pairing.proposed_at = self.Status.PROPOSED, timezone.now()
            pairing.save(update_fields=["status", "proposed_at"])
            note(pairing, What.RESUBMITTED, by=by)

    @verb
    def complete(self, *, by: User, summary: str, on: datetime.date | None = None) -> None:
        """Close an active pairing whose work is done.

        Raises:
            RuleError: when it is not active, the day lies outside its life, or there is no summary.
        """
        self._close(self.Status.COMPLETED, transitions.COMPLETE.allowed, summary, on, by=by)

    @verb
    def end(self, *, by: User, reason: str, on: datetime.date | None = None) -> None:
        """Close a pairing early; a proposal is withdrawn this way.

        Raises:
            RuleError: when it is over already, the day lies outside its life, or there is no reason.
        """
        self._close(self.Status.ENDED, transitions.END.allowed, reason, on, by=by)

    def _close(self, status: str, allowed: Sequence[str], words: str, on: datetime.date | None, *, by: User) -> None:
        """Close the pairing and its seats in one transaction."""
        day = on or timezone.localdate()
        if not words.strip():
            raise RuleError(_("Please write a short closing summary."))
        with self._locked(*allowed) as pairing:
            life.check_closing_day(pairing, day)
            pairing.status, pairing.closed_on, pairing.closing_summary = status, day, words.strip()
            pairing.full_clean(validate_unique=False)
            pairing.save(update_fields=["status", "closed_on", "closing_summary"])
            for seat in pairing.open_seats:
                seat.leave(on=max(day, seat.joined_on))
            note(pairing, What(status), by=by, words=pairing.closing_summary)
            for change in pairing.changes.open():
                change.lapse(by=by)
            pairing.as_form().on_closed()
