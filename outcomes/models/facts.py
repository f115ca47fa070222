"""What an outcome holds: what was achieved, when, at which level, and where its review stands."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import IntegerField
from django.utils.translation import gettext_lazy as _

from organization.doors import DayThatCameField
from organization.likeness import of_title
from organization.models import Branch, Mergeable, Person, RuleError, all_or_nothing
from organization.text import PlainCharField, PlainTextField
from outcomes.models.quantity import QuantityMixin
from outcomes.models.queries import standing
from outcomes.models.vocabulary import Category, Grade, IssuerKind, Level, Status, Subkind
from pairings.models import Pairing


class OutcomeFacts(QuantityMixin, Mergeable):
    """The columns of an outcome, below the verbs that write them."""

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
    #: Decided, and sealed over their words.
    LOCKED = (Review.VERIFIED, Review.SUPERSEDED)

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

    #: Who achieved it, which pairings share the credit, what proves it, and what continues it.
    contributions: Any
    credits: Any
    proofs: Any
    continued_by: Any
    corrects_id: int | None

    class Meta:
        abstract = True

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

    @contextmanager
    def _locked(self, *allowed: str) -> Iterator[Self]:
        """Yield the locked and re-read row when its review state is one of those allowed."""
        with all_or_nothing():
            outcome = type(self)._base_manager.select_for_update().get(pk=self.pk)
            if outcome.review not in allowed:
                words = _("This outcome is %(state)s; that cannot be done now.")
                raise RuleError(words % {"state": outcome.get_review_display()})
            yield outcome
        self.refresh_from_db()
