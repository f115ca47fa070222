"""What was merged, and what was looked at and is no double."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from organization.models.base import DeskQuerySet, RuleError
from organization.models.places import Branch
from organization.text import PlainTextField

#: What of a merge is written when it is undone; everything else stays as it was.
UNDOING = frozenset({"undone_by", "undone_at", "undone_reason"})


class MergeQuerySet(DeskQuerySet):
    """Merges: the secretary's to see."""

    def standing(self) -> Self:
        """Return the merges that were not undone."""
        return self.filter(undone_at__isnull=True)

    def about(self, kind: str, *rows: int) -> Self:
        """Return the merges that one of the rows took part in."""
        return self.filter(Q(kept__in=rows) | Q(merged__in=rows), kind=kind)


class Merge(models.Model):
    """One row was merged into another that turned out to be the same; `moved` says what by that changed."""

    #: The name of its organization.merging.MergeKind.
    kind = models.SlugField(max_length=20, db_index=False)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    kept = models.BigIntegerField(_("number of the one that was kept"))
    merged = models.BigIntegerField(_("number of the one that was merged"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("merged by"))
    at = models.DateTimeField(_("merged at"), auto_now_add=True)
    reason = PlainTextField(_("reason"), max_length=500)
    day = models.DateField(_("day on which the merged one counted"), null=True, blank=True)
    moved = models.JSONField(blank=True, default=dict, db_default=Value({}, models.JSONField()))
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_reason = PlainTextField(_("reason for undoing it"), max_length=500, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "merged"],
                condition=Q(undone_at__isnull=True),
                name="merged_once",
                violation_error_message=_("It was merged already."),
            ),
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="merged_into_another"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True, undone_reason="")
                | Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undone_reason=""),
                name="merge_undone_by_somebody_for_a_reason",
            ),
        ]
        indexes = [
            # What was merged into a row.
            models.Index(fields=["kind", "kept"], name="merges_of_row"),
        ]

    def __str__(self) -> str:
        return f"{self.merged} → {self.kept}"

    @property
    def pair(self) -> tuple[int, int]:
        """Return the numbers of the two, the merged one's first."""
        return self.merged, self.kept

    def save(self, **kwargs: Any) -> None:
        """Save a new merge, or that it was undone.

        Raises:
            RuleError: for any other change.
        """
        if not self._state.adding and not set(kwargs.get("update_fields") or {"kind"}) <= UNDOING:
            raise RuleError(_("What was merged stays written."))
        super().save(**kwargs)


class NotDoubleQuerySet(DeskQuerySet):
    """Pairs that were looked at."""

    def of(self, kind: str, row: Any) -> Q:
        """Return the condition for the other rows of pairs that a row takes part in.

        Args:
            kind: the name of the kind of merging.
            row: its number, or an expression for it.
        """
        row = OuterRef(row) if isinstance(row, OuterRef) else row  # one query deeper
        pairs = self.filter(kind=kind)
        others = pairs.filter(first=row).values("second"), pairs.filter(second=row).values("first")
        return Q(pk__in=others[0]) | Q(pk__in=others[1])


class NotDouble(models.Model):
    """Two rows that look alike were looked at, and are not the same."""

    kind = models.SlugField(max_length=20, db_index=False)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    #: The lower and the higher number.
    first = models.BigIntegerField()
    second = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by"))
    at = models.DateTimeField(_("decided at"), auto_now_add=True)

    objects = NotDoubleQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair that is no double")
        verbose_name_plural = _("pairs that are no doubles")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "first", "second"],
                name="no_double_once",
                violation_error_message=_("This was said already."),
            ),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="no_double_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} ≠ {self.second}"

    @property
    def pair(self) -> tuple[int, int]:
        """Return the numbers of the two."""
        return self.first, self.second
