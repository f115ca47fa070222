"""What rows of which doubles occur share: a key of their likeness, and the row that one was merged into."""

from typing import Any, ClassVar, Self, cast

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.likeness import LENGTH
from organization.models.base import ScopedQuerySet, VersionedModel
from organization.verbs import writes


class MergeableQuerySet(ScopedQuerySet):
    """Words of querysets whose rows can be merged."""

    def present(self) -> Self:
        """Return the rows that were not merged into another."""
        return self.filter(merged_into__isnull=True)

    def said_another(self, row: Any) -> Q:
        """Return the condition for rows that were said not to be the same as one, a number or an expression for it."""
        said: Any = apps.get_model("organization", "NotDouble")._default_manager
        condition: Q = said.of(self.model.merge_kind, row)
        return condition


class Mergeable(VersionedModel):
    """A row that can turn out to be another one's double; merged, it stays as it was and leads to the other."""

    #: The name of its kind of merging, and the field whose words are compared.
    merge_kind: ClassVar[str]
    likened: ClassVar[str]

    likeness = models.CharField(max_length=LENGTH, blank=True, default="", db_default="", editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_here",
        verbose_name=_("merged into"),
    )

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        """Save, keeping the key of the words that are compared."""
        self.derive_likeness()
        fields = kwargs.get("update_fields")
        if fields is not None and self.likened in fields:
            kwargs["update_fields"] = {*fields, "likeness"}
        super().save(**kwargs)

    @writes
    def derive_likeness(self) -> None:
        """Set the key of the words that are compared."""
        self.likeness = self.liken(getattr(self, self.likened) or "")

    @staticmethod
    def liken(words: str) -> str:
        """Return the key of words."""
        raise NotImplementedError  # each kind of row has words of its own to compare

    @property
    def is_merged(self) -> bool:
        """Whether another row stands for this one."""
        return cast("Any", self).merged_into_id is not None

    @property
    def survivor(self) -> Self:
        """Return the row that stands for this one, which is this one itself unless it was merged (a query a step)."""
        row = self
        while row.merged_into is not None:
            row = cast("Self", row.merged_into)
        return row
