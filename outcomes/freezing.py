"""Freezing a report: what was handed in is kept byte for byte, with the hash of every file behind it."""

import json
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from evidence.models import Evidence
from organization.models import Branch, RuleError, User, all_or_nothing
from outcomes.documents.formats import KEPT, Handing
from outcomes.documents.outlines import ANNUAL
from outcomes.figures import Period, branch_report
from outcomes.models import FrozenReport, OutcomeEvidence, ReportProse
from outcomes.models.reports import FrozenReportQuerySet


def freeze_report(branch: Branch, period: Period, *, by: User) -> FrozenReport:
    """Keep a branch's report of a period as it is now.

    Args:
        branch: whose report.
        period: which days.
        by: the secretary who hands it in.

    Returns:
        The frozen report, with its figures, its documents and the manifest of their hashes.

    Raises:
        RuleError: when `by` does not manage the branch, or the period is not over.
        ValidationError: when the period's report is frozen already.
        RuleError: when the figures changed while the documents were drawn, or two froze at once.
    """
    by.must_manage(branch.pk)
    if period.last >= timezone.localdate():
        raise RuleError(_("The period is not over yet; its report can be frozen from the day after it."))
    figures = branch_report(branch, period)
    report = FrozenReport(
        branch=branch,
        first_day=period.first,
        last_day=period.last,
        label=period.label,
        figures=json.dumps(figures, ensure_ascii=False, sort_keys=True),
        manifest={},
        sha256="",
        frozen_by=by,
        frozen_at=timezone.now(),
    )
    report.validate_constraints()
    drawn = dict(_drawn(figures, branch, period))
    with all_or_nothing():
        list(Branch.objects.filter(pk=branch.pk).select_for_update(no_key=True))  # of several at once, the others wait
        report.validate_constraints()
        _refuse_if_moved(figures, branch_report(branch, period))
        documents = [Evidence.objects.take_in_bytes(content, name=name, by=by) for name, content in drawn.items()]
        report.manifest = {
            "report.json": report.figures_sha256,
            **{document.original_name: document.file.sha256 for document in documents},
            **_hashes_behind(figures),
        }
        report.sha256 = FrozenReport.hash_of(report.manifest)
        report.seal = report.compute_seal()
        report.save()
        for document in documents:
            report.files.create(evidence=document, name=document.original_name)
        for name, evidence_id in _files_behind(figures):
            report.files.create(evidence_id=evidence_id, name=name)
    return report


def _refuse_if_moved(drawn: dict[str, Any], now: dict[str, Any]) -> None:
    """Refuse figures that are no longer those of the drawn documents.

    Raises:
        RuleError: when they are not.
    """
    if {**drawn, "generated_at": ""} != {**now, "generated_at": ""}:
        raise RuleError(_("The figures have just changed. Please look at them again, then freeze."))


def _drawn(figures: dict[str, Any], branch: Branch, period: Period) -> Iterator[tuple[str, bytes]]:
    """Yield the name and bytes of each document that a frozen report keeps."""
    handing = Handing(figures, ANNUAL, ReportProse.objects.newest(branch, ANNUAL.slug, period.last))
    for format_ in KEPT:
        yield f"report.{format_.slug}", b"".join(format_.write(handing))


def _files_behind(figures: dict[str, Any]) -> list[tuple[str, int]]:
    """Return name and evidence of each file that proves a counted outcome."""
    ids = [pk for row in figures["outcomes"] for pk in row["ids"]]
    proofs = OutcomeEvidence.objects.filter(outcome__in=ids).order_by("pk").values_list("pk", "outcome", "evidence")
    return [(f"outcome-{outcome}/{pk}", evidence) for pk, outcome, evidence in proofs]


def _hashes_behind(figures: dict[str, Any]) -> dict[str, str]:
    """Return the SHA-256 of each file that proves a counted outcome, by its name in the manifest."""
    stored = dict(
        Evidence.objects.filter(pk__in=[pk for _name, pk in _files_behind(figures)]).values_list("pk", "file__sha256")
    )
    return {name: stored[pk] for name, pk in _files_behind(figures)}


def frozen_of(branch: Branch, period: Period) -> FrozenReport | None:
    """Return the frozen report of a period, where there is one."""
    return FrozenReport.objects.filter(branch=branch, first_day=period.first, last_day=period.last).first()


def report_or_frozen(branch: Branch, period: Period) -> dict[str, Any]:
    """Return the frozen report of a period where there is one, else the figures as they are now."""
    frozen = frozen_of(branch, period)
    return frozen.content if frozen else branch_report(branch, period)


def overlapping_reports(branch: Branch, period: Period) -> FrozenReportQuerySet:
    """Return the branch's frozen reports of other periods that hold some of the period's days too."""
    return FrozenReport.objects.filter(branch=branch).overlapping(period.first, period.last)
