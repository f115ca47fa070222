"""The invariants tried on the data (design, section 7): each app registers its own, `check_integrity` runs them all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Model, Q
from django.db.models.functions import Cast

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


@invariant("9_every_row_has_an_audit_entry")
def audited_rows() -> Finding:
    """Every audited row has the entry of its making."""
    checked, found = 0, []
    for model in auditlog.get_models():
        made = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model, for_concrete_model=False),
            action=LogEntry.Action.CREATE,
        )
        if _has_forms(model):
            continue  # a pairing is made, and audited, as a row of its form
        rows = model._base_manager.exclude(_unaudited.get(model, Q(pk__in=[])))
        rows = rows.annotate(audit_pk=Cast("pk", CharField()))
        checked += rows.count()
        missing = rows.exclude(audit_pk__in=made.values("object_pk")).values_list("pk", flat=True)
        found += [broken((model._meta.label, pk), "made without an audit entry") for pk in missing]
    return Finding(checked, found)


def _has_forms(model: type[Model]) -> bool:
    """Return whether rows of a model are made only through its children."""
    return any(link.one_to_one and link.parent_link for link in model._meta.related_objects)


def audited_state(models: Iterable[type[Model]], field: str) -> Finding:
    """Return the rows whose field is not what the newest audit entry says, of models that share their ids."""
    models = list(models)
    types = [ContentType.objects.get_for_model(model) for model in models]
    entries = LogEntry.objects.filter(content_type__in=types, changes__has_key=field).order_by("pk")
    said = {
        pk: changes[field][1]
        for pk, changes in entries.values_list("object_pk", "changes").iterator(chunk_size=ROWS_AT_A_TIME)
    }
    rows = models[0]._base_manager.only("pk", field).iterator(chunk_size=ROWS_AT_A_TIME)

    def problem_of(row: Any) -> str:
        now, then = getattr(row, field), said.get(str(row.pk))
        return "" if str(now) == then else f"{field} is {now!r}, the audit trail says {then!r}"

    return each(rows, problem_of)


@invariant("9_stage_is_what_the_audit_says")
def audited_stages() -> Finding:
    """A person's stage changed only where an audit entry says so."""
    return audited_state([Person], "stage")


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
