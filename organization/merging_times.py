"""The times in branches and the steps into the party of two records of one person, laid together."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organization.merge_kinds import moves_too, must_hold, speaks_against
from organization.models import Membership, PartyStage, PartyStageEntry, Person
from organization.models.ties import problems_of_history
from organization.moving import Moving
from organization.ranks import rank

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PERSON = "organization.Person"
_rank = partial(rank, PartyStage)


def _stays(*people: Person) -> list[Membership]:
    """Return the times of people in branches, the oldest first (one query)."""
    stays = Membership.objects.filter(person__in=people).select_related("branch", "person")
    return sorted(stays, key=lambda stay: (stay.first_day, stay.pk))


@speaks_against(PERSON)
def in_two_branches(kept: Person, merged: Person) -> "Iterator[StrOrPromise]":
    """Name the branches to which the two belonged on one day, and refuse to keep who was somewhere else last."""
    stays = _stays(kept, merged)
    for place, one in enumerate(stays):
        for other in stays[place + 1 :]:
            if one.branch_id != other.branch_id and other.first_day < one.day_after:
                words = _(
                    "By the records this person would belong to %(one)s (%(since)s) and to %(other)s (%(then)s) at one"
                    " time. Say first from when to when they were in each."
                )
                yield words % {"one": one.branch, "since": one, "other": other.branch, "then": other}
                return
    if stays[-1].branch_id != kept.branch_id:
        words = _("Merge the other way round: the one who is in %(branch)s now stays.")
        yield words % {"branch": stays[-1].branch}


@moves_too(PERSON)
def lay_stays_together(moving: Moving) -> None:
    """Give the kept one the times of both; of two that overlap in one branch one is left, as long as both."""
    whole: list[Membership] = []
    ends: dict[int, Membership] = {}
    for stay in _stays(moving.kept, moving.merged):
        last = whole[-1] if whole else None
        end = ends.get(last.pk, last) if last else None
        if last and end and stay.branch_id == last.branch_id and stay.first_day < end.day_after:
            ends[last.pk] = max(end, stay, key=lambda one: one.day_after)
            moving.take_off(stay)
        else:
            whole.append(stay)
    for stay in whole:
        end = ends.get(stay.pk, stay)
        if (stay.person_id, stay.left_on, stay.ending) != (moving.kept.pk, end.left_on, end.ending):
            moving.set(stay, person_id=moving.kept.pk, left_on=end.left_on, ending=end.ending)


@dataclass
class Steps:
    """What becomes of the steps of two histories laid together."""

    moved: list[PartyStageEntry] = field(default_factory=list)
    taken_off: list[PartyStageEntry] = field(default_factory=list)
    problem: str = ""


def _steps(kept: Person, merged: Person) -> Steps:
    """Lay two histories together: of the same step the earlier day counts, and an entry without a stated day yields."""
    found = Steps()
    entries = list(PartyStageEntry.objects.filter(person__in=[kept, merged]).select_related("person"))
    entries.sort(key=lambda one: (one.from_date, _rank(one.stage), one.person_id != kept.pk))
    held: list[PartyStageEntry] = []
    for entry in entries:
        last = held[-1] if held else None
        if last is None or (_rank(entry.stage) > _rank(last.stage) and entry.from_date > last.from_date):
            held.append(entry)
        elif entry.stage == last.stage:
            (held if entry.person_id == kept.pk and entry.from_date > last.from_date else found.taken_off).append(entry)
        elif entry.basis == PartyStageEntry.Basis.UNDATED:
            found.taken_off.append(entry)
        elif last.basis == PartyStageEntry.Basis.UNDATED and entry.from_date == last.from_date:
            found.taken_off.append(held.pop())
            held.append(entry)
        elif entry.from_date > last.from_date and _fell_there(entry, entries):
            held.append(entry)
        else:
            found.problem = found.problem or _contradiction(last, entry)
    found.moved = [entry for entry in held if entry.person_id == merged.pk]
    return found


def _fell_there(entry: PartyStageEntry, entries: list[PartyStageEntry]) -> bool:
    """Return whether the person's own history says that they stood further on before."""
    before = [one for one in entries if one.person_id == entry.person_id and one.from_date < entry.from_date]
    return bool(before) and _rank(before[-1].stage) > _rank(entry.stage)


def _contradiction(one: PartyStageEntry, other: PartyStageEntry) -> str:
    """Return that two steps cannot be one person's."""
    words = _(
        "The ways into the party contradict each other: %(stage)s from %(day)s (%(number)s), and %(other)s from"
        " %(then)s (%(its)s). Correct the one that is wrong first."
    )
    told = {"stage": one.get_stage_display(), "day": date_format(one.from_date), "number": one.person.number}
    told |= {"other": other.get_stage_display(), "then": date_format(other.from_date), "its": other.person.number}
    return words % told


@speaks_against(PERSON)
def two_ways_into_the_party(kept: Person, merged: Person) -> "Iterator[StrOrPromise]":
    """Name two steps that cannot be one person's."""
    if problem := _steps(kept, merged).problem:
        yield problem


@moves_too(PERSON)
def lay_steps_together(moving: Moving) -> None:
    """Give the kept one the history of both, and the stage that it comes to today."""
    steps = _steps(moving.kept, moving.merged)
    moving.take_off(*steps.taken_off)
    moving.set(*steps.moved, person_id=moving.kept.pk)
    stage = moving.kept.stage_on(timezone.localdate())
    if stage != moving.kept.stage:
        moving.set(moving.kept, stage=stage)


@must_hold(PERSON)
def history_agrees(person: Person) -> "Iterator[StrOrPromise]":
    """Yield what of a person's way into the party the birthday and the seats speak against."""
    yield from problems_of_history(person, list(person.stage_entries.values_list("from_date", "stage")))
