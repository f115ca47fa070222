"""What an outcome is tied to: the people who achieved it, the pairings that share it, the files that prove it."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evidence.models import EvidenceLink, EvidenceLinkQuerySet, Excerpt
from evidence.removal import let_go
from organization.models import Branch, NamesPeople, Person, User, all_or_nothing
from organization.reach import Viewer
from organization.text import PlainCharField
from organization.verbs import verb
from outcomes.models import back
from outcomes.models.outcome import Outcome
from pairings.models import Pairing


class OutcomePerson(NamesPeople):
    """A person achieved an outcome, at a place in its order (完成人)."""

    outcome = models.ForeignKey(Outcome, models.CASCADE, related_name="contributions")  # a draft goes with its people
    person = models.ForeignKey(Person, models.PROTECT, related_name="contributions", verbose_name=_("person"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)

    class Meta:
        verbose_name = _("person of an outcome")
        verbose_name_plural = _("achieved by")
        ordering = ["outcome", "position"]
        constraints = [models.UniqueConstraint(fields=["outcome", "person"], name="person_once_an_outcome")]

    def __str__(self) -> str:
        return str(self.person)


class OutcomeCredit(models.Model):
    """A pairing shares the credit for an outcome."""

    outcome = models.ForeignKey(Outcome, models.CASCADE, related_name="credits")  # a draft goes with its credits
    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="credits", verbose_name=_("pairing"))

    class Meta:
        verbose_name = _("credit")
        verbose_name_plural = _("credited to")
        ordering = ["outcome", "pk"]
        constraints = [models.UniqueConstraint(fields=["outcome", "pairing"], name="credit_once_a_pairing")]

    def __str__(self) -> str:
        return str(self.pairing)

    def clean(self) -> None:
        """Refuse a pairing that has not begun, or of a branch that does not share the outcome.

        Raises:
            ValidationError: at pairing.
        """
        if self.pairing.approved_at is None:
            raise ValidationError({"pairing": _("This pairing has not begun; it can share no credit yet.")})
        branches = {self.outcome.branch_id, *self.outcome.shared_with.values_list("pk", flat=True)}
        if self.pairing.branch_id not in branches:
            raise ValidationError({"pairing": _("This pairing's branch does not share the outcome.")})


class OutcomeEvidenceQuerySet(EvidenceLinkQuerySet):
    """Proof: seen by whoever sees the outcome."""

    def visible_to(self, user: Viewer) -> "OutcomeEvidenceQuerySet":
        """Return the proof of the outcomes that the user may see."""
        return self.filter(outcome__in=Outcome.objects.visible_to(user).values("pk"))

    def opening_whole(self, user: Viewer) -> "OutcomeEvidenceQuerySet":
        """Return the proof that the user opens whole: of a ledger, only who oversees the branch that kept it."""
        seen = self.visible_to(user)
        if isinstance(user, AnonymousUser) or user.reach.is_operator:
            return seen
        overseen = Branch.objects.overseen_by(user).values("pk")
        return seen.filter(Q(ledger_row__isnull=True) | Q(outcome__branch__in=overseen))


class OutcomeEvidence(EvidenceLink):
    """A file proves an outcome; with a row number, the file is the old ledger's sheet and the proof is thin."""

    outcome = models.ForeignKey(Outcome, models.CASCADE, related_name="proofs")  # a draft goes with its proof
    ledger_row = models.PositiveIntegerField(_("row of the ledger"), null=True, blank=True)
    ledger_sheet = PlainCharField(_("sheet of the ledger"), max_length=100, blank=True, default="", db_default="")
    #: The row's cells by heading, as they were read; a ledger that was read by an older release has none.
    ledger_cells = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), editable=False)

    objects = OutcomeEvidenceQuerySet.as_manager()

    class Meta(EvidenceLink.Meta):
        verbose_name = _("proof")
        verbose_name_plural = _("evidence")
        ordering = ["outcome", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["outcome", "evidence"], name="evidence_once_an_outcome"),
            models.CheckConstraint(
                condition=Q(ledger_row__isnull=True) | Q(ledger_row__gt=0), name="ledger_row_counts_from_1"
            ),
        ]

    @property
    def holder(self) -> Outcome:
        """Return the outcome that holds the file."""
        return self.outcome

    @property
    def excerpt(self) -> Excerpt | None:
        """Return the ledger's row that is about the outcome."""
        if self.ledger_row is None:
            return None
        cells = self.ledger_cells or {gettext("title"): self.outcome.title}
        return Excerpt(gettext("Row %(row)s of the ledger") % {"row": self.ledger_row}, cells)

    @verb
    def take_back(self, *, by: User, reason: str = "") -> None:
        """Remove the file from its outcome, and from the disk unless another row holds it.

        What was verified with it is verified no more.

        Raises:
            RuleError: when it is not `by`'s to remove, the outcome cannot be returned, or a secretary gives no reason.
        """
        with all_or_nothing():
            outcome = Outcome.objects.select_for_update(of=("self",)).select_related("branch").get(pk=self.outcome_id)
            with back.PROOF.taking(self, by=by, reason=reason) as (proof, line):
                line.facts = {"outcome": outcome.pk}
                if outcome.is_verified:
                    outcome.revoke(by=by, reason=reason)
                upload = proof.evidence_id
                proof.delete()
                if outcome.review == Outcome.Review.SUPERSEDED:
                    outcome.seal_anew()
                else:
                    outcome.save(update_fields=["version"])
                line.files = let_go([upload], by=by, college=outcome.branch.college_id)


class HandOver(models.Model):
    """What a pairing's page handed over, such as a contest's result, became this outcome: once."""

    outcome = models.OneToOneField(
        Outcome,
        models.CASCADE,  # a draft goes with where it came from
        primary_key=True,
        related_name="hand_over",
    )
    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="hand_overs", verbose_name=_("pairing"))
    origin = PlainCharField(max_length=40)

    class Meta:
        verbose_name = _("handed over from a pairing")
        verbose_name_plural = _("handed over from pairings")
        constraints = [models.UniqueConstraint(fields=["pairing", "origin"], name="handed_over_once")]

    def __str__(self) -> str:
        return self.origin
