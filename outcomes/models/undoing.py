"""The ways back of an outcome: a draft removed, a submission withdrawn, a return undone, a verification revoked."""

import uuid

from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from evidence.removal import let_go
from organization.models import RuleError, User
from organization.verbs import verb, writes
from outcomes.models import back
from outcomes.models.facts import OutcomeFacts
from outcomes.models.seal import seal_of


class UndoesMixin(OutcomeFacts):
    """Verbs that put an outcome back to what it was before."""

    class Meta:
        abstract = True

    @verb
    def drop(self, *, by: User, reason: str = "") -> None:
        """Remove a draft or returned outcome that never counted, with its people, credits and files.

        Raises:
            RuleError: when it is not `by`'s, is no draft, counted once, another record stands on it, or a secretary
                gives no reason.
        """
        with back.DRAFT.taking(self, by=by, reason=reason) as (draft, line):
            uploads = list(draft.proofs.values_list("evidence", flat=True))
            draft.shared_with.clear()
            try:
                draft.delete()
            except ProtectedError as error:
                raise RuleError(_("Another record stands on this draft.")) from error
            line.files = let_go(uploads, by=by, college=draft.branch.college_id)

    @verb
    def withdraw(self, *, by: User, reason: str = "") -> None:
        """Take a submission back before it was decided on: it is a draft again.

        Raises:
            RuleError: when it is not `by`'s, or was decided on.
        """
        with back.SUBMISSION.taking(self, by=by, reason=reason) as (outcome, _line):
            outcome.review, outcome.submitted_by, outcome.submitted_at = outcome.Review.DRAFT, None, None
            outcome.save(update_fields=["review", "submitted_by", "submitted_at"])
        self.refresh_from_db()

    @verb
    def revoke(self, *, by: User, reason: str) -> None:
        """Take a verification back: the outcome counts nowhere and is returned; what it had corrected counts again.

        Raises:
            RuleError: when it is not verified, `by` submitted it or does not manage its branch, others stand on it, or
                no reason is given.
        """
        with back.VERIFICATION.taking(self, by=by, reason=reason) as (outcome, line):
            line.facts = {"verified_by": outcome.verified_by_id, "verified_at": outcome.verified_at.isoformat()}
            outcome._let_drafts_go()
            if outcome.corrects is not None:
                outcome.corrects._count_again(line.reason)
            outcome.verified_by, outcome.verified_at, outcome.seal = None, None, ""
            outcome._be_returned(line.reason, "verified_by", "verified_at", "seal")
        self.refresh_from_db()

    @verb
    def undo_return(self, *, by: User, reason: str) -> None:
        """Let a returned outcome that nobody has changed wait for verification again.

        Raises:
            RuleError: when it was not returned, was changed since, `by` submitted it or does not manage its branch, or
                no reason is given.
        """
        with back.RETURN.taking(self, by=by, reason=reason) as (outcome, line):
            line.facts = {"return_reason": outcome.return_reason}
            outcome.review, outcome.return_reason, outcome.returned_version = outcome.Review.SUBMITTED, "", None
            outcome.save(update_fields=["review", "return_reason", "returned_version"])
        self.refresh_from_db()

    def _be_returned(self, reason: str, *fields: str) -> None:
        """Write of a locked row that it goes back to its author, and in which version."""
        self.review, self.return_reason = self.Review.RETURNED, reason
        self.returned_version = self.version + 1
        self.save(update_fields=["review", "return_reason", "returned_version", *fields])

    def _let_drafts_go(self) -> None:
        """Untie drafts that continue this outcome: only what is verified can be continued."""
        for sequel in self.continued_by.filter(review__in=self.EDITABLE):
            sequel.continues, sequel.work = None, uuid.uuid4()
            sequel.save(update_fields=["continues", "work"])

    def _count_again(self, reason: str) -> None:
        """Let an outcome count again whose correction was revoked, or return it where its proof was removed."""
        with self._locked(self.Review.SUPERSEDED) as earlier:
            if earlier.proofs.exists():
                earlier.review = earlier.Review.VERIFIED
                earlier.save(update_fields=["review"])
            else:
                earlier.verified_by, earlier.verified_at, earlier.seal = None, None, ""
                earlier._be_returned(reason, "verified_by", "verified_at", "seal")

    @writes
    def seal_anew(self) -> None:
        """Seal a replaced version again whose file was removed; the line of that says which."""
        with self._locked(self.Review.SUPERSEDED) as earlier:
            earlier.seal = seal_of(earlier)
            earlier.save(update_fields=["seal"])
