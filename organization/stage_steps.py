"""The steps of a person's way into the party that a roster's row states, and what they add to the history."""

import datetime
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from organization.models import MEMBER_STAGES, PartyStage, PartyStageEntry, Person
from organization.models.people import PARTY_AGE, birthday
from organization.models.ties import problems_of_history
from organization.political import Standing
from organization.ranks import rank
from organization.sheets import Month

STAGE = "政治面貌"
APPLIED, ACTIVIST, CANDIDATE = "提交入党申请书时间", "确定为入党积极分子时间", "确定为发展对象时间"
JOINED, CONFIRMED = "入党时间", "转正时间"
#: Which heading states the day of which stage, in the order of the way.
DAYS: dict[str, str] = {
    PartyStage.APPLICANT: APPLIED, PartyStage.ACTIVIST: ACTIVIST, PartyStage.CANDIDATE: CANDIDATE,
    PartyStage.PROBATIONARY: JOINED, PartyStage.FULL: CONFIRMED,
}  # fmt: skip
Basis = PartyStageEntry.Basis


class CellsError(Exception):
    """What is wrong with a row's cells: heading and words."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column, self.message = column, message


@dataclass(frozen=True)
class Step:
    """From a day on, a stage; `column` is the heading that says so."""

    stage: str
    day: datetime.date
    basis: str
    column: str


_rank = partial(rank, PartyStage)


def stated_steps(values: Mapping[str, Any], standing: Standing, person: Person) -> list[Step]:
    """Return the steps that a row states or lets reckon, in order; a step without a day has today's.

    Args:
        values: the row's days by heading.
        standing: what its political status says.
        person: with the day of birth that is known, and the stage that the record has.

    Raises:
        CellsError: when the row contradicts itself.
    """
    days: dict[str, datetime.date] = {stage: values[column] for stage, column in DAYS.items() if values.get(column)}
    present = _present(standing, days, person)
    _refuse_contradictions(standing, present, days)
    if PartyStage.PROBATIONARY in days:
        days[PartyStage.PROBATIONARY] = _of_age(days[PartyStage.PROBATIONARY], person.born_on)
    steps = [Step(stage, day, Basis.STATED, DAYS[stage]) for stage, day in days.items()]
    if present == PartyStage.NONE or present in days:
        return steps
    if present == PartyStage.FULL and PartyStage.PROBATIONARY in days:
        reckoned = birthday(days[PartyStage.PROBATIONARY], 1)
        return [*steps, Step(present, reckoned, Basis.RECKONED, JOINED)]
    return [*steps, Step(present, timezone.localdate(), Basis.UNDATED, STAGE)]


def _present(standing: Standing, days: Mapping[str, datetime.date], person: Person) -> str:
    """Return the stage that a row says somebody is at now; 中共党员 alone moves no known member."""
    if standing.is_either and person.is_member and PartyStage.FULL not in days:
        return person.stage
    if standing.is_either:
        joined = days.get(PartyStage.PROBATIONARY)
        is_full = PartyStage.FULL in days or joined is None or birthday(joined, 1) <= timezone.localdate()
        return PartyStage.FULL if is_full else PartyStage.PROBATIONARY
    if standing.stage is not None:
        return standing.stage
    return max((stage for stage in days if stage not in MEMBER_STAGES), key=_rank, default=PartyStage.NONE)


def _refuse_contradictions(standing: Standing, present: str, days: Mapping[str, datetime.date]) -> None:
    """Refuse days of stages beyond the present one, days out of order, and full membership within a year.

    Raises:
        CellsError: at the cell that cannot be.
    """
    ordered = sorted(days.items(), key=lambda one: _rank(one[0]))
    for stage, _day in ordered:
        if _rank(stage) > _rank(present):
            words = _("A day stands here, but %(column)s says %(stage)s.")
            said = standing.status or str(PartyStage(present).label)
            raise CellsError(DAYS[stage], words % {"column": STAGE, "stage": said})
    for (_earlier, first), (stage, second) in itertools.pairwise(ordered):
        if _last_day(second) < first:
            raise CellsError(DAYS[stage], _("This day lies before the step that comes before it."))
    joined, confirmed = days.get(PartyStage.PROBATIONARY), days.get(PartyStage.FULL)
    if joined and present == PartyStage.FULL:
        column, full = (CONFIRMED, _last_day(confirmed)) if confirmed else (STAGE, timezone.localdate())
        if full < birthday(joined, 1):
            raise CellsError(column, _("Full membership follows a year after joining at the earliest."))


def _last_day(day: datetime.date) -> datetime.date:
    """Return the day, or the last one that a month alone may mean."""
    if not isinstance(day, Month):
        return day
    following = day.replace(day=28) + datetime.timedelta(days=4)
    return datetime.date(following.year, following.month, 1) - datetime.timedelta(days=1)


def _of_age(joined: datetime.date, born: datetime.date | None) -> datetime.date:
    """Return the day of joining; of a month alone, the eighteenth birthday when it falls into it."""
    if not (born and isinstance(joined, Month)):
        return joined
    of_age = birthday(born, PARTY_AGE)
    is_same_month = (of_age.year, of_age.month) == (joined.year, joined.month)
    return Month(of_age.year, of_age.month, of_age.day) if is_same_month else joined


def refuse_step_back(person: Person, standing: Standing) -> None:
    """Refuse a row that says less than is known.

    Raises:
        CellsError: at the political status.
    """
    said = standing.stage
    is_back = person.is_member and not standing.is_member if said is None else _rank(said) < _rank(person.stage)
    if is_back:
        words = _("The record says %(stage)s already. An import never takes a stage back; change it by hand.")
        raise CellsError(STAGE, words % {"stage": person.get_stage_display()})


@dataclass
class PlannedStep:
    """An entry of the history that is to be saved: a new one, or a known one whose day is stated now.

    `was` is what a known one's columns held; `cell` the column with what it said and says.
    """

    entry: PartyStageEntry
    cell: tuple[str, str, str]
    was: dict[str, Any]


def plan_steps(person: Person, steps: list[Step], note: str) -> list[PlannedStep]:
    """Return what the history lacks; nothing is written, and a person who is not saved yet costs no query.

    A stated day replaces one that was reckoned or not known. What the history knows otherwise is refused.

    Raises:
        CellsError: when the history knows another day.
        ValidationError: when a day cannot be.
    """
    entries = list(person.stage_entries.all()) if person.pk else []
    planned = []
    for step in steps:
        known = [entry for entry in entries if entry.stage == step.stage]
        if any(_is_same_day(entry.from_date, step.day) for entry in known):
            continue
        if not known:
            _refuse_late(step, entries)
            entry = _new_entry(person, step, note, entries)
            entries.append(entry)
            planned.append(PlannedStep(entry, (_heading(step), "", _said(step)), {}))
        elif step.basis == Basis.STATED:
            planned.append(_restated(known[0], step))
    if planned and person.pk:
        _refuse_broken_seats(person, [(entry.from_date, entry.stage) for entry in entries])
    return planned


def _new_entry(person: Person, step: Step, note: str, entries: list[PartyStageEntry]) -> PartyStageEntry:
    """Return a new entry, not saved.

    Raises:
        ValidationError: when its day cannot be, or has an entry.
    """
    entry = PartyStageEntry(person=person, stage=step.stage, from_date=_plain(step.day), note=note, basis=step.basis)
    entry.clean_fields(exclude={"person"})
    entry.refuse_impossible_day()
    if any(known.from_date == entry.from_date for known in entries):
        raise ValidationError({"__all__": [_("The history already has an entry for this day.")]})
    return entry


def _restated(entry: PartyStageEntry, step: Step) -> PlannedStep:
    """Return the entry of a step whose day was only reckoned, or not known, with the stated day."""
    if entry.basis == Basis.STATED:
        words = _("The record says %(day)s. An import never changes a day that was stated; change it by hand.")
        raise CellsError(step.column, words % {"day": entry.from_date.isoformat()})
    was: dict[str, Any] = {"from_date": entry.from_date, "basis": entry.basis}
    entry.from_date, entry.basis = _plain(step.day), Basis.STATED
    try:
        entry.full_clean()
    except ValidationError as error:
        raise CellsError(step.column, " ".join(error.messages)) from error
    return PlannedStep(entry, (step.column, was["from_date"].isoformat(), _said(step)), was)


def _refuse_broken_seats(person: Person, history: list[tuple[datetime.date, str]]) -> None:
    """Refuse a history that the seats which a person took speak against.

    Raises:
        ValidationError: at from_date.
    """
    if problems := problems_of_history(person, history):
        raise ValidationError({"from_date": [str(problem) for problem in problems]})


def _refuse_late(step: Step, entries: list[PartyStageEntry]) -> None:
    """Refuse a step that would stand after a further one: the present stage would be taken back."""
    if any(_rank(entry.stage) > _rank(step.stage) and entry.from_date <= step.day for entry in entries):
        raise CellsError(step.column, _("The record already says a further stage for that day."))


def _is_same_day(known: datetime.date, said: datetime.date) -> bool:
    """Return whether a stated day, or a month alone, says what is known."""
    if isinstance(said, Month):
        return (known.year, known.month) == (said.year, said.month)
    return known == said


def _plain(day: datetime.date) -> datetime.date:
    """Return the day as it is kept."""
    return datetime.date(day.year, day.month, day.day)


def _heading(step: Step) -> str:
    """Return under which heading a preview shows a step: a reckoned day under the step's own."""
    return DAYS[step.stage] if step.basis == Basis.RECKONED else step.column


def _said(step: Step) -> str:
    """Return a step's day, said to be reckoned where it is, or the stage that holds from today."""
    if step.basis == Basis.RECKONED:
        return _("%(day)s (reckoned)") % {"day": step.day.isoformat()}
    return str(PartyStage(step.stage).label) if step.basis == Basis.UNDATED else step.day.isoformat()
