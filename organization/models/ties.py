"""What stands on a person in other apps, and so refuses a change that would contradict it."""

import datetime
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

#: A Person, whose model stands above what is registered here.
Person = Any
#: A person's party stages as (from day, stage), the oldest first.
History = Collection[tuple[datetime.date, str]]
#: Yields (field, why) for each change of a person's own row that does not go, given the person as it would be saved.
PersonTie = Callable[[Person], Iterator[tuple[str, "StrOrPromise"]]]
#: Yields why a person's history of stages cannot be this one.
HistoryTie = Callable[[Person, History], Iterator["StrOrPromise"]]
#: Yields why a person cannot be gone from a branch from a day on; `moves` when it is to another one.
LeavingTie = Callable[[Person, datetime.date, bool], Iterator["StrOrPromise"]]
#: Yields why a person cannot have come only on a day.
ComingTie = Callable[[Person, datetime.date], Iterator["StrOrPromise"]]

_person_ties: list[PersonTie] = []
_history_ties: list[HistoryTie] = []
_leaving_ties: list[LeavingTie] = []
_coming_ties: list[ComingTie] = []


def ties_person(tie: PersonTie) -> PersonTie:
    """Register what refuses changes of a person's kind and branch."""
    _person_ties.append(tie)
    return tie


def ties_history(tie: HistoryTie) -> HistoryTie:
    """Register what refuses changes of a person's history of party stages."""
    _history_ties.append(tie)
    return tie


def ties_leaving(tie: LeavingTie) -> LeavingTie:
    """Register what refuses that a person leaves a branch."""
    _leaving_ties.append(tie)
    return tie


def ties_coming(tie: ComingTie) -> ComingTie:
    """Register what refuses a day of coming to a branch."""
    _coming_ties.append(tie)
    return tie


def problems_of_leaving(person: Person, on: datetime.date, *, moves: bool = False) -> list["StrOrPromise"]:
    """Return why a person cannot be gone from a day on."""
    return [problem for tie in _leaving_ties for problem in tie(person, on, moves)]


def problems_of_coming(person: Person, on: datetime.date) -> list["StrOrPromise"]:
    """Return why a person cannot have come only on a day."""
    return [problem for tie in _coming_ties for problem in tie(person, on)]


def problems_of_person(person: Person) -> dict[str, "StrOrPromise"]:
    """Return by field why a person cannot be saved like this."""
    return dict(problem for tie in _person_ties for problem in tie(person))


def problems_of_history(person: Person, history: History) -> list["StrOrPromise"]:
    """Return why a person's stages cannot have been these."""
    return [problem for tie in _history_ties for problem in tie(person, history)]


def stage_in(history: History, day: datetime.date, *, otherwise: str) -> str:
    """Return the stage that a history gives on a day, or another word before its first step."""
    return next((stage for since, stage in sorted(history, reverse=True) if since <= day), otherwise)
