"""Words that profiles share."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models.base import ScopedQuerySet, VersionedModel
from organization.models.places import Branch
from organization.reach import Reach
from organization.text import PlainCharField


class TagQuerySet(ScopedQuerySet):
    """Words of profiles: everybody reads the system's and the own branch's."""

    def own_rows(self, reach: Reach) -> Q:
        """Return the system's words and those of the user's own branch."""
        return Q(branch__isnull=True) | Q(branch=reach.own_branch_id, branch__isnull=False)

    def names(self) -> tuple[str, ...]:
        """Return the words, each once (one query)."""
        return tuple(dict.fromkeys(self.values_list("name", flat=True)))


class Tag(VersionedModel):
    """A word that profiles share, so that what one can and another asks for meet; free words are as good."""

    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    name = PlainCharField(_("word"), max_length=30)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile word")
        verbose_name_plural = _("profile words")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(branch__isnull=True),
                name="tag_once_in_the_system",
                violation_error_message=_("This word is there already."),
            ),
            models.UniqueConstraint(
                fields=["branch", "name"],
                name="tag_once_in_a_branch",
                violation_error_message=_("This word is there already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
