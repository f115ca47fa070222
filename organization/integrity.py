"""The invariants tried on the data (design, section 7): each app registers its own, `check_integrity` runs them all."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from django.apps import apps
from django.db import connection, transaction
from django.db.models import CharField, F, Model, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from organization.doors import DayThatCameField
from organization.models import MEMBER_STAGES, PartyStage, PartyStageEntry, Person, Tag
from organization.models.people import PARTY_AGE, birthday

ROWS_AT_A_TIME = 2000
#: Rows whose relations come with them: SQLite takes no list of more than a thousand.
WITH_RELATIONS_AT_A_TIME = 200


@dataclass(frozen=True)
class Finding:
    """What a check tried and what it found broken."""

    checked: int
    broken: list[dict[str, Any]]


Try = Callable[[], Finding]
_checks: dict[str, Try] = {}
_unaudited: dict[type[Model], Q] = {}


def invariant(name: str) -> Callable[[Try], Try]:
    """Register a check under a name that starts with the invariant's number."""

    def keep(check: Try) -> Try:
        _checks[name] = check
        return check

    return keep


def made_by_migration(model: type[Model], rows: Q) -> None:
    """Say which rows of an audited model were there from the start."""
    _unaudited[model] = rows


def came_with_the_release(model: type[Model]) -> set[int]:
    """Return the ids of an audited model's rows that were there from the start."""
    return set(model._base_manager.filter(_unaudited.get(model, Q(pk__in=[]))).values_list("pk", flat=True))


made_by_migration(Tag, Q(branch__isnull=True))


def in_order() -> list[tuple[str, Try]]:
    """Return every registered check with its name, in the order of the invariants."""
    return sorted(_checks.items(), key=lambda one: (int(one[0].split("_")[0]), one[0]))


def try_all() -> list[tuple[str, Finding]]:
    """Run every registered check, in the order of the invariants, on the data of one moment."""
    with one_moment():
        return [(name, check()) for name, check in in_order()]


@contextmanager
def one_moment() -> Iterator[None]:
    """Let everything read inside be of one moment, so that nobody's write in between looks like a fault."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        connection.ensure_connection()
        connection.cursor().execute("BEGIN DEFERRED")  # Django's own would keep writers out for as long
        try:
            yield
        finally:
            connection.cursor().execute("ROLLBACK")


def broken(row: Model | tuple[str, object], problem: str) -> dict[str, Any]:
    """Return how a check names a row: its model, its id, and what is wrong with it."""
    label, pk = row if isinstance(row, tuple) else (row._meta.label, row.pk)
    return {"model": label, "id": pk, "problem": problem}


def each(rows: Iterable[Any], problem_of: Callable[[Any], str]) -> Finding:
    """Return the finding of a check that looks at rows one by one; an empty word means that a row is whole."""
    checked, found = 0, []
    for row in rows:
        checked += 1
        if problem := problem_of(row):
            found.append(broken(row, problem))
    return Finding(checked, found)


@invariant("1_people_are_where_their_branch_is")
def places() -> Finding:
    """A person's college is the branch's, and the teaching office belongs to the branch."""
    away = Person.objects.exclude(college=F("branch__college"))
    found = [broken(person, "the branch is of another college") for person in away]
    elsewhere = Person.objects.filter(office__isnull=False).exclude(office__branch=F("branch"))
    found += [broken(person, "the teaching office is of another branch") for person in elsewhere]
    return Finding(Person.objects.count(), found)


@invariant("1_stage_is_what_the_history_says")
def stage_in_line() -> Finding:
    """A person's present stage is the newest of the history."""
    newest = PartyStageEntry.objects.filter(person=OuterRef("pk")).order_by("-from_date", "-pk").values("stage")[:1]
    told = Coalesce(Subquery(newest), Value(PartyStage.NONE.value), output_field=CharField())
    people = Person.objects.annotate(told=told).only("pk", "stage").iterator(chunk_size=ROWS_AT_A_TIME)
    return each(
        people,
        lambda person: "" if person.stage == person.told else "stage differs from the history",
    )


@invariant("12_what_has_happened_lies_behind")
def days_that_came() -> Finding:
    """Nothing is said to have happened on a day to come."""
    checked, found = 0, []
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, DayThatCameField):
                checked += model._base_manager.filter(**{f"{field.name}__isnull": False}).count()
                ahead = model._base_manager.filter(**{f"{field.name}__gt": timezone.localdate()})
                found += [broken(row, f"{field.name} lies in the future") for row in ahead]
    return Finding(checked, found)


@invariant("12_nobody_joined_before_eighteen")
def of_age() -> Finding:
    """Nobody became a party member before the eighteenth birthday."""
    entries = PartyStageEntry.objects.filter(stage__in=MEMBER_STAGES, person__born_on__isnull=False)

    def problem_of(entry: PartyStageEntry) -> str:
        of_age_on = birthday(cast("datetime.date", entry.person.born_on), PARTY_AGE)
        return "was a member before the eighteenth birthday" if entry.from_date < of_age_on else ""

    return each(entries.select_related("person").iterator(chunk_size=ROWS_AT_A_TIME), problem_of)
