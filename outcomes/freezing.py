"""Freezing a report: what was handed in is kept byte for byte, with the hash of every file behind it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evidence.models import Evidence
from organization.models import Branch, RuleError, User, all_or_nothing
from organization.verbs import verb
from outcomes.documents.formats import KEPT, Handing
from outcomes.documents.outlines import ANNUAL
from outcomes.figures import Period, branch_report
from outcomes.figures.periods import period_of
from outcomes.models import FrozenReport, Outcome, OutcomeEvidence, ReportProse
from outcomes.models.reports import FrozenReportQuerySet
from outcomes.supplement import supplement_of


@dataclass(frozen=True)
class Matter:
    """Something to look at before a period is frozen: in words, and where it stands."""

    words: str
    url: str


def matters_before_freezing(branch: Branch, period: Period) -> list[Matter]:
    """Return what waits in a period, and which other frozen reports hold some of its days (two queries)."""
    waiting = Outcome.objects.of_branches([branch]).waiting().achieved_between(period.first, period.last).count()
    found = []
    if waiting:
        words = ngettext(
            "%(count)s outcome of the period waits for verification and will not be in the report.",
            "%(count)s outcomes of the period wait for verification and will not be in the report.",
            waiting,
        )
        query = {"branch": branch.code, "review": Outcome.Review.SUBMITTED.value, **period.query}
        found.append(Matter(words % {"count": waiting}, f"{reverse('outcomes:list')}?{urlencode(query)}"))
    said = _("Some of these days stand in the frozen report “%(period)s” too.")
    for other in overlapping_reports(branch, period):
        named = {"period": period_of(other.first_day, other.last_day).label}
        found.append(Matter(said % named, other.get_absolute_url()))
    return found


@verb
def freeze_report(branch: Branch, period: Period, *, by: User, despite: bool = False) -> FrozenReport:
    """Keep a branch's report of a period as it is now.

    Args:
        branch: whose report.
        period: which days.
        by: the secretary who hands it in.
        despite: whether they know what still waits and what overlaps, and freeze all the same.

    Returns:
        The frozen report, with its figures, its documents and the manifest of their hashes.

    Raises:
        RuleError: when `by` does not manage the branch, or the period is not over.
        ValidationError: when the period's report is frozen already.
        RuleError: when something waits or overlaps, the figures changed while the documents were drawn, or two froze
            at once.
    """
    by.must_manage(branch.pk)
    if period.last >= timezone.localdate():
        raise RuleError(_("The period is not over yet; its report can be frozen from the day after it."))
    report = FrozenReport(branch=branch, first_day=period.first, last_day=period.last, label=period.label)
    return _keep(report, by=by, despite=despite)


@verb
def revise_report(frozen: FrozenReport, *, by: User, reason: str, despite: bool = False) -> FrozenReport:
    """Keep a branch's report as it is now beside a frozen one, which stays as it was.

    Args:
        frozen: the newest version of the period's report.
        by: the secretary who hands it in.
        reason: why it is revised; it stays in the revision and its documents.
        despite: as of `freeze_report`.

    Returns:
        The revision, sealed like the first, with what it says otherwise under `supplement` in its figures.

    Raises:
        RuleError: when `by` does not manage the branch, gives no reason, or as of `freeze_report`.
        ValidationError: when the version was revised already, or the reason is nothing that a document could hold.
    """
    by.must_manage(frozen.branch_id)
    report = FrozenReport(branch=frozen.branch, first_day=frozen.first_day, last_day=frozen.last_day)
    report.label, report.revises, report.revision = frozen.label, frozen, frozen.revision + 1
    report.reason = reason.strip()
    report.clean_fields(exclude={field.name for field in FrozenReport._meta.fields} - {"reason"})
    return _keep(report, by=by, despite=despite)


def _keep(report: FrozenReport, *, by: User, despite: bool) -> FrozenReport:
    """Draw, seal and save a version with its files.

    Raises:
        RuleError: when something waits or overlaps and is not known, or the figures changed meanwhile.
        ValidationError: when there is such a version already, or a revision has no reason.
    """
    branch, period = report.branch, period_of(report.first_day, report.last_day)
    report.manifest, report.frozen_by, report.frozen_at = {}, by, timezone.now()
    report.validate_constraints()
    if not despite and (matters := matters_before_freezing(branch, period)):
        said = " ".join(matter.words for matter in matters)
        raise RuleError(_("%(matters)s Tick that you know it, to freeze all the same.") % {"matters": said})
    figures = _figures(report, period)
    report.figures = json.dumps(figures, ensure_ascii=False, sort_keys=True)
    drawn = dict(_drawn(figures, branch, period))
    with all_or_nothing():
        list(Branch.objects.filter(pk=branch.pk).select_for_update(no_key=True))  # of several at once, the others wait
        report.validate_constraints()
        _refuse_if_moved(figures, _figures(report, period))
        files = _files_behind(figures)
        documents = [Evidence.objects.take_in_bytes(content, name=name, by=by) for name, content in drawn.items()]
        report.manifest = {
            "report.json": report.figures_sha256,
            **{document.original_name: document.file.sha256 for document in documents},
            **{name: evidence.file.sha256 for name, evidence in files},
        }
        report.sha256 = FrozenReport.hash_of(report.manifest)
        report.seal = report.compute_seal()
        report.save()
        for document in documents:
            report.files.create(evidence=document, name=document.original_name)
        for name, evidence in files:
            report.files.create(evidence=evidence, name=name)
    return report


def _figures(report: FrozenReport, period: Period) -> dict[str, Any]:
    """Return the figures of a version as they are now; those of a revision with its supplement."""
    figures = branch_report(report.branch, period)
    if report.revises is None:
        return figures
    return {**figures, "supplement": {**supplement_of(report.revises, figures), "reason": report.reason}}


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


def _files_behind(figures: dict[str, Any]) -> list[tuple[str, Evidence]]:
    """Return each file that proves a counted outcome, by its name in the manifest (one query)."""
    ids = [pk for row in figures["outcomes"] for pk in row["ids"]]
    proofs = OutcomeEvidence.objects.filter(outcome__in=ids).order_by("pk").select_related("evidence__file")
    return [(f"outcome-{proof.outcome_id}/{proof.pk}", proof.evidence) for proof in proofs]


def frozen_of(branch: Branch, period: Period, revision: int | None = None) -> FrozenReport | None:
    """Return a version of a period's frozen report, the newest unless one is asked for, where there is one."""
    versions = FrozenReport.objects.versions(branch, period.first, period.last)
    chosen = versions if revision is None else versions.filter(revision=revision)
    return chosen.select_related("branch", "revises").first()


def overlapping_reports(branch: Branch, period: Period) -> FrozenReportQuerySet:
    """Return the newest versions of the branch's frozen reports of other periods that hold some of the days too."""
    rows = FrozenReport.objects.filter(branch=branch, revisions=None).overlapping(period.first, period.last)
    return rows.select_related("branch")
