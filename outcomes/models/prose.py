"""What a secretary writes into a report: kept with it, version by version, and next year's start."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from organization.models import Branch, ScopedQuerySet, User
from organization.text import PlainTextField
from organization.verbs import verb

if TYPE_CHECKING:
    import datetime

#: What begins the sections that hold the secretary's words for a sentence of the figures, and the sentence that these
#: stand for.
OWN, OWN_OF = "said-", "of-"


def sections_of_sentence(slug: str) -> tuple[str, str]:
    """Return the two sections of a sentence in the language that is spoken: each language has words of its own."""
    ending = f"{slug}-en" if get_language() == "en" else slug
    return f"{OWN}{ending}", f"{OWN_OF}{ending}"


class ReportProseQuerySet(ScopedQuerySet):
    """Sections that secretaries wrote."""

    def newest(self, branch: Branch, kind: str, last_day: "datetime.date") -> dict[str, str]:
        """Return each section's newest words for a report, or an earlier one's where it has none yet (one query).

        Words for a sentence of the figures are no earlier report's: its figures were others.

        Args:
            branch: whose report.
            kind: the outline's slug.
            last_day: the period's last day; what was written for a later one is not looked at.
        """
        of_figures = Q(section__startswith=OWN) | Q(section__startswith=OWN_OF)
        written = self.filter(~of_figures | Q(last_day=last_day), branch=branch, kind=kind, last_day__lte=last_day)
        return dict(written.order_by("last_day", "written_at", "pk").values_list("section", "words"))

    def of_report(self, branch: Branch, kind: str, last_day: "datetime.date") -> Self:
        """Return every version that was written for a report, the newest first."""
        return self.filter(branch=branch, kind=kind, last_day=last_day).order_by("-written_at", "-pk")


class ReportProse(models.Model):
    """A version of one written section of a branch's report; a later row replaces it, and none is changed."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    kind = models.CharField(_("kind of report"), max_length=20)
    section = models.CharField(_("section"), max_length=20)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to"))
    words = PlainTextField(_("words"), max_length=20_000, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written at"), auto_now_add=True)

    objects = ReportProseQuerySet.as_manager()

    class Meta:
        verbose_name = _("written section of a report")
        verbose_name_plural = _("written sections of reports")
        ordering = ["branch", "kind", "-last_day", "section", "-written_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(last_day__gte=F("first_day")), name="prose_days_in_order"),
        ]
        indexes = [
            # A report's newest words, and those of the reports before it.
            models.Index(fields=["branch", "kind", "last_day"], name="prose_of_report"),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self._meta.verbose_name} {self.last_day}"

    @verb
    def record(self, *, by: User) -> None:
        """Keep this version.

        Raises:
            ValidationError: for words that no document could hold.
        """
        self.written_by = by
        self.full_clean()
        self.save()
