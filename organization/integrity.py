"""The invariants tried on the data (design, section 7): each app registers its own, `check_integrity` runs them all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q

from organization.models import PartyStageEntry, Person, Tag

ROWS_AT_A_TIME = 2000


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
    """Run every registered check, in the order of the invariants."""
    by_number = sorted(_checks, key=lambda name: (int(name.split("_")[0]), name))
    return [(name, _checks[name]()) for name in by_number]


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


@invariant("1_stage_is_what_the_history_says")
def stage_in_line() -> Finding:
    """A person's present stage is the newest of the history."""
    steps = PartyStageEntry.objects.order_by("from_date").values_list("person", "stage")
    newest = dict(steps.iterator(chunk_size=ROWS_AT_A_TIME))
    people = Person.objects.only("pk", "stage").iterator(chunk_size=ROWS_AT_A_TIME)
    return each(
        people,
        lambda person: "" if person.stage == newest.get(person.pk, "none") else "stage differs from the history",
    )
