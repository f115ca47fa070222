"""The supplement of a revision: what it says otherwise than the version before it, and why, kept with its figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from organization.models import Merge, TakenBack, User
from outcomes.figures.comparison import moved
from outcomes.models import FrozenReport, Outcome, OutcomeStep
from outcomes.since import counted_ids, taken_back_since

CAME, WENT, CHANGED = "came", "went", "changed"
#: What became of a record, in the words of a page and a document.
WHAT = {CAME: _("Counts now"), WENT: _("Counts no more"), CHANGED: _("Changed")}
#: Why, as far as the records say.
WHY = {
    "verified": _("verified since"),
    "corrected": _("replaced by a correction"),
    "revoked": _("its verification was taken back"),
    "merged": _("merged with another record"),
    "surpassed": _("another recognition of the same work counts"),
    "": "",
}


@dataclass(frozen=True)
class Reason:
    """Why a record came, went or changed: in short, and who said so when and in which words."""

    why: str = ""
    by: User | None = None
    at: Any = None
    words: str = ""

    @property
    def told(self) -> dict[str, Any]:
        """Return it as the report's JSON says it."""
        by = self.by.get_full_name() if self.by else ""
        return {"why": self.why, "by": by, "at": self.at.isoformat() if self.at else None, "reason": self.words}


def supplement_of(revised: FrozenReport, figures: dict[str, Any]) -> dict[str, Any]:
    """Return what figures say otherwise than a frozen report, with the reasons from the trail.

    Args:
        revised: the version before.
        figures: the branch's report of the same period as it is now.
    """
    then = revised.content
    before, after = counted_ids(then), counted_ids(figures)
    lines = taken_back_since(revised, before).select_related("by__person").order_by("at", "pk")
    return {
        "revises": {"revision": revised.revision, "at": then["frozen"]["at"], "sha256": revised.sha256},
        "figures": [one.told for one in moved(figures, then)],
        "records": list(_records(revised, before - after, after - before)),
        "taken_back": [_line(line) for line in lines],
    }


def _line(line: TakenBack) -> dict[str, Any]:
    """Return a line of what was taken back."""
    day = line.day.isoformat() if line.day else None
    said = {"by": line.by.get_full_name(), "at": line.at.isoformat(), "reason": line.reason}
    return {"what": line.way, "named": line.named, "day": day, **said}


def _records(revised: FrozenReport, gone: set[int], new: set[int]) -> Iterator[dict[str, Any]]:
    """Yield each record that came, went or was changed, by its number."""
    rows = Outcome.objects.select_related("verified_by__person").in_bulk(gone | new)
    reasons = _Reasons(revised, rows)
    replaced: set[int] = set()
    for pk in sorted(new):
        row = rows[pk]
        was = rows.get(reasons.first_version(row)) if row.corrects_id else None
        if was is not None and was.pk in gone:
            replaced.add(was.pk)
            yield _record(
                CHANGED, row, Reason("corrected", row.verified_by, row.verified_at, row.correction_reason), was
            )
        else:
            yield _record(CAME, row, reasons.of_coming(row))
    for pk in sorted(gone - replaced):
        yield _record(WENT, rows[pk], reasons.of_going(rows[pk], new))


def _record(what: str, row: Outcome, reason: Reason, was: Outcome | None = None) -> dict[str, Any]:
    """Return what the supplement says of a record."""
    before = {"id": was.pk, "title": was.title, "level": was.level, "status": was.status} if was else None
    return {"what": what, "id": row.pk, "title": row.title, "level": row.level, "status": row.status, "was": before,
            **reason.told}  # fmt: skip


class _Reasons:
    """Why records came and went, read once for all (five queries)."""

    def __init__(self, revised: FrozenReport, rows: dict[int, Outcome]) -> None:
        since = revised.frozen_at
        self.rows = rows
        works = {row.work for row in rows.values()}
        self.corrects = dict(Outcome.objects.filter(work__in=works).values_list("pk", "corrects"))
        revoked = TakenBack.objects.filter(way="verification", row__in=rows, at__gt=since).order_by("at", "pk")
        self.revoked = {line.row: line for line in revoked.select_related("by__person")}
        merges = Merge.objects.standing().filter(kind=Outcome.merge_kind, merged__in=rows)
        self.merged = {line.merged: line for line in merges.select_related("by__person")}
        steps = OutcomeStep.objects.filter(outcome__in=rows, what=OutcomeStep.What.VERIFIED, at__gt=since)
        self.verified = {step.outcome_id: step for step in steps.order_by("at", "pk").select_related("by__person")}
        corrections = Outcome.objects.verified().filter(corrects__in=rows).select_related("verified_by__person")
        self.corrected = {row.corrects_id: row for row in corrections}

    def first_version(self, row: Outcome) -> int:
        """Return which version a correction goes back to that was among the records; 0 when none was."""
        here = row.corrects_id
        while here is not None and here not in self.rows:
            here = self.corrects.get(here)
        return here or 0

    def of_coming(self, row: Outcome) -> Reason:
        """Return why a record counts now."""
        step = self.verified.get(row.pk)
        return Reason("verified", step.by, step.at) if step else Reason()

    def of_going(self, row: Outcome, new: set[int]) -> Reason:
        """Return why a record counts no more."""
        if line := self.merged.get(row.pk):
            return Reason("merged", line.by, line.at, line.reason)
        if taken := self.revoked.get(row.pk):
            return Reason("revoked", taken.by, taken.at, taken.reason)
        if version := self.corrected.get(row.pk):
            return Reason("corrected", version.verified_by, version.verified_at, version.correction_reason)
        higher = next((pk for pk in new if self.rows[pk].work == row.work), None)
        return Reason("surpassed", None, None, self.rows[higher].title) if higher else Reason()
