"""Enterprise service: one party member with a team, one enterprise, one enterprise problem."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models import Branch, BranchBoardQuerySet, VersionedModel
from organization.text import PlainCharField, PlainTextField
from pairings.models import Pairing
from pairings.models.pairing import PairingQuerySet


class Enterprise(VersionedModel):
    """An enterprise that the branch serves."""

    class Scale(models.TextChoices):
        """How large an enterprise is (统计上大中小微型企业划分办法, 2017)."""

        LARGE = "large", _("Large")
        MEDIUM = "medium", _("Medium")
        SMALL = "small", _("Small")
        MICRO = "micro", _("Micro")

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="enterprises", verbose_name=_("branch"))
    name = PlainCharField(_("name"), max_length=100)
    trade = PlainCharField(_("trade"), max_length=50, blank=True)
    region = PlainCharField(_("region"), max_length=50, blank=True)
    scale = models.CharField(_("scale"), max_length=6, choices=Scale, blank=True)
    contact_name = PlainCharField(_("contact"), max_length=50, blank=True)
    contact_phone = PlainCharField(_("contact's phone"), max_length=30, blank=True)

    objects = BranchBoardQuerySet.as_manager()

    class Meta:
        verbose_name = _("enterprise")
        verbose_name_plural = _("enterprises")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "name"],
                name="enterprise_once_in_a_branch",
                violation_error_message=_("The branch already has an enterprise of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        """Save, and keep the name in line where lists that span the forms show it; derived, so not audited."""
        with transaction.atomic():
            super().save(**kwargs)
            served = Engagement.objects.filter(problem__enterprise=self).values("pk")
            Pairing.objects.filter(pk__in=served).exclude(counterpart=self.name).update(counterpart=self.name)


class ProblemQuerySet(BranchBoardQuerySet):
    """Problems."""

    branch_path = "enterprise__branch"


class Problem(VersionedModel):
    """A problem that an enterprise wants solved (企业难题)."""

    class Status(models.TextChoices):
        """What became of the problem."""

        OPEN = "open", _("Open")
        TAKEN = "taken", _("Taken")
        SOLVED = "solved", _("Solved")
        DROPPED = "dropped", _("Dropped")

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="problems", verbose_name=_("enterprise"))
    title = PlainCharField(_("problem"), max_length=100)
    description = PlainTextField(_("description"), max_length=2000, blank=True)
    field = PlainCharField(_("technical field"), max_length=50, blank=True)
    due_on = models.DateField(_("wanted by"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN, editable=False)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("enterprise problem")
        verbose_name_plural = _("enterprise problems")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def branch_id(self) -> int:
        """Return the branch of the enterprise, which owns the problem."""
        return self.enterprise.branch_id

    def become(self, status: str) -> None:
        """Record what became of the problem."""
        self.status = status
        self.save(update_fields=["status"])

    become.alters_data = True  # type: ignore[attr-defined]


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
        """Save, keeping the enterprise's name for lists that span the forms."""
        self.counterpart = self.problem.enterprise.name
        super().save(**kwargs)

    def clean(self) -> None:
        """Refuse a problem of another branch.

        Raises:
            ValidationError: at problem.
        """
        super().clean()
        if self.problem_id and self.branch_id and self.problem.branch_id != self.branch_id:
            raise ValidationError({"problem": _("This problem belongs to another branch.")})

    def on_approved(self) -> None:
        """The problem is taken."""
        self.problem.become(Problem.Status.TAKEN)

    def on_closed(self) -> None:
        """Free the problem for others, or call it solved when the work was completed."""
        self.is_under_way = False
        self.save(update_fields=["is_under_way"])
        solved = self.status == self.Status.COMPLETED
        self.problem.become(Problem.Status.SOLVED if solved else Problem.Status.OPEN)
