"""Why a record that contradicts itself or another is right all the same."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organization.models import Branch, ScopedQuerySet, User
from organization.reach import Reach
from organization.text import PlainTextField
from organization.verbs import verb
from pairings.models import back

#: A sentence with the titles of a record and of those that it contradicts.
SENTENCE = 2000


class ContradictionAnswerQuerySet(ScopedQuerySet):
    """Answers of a branch; everybody sees their own."""

    def own_rows(self, reach: Reach) -> Q:
        """Return the answers that the user gave."""
        return Q(by=reach.account_id)


class ContradictionAnswer(models.Model):
    """What somebody answered to a contradiction, for the facts of that day; it never changes, it can be taken back."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    #: The slug of its pairings.contradictions.Contradiction, and the number of the record, which may be gone.
    kind = models.SlugField(max_length=30, db_index=False)
    row = models.BigIntegerField()
    #: Of the facts that were answered: of others it says nothing.
    fingerprint = models.CharField(max_length=64, editable=False)
    told = PlainTextField(_("what contradicted"), max_length=SENTENCE)
    reason = PlainTextField(_("why it is right all the same"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("answered by"))
    at = models.DateTimeField(_("answered at"), auto_now_add=True)

    objects = ContradictionAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a contradiction")
        verbose_name_plural = _("answers to contradictions")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "row", "fingerprint"],
                name="contradiction_answered_once",
                violation_error_message=_("It was answered already. Take that answer back first."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="contradiction_answered_with_a_reason"),
        ]

    def __str__(self) -> str:
        return self.told[:60]

    def get_absolute_url(self) -> str:
        """Return the address of the page that says what contradicts in the record."""
        return reverse("pairings:explain", args=[self.kind, self.row])

    @verb
    def take_back(self, *, by: User, reason: str = "") -> None:
        """Take the answer back, so that the contradiction is open again.

        Raises:
            RuleError: when it is neither `by`'s own nor `by` manages its branch, or a secretary gives no reason.
        """
        with back.EXPLANATION.taking(self, by=by, reason=reason) as (answer, line):
            line.facts = {"kind": answer.kind, "record": answer.row}
            answer.delete()
