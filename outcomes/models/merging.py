"""Merging two outcomes: what of one moves to the other, and what of two decisions speaks against it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from organization.merge_kinds import BY_STEP, STAYS, MergeKind, moves, tell
from organization.models import Merge, Person, User
from organization.moving import Moving
from outcomes.models.chain import rises
from outcomes.models.outcome import Outcome
from outcomes.models.reports import FrozenReport
from outcomes.models.seal import is_sealed, seal_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Review = Outcome.Review
#: How far a record has come; what has come less far is merged into what has come further.
HOW_FAR = {Review.DRAFT: 0, Review.RETURNED: 0, Review.SUBMITTED: 1, Review.VERIFIED: 2}


def problem_of(kept: Outcome, merged: Outcome, by: User) -> "StrOrPromise":
    """Return why an outcome cannot be merged into another (a few queries)."""
    return next(_problems(kept, merged, by), "")


def _problems(kept: Outcome, merged: Outcome, by: User) -> "Iterator[StrOrPromise]":
    """Yield what speaks against merging one outcome into another."""
    if kept.branch.college_id != merged.branch.college_id:
        yield _("The two belong to different colleges.")
    yield from _version_problems(kept)
    yield from _version_problems(merged)
    if kept.category != merged.category:
        yield _("The same work stays in the same category.")
    if HOW_FAR.get(Review(merged.review), 0) > HOW_FAR.get(Review(kept.review), 0):
        yield _("Merge the other way round: what has come further in the review stays.")
    if kept.is_verified and any(_answers_for(by, one) for one in (kept, merged)):
        yield _("Whoever answers for one of the two does not merge it into a verified outcome.")
    yield from _chain_problems(kept, merged)
    for one in (kept, *merged.continued_by.all()):
        if one.review in Outcome.LOCKED and not is_sealed(one):
            yield _("“%(title)s” was changed after it was verified; see check_integrity.") % {"title": one}


def _version_problems(outcome: Outcome) -> "Iterator[StrOrPromise]":
    """Yield why this version of an outcome is none to merge."""
    title = {"title": outcome.title}
    if outcome.review not in HOW_FAR:
        yield _("“%(title)s” was replaced by a correction; merge the version that counts.") % title
    elif outcome.corrects_id and outcome.review != Review.VERIFIED:
        yield _("“%(title)s” corrects a verified outcome; decide on the correction first.") % title
    elif Outcome.objects.filter(corrects=outcome).exists():
        yield _("A correction of “%(title)s” is under way. Remove its draft or return it first.") % title


def _answers_for(user: User, outcome: Outcome) -> bool:
    """Return whether the user submitted an outcome, or entered one that nobody submitted yet."""
    return user.pk == (outcome.submitted_by_id or outcome.entered_by_id)


def _chain_problems(kept: Outcome, merged: Outcome) -> "Iterator[StrOrPromise]":
    """Yield why the chain of one cannot become the other's."""
    if kept.work == merged.work:
        yield _("Both are recognitions of the same work already, which counts once.")
    elif kept.continues_id and merged.continues_id:
        yield _("Each of the two continues an outcome of its own. Merge those first.")
    elif _has_sequel(kept) and _has_sequel(merged):
        yield _("Each of the two is continued by an outcome of its own. Merge those first.")
    earlier = [(merged.continues, kept)] if merged.continues else []
    later = [(kept, sequel) for sequel in merged.continued_by.exclude(review=Review.SUPERSEDED)]
    for before, after in (*earlier, *later):
        if not rises(before, after) or before.achieved_on > after.achieved_on:
            said = {"earlier": before, "later": after}
            yield _("“%(later)s” would not be higher and newer than “%(earlier)s”, which it would continue.") % said


def _has_sequel(outcome: Outcome) -> bool:
    """Return whether another outcome continues this one, or the version that it replaced."""
    versions = [pk for pk in (outcome.pk, outcome.corrects_id) if pk]
    return Outcome.objects.filter(continues__in=versions).exists()


def move(moving: Moving) -> None:
    """Move people in their order, shares and chain, and seal anew what was verified and says more now."""
    kept, merged = moving.kept, moving.merged
    people = {one.person_id: one.position for one in kept.contributions.all()}
    moving.notes["people"] = {one.pk: [who.person_id for who in one.contributions.all()] for one in (kept, merged)}
    for one in merged.contributions.order_by("position"):
        if one.person_id in people:
            moving.take_off(one)
        else:
            people[one.person_id] = max(people.values(), default=0) + 1
            moving.set(one, outcome_id=kept.pk, position=people[one.person_id])
    for one in merged.shares.order_by("pk"):
        if one.branch_id == kept.branch_id or kept.shares.filter(branch=one.branch_id).exists():
            moving.take_off(one)
        else:
            moving.set(one, outcome_id=kept.pk)
    shares = [branch for branch in (merged.branch, *merged.shared_with.all()) if branch.pk != kept.branch_id]
    moving.tie("shared_with", shares)
    sequels = _move_chain(moving)
    for one in (kept, *sequels):
        if one.review in Outcome.LOCKED:
            moving.set(one, seal=seal_of(one))


def _move_chain(moving: Moving) -> list[Outcome]:
    """Let what the merged outcome continues, and what continues it, be the kept one's; return the latter."""
    kept, merged = moving.kept, moving.merged
    sequels = list(merged.continued_by.select_for_update(of=("self",)).order_by("pk"))
    target, leaving = kept.work, merged.work
    if before := merged.continues_id:
        target, leaving = leaving, target
        moving.set(merged, continues_id=None)
        moving.set(kept, continues_id=before)
    if before or sequels:
        for one in Outcome.objects.filter(work=leaving).exclude(pk=merged.pk).order_by("pk"):
            moving.set(one, work=target)
    for one in sequels:
        one.refresh_from_db()
        moving.set(one, continues_id=kept.pk)
    kept.refresh_from_db()
    return sequels


def people_before() -> dict[int, list[list[Person]]]:
    """Return who achieved outcomes before others were merged into them, or they into others (two queries)."""
    found: dict[int, list[list[int]]] = {}
    for line in Merge.objects.standing().filter(kind=Outcome.merge_kind):
        for pk, people in line.moved["notes"]["people"].items():
            found.setdefault(int(pk), []).append(people)
    numbers = {person for lists in found.values() for people in lists for person in people}
    known = Person.objects.select_related("merged_into").in_bulk(numbers)
    return {pk: [[known[one].survivor for one in people] for people in lists] for pk, lists in found.items()}


def stands_on(line: Merge, kept: Outcome, merged: Outcome) -> "StrOrPromise":
    """Return what stands on a merge of outcomes: a later decision, a correction, or a report that was frozen."""
    changed = [(pk, pairs) for label, pk, pairs in line.moved["changed"] if label == kept._meta.label]
    was_verified = any(pk == kept.pk and "seal" in pairs for pk, pairs in changed)
    if kept.review == Review.SUPERSEDED:
        return _("The outcome was corrected since.")
    if was_verified and not kept.is_verified:
        return _("The verification of the outcome was revoked since.")
    if not was_verified and kept.is_verified:
        return _("The outcome was verified since, with what the merge brought to it.")
    corrections = Outcome.objects.filter(corrects__in=[pk for pk, _pairs in changed], entered_at__gt=line.at)
    if corrections.exists():
        return _("A correction was begun since.")
    report = _frozen_since(line, kept, merged)
    return _("The report “%(report)s” was frozen since.") % {"report": report} if report else ""


def _frozen_since(line: Merge, kept: Outcome, merged: Outcome) -> FrozenReport | None:
    """Return a report that was frozen after a merge and holds the days of one of the two."""
    days = Q()
    for one in (kept, merged):
        days |= Q(first_day__lte=one.achieved_on, last_day__gte=one.achieved_on)
    branches = {kept.branch_id, merged.branch_id, *kept.shared_with.values_list("pk", flat=True)}
    return FrozenReport.objects.filter(days, branch__in=branches, frozen_at__gt=line.at).first()


def facts(outcome: Outcome) -> "list[tuple[StrOrPromise, Any]]":
    """Return what of an outcome is shown beside its likely double."""
    names = "、".join(one.person.name for one in outcome.contributions.all())
    return [
        (_("category"), outcome.get_category_display()),
        (_("level"), outcome.get_level_display()),
        (_("status"), outcome.get_status_display()),
        (_("grade"), outcome.grade or ""),
        (_("quantity"), "、".join(outcome.quantities)),
        (_("achieved on"), date_format(outcome.achieved_on)),
        (_("issued by"), outcome.issuer),
        (_("achieved by"), names),
        (_("branch"), outcome.branch.name),
        (_("evidence"), "、".join(str(one.evidence) for one in outcome.proofs.all())),
        (_("review"), outcome.get_review_display()),
        (_("note"), outcome.note),
    ]


def shown(outcomes: "QuerySet[Any]") -> "QuerySet[Any]":
    """Fetch what is shown of outcomes and compared."""
    return outcomes.select_related("branch", "grade", "subkind").prefetch_related(
        "contributions__person", "proofs__evidence__file"
    )


KIND = MergeKind(
    slug=Outcome.merge_kind,
    model="outcomes.Outcome",
    title=_("Likely doubles of outcomes"),
    consequence=_(
        "The one that is kept gets the people, credits, files, shares and chain of both; its own words stay as they"
        " are. The other one counts nowhere any more, and its page leads to the one that is kept."
    ),
    facts=facts,
    shown=shown,
    problem=problem_of,
    move=move,
    leaves_as={"review": Review.MERGED.value},
    stands=stands_on,
    day=lambda outcome: outcome.achieved_on,
)
tell(
    "outcomes.Outcome",
    {
        "outcomes.OutcomePerson.outcome": BY_STEP,  # in their order
        "outcomes.OutcomeCredit.outcome": moves("pairing"),
        "outcomes.OutcomeEvidence.outcome": moves("evidence"),
        "outcomes.OutcomeShare.outcome": BY_STEP,  # those of the kept one's own branch are taken off
        "outcomes.OutcomeStep.outcome": STAYS,  # each page tells its own story
        "outcomes.Outcome_shared_with.outcome": STAYS,  # tied to the kept one too, by `move`
        "outcomes.Outcome.continues": BY_STEP,  # with the seals
        "outcomes.Outcome.corrects": STAYS,  # the versions before it stay behind it
        "outcomes.Outcome.merged_into": STAYS,  # what was merged earlier leads on from there
        "outcomes.HandOver.outcome": STAYS,  # the pairing's page follows it to the kept one
    },
)
