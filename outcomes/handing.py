"""Handing a report in: the right file of a branch, a period, a kind and a format, for the page and the command."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from evidence.looking import evidence_storage
from organization.models import Branch
from outcomes.documents.formats import FORMATS, Format, Handing
from outcomes.documents.outlines import ANNUAL, Outline
from outcomes.documents.progress import Progress
from outcomes.figures import Period
from outcomes.figures.comparison import compare
from outcomes.figures.report import branch_report
from outcomes.freezing import frozen_of
from outcomes.models import FrozenReport, ReportFile, ReportProse

CHUNK = 256 * 1024


@dataclass(frozen=True)
class Handed:
    """A file ready to be sent: its bytes chunk by chunk, and what they are."""

    chunks: Iterable[bytes]
    format: Format


#: A branch and the period of its report.
Other = tuple[Branch, Period]


def report_of(branch: Branch, period: Period, frozen: FrozenReport | None) -> dict[str, Any]:
    """Return a branch's report of a period, as it was frozen where it is, else as it is now."""
    return frozen.content if frozen else branch_report(branch, period)


def set_beside(report: dict[str, Any], branch: Branch, period: Period) -> dict[str, Any]:
    """Return a report with its comparison with the report of another branch or period."""
    other = report_of(branch, period, frozen_of(branch, period))
    told = {name: other[name] for name in ("branch", "period", "frozen")}
    return {**report, "comparison": {**told, "figures": [one.told for one in compare(report, other)]}}


def handing_of(
    branch: Branch, period: Period, outline: Outline, revision: int | None = None, beside: Other | None = None
) -> Handing:
    """Return a branch's report of a period, frozen where it is, with the secretary's words for its kind."""
    prose = ReportProse.objects.newest(branch, outline.slug, period.last)
    frozen = frozen_of(branch, period, revision)
    report = report_of(branch, period, frozen)
    kept = frozen if is_kept(outline, beside) else None
    return Handing(set_beside(report, *beside) if beside else report, outline, prose, frozen, kept)


def hand_in(
    branch: Branch,
    period: Period,
    outline: Outline,
    format_: str,
    *,
    revision: int | None = None,
    beside: Other | None = None,
    progress: Progress | None = None,
) -> Handed:
    """Return the file: of a frozen report the very bytes that were kept, else what is written now.

    Args:
        branch: whose report.
        period: which days.
        outline: the kind of report.
        format_: a name of FORMATS.
        revision: which version of a frozen report; the newest where it is None.
        beside: another branch or period that it is set beside; then it is no file that was kept.
        progress: hears how far it is.

    Raises:
        KeyError: for a format that is not made.
    """
    chosen = FORMATS[format_]
    progress = progress or Progress()
    handing = replace(handing_of(branch, period, outline, revision, beside), progress=progress)
    progress.step()
    kept = kept_file(handing.kept, chosen)
    return Handed(_chunks(kept) if kept else chosen.write(handing), chosen)


def is_kept(outline: Outline, beside: Other | None) -> bool:
    """Return whether a frozen report keeps the documents of a kind: of the annual one, set beside nothing."""
    return outline is ANNUAL and beside is None


def kept_file(frozen: FrozenReport | None, format_: Format) -> ReportFile | None:
    """Return what a frozen report keeps in a format, or None where it keeps nothing."""
    name = f"report.{format_.slug}"
    return frozen.files.filter(name=name).select_related("evidence__file").first() if frozen else None


def _chunks(kept: ReportFile) -> Iterator[bytes]:
    """Yield a kept file's bytes."""
    with evidence_storage().open(kept.evidence.file.path) as file:
        yield from iter(lambda: file.read(CHUNK), b"")
