"""What a branch says of its reports."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organization.models import Branch, DeskQuerySet, VersionedModel


class ReportSettingQuerySet(DeskQuerySet):
    """How branches report."""

    def takes_uncredited(self, branch: Branch) -> bool:
        """Return whether a branch's reports name what no pairing shares (one query)."""
        return self.filter(branch=branch, takes_uncredited=True).exists()


class ReportSetting(VersionedModel):
    """Whether a branch's reports on “1+1+1” name outcomes that no pairing shares among the others, or apart."""

    branch = models.OneToOneField(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    takes_uncredited = models.BooleanField(
        _("name outcomes that no pairing shares among those of “1+1+1”"),
        default=False,
        help_text=_("Otherwise reports list them apart, as not of “1+1+1”. They are counted apart by form either way."),
    )

    objects = ReportSettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("how the branch reports")
        verbose_name_plural = _("how branches report")
        ordering = ["branch"]

    def __str__(self) -> str:
        return str(self.branch)
