"""The board: enterprises that a branch serves, and the problems they want solved."""

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organization.likeness import of_company, of_title
from organization.models import (
    Branch,
    BranchBoardQuerySet,
    Mergeable,
    MergeableQuerySet,
    RuleError,
    all_or_nothing,
)
from organization.text import PlainCharField, PlainEmailField, PlainTextField
from organization.trail import audited_update
from organization.verbs import writes
from pairings.models import Pairing


class BoardQuerySet(MergeableQuerySet, BranchBoardQuerySet):  # type: ignore[override]  # each has its own manager
    """Rows of a board, which the branch's teachers read too; one owner's rows with like words are likely the same."""

    #: Whose rows are compared with one another.
    owner = "branch"

    def likely_doubles_of(self, row: Any) -> Self:
        """Return the rows that are likely the same as one, saved or not."""
        key = row.likeness or row.liken(getattr(row, row.likened) or "")
        return self._alike(row.pk or 0, getattr(row, f"{self.owner}_id"), key)

    def with_likely_doubles(self) -> Self:
        """Return the rows of which a newer one among these is likely the same."""
        newer = self._alike(OuterRef("pk"), OuterRef(self.owner), OuterRef("likeness")).filter(pk__gt=OuterRef("pk"))
        return self.present().filter(Exists(newer))

    def _alike(self, row: Any, owner: Any, key: Any) -> Self:
        """Return the rows of an owner that have a key, and were not said to be another."""
        alike = self.present().filter(**{self.owner: owner, "likeness": key}).exclude(likeness="")
        return alike.exclude(pk=row).exclude(self.said_another(row))


class Enterprise(Mergeable):
    """An enterprise that the branch serves."""

    merge_kind = "enterprise"
    likened = "name"

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
    contact_mail = PlainEmailField(
        _("contact's mail"),
        blank=True,
        default="",
        db_default="",
        help_text=_("The enterprise's own. Where the branch asks for a code to confirm with, it is sent there."),
    )
    #: Since when the mail is on record.
    mail_since = models.DateTimeField(null=True, editable=False)

    objects = BoardQuerySet.as_manager()

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
        indexes = [
            # Likely doubles.
            models.Index(fields=["branch", "likeness"], name="enterprise_likeness"),
        ]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def liken(words: str) -> str:
        """Return the key of a name."""
        return of_company(words)

    def get_absolute_url(self) -> str:
        """Return the address of the enterprise's page."""
        return reverse("enterprise_service:enterprise", args=[self.pk])

    def save(self, **kwargs: Any) -> None:
        """Save, and keep the name in line where lists that span the forms show it."""
        with all_or_nothing():
            self._keep_since_when(kwargs)
            super().save(**kwargs)
            served = self.problems.values("engagements")
            audited_update(Pairing.objects.filter(pk__in=served).exclude(counterpart=self.name), counterpart=self.name)

    def _keep_since_when(self, kwargs: dict[str, Any]) -> None:
        """Remember since when the contact's mail is on record."""
        stored = Enterprise._base_manager.filter(pk=self.pk).values_list("contact_mail", flat=True).first()
        if (stored or "") != self.contact_mail:
            self.mail_since = timezone.now() if self.contact_mail else None
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "mail_since"}


class ProblemQuerySet(BoardQuerySet):  # type: ignore[override]  # as above
    """Problems."""

    branch_path = "enterprise__branch"
    owner = "enterprise"

    def open(self) -> Self:
        """Return the problems that nobody has taken."""
        return self.filter(status=Problem.Status.OPEN)

    def waiting_first(self) -> Self:
        """Order the board: what is open, then taken, then the rest; within each the nearest day first."""
        order = {Problem.Status.OPEN: 0, Problem.Status.TAKEN: 1}
        place = Case(*(When(status=status, then=Value(number)) for status, number in order.items()), default=Value(2))
        return self.order_by(place, F("due_on").asc(nulls_last=True), "-pk")


class Problem(Mergeable):
    """A problem that an enterprise wants solved (企业难题)."""

    merge_kind = "problem"
    likened = "title"

    class Status(models.TextChoices):
        """What became of the problem."""

        OPEN = "open", _("Open")
        TAKEN = "taken", _("Taken")
        SOLVED = "solved", _("Solved")
        DROPPED = "dropped", _("Dropped")

    class Urgency(models.TextChoices):
        """How soon it presses."""

        URGENT = "urgent", _("Urgent")
        NORMAL = "normal", _("Normal")
        PATIENT = "patient", _("No hurry")

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="problems", verbose_name=_("enterprise"))
    title = PlainCharField(_("problem"), max_length=100)
    urgency = models.CharField(_("urgency"), max_length=8, choices=Urgency, default=Urgency.NORMAL, db_default="normal")
    description = PlainTextField(_("description"), max_length=2000, blank=True)
    field = PlainCharField(_("technical field"), max_length=50, blank=True)
    due_on = models.DateField(_("wanted by"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN, editable=False)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("enterprise problem")
        verbose_name_plural = _("enterprise problems")
        ordering = ["-pk"]
        indexes = [
            # The board: what is open, the nearest day first.
            models.Index(fields=["status", "due_on"], name="problem_board"),
            # Likely doubles.
            models.Index(fields=["enterprise", "likeness"], name="problem_likeness"),
        ]

    def __str__(self) -> str:
        return self.title

    @staticmethod
    def liken(words: str) -> str:
        """Return the key of a title."""
        return of_title(words)

    def get_absolute_url(self) -> str:
        """Return the address of the problem's page."""
        return reverse("enterprise_service:problem", args=[self.pk])

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed while it is open or taken."""
        waits = self.status in (self.Status.OPEN, self.Status.TAKEN)
        return bool(waits and self.due_on and self.due_on < timezone.localdate())

    @property
    def branch_id(self) -> int:
        """Return the branch of the enterprise, which owns the problem."""
        return self.enterprise.branch_id

    def clean(self) -> None:
        """Refuse another enterprise once somebody has worked on the problem.

        Raises:
            ValidationError: at enterprise.
        """
        super().clean()
        stored = Problem._base_manager.filter(pk=self.pk).values_list("enterprise", flat=True).first()
        if stored and stored != self.enterprise_id and self.engagements.exists():
            raise ValidationError({"enterprise": _("Somebody works or worked on this problem for its enterprise.")})

    @writes
    def take(self) -> None:
        """Give an open problem to those who will solve it.

        Raises:
            RuleError: when it is not open.
        """
        self._move(self.Status.OPEN, self.Status.TAKEN)

    @writes
    def give_back(self, *, solved: bool) -> None:
        """Record that nobody works on a taken problem any more; one that was never taken stays as it is."""
        with all_or_nothing():
            problem = Problem.objects.select_for_update().get(pk=self.pk)
            if problem.status == self.Status.TAKEN:
                problem._become(self.Status.SOLVED if solved else self.Status.OPEN)
        self.refresh_from_db()

    @writes
    def take_again(self) -> None:
        """Give a problem back to those who had it, because the end of their work is undone.

        Raises:
            RuleError: when it is no longer wanted, or others work on it.
        """
        with all_or_nothing():
            problem = Problem.objects.select_for_update().get(pk=self.pk)
            if problem.status not in (self.Status.OPEN, self.Status.SOLVED):
                raise RuleError(
                    _("This problem is %(status)s; that cannot be done now.") % {"status": problem.get_status_display()}
                )
            problem._become(self.Status.TAKEN)
        self.refresh_from_db()

    @writes
    def drop(self) -> None:
        """Take an open problem off the board: it is no longer wanted.

        Raises:
            RuleError: when it is not open, or a proposal to solve it waits.
        """
        if self.engagements.filter(is_under_way=True).exists():
            raise RuleError(_("A pairing works on this problem or waits for approval."))
        self._move(self.Status.OPEN, self.Status.DROPPED)

    @writes
    def reopen(self) -> None:
        """Put a dropped problem on the board again.

        Raises:
            RuleError: when it was not dropped, or merged into another.
        """
        if self.is_merged:
            raise RuleError(_("Another problem stands for this one by now."))
        self._move(self.Status.DROPPED, self.Status.OPEN)

    def _move(self, before: str, after: str) -> None:
        """Move a problem that stands where it is expected to."""
        with all_or_nothing():
            problem = Problem.objects.select_for_update().get(pk=self.pk)
            if problem.status != before:
                raise RuleError(
                    _("This problem is %(status)s; that cannot be done now.") % {"status": problem.get_status_display()}
                )
            problem._become(after)
        self.refresh_from_db()

    def _become(self, status: str) -> None:
        """Write the status of a locked row."""
        self.status = status
        self.save(update_fields=["status"])
