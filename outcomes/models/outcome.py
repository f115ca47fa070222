"""An outcome: what came of the work, who did it, what proves it, and who verified it."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, IntegerField, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evidence.models import Evidence
from organization.doors import DayThatCameField
from organization.likeness import of_title
from organization.models import Branch, Mergeable, Person, RuleError, User, all_or_nothing
from organization.text import PlainCharField, PlainTextField
from outcomes.models.chain import chain_problems
from outcomes.models.quantity import QUANTITIES, QuantityMixin, quantity_constraints
from outcomes.models.queries import OutcomeQuerySet, standing
from outcomes.models.steps import What, note
from outcomes.models.tying import TiesMixin
from outcomes.models.undoing import UndoesMixin
from outcomes.models.vocabulary import Category, Grade, IssuerKind, Level, Status, Subkind
from pairings.models import Pairing


class Outcome(QuantityMixin, TiesMixin, UndoesMixin, Mergeable):
    """Something achieved. Draft, submitted, then verified and locked, or returned with a reason."""

    merge_kind = "outcome"
    likened = "title"

    @staticmethod
    def liken(words: str) -> str:
        """Return the key of a title."""
        return of_title(words)

    class Review(models.TextChoices):
        """Where the record is between its author and the secretary."""

        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned for changes")
        VERIFIED = "verified", _("Verified")
        SUPERSEDED = "superseded", _("Replaced by a correction")
        MERGED = "merged", _("Merged into another")

    EDITABLE = (Review.DRAFT, Review.RETURNED)

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="outcomes", verbose_name=_("branch"))
    shared_with = models.ManyToManyField(
        Branch, blank=True, related_name="shared_outcomes", verbose_name=_("shared with branches")
    )
    title = PlainCharField(_("title"), max_length=200)
    category = models.CharField(_("category"), max_length=15, choices=Category)
    subkind = models.ForeignKey(
        Subkind, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("sub-kind")
    )
    level = models.CharField(_("level"), max_length=12, choices=Level)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.RECOGNISED)
    grade = models.ForeignKey(Grade, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("grade"))
    achieved_on = DayThatCameField(_("achieved on"))
    issuer = PlainCharField(_("issued by"), max_length=100, blank=True)
    issuer_kind = models.CharField(_("kind of issuer"), max_length=12, choices=IssuerKind, blank=True)
    note = PlainTextField(_("note"), max_length=2000, blank=True)
    people = models.ManyToManyField(
        Person, through="OutcomePerson", related_name="outcomes", verbose_name=_("achieved by")
    )
    pairings = models.ManyToManyField(
        Pairing, through="OutcomeCredit", related_name="outcomes", verbose_name=_("credited to"), blank=True
    )
    continues = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="continued_by",
        verbose_name=_("continues"),
        help_text=_("The earlier recognition of the same work, when this one is higher."),
    )
    work = models.UUIDField(default=uuid.uuid4, editable=False)
    standing = models.GeneratedField(expression=standing(), output_field=IntegerField(), db_persist=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, editable=False, related_name="correction", verbose_name=_("corrects")
    )
    correction_reason = PlainTextField(_("reason for the correction"), max_length=500, blank=True, editable=False)
    review = models.CharField(_("review"), max_length=10, choices=Review, default=Review.DRAFT, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("entered by"),
    )
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("submitted by"),
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("verified by"),
    )
    verified_at = models.DateTimeField(_("verified at"), null=True, editable=False)
    return_reason = PlainTextField(_("reason for the return"), max_length=500, blank=True, editable=False)
    #: The version that was returned, while nobody has changed it.
    returned_version = models.PositiveIntegerField(null=True, editable=False)
    seal = models.CharField(max_length=64, blank=True, editable=False)

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

    def save(self, **kwargs: Any) -> None:
        """Save, keeping the work of the outcome that this one continues, and the unit of its kind."""
        if self.continues is not None:
            self.work = self.continues.work
        if kwargs.get("update_fields") is None:
            self.take_unit()
        super().save(**kwargs)

    @property
    def is_editable(self) -> bool:
        """Whether it is still its author's to change."""
        return self.review in self.EDITABLE

    @property
    def is_verified(self) -> bool:
        """Whether it counts."""
        return self.review == self.Review.VERIFIED

    @property
    def is_thin(self) -> bool:
        """Whether nothing but the old ledger's sheet proves it (prefetch `proofs`)."""
        proofs = list(self.proofs.all())
        return bool(proofs) and all(proof.ledger_row is not None for proof in proofs)

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

    def submit(self, *, by: User) -> None:
        """Hand the outcome to the secretary.

        Args:
            by: who answers for it, and so cannot verify it; for a command the account of the command line.

        Raises:
            RuleError: when it has no evidence, nobody achieved it, or it is not the author's any more.
        """
        with self._locked(*self.EDITABLE) as outcome:
            if not outcome.proofs.exists():
                raise RuleError(_("Please attach a file that proves the outcome."))
            if not outcome.contributions.exists():
                raise RuleError(_("Please say who achieved it."))
            outcome.review, outcome.return_reason = self.Review.SUBMITTED, ""
            outcome.submitted_by, outcome.submitted_at = by, timezone.now()
            outcome.save(update_fields=["review", "return_reason", "submitted_by", "submitted_at"])
            note(outcome, What.SUBMITTED, by=by)

    def verify(self, *, by: User) -> None:
        """Confirm the outcome, lock it with a seal, and let it count; a correction replaces what it corrects.

        Raises:
            RuleError: when it is not submitted, has no evidence, `by` submitted it, or does not manage its branch.
            ValidationError: when a field or a credit breaks a rule.
        """
        with self._locked(self.Review.SUBMITTED) as outcome:
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
                outcome.corrects._be_superseded(by=by)
            outcome.review, outcome.verified_by, outcome.verified_at = self.Review.VERIFIED, by, timezone.now()
            outcome.seal = outcome.compute_seal()
            outcome.save(update_fields=["review", "verified_by", "verified_at", "seal"])
            note(outcome, What.VERIFIED, by=by)

    def send_back(self, *, by: User, reason: str) -> None:
        """Return a submitted outcome to its author with a reason.

        Raises:
            RuleError: when it is not submitted, no reason is given, or `by` does not manage its branch.
        """
        if not reason.strip():
            raise RuleError(_("Please write a reason, so that they know what to change."))
        with self._locked(self.Review.SUBMITTED) as outcome:
            by.must_manage(outcome.branch_id)
            outcome._be_returned(reason.strip())
            note(outcome, What.RETURNED, by=by, words=reason.strip())

    def correct(self, *, by: User, reason: str) -> "Outcome":
        """Begin a new version of a verified outcome; the old one counts until the new one is verified.

        Returns:
            The draft of the new version, with the same people, credits and proof.

        Raises:
            RuleError: when it is not verified, a correction is already under way, or no reason is given.
        """
        if not reason.strip():
            raise RuleError(_("Please write why the outcome must be corrected."))
        with self._locked(self.Review.VERIFIED) as outcome:
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

    @contextmanager
    def _locked(self, *allowed: str) -> Iterator["Outcome"]:
        """Yield the locked and re-read row when its review state is one of those allowed."""
        with all_or_nothing():
            outcome = Outcome.objects.select_for_update().get(pk=self.pk)
            if outcome.review not in allowed:
                words = _("This outcome is %(state)s; that cannot be done now.")
                raise RuleError(words % {"state": outcome.get_review_display()})
            yield outcome
        self.refresh_from_db()

    def compute_seal(self) -> str:
        """Return the signature of what was verified (see outcomes/models/seal.py; a few queries)."""
        from outcomes.models.seal import seal_of  # noqa: PLC0415 - the seal reads this model

        return seal_of(self)

    for verb in (record, rewrite, submit, verify, send_back, correct):
        verb.alters_data = True  # type: ignore[union-attr]
    del verb
