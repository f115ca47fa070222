"""The invariants of outcomes and reports, tried on the data."""

import datetime
import hashlib
import json
from itertools import chain, pairwise
from typing import cast

from django.db.models import F, Q

from organization.integrity import (
    ROWS_AT_A_TIME,
    WITH_RELATIONS_AT_A_TIME,
    Finding,
    broken,
    each,
    invariant,
    made_by_migration,
)
from organization.models import Branch, TakenBack
from outcomes.figures import Period
from outcomes.figures.achievements import counted_outcomes
from outcomes.models import FrozenReport, Grade, Outcome, OutcomeCredit, PreparedFile, Subkind
from outcomes.models.chain import rises
from outcomes.models.prepared import prepared_storage
from outcomes.models.seal import is_sealed

ALL_TIME = Period(datetime.date(1921, 7, 1), datetime.date(2200, 12, 31))
for word in (Subkind, Grade):
    made_by_migration(word, Q(branch__isnull=True))


@invariant("5_credits_stay_in_branches_that_share")
def credits_in_place() -> Finding:
    """An outcome is credited only to pairings of branches that share it."""
    strange = OutcomeCredit.objects.exclude(pairing__branch=F("outcome__branch")).exclude(
        outcome__shared_with=F("pairing__branch")
    )
    problems = [broken(credit, "its pairing's branch does not share the outcome") for credit in strange]
    return Finding(OutcomeCredit.objects.count(), problems)


@invariant("5_credits_go_to_pairings_that_began")
def credits_begun() -> Finding:
    """No pairing shares the credit for an outcome before it was approved."""
    early = OutcomeCredit.objects.filter(pairing__approved_at__isnull=True)
    return Finding(OutcomeCredit.objects.count(), [broken(credit, "its pairing has not begun") for credit in early])


@invariant("5_every_work_counts_once")
def counted_once() -> Finding:
    """In a branch's and in the college's figure a work counts once."""
    branches = list(Branch.objects.all())
    problems = []
    scopes = chain(([branch] for branch in branches), [branches])
    for scope in scopes:
        works = counted_outcomes(scope, ALL_TIME).order_by("work").values_list("work", flat=True)
        neighbours = pairwise(works.iterator(chunk_size=ROWS_AT_A_TIME))
        twice = {work for work, next_one in neighbours if work == next_one}
        problems += [broken(("outcomes.Outcome", str(work)), "this work counts twice") for work in sorted(twice)]
    return Finding(Outcome.objects.verified().count(), problems)


@invariant("6_verified_outcome_is_proved_and_sealed")
def sealed() -> Finding:
    """A verified outcome has evidence, a verifier who is not its submitter, and is as it was verified.

    Of one that a correction has replaced the evidence may have been removed, which the line of that says.
    """
    removed = set(TakenBack.objects.filter(way="proof").values_list("facts__outcome", flat=True))

    def problem_of(outcome: Outcome) -> str:
        if not outcome.proofs.all() and (outcome.is_verified or outcome.pk not in removed):
            return "has no evidence"
        if outcome.verified_by_id is None or outcome.verified_by_id == outcome.submitted_by_id:
            return "was verified by nobody, or by who submitted it"
        return "" if is_sealed(outcome) else "was changed after it was verified"

    rows = Outcome.objects.filter(review__in=Outcome.LOCKED).prefetch_related("proofs")
    return each(rows.iterator(chunk_size=WITH_RELATIONS_AT_A_TIME), problem_of)


@invariant("6_what_was_submitted_names_who_submitted_it")
def submitters() -> Finding:
    """Whatever waits for verification or was verified says who submitted it, so that another verifies it."""
    sent = Outcome.objects.filter(review__in=(Outcome.Review.SUBMITTED, *Outcome.LOCKED))
    nameless = sent.filter(submitted_by__isnull=True)
    return Finding(sent.count(), [broken(outcome, "says nobody who submitted it") for outcome in nameless])


@invariant("6_correction_has_a_reason")
def reasons() -> Finding:
    """A correction is a new version with a reason, and what a verified one replaced no longer counts."""
    corrections = Outcome.objects.filter(corrects__isnull=False).select_related("corrects")

    def problem_of(outcome: Outcome) -> str:
        if not outcome.correction_reason:
            return "corrects another without a reason"
        both_count = outcome.is_verified and outcome.corrects is not None and outcome.corrects.is_verified
        return "counts beside the version that it corrects" if both_count else ""

    return each(corrections, problem_of)


@invariant("7_frozen_report_is_as_it_was")
def frozen() -> Finding:
    """A frozen report's figures and files have the hashes of its manifest, but for proofs whose removal is said."""
    lines = TakenBack.objects.filter(way="report_file").values_list("facts", flat=True)
    removed = {(facts["report"], facts["name"], facts["sha256"]) for facts in lines}

    def problem_of(report: FrozenReport) -> str:
        if FrozenReport.hash_of(report.manifest) != report.sha256:
            return "its manifest was changed"
        if not report.is_sealed:
            return "it is not what the site sealed"
        now = report.compute_hashes()
        differing = (name for name in {*now, *report.manifest} if now.get(name) != report.manifest.get(name))
        names = sorted(
            name for name in differing if name in now or (report.pk, name, report.manifest[name]) not in removed
        )
        return f"changed: {', '.join(names)}" if names else ""

    return each(FrozenReport.objects.all(), problem_of)


@invariant("7_revision_stands_beside_what_it_revises")
def revisions() -> Finding:
    """A revision is the next one of the same branch and days, made later, and names the version before by its hash."""
    rows = FrozenReport.objects.filter(revision__gt=0).select_related("revises")

    def problem_of(report: FrozenReport) -> str:
        before = cast("FrozenReport", report.revises)
        days = ("branch_id", "first_day", "last_day")
        if any(getattr(report, name) != getattr(before, name) for name in days):
            return "revises the report of another branch or period"
        if report.revision != before.revision + 1 or report.frozen_at < before.frozen_at:
            return "does not follow the version that it revises"
        named = json.loads(report.figures).get("supplement", {}).get("revises", {}).get("sha256")
        return "" if named == before.sha256 else "names another version than it revises"

    return each(rows, problem_of)


@invariant("7_frozen_period_was_over")
def frozen_afterwards() -> Finding:
    """A report was frozen when its period was over."""
    early = FrozenReport.objects.filter(frozen_at__date__lte=F("last_day"))
    problems = [broken(report, "was frozen before its period was over") for report in early]
    return Finding(FrozenReport.objects.count(), problems)


@invariant("10_chain_rises_without_loop_or_fork")
def chains() -> Finding:
    """A chain of continued outcomes has no loop and no fork, and rises in level or status."""
    linked = Outcome.objects.filter(continues__isnull=False).exclude(review=Outcome.Review.SUPERSEDED)
    earlier_of = dict(linked.values_list("pk", "continues"))
    corrected = dict(Outcome.objects.filter(corrects__isnull=False).values_list("pk", "corrects"))
    sequels: dict[int, set[int]] = {}
    for later, earlier in earlier_of.items():
        sequels.setdefault(earlier, set()).add(corrected.get(later) or later)

    def problem_of(outcome: Outcome) -> str:
        if _comes_back(outcome.pk, earlier_of):
            return "its chain is a loop"
        earlier = cast("Outcome", outcome.continues)
        if len(sequels[earlier.pk]) > 1:
            return "another outcome continues the same one"
        if outcome.work != earlier.work:
            return "its work is not that of the outcome it continues"
        return "" if rises(earlier, outcome) else "is no higher than the outcome it continues"

    rows = Outcome.objects.filter(Q(pk__in=list(earlier_of))).select_related("continues")
    return each(rows, problem_of)


def _comes_back(start: int, earlier_of: dict[int, int]) -> bool:
    """Return whether following a chain backwards never ends."""
    seen, here = {start}, earlier_of.get(start)
    while here is not None and here not in seen:
        seen.add(here)
        here = earlier_of.get(here)
    return here is not None


@invariant("12_words_are_of_their_category")
def own_words() -> Finding:
    """An outcome's sub-kind and grade are words of its category."""
    worded = Outcome.objects.filter(Q(subkind__isnull=False) | Q(grade__isnull=False))
    own = [Q(**{f"{word}__isnull": True}) | Q(**{f"{word}__category": F("category")}) for word in ("subkind", "grade")]
    strange = worded.exclude(*own)
    return Finding(worded.count(), [broken(outcome, "has a word of another category") for outcome in strange])


@invariant("11_prepared_files_are_whole")
def prepared() -> Finding:
    """A file that is said to be ready is as it was made; one that is gone, as after a restore, is made anew."""

    def problem_of(row: PreparedFile) -> str:
        storage = prepared_storage()
        if not storage.exists(row.stored_name):
            return ""
        with storage.open(row.stored_name) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        return "" if found == row.sha256 else f"the bytes hash to {found}"

    return each(PreparedFile.objects.filter(state=PreparedFile.State.READY).order_by("pk"), problem_of)
