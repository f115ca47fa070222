"""What was taken back: a line for each, which says what it was, by whom and why, and nothing of its content."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from organization.models.base import RuleError, ScopedQuerySet
from organization.models.places import Branch
from organization.reach import Reach
from organization.text import PlainCharField, PlainTextField

NAME_LENGTH = 200


class TakenBackQuerySet(ScopedQuerySet):
    """What was taken back in a branch; everybody sees what they took back themselves."""

    def own_rows(self, reach: Reach) -> Q:
        """Return what the user took back."""
        return Q(by=reach.account_id)

    def of(self, way: str, row: models.Model) -> Self:
        """Return the lines of one row."""
        return self.filter(way=way, row=row.pk)


class TakenBack(models.Model):
    """Something was taken back by its owner, or with a reason by the secretary; the line itself never changes."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    #: The name of its organization.ways_back.WayBack.
    way = models.SlugField(max_length=30, db_index=False)
    #: The row's number, which may be gone.
    row = models.BigIntegerField()
    named = PlainCharField(_("what it was"), max_length=NAME_LENGTH, blank=True)
    day = models.DateField(_("of the day"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("taken back by"))
    at = models.DateTimeField(_("taken back at"), auto_now_add=True)
    reason = PlainTextField(_("reason"), max_length=500, blank=True)
    #: Files that it held ({"sha256", "name", "is_gone"} each), and what the way besides has to say.
    files = models.JSONField(blank=True, default=list, db_default=Value([], models.JSONField()))
    facts = models.JSONField(blank=True, default=dict, db_default=Value({}, models.JSONField()))

    objects = TakenBackQuerySet.as_manager()

    class Meta:
        verbose_name = _("taken back")
        verbose_name_plural = _("taken back")
        ordering = ["-at", "-pk"]
        indexes = [
            # What was taken back of one row.
            models.Index(fields=["way", "row"], name="taken_back_of_row"),
            # What of a period was taken back since its report was frozen.
            models.Index(fields=["branch", "day", "at"], name="taken_back_of_branch"),
        ]

    def __str__(self) -> str:
        return self.named or f"{self.way} {self.row}"

    def save(self, **kwargs: Any) -> None:
        """Save a new line.

        Raises:
            RuleError: for one that is there already.
        """
        if not self._state.adding:
            raise RuleError(_("What was taken back stays written."))
        super().save(**kwargs)
