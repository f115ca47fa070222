"""What a reading holds: a row for each row of the sheet that wrote something, and the sheet itself."""

import json
from collections.abc import Iterable
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from evidence.models import EvidenceLink, EvidenceLinkQuerySet
from organization.models import DeskQuerySet
from organization.reach import Viewer
from organization.sheets import Trace
from organization.text import PlainCharField


class SheetImportRowQuerySet(DeskQuerySet):
    """Rows of sheets that were written."""

    branch_path = "sheet_import__branch"

    def about(self, kind: str, subjects: Any) -> Self:
        """Return the rows that made or changed people or outcomes and still stand, the newest first."""
        written = self.filter(sheet_import__kind=kind, subject_id__in=subjects, sheet_import__stage="written")
        return written.select_related("sheet_import__read_by__person").order_by("-sheet_import__written_at", "-pk")

    def traces(self) -> Iterable[Trace]:
        """Return what each row left, in the order in which they were written."""
        return [Trace(**_told(trace)) for trace in self.order_by("pk").values_list("trace", flat=True)]


class SheetImportRow(models.Model):
    """A row of a sheet that was written: what it made or changed."""

    sheet_import = models.ForeignKey(
        "imports.SheetImport",
        models.CASCADE,  # a preview that is thrown away has none; what was written is never deleted
        related_name="rows",
        verbose_name=_("sheet that was read in"),
    )
    sheet = PlainCharField(_("sheet"), max_length=100, blank=True)
    row = models.PositiveIntegerField(_("row"))
    state = models.CharField(_("what it did"), max_length=10)
    subject_id = models.BigIntegerField(_("number of the person or outcome"), null=True)
    trace = models.JSONField(default=dict, editable=False)

    objects = SheetImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a sheet")
        verbose_name_plural = _("rows of a sheet")
        ordering = ["sheet_import", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["sheet_import", "sheet", "row"], name="row_once_a_sheet_import"),
        ]
        indexes = [
            # Where a person or an outcome was read in from.
            models.Index(fields=["subject_id"], name="sheet_import_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}".strip()


class KeptSheetQuerySet(EvidenceLinkQuerySet):
    """Kept sheets: seen by whoever sees the reading."""

    branch_path = "sheet_import__branch"

    def visible_to(self, user: Viewer) -> "KeptSheetQuerySet":
        """Return the sheets of the readings that the user may see."""
        return self.filter(sheet_import__in=apps.get_model("imports.SheetImport").objects.visible_to(user).values("pk"))


class KeptSheet(EvidenceLink):
    """The file that a sheet was read from."""

    sheet_import = models.OneToOneField(
        "imports.SheetImport",
        models.CASCADE,  # it goes with the preview that is thrown away
        related_name="kept",
    )

    objects = KeptSheetQuerySet.as_manager()

    class Meta(EvidenceLink.Meta):
        verbose_name = _("kept sheet")
        verbose_name_plural = _("kept sheets")

    @property
    def holder(self) -> models.Model:
        """Return the reading."""
        return self.sheet_import


def trace_as_json(trace: Trace) -> dict[str, Any]:
    """Return a trace as the row keeps it; days are written as text."""
    return json.loads(json.dumps(vars(trace), default=str))


def _told(trace: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a trace that a row keeps."""
    lists = {name: [tuple(one) for one in trace.get(name, [])] for name in ("made", "changed", "tied")}
    return {"subject": trace.get("subject"), **lists}
