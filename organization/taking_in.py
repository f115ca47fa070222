"""Bringing what an earlier release left under seal: plain seals, entries without links, rows without entries."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Field, JSONField, Model

from organization.integrity_rows import Told, has_forms, says, side_by_side
from organization.integrity_ties import PKS, followed, ties
from organization.models import TrailHead
from organization.models.trail import link
from organization.trail import NOTHING, SEALED, audited_fields

AT_A_TIME = 1000

_reseals: list[Callable[[], int]] = []


def reseals(step: Callable[[], int]) -> Callable[[], int]:
    """Register how an app signs anew what an earlier release sealed with a plain hash."""
    _reseals.append(step)
    return step


def take_in() -> dict[str, int]:
    """Sign what is there as it is, once; what is changed past the site afterwards shows.

    Returns:
        How many seals were made anew, entries linked, and rows whose state was written into the trail.
    """
    done = {"seals": sum(step() for step in _reseals), "entries": _link_all(), "rows": _write_what_is_there()}
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(TrailHead),
        object_repr=str(TrailHead._meta.verbose_name),
        action=LogEntry.Action.UPDATE,
        additional_data={SEALED: done},
    )
    return done


def _link_all() -> int:
    """Link every entry that has no link, oldest first."""
    count = 0
    while True:
        with transaction.atomic():
            entries = list(LogEntry.objects.filter(link__isnull=True).order_by("pk")[:AT_A_TIME])
            if not entries:
                return count
            link(entries)
        count += len(entries)


def _write_what_is_there() -> int:
    """Write into the trail how each audited row differs from what the trail says of it."""
    count = 0
    for model in auditlog.get_models():
        if has_forms(model):
            continue
        entries: list[LogEntry] = []
        for entry in chain(_differences(model), _other_ties(model)):
            entries.append(entry)
            if len(entries) == AT_A_TIME:
                LogEntry.objects.bulk_create(entries)
                entries = []
            count += 1
        LogEntry.objects.bulk_create(entries)
    return count


def _differences(model: type[Model]) -> Iterator[LogEntry]:
    """Yield the entries, not yet saved, that bring the trail in line with a model's rows."""
    kind: Any = ContentType.objects.get_for_model(model)
    fields = audited_fields(model)
    for pk, row, told in side_by_side(model):
        action, changes = _difference(fields, row, told)
        if action is not None:
            yield LogEntry(
                content_type=kind,
                object_pk=str(pk),
                object_id=pk,
                object_repr=f"{model._meta.verbose_name} {pk}",
                action=action,
                changes=changes,
                additional_data={"found": True},
            )


def _other_ties(model: type[Model]) -> Iterator[LogEntry]:
    """Yield the entries, not yet saved, that say what a model's rows are tied to where the trail does not."""
    kind: Any = ContentType.objects.get_for_model(model)
    for name in [name for one, name in followed() if one is model]:
        for pk, now, told in ties(model, name):
            if now != told:
                yield LogEntry(
                    content_type=kind,
                    object_pk=str(pk),
                    object_id=pk,
                    object_repr=f"{model._meta.verbose_name} {pk}",
                    action=LogEntry.Action.UPDATE,
                    changes={name: {"type": "m2m", "operation": "set", "objects": []}},
                    additional_data={"found": True, PKS: sorted(now)},
                )


def _difference(
    fields: list[Field], row: dict[str, Any] | None, told: Told | None
) -> tuple[int | None, dict[str, list[str]]]:
    """Return the action and the changes that the trail lacks; no action when it lacks none."""
    if row is None:
        gone = told is not None and not told.is_removed
        return (LogEntry.Action.DELETE if gone else None), {}
    is_made = told is not None and told.is_made and not told.is_removed
    said = told.values if told is not None and is_made else {}
    changes = {
        field.name: [said.get(field.name, NOTHING), as_said(field, row[field.attname])]
        for field in fields
        if not says(field, said.get(field.name, NOTHING), row[field.attname])
    }
    if not is_made:
        return LogEntry.Action.CREATE, changes
    return (LogEntry.Action.UPDATE if changes else None), changes


def as_said(field: Field, value: Any) -> str:
    """Return a value as auditlog writes it."""
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return json.dumps(value, sort_keys=True) if isinstance(field, JSONField) else str(value)
