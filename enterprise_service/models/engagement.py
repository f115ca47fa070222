"""Enterprise service: one party member with a team, one enterprise, one enterprise problem."""

import datetime
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Min, Q, Sum
from django.utils.formats import localize
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enterprise_service.models.back import INSTALMENT
from enterprise_service.models.board import Problem
from organization.doors import DayThatCameField
from organization.models import RuleError, ScopedQuerySet, User, VersionedModel, all_or_nothing
from organization.reach import Reach
from organization.text import PlainCharField
from organization.verbs import verb, writes
from pairings.models import Pairing
from pairings.models.queries import PairingQuerySet
from pairings.own_tables import OwnTable

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

#: Activities of logs that take place at the enterprise.
ON_SITE = ("solving", "survey", "technical", "talent", "training")


class EngagementQuerySet(PairingQuerySet):
    """Engagements."""

    def with_problems(self) -> "EngagementQuerySet":
        """Fetch the problem and its enterprise."""
        return self.select_related("problem__enterprise")


class Engagement(Pairing):
    """A party member leads a team that solves an enterprise's problem. Its enterprise is the problem's."""

    KIND = "enterprise"

    pairing = models.OneToOneField(
        Pairing,
        models.CASCADE,  # a pairing and its form are one
        parent_link=True,
        primary_key=True,
    )
    problem = models.ForeignKey(
        Problem, models.PROTECT, related_name="engagements", verbose_name=_("enterprise problem")
    )
    #: Kept by on_closed(): a constraint of the child cannot name the parent's status.
    is_under_way = models.BooleanField(default=True, editable=False)
    contract_number = PlainCharField(_("contract number"), max_length=50, blank=True)
    contract_amount_cny = models.DecimalField(
        _("contract amount (CNY)"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )

    objects = EngagementQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        constraints = [
            models.UniqueConstraint(
                fields=["problem"],
                condition=Q(is_under_way=True),
                name="one_open_engagement_a_problem",
                violation_error_message=_("Another engagement is already working on this problem."),
            ),
            models.CheckConstraint(
                condition=Q(contract_amount_cny__isnull=True) | Q(contract_amount_cny__gte=0),
                name="contract_amount_not_negative",
            ),
        ]

    def save(self, **kwargs: Any) -> None:
        """Save, keeping the enterprise's name for lists that span the forms.

        Raises:
            RuleError: for a contract of less than was received of it.
        """
        self.counterpart = self.problem.enterprise.name
        if kwargs.get("update_fields") is None and (problem := self._problem_with_contract()):
            raise RuleError(problem)
        super().save(**kwargs)

    def clean(self) -> None:
        """Refuse a problem of another branch or that is not open, and a contract of less than was received of it.

        Raises:
            ValidationError: at problem or contract_amount_cny.
        """
        super().clean()
        if self.problem_id and self.branch_id and self.problem.branch_id != self.branch_id:
            raise ValidationError({"problem": _("This problem belongs to another branch.")})
        stored = Engagement._base_manager.filter(pk=self.pk).values_list("problem", flat=True).first()
        is_taken_by_this = self.approved_at is not None and stored == self.problem_id
        if self.problem_id and not is_taken_by_this and self.problem.status != Problem.Status.OPEN:
            raise ValidationError({"problem": _("This problem is not open any more.")})
        if problem := self._problem_with_contract():
            raise ValidationError({"contract_amount_cny": problem})

    def _problem_with_contract(self) -> "StrOrPromise":
        """Return why the contract cannot be of this amount (one query), or nothing when it can."""
        received = self.received_cny if self.pk else Decimal(0)
        if received <= (self.contract_amount_cny or 0):
            return ""
        return _("%(amount)s CNY of the contract are received already.") % {"amount": localize(received)}

    @property
    def received_cny(self) -> Decimal:
        """Return what was received of the contract's amount (one query)."""
        return self.instalments.aggregate(total=Sum("amount_cny"))["total"] or Decimal(0)

    def visits(self) -> int:
        """Return on how many days somebody of the team was at the enterprise, by the logs (one query)."""
        return self.logs.filter(activity_type__in=ON_SITE).values("date").distinct().count()

    @property
    def is_confirmed(self) -> bool:
        """Whether the enterprise has confirmed that its problem is solved (one query)."""
        return self.confirmations.filter(is_solved=True).exists()

    def first_day_held(self) -> datetime.date | None:
        """Return the earliest day of a log or of money received (two queries)."""
        paid = self.instalments.aggregate(day=Min("received_on"))["day"]
        return min((day for day in (super().first_day_held(), paid) if day), default=None)

    def own_tables(self) -> Iterator[OwnTable]:
        """Yield the money received of its contract (one query)."""
        rows = tuple((one.received_on, one.amount_cny, one.note) for one in self.instalments.all())
        if rows:
            head = (gettext("received on"), gettext("amount (CNY)"), gettext("note"))
            yield OwnTable(gettext("Received of the contract"), head, rows, (4, 4, 8))

    def open_matters(self) -> list[str]:
        """Return what was not received yet and what nobody confirmed (two queries)."""
        matters = []
        if self.contract_amount_cny and (missing := self.contract_amount_cny - self.received_cny) > 0:
            matters.append(gettext("%(amount)s CNY of the contract are not received.") % {"amount": localize(missing)})
        if not self.is_confirmed:
            matters.append(gettext("The enterprise has not confirmed the result."))
        return matters

    @writes
    def receive(self, instalment: "Instalment") -> None:
        """Keep an instalment that the college received, new or corrected.

        Raises:
            RuleError: when the instalments would exceed the contract's amount, the engagement has not begun or ended
                early, or it was saved meanwhile.
            ValidationError: by field.
        """
        with self._locked(self.Status.ACTIVE, self.Status.COMPLETED) as pairing:
            self.save(update_fields=["version"])  # the contract's amount is that of this copy
            if instalment.received_on and instalment.received_on < pairing.started_on:
                raise ValidationError({"received_on": _("This lies before the engagement's start.")})
            instalment.engagement = self
            instalment.full_clean()
            others = self.instalments.exclude(pk=instalment.pk).aggregate(total=Sum("amount_cny"))["total"] or 0
            if others + instalment.amount_cny > (self.contract_amount_cny or 0):
                raise RuleError(_("The instalments would exceed the contract's amount. Please check the contract."))
            instalment.save()

    @writes
    def rework(self, fields: Collection[str]) -> None:
        """Write what was decided; another problem is taken and the first one open again, its links open nothing.

        Raises:
            RuleError: for another problem when the enterprise has confirmed that the first one is solved.
            ValidationError: when they break a rule.
        """
        if "problem" not in fields:
            super().rework(fields)
            return
        if self.is_confirmed:
            raise RuleError(_("The enterprise has confirmed that this problem is solved; it stays."))
        before = Problem.objects.get(engagements=self.pk)
        super().rework([*fields, "counterpart"])
        before.give_back(solved=False)
        self.problem.take()
        self._revoke_links()

    def _revoke_links(self) -> None:
        """Let links that nobody has answered open nothing any more."""
        for link in self.confirmations.filter(revoked_at__isnull=True, confirmed_at__isnull=True):
            link.revoke()

    @writes
    def on_approved(self) -> None:
        """The problem is taken."""
        self.problem.take()

    @writes
    def on_closed(self) -> None:
        """Free the problem for others, or call it solved when the work was completed; links of an end open nothing."""
        self.is_under_way = False
        self.save(update_fields=["is_under_way"])
        if self.status == self.Status.ENDED:
            self._revoke_links()
        self.problem.give_back(solved=self.status == self.Status.COMPLETED)

    @writes
    def on_approval_undone(self) -> None:
        """The problem is open again."""
        self.problem.give_back(solved=False)

    @writes
    def on_reopened(self) -> None:
        """Work on the problem again; links that were withdrawn stay withdrawn."""
        self.is_under_way = True
        self.save(update_fields=["is_under_way"])
        if self.is_active:
            self.problem.take_again()


class OfEngagementQuerySet(ScopedQuerySet):
    """What belongs to an engagement; people see it with their own engagements."""

    branch_path = "engagement__branch"

    def own_rows(self, reach: Reach) -> Q:
        """Return the rows of the user's own engagements."""
        own = Engagement.objects.filter(Engagement.objects.all().own_rows(reach))
        return Q(engagement__in=own.values("pk"))


class Instalment(VersionedModel):
    """Money that the college received of a commissioned project (到账)."""

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, related_name="instalments", editable=False, verbose_name=_("engagement")
    )
    amount_cny = models.DecimalField(
        _("amount (CNY)"), max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    received_on = DayThatCameField(_("received on"))
    note = PlainCharField(_("note"), max_length=100, blank=True)

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        ordering = ["received_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cny__gt=0),
                name="instalment_is_positive",
                violation_error_message=_("An amount is more than 0."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.received_on} {self.amount_cny}"

    @property
    def branch_id(self) -> int:
        """Return the branch of the engagement."""
        return self.engagement.branch_id

    @verb
    def take_back(self, *, by: User, reason: str = "") -> None:
        """Forget an instalment that was entered by mistake; the audit trail keeps that it was there.

        Raises:
            RuleError: when `by` neither leads the engagement nor manages its branch, it is over, or a secretary gives
                no reason.
        """
        with all_or_nothing():
            Pairing.objects.select_for_update(of=("self",)).get(pk=self.engagement_id)
            with INSTALMENT.taking(self, by=by, reason=reason) as (instalment, _line):
                instalment.engagement.save(update_fields=["version"])  # the sum is that of the contract
                instalment.delete()
