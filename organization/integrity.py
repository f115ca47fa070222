"""The invariants tried on the data (design, section 7): each app registers its own, `check_integrity` runs them all."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField, F, Model, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from organization.models import PartyStage, PartyStageEntry, Person, Tag

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


def try_all() -> list[tuple[str, Finding]]:
    """Run every registered check, in the order of the invariants, on the data of one moment."""
    by_number = sorted(_checks, key=lambda name: (int(name.split("_")[0]), name))
    with one_moment():
        return [(name, _checks[name]()) for name in by_number]


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
