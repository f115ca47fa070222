"""An outcome: what came of the work, who did it, what proves it, and who verified it."""

from collections.abc import Iterable
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evidence.models import Evidence
from organization.models import Person, RuleError, User, all_or_nothing
from organization.verbs import verb
from outcomes.models import transitions
from outcomes.models.chain import chain_problems
from outcomes.models.quantity import QUANTITIES, quantity_constraints
from outcomes.models.queries import OutcomeQuerySet
from outcomes.models.seal import seal_of
from outcomes.models.steps import What, note
from outcomes.models.tying import TiesMixin
from outcomes.models.undoing import UndoesMixin
from pairings.models import Pairing


class Outcome(TiesMixin, UndoesMixin):
    """Something achieved. Draft, submitted, then verified and locked, or returned with a reason."""

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = pgettext_lazy("records", "outcomes")
        ordering = ["-achieved_on", "-pk"]
        constraints = [
            *quantity_constraints(),
            models.CheckConstraint(
                condition=~Q(review__in=["verified", "superseded"])
                | Q(verified_by__isnull=False, verified_at__isnull=False) & ~Q(seal=""),
                name="verified_outcome_has_verifier_and_seal",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True)
                | Q(submitted_by__isnull=True)
                | ~Q(verified_by=F("submitted_by")),
                name="verifier_is_not_submitter",
                violation_error_message=_("Whoever submitted an outcome cannot verify it."),
            ),
            models.CheckConstraint(
                condition=~Q(category__in=["award", "honour"]) | Q(status="recognised"),
                name="awards_and_honours_are_recognised",
                violation_error_message=_("Awards and honours always have the status “Recognised”."),
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, correction_reason="")
                | Q(corrects__isnull=False) & ~Q(correction_reason=""),
                name="correction_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(review="merged", merged_into__isnull=False)
                | ~Q(review="merged") & Q(merged_into__isnull=True),
                name="merged_outcome_has_one_that_stands_for_it",
            ),
            models.CheckConstraint(
                condition=Q(continues__isnull=True) | ~Q(continues=F("id")), name="outcome_not_its_own_sequel"
            ),
            models.UniqueConstraint(
                fields=["continues"],
                condition=Q(corrects__isnull=True),
                name="one_sequel_an_outcome",
                violation_error_message=_("Another outcome already continues this one."),
            ),
        ]
        indexes = [
            # The branch's list and every figure of a period.
            models.Index(fields=["branch", "review", "-achieved_on"], name="outcome_list"),
            models.Index(fields=["branch", "category", "level", "-achieved_on"], name="outcome_breakdown"),
            # The chain of one work.
            models.Index(fields=["work", "standing"], name="outcome_of_work"),
            # Likely doubles.
            models.Index(fields=["likeness", "achieved_on"], name="outcome_likeness"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the outcome's page."""
        return reverse("outcomes:detail", args=[self.pk])

    def chain(self) -> "OutcomeQuerySet":
        """Return the verified recognitions of the same work, the earliest first."""
        return Outcome.objects.verified().filter(work=self.work).order_by("achieved_on", "standing", "pk")

    def clean(self) -> None:
        """Check what spans several fields: words of another category, and the chain.

        Raises:
            ValidationError: by field.
        """
        self.take_unit()
        errors: dict[str, Any] = dict(self.problems_with_quantity())
        for name in ("subkind", "grade"):
            word = getattr(self, name)
            if word is not None and word.category != self.category:
                errors[name] = _("This choice belongs to another category.")
        if self.continues and self.achieved_on and (problem := next(chain_problems(self.continues, self), None)):
            errors["continues"] = problem
        if errors:
            raise ValidationError(errors)

    # Verbs: lock, re-read, check, write and record, or raise.

    @verb
    def record(
        self,
        *,
        by: User,
        people: Iterable[Person],
        pairings: Iterable[Pairing] = (),
        evidence: Iterable[Evidence] = (),
    ) -> None:
        """Save a new outcome as a draft with its people, credits and proof.

        Args:
            by: who enters it.
            people: who achieved it, in order.
            pairings: those that share the credit, of branches that share the outcome.
            evidence: files that were taken in or that a log already holds.

        Raises:
            ValidationError: when a field or a credit breaks a rule; nothing is saved then.
        """
        with all_or_nothing():
            self.entered_by = by
            self.full_clean()
            self.save()
            self._set_people(people)
            self._set_credits(pairings)
            self._attach(evidence)
            note(self, What.ENTERED, by=by, words=self.correction_reason)

    @verb
    def rewrite(
        self, *, by: User, people: Iterable[Person], pairings: Iterable[Pairing], evidence: Iterable[Evidence] = ()
    ) -> None:
        """Save changes to a draft or returned outcome; evidence is added to what it holds.

        Raises:
            RuleError: when it is no longer its author's to change.
            ValidationError: when a field or a credit breaks a rule.
        """
        with self._locked(*self.EDITABLE):
            self.full_clean()
            self.save()
            self._set_people(people)
            self._set_credits(pairings)
            self._attach(evidence)

    @verb
    def submit(self, *, by: User) -> None:
        """Hand the outcome to the secretary.

        Args:
            by: who answers for it, and so cannot verify it; for a command the account of the command line.

        Raises:
            RuleError: when it has no evidence, nobody achieved it, or it is not the author's any more.
        """
        with self._locked(*transitions.SUBMIT.allowed) as outcome:
            if not outcome.proofs.exists():
                raise RuleError(_("Please attach a file that proves the outcome."))
            if not outcome.contributions.exists():
                raise RuleError(_("Please say who achieved it."))
            outcome.review, outcome.return_reason = self.Review.SUBMITTED, ""
            outcome.submitted_by, outcome.submitted_at = by, timezone.now()
            outcome.save(update_fields=["review", "return_reason", "submitted_by", "submitted_at"])
            note(outcome, What.SUBMITTED, by=by)

    @verb
    def verify(self, *, by: User) -> None:
        """Confirm the outcome, lock it with a seal, and let it count; a correction replaces what it corrects.

        Raises:
            RuleError: when it is not submitted, has no evidence, `by` submitted it, or does not manage its branch.
            ValidationError: when a field or a credit breaks a rule.
        """
        with self._locked(*transitions.VERIFY.allowed) as outcome:
            by.must_manage(outcome.branch_id)
            if outcome.submitted_by_id is None:
                raise RuleError(
                    _("Nobody is recorded as having submitted this. Return it, so that it is submitted anew.")
                )
            if by.pk == outcome.submitted_by_id:
                raise RuleError(_("Whoever submitted an outcome cannot verify it."))
            if not outcome.proofs.exists():
                raise RuleError(_("Please attach a file that proves the outcome."))
            outcome.full_clean()
            for credit in outcome.credits.select_related("pairing", "outcome"):
                credit.full_clean()
            if outcome.corrects is not None:
                cast("Outcome", outcome.corrects)._be_superseded(by=by)
            outcome.review, outcome.verified_by, outcome.verified_at = self.Review.VERIFIED, by, timezone.now()
            outcome.seal = seal_of(outcome)
            outcome.save(update_fields=["review", "verified_by", "verified_at", "seal"])
            note(outcome, What.VERIFIED, by=by)

    @verb
    def send_back(self, *, by: User, reason: str) -> None:
        """Return a submitted outcome to its author with a reason.

        Raises:
            RuleError: when it is not submitted, no reason is given, or `by` does not manage its branch.
        """
        if not reason.strip():
            raise RuleError(_("Please write a reason, so that they know what to change."))
        with self._locked(*transitions.RETURN.allowed) as outcome:
            by.must_manage(outcome.branch_id)
            outcome._be_returned(reason.strip())
            note(outcome, What.RETURNED, by=by, words=reason.strip())

    @verb
    def correct(self, *, by: User, reason: str) -> "Outcome":
        """Begin a new version of a verified outcome; the old one counts until the new one is verified.

        Returns:
            The draft of the new version, with the same people, credits and proof.

        Raises:
            RuleError: when it is not verified, a correction is already under way, or no reason is given.
        """
        if not reason.strip():
            raise RuleError(_("Please write why the outcome must be corrected."))
        with self._locked(*transitions.CORRECT.allowed) as outcome:
            if Outcome.objects.filter(corrects=outcome).exists():
                raise RuleError(_("A correction of this outcome is already under way."))
            note(outcome, What.CORRECTED, by=by, words=reason.strip())
            return outcome._new_version(by, reason.strip())

    def _new_version(self, by: User, reason: str) -> "Outcome":
        """Return a saved draft copy of this outcome that corrects it."""
        kept = (
            "branch", "title", "category", "subkind", "level", "status", "grade", "achieved_on", "issuer",
            "issuer_kind", "note", "continues", "work", *QUANTITIES,
        )  # fmt: skip
        draft = Outcome(**{name: getattr(self, name) for name in kept}, corrects=self, correction_reason=reason)
        people = [contribution.person for contribution in self.contributions.select_related("person")]
        draft.record(by=by, people=people)
        draft.shared_with.set(self.shared_with.all())
        draft._set_credits(self.pairings.all())
        for proof in self.proofs.all():
            draft.proofs.create(
                evidence_id=proof.evidence_id,
                ledger_row=proof.ledger_row,
                ledger_sheet=proof.ledger_sheet,
                ledger_cells=proof.ledger_cells,
            )
        return draft

    def _be_superseded(self, *, by: User) -> None:
        """Stop counting because a correction was verified."""
        with self._locked(self.Review.VERIFIED) as outcome:
            outcome.review = self.Review.SUPERSEDED
            outcome.save(update_fields=["review"])
            note(outcome, What.SUPERSEDED, by=by)
