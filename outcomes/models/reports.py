"""Frozen reports: what a branch handed in, kept byte for byte."""

import datetime
import hashlib
import json
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evidence.looking import evidence_storage
from evidence.models import EvidenceLink, EvidenceLinkQuerySet
from evidence.removal import let_go
from organization.models import Branch, RuleError, ScopedQuerySet, User
from organization.reach import Viewer
from organization.signing import is_signed, sign
from organization.text import PlainTextField
from organization.verbs import verb
from outcomes.models import back

PURPOSE = "frozen report"
SEALED = ("branch_id", "first_day", "last_day", "label", "frozen_by_id", "frozen_at_utc", "sha256")
#: What the seal of a revision holds besides; the seals of first versions are as old as they are.
SEALED_OF_REVISIONS = ("revision", "revises_id", "reason")


def version_in_words(revision: int) -> str:
    """Return what a version of a report is called, by its number."""
    return str(_("revision %(number)s") % {"number": revision} if revision else _("the first version"))


class FrozenReportQuerySet(ScopedQuerySet):
    """Frozen reports."""

    def overlapping(self, first: datetime.date, last: datetime.date) -> Self:
        """Return the reports of other periods that hold some of these days too."""
        return self.filter(first_day__lte=last, last_day__gte=first).exclude(first_day=first, last_day=last)

    def versions(self, branch: Branch, first: datetime.date, last: datetime.date) -> Self:
        """Return what was handed in of a branch and a period, the newest revision first."""
        return self.filter(branch=branch, first_day=first, last_day=last).order_by("-revision")


class FrozenReport(models.Model):
    """A branch's report of a period as it was handed in: figures, files and the manifest of their hashes.

    A revision stands beside the version that it revises, which stays as it was, and says why and what is different.
    """

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="frozen_reports", verbose_name=_("branch"))
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to"))
    label = models.CharField(_("period"), max_length=50)
    figures = models.TextField(_("figures"))
    manifest = models.JSONField(_("hash manifest"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    seal = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("frozen by")
    )
    frozen_at = models.DateTimeField(_("frozen at"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=0, db_default=0)
    revises = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="revisions", verbose_name=_("revises")
    )
    reason = PlainTextField(_("reason for the revision"), max_length=500, blank=True, default="", db_default="")

    objects = FrozenReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("frozen report")
        verbose_name_plural = _("frozen reports")
        ordering = ["-last_day", "-first_day", "branch", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "first_day", "last_day"],
                condition=models.Q(revision=0),
                name="report_frozen_once",
                violation_error_message=_("The report of this period is already frozen."),
            ),
            models.UniqueConstraint(
                fields=["revises"],
                condition=models.Q(revises__isnull=False),
                name="report_revised_once",
                violation_error_message=_("This version was revised already. Please look at its revision first."),
            ),
            models.CheckConstraint(
                condition=models.Q(revision=0, revises__isnull=True, reason="")
                | models.Q(revision__gt=0, revises__isnull=False) & ~models.Q(reason=""),
                name="report_revised_for_a_reason",
                violation_error_message=_("Please write a reason; it stays in the records."),
            ),
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="report_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (str(self.branch), self.label, str(self.version_name))))

    def get_absolute_url(self) -> str:
        """Return the address of the page of just this version."""
        days = f"?from={self.first_day}&to={self.last_day}"
        return f"{reverse('outcomes:report', args=[self.branch.code])}{days}&revision={self.revision}"

    @property
    def version_name(self) -> str:
        """Return which revision it is, in words; empty for the first version."""
        return version_in_words(self.revision) if self.revision else ""

    def save(self, **kwargs: Any) -> None:
        """Save a new report.

        Raises:
            RuleError: for one that is frozen already, and for a period that is not over.
        """
        if not self._state.adding:
            raise RuleError(_("A frozen report never changes."))
        if self.last_day >= timezone.localdate(self.frozen_at):
            raise RuleError(_("The period is not over yet; its report can be frozen from the day after it."))
        super().save(**kwargs)

    def delete(self, **kwargs: Any) -> tuple[int, dict[str, int]]:  # type: ignore[override]
        """Refuse.

        Raises:
            RuleError: always.
        """
        raise RuleError(_("A frozen report never changes."))

    @property
    def content(self) -> dict[str, Any]:
        """Return the kept figures, saying by whom and when they were frozen, and what they revise (may query both)."""
        frozen = {
            "at": self.frozen_at.isoformat(),
            "by": self.frozen_by.get_full_name(),
            "sha256": self.sha256,
            "revision": self.revision,
            "reason": self.reason,
            "revises": self.revises.sha256 if self.revises else None,
        }
        return {**json.loads(self.figures), "frozen": frozen}

    def ids_of(self, part: str) -> list[int]:
        """Return the outcomes behind a part of the kept figures.

        Args:
            part: the place of a row of `outcomes`, or a form of `by_form`; anything else has no records.
        """
        figures = json.loads(self.figures)
        if part in figures.get("by_form", {}):
            return list(figures["by_form"][part]["ids"])
        rows = dict(zip(map(str, range(len(figures["outcomes"]))), figures["outcomes"], strict=True))
        return list(rows[part]["ids"]) if part in rows else []

    def work_row(self, figure: str, of: str = "") -> dict[str, Any] | None:
        """Return what the kept figures say of a figure of the work, or None where they do not name it."""
        rows = json.loads(self.figures).get("work", ())
        return next((row for row in rows if (row["figure"], row["of"]) == (figure, of)), None)

    def kept_documents(self) -> dict[str, bytes]:
        """Return the documents that were handed in, by name (one query)."""
        documents = {}
        for one in self.files.filter(name__startswith="report.").select_related("evidence__file"):
            with evidence_storage().open(one.evidence.file.path) as file:
                documents[one.name] = file.read()
        return documents

    @property
    def figures_sha256(self) -> str:
        """Return the SHA-256, in hex, of the kept figures."""
        return hashlib.sha256(self.figures.encode()).hexdigest()

    @property
    def frozen_at_utc(self) -> str:
        """When it was frozen, in the one form that it is signed in."""
        return self.frozen_at.astimezone(datetime.UTC).isoformat()

    @property
    def sealed_content(self) -> bytes:
        """Return what the report's seal is made over: whose it is, of which days, by whom, when, and every hash."""
        names = (*SEALED, *SEALED_OF_REVISIONS) if self.revision else SEALED
        held = {name: str(getattr(self, name)) for name in names}
        return json.dumps({**held, "manifest": self.manifest}, sort_keys=True, ensure_ascii=False).encode()

    def compute_seal(self) -> str:
        """Return the site's signature of the report as it stands."""
        return sign(PURPOSE, self.sealed_content)

    @property
    def is_sealed(self) -> bool:
        """Whether the site itself signed the report as it stands."""
        return is_signed(PURPOSE, self.sealed_content, self.seal)

    def compute_hashes(self) -> dict[str, str]:
        """Return the SHA-256, in hex, of the figures and of each file as they are now, by name."""
        hashes = {"report.json": self.figures_sha256}
        for kept in self.files.select_related("evidence__file"):
            hashes[kept.name] = kept.evidence.file.compute_sha256()
        return hashes

    @staticmethod
    def hash_of(manifest: dict[str, str]) -> str:
        """Return the SHA-256, in hex, of a manifest's canonical JSON."""
        return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


class ReportFileQuerySet(EvidenceLinkQuerySet):
    """Files of frozen reports: seen by whoever sees the report."""

    def visible_to(self, user: Viewer) -> "ReportFileQuerySet":
        """Return the files of the reports that the user may see."""
        return self.filter(report__in=FrozenReport.objects.visible_to(user).values("pk"))


class ReportFile(EvidenceLink):
    """A frozen report keeps a file."""

    report = models.ForeignKey(FrozenReport, models.PROTECT, related_name="files")
    name = models.CharField(_("name"), max_length=100)

    objects = ReportFileQuerySet.as_manager()

    class Meta(EvidenceLink.Meta):
        verbose_name = _("file of a report")
        verbose_name_plural = _("files of a report")
        constraints = [models.UniqueConstraint(fields=["report", "name"], name="report_file_name_once")]

    @property
    def holder(self) -> FrozenReport:
        """Return the report that holds the file."""
        return self.report

    @verb
    def take_back(self, *, by: User, reason: str = "") -> None:
        """Remove a proof from the report, which keeps its hash and says so.

        Raises:
            RuleError: when it is a document that was handed in, `by` does not manage the branch, or no reason is given.
        """
        with back.REPORT_FILE.taking(self, by=by, reason=reason) as (kept, line):
            line.facts = {"report": kept.report_id, "name": kept.name, "sha256": kept.evidence.file.sha256}
            upload = kept.evidence_id
            kept.delete()
            line.files = let_go([upload], by=by, college=kept.report.branch.college_id)
