"""The ways back of a pairing: a proposal withdrawn, and a decision undone."""

from django.db import models
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from organization.models import RuleError, User
from organization.verbs import verb
from pairings import kinds
from pairings.models import back
from pairings.models.seating import SeatsMixin


class UndoesMixin(SeatsMixin):
    """Verbs that put a pairing back to what it was before."""

    class Meta:
        abstract = True

    @verb
    def withdraw(self, *, by: User, reason: str = "") -> None:
        """Remove a proposal with its people and plans before it was decided on; its match can become another one.

        Raises:
            RuleError: when it is not `by`'s, was decided on, something stands on it, or a secretary gives no reason.
        """
        with back.PROPOSAL.taking(self, by=by, reason=reason) as (proposal, _line):
            match = getattr(proposal, "match", None)
            if match is not None:
                match.pairing = None
                match.save(update_fields=["pairing"])
            try:
                proposal.as_form().delete()
            except ProtectedError as error:
                raise RuleError(_("Something stands on this proposal already, so that it stays.")) from error

    @verb
    def undo_decision(self, *, by: User, reason: str) -> None:
        """Put the pairing back to where it stood before it was returned, approved, completed or ended.

        Raises:
            RuleError: when nothing was decided, work was done since the approval, somebody's place is taken elsewhere,
                `by` takes part or does not manage its branch, or no reason is given.
        """
        with back.DECISION.taking(self, by=by, reason=reason) as (stored, line):
            line.facts = {"status": stored.status, "words": stored.closing_summary or stored.return_reason}
            if stored.is_active:
                stored._undo_approval()
            elif stored.is_open:
                stored.status, stored.return_reason = stored.Status.PROPOSED, ""
                stored.save(update_fields=["status", "return_reason"])
            else:
                stored._undo_closing()
        self.refresh_from_db()

    def _undo_approval(self) -> None:
        """Let a locked row wait for approval again."""
        self.status, self.approved_by, self.approved_at = self.Status.PROPOSED, None, None
        self.save(update_fields=["status", "approved_by", "approved_at"])
        self.as_form().on_approval_undone()

    def _undo_closing(self) -> None:
        """Open a locked row again, with the seats that its end closed."""
        was_active = self.approved_at is not None
        newest = {seat.role if seat.role != kinds.HELPER else seat.pk: seat for seat in self.shown_seats}
        self.status = self.Status.ACTIVE if was_active else self.Status.PROPOSED
        self.closed_on, self.closing_summary = None, ""
        self.save(update_fields=["status", "closed_on", "closing_summary"])
        for seat in newest.values():
            seat.left_on = None
            seat.save(update_fields=["left_on"])
        if was_active:
            self.check_seats()
        self.as_form().on_reopened()

    def is_begun(self) -> bool:
        """Return whether something stands on the approval: rows that keep it, or people who left (a few queries)."""
        if self.last_day_held() or self.seats.filter(left_on__isnull=False).exists():
            return True
        if self.changes.exclude(state__in=self.changes.model.IN_VAIN).exists():
            return True
        holding = (link for link in self._meta.related_objects if link.on_delete is models.PROTECT)
        return any(
            link.related_model._base_manager.filter(**{link.field.name: self.pk}).exists()
            for link in holding
            if link.name not in ("match", "changes")  # what the pairing came of, and what was just looked at
        )
