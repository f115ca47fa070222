"""What the words of the offices' own sheets mean: asked once, and remembered."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models.base import ScopedQuerySet, VersionedModel
from organization.models.places import Branch
from organization.reach import Reach
from organization.sheets.values import CellError, plain_word
from organization.sheets.vocabulary import VOCABULARIES, Synonyms
from organization.text import PlainCharField


class SynonymQuerySet(ScopedQuerySet):
    """Words of sheets: everybody who reads sheets sees the system's and the own branch's."""

    def own_rows(self, reach: Reach) -> Q:
        """Return the system's words for whoever manages a branch."""
        return Q(branch__isnull=True) if reach.manages else Q(pk__in=[])

    def for_branch(self, branch: Branch) -> Self:
        """Return the words that a branch's sheets may use, those of the system first."""
        return self.filter(Q(branch__isnull=True) | Q(branch=branch)).order_by(
            models.F("branch").asc(nulls_first=True), "pk"
        )

    def known_in(self, branch: Branch) -> Synonyms:
        """Return what a branch's sheets may say (one query); a branch's own meaning comes before the system's."""
        return Synonyms({(one.use, plain_word(one.word)): one.meaning for one in self.for_branch(branch)})


class Synonym(VersionedModel):
    """A word that a sheet says for one that the product knows; without a branch it holds in all of them."""

    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    use = PlainCharField(_("what it is for"), max_length=30)
    word = PlainCharField(_("word in the sheet"), max_length=100)
    meaning = PlainCharField(_("is read as"), max_length=100)

    objects = SynonymQuerySet.as_manager()

    class Meta:
        verbose_name = _("word of sheets")
        verbose_name_plural = _("words of sheets")
        ordering = ["use", "word"]
        constraints = [
            models.UniqueConstraint(
                fields=["use", "word"],
                condition=Q(branch__isnull=True),
                name="synonym_once_in_the_system",
                violation_error_message=_("This word is there already."),
            ),
            models.UniqueConstraint(
                fields=["branch", "use", "word"],
                name="synonym_once_in_a_branch",
                violation_error_message=_("This word is there already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word} → {self.meaning}"

    def clean(self) -> None:
        """Refuse what no sheet asks, and a meaning that nothing knows.

        Raises:
            ValidationError: by field.
        """
        vocabulary = VOCABULARIES.get(self.use)
        if vocabulary is None:
            raise ValidationError({"use": _("No sheet asks for this.")})
        try:
            (vocabulary.explains or vocabulary.meaning)(self.meaning)
        except CellError as error:
            raise ValidationError({"meaning": str(error)}) from error
