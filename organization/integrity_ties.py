"""What a row is tied to by a many-to-many field is what the audit trail says."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from organization.integrity import ROWS_AT_A_TIME, Finding, broken, invariant

PKS = "pks"


@invariant("9_ties_are_what_the_audit_says")
def audited_ties() -> Finding:
    """Nothing was tied to a row, or untied from it, past the audit trail."""
    checked, found = 0, []
    for model, name in followed():
        for pk, now, told in ties(model, name):
            checked += 1
            if now != told and model._base_manager.filter(pk=pk).exists():
                words = f"{name} is {sorted(now)}, the audit trail says {sorted(told)}"
                found.append(broken((model._meta.label, pk), words))
    return Finding(checked, found)


def followed() -> list[tuple[type[Model], str]]:
    """Return the many-to-many fields that the trail follows."""
    settings = auditlog._registry  # the library gives no other way to ask
    return [(model, name) for model in auditlog.get_models() for name in sorted(settings[model]["m2m_fields"])]


def ties(model: type[Model], name: str) -> Iterator[tuple[int, set[int], set[int]]]:
    """Yield id, what the row is tied to and what the trail says, for every id that either knows."""
    field: Any = model._meta.get_field(name)
    source, target = field.m2m_field_name(), field.m2m_reverse_field_name()
    rows = field.remote_field.through._base_manager.order_by(source).values_list(source, target)
    now = _grouped(rows.iterator(chunk_size=ROWS_AT_A_TIME))
    told = _told(model, name)
    here, there = next(now, None), next(told, None)
    while here or there:
        pk = min(one[0] for one in (here, there) if one)
        yield (
            pk,
            set(here[1]) if here and here[0] == pk else set(),
            there[1] if there and there[0] == pk else set(),
        )
        here = next(now, None) if here and here[0] == pk else here
        there = next(told, None) if there and there[0] == pk else there


def _grouped(rows: Iterator[tuple[int, int]]) -> Iterator[tuple[int, list[int]]]:
    for pk, group in groupby(rows, key=itemgetter(0)):
        yield pk, [other for _pk, other in group]


def _told(model: type[Model], name: str) -> Iterator[tuple[int, set[int]]]:
    """Yield what the trail says each row is tied to, by its id."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model), changes__has_key=name, additional_data__has_key=PKS
    ).order_by("object_id", "pk")
    columns = entries.values_list("object_id", "changes", "additional_data").iterator(chunk_size=ROWS_AT_A_TIME)
    for pk, group in groupby(columns, key=itemgetter(0)):
        tied: set[int] = set()
        for _pk, changes, more in group:
            operation = changes[name]["operation"]
            if operation == "set":
                tied = set(more[PKS])
            else:
                tied = tied | set(more[PKS]) if operation == "add" else tied - set(more[PKS])
        yield pk, tied
