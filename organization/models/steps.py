"""A step in a record's life, which stays written: what happened, by whom, when, and in which words."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organization.models.base import RuleError
from organization.text import PlainTextField


class Step(models.Model):
    """A step that a verb keeps beside what it does; each app names its steps and ties them to its record."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by whom")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    words = PlainTextField(_("in which words"), max_length=2000, blank=True)

    class Meta:
        abstract = True
        ordering = ["at", "pk"]

    def save(self, **kwargs: Any) -> None:
        """Save a new step.

        Raises:
            RuleError: for one that is there already.
        """
        if not self._state.adding:
            raise RuleError(_("A step that was taken stays written."))
        super().save(**kwargs)
