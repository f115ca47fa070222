"""Audit entries for what is written past the library's signals: rows made or changed in bulk."""

from collections.abc import Iterable, Sequence
from typing import Any

from auditlog.cid import get_cid
from auditlog.diff import get_field_value
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Field, Model, QuerySet

from organization.models.trail import TrailHead

NOTHING = "None"  # what auditlog writes of a value that is not there


#: What marks the entry that says: all that was there is in the trail now.
SEALED = "sealed"


def is_taken_in() -> bool:
    """Return whether what came with the release or from an earlier one was written into the trail (`seal_trail`)."""
    kind = ContentType.objects.get_for_model(TrailHead)
    return LogEntry.objects.filter(content_type=kind, additional_data__has_key=SEALED).exists()


def audited_fields(model: type[Model]) -> list[Field]:
    """Return the fields of a model that the trail follows."""
    left_out = auditlog.get_model_fields(model)["exclude_fields"]
    return [field for field in model._meta.concrete_fields if field.name not in left_out and not field.primary_key]


def audit_made(rows: Sequence[Any]) -> None:
    """Write the entries of rows of one model that were made in bulk."""
    fields = audited_fields(type(rows[0])) if rows else []
    changes = (_values(row, fields) for row in rows)
    made = ({name: [NOTHING, now] for name, now in values.items() if now != NOTHING} for values in changes)
    _write(rows, made, LogEntry.Action.CREATE)


def audited_update(rows: QuerySet[Any], **values: object) -> int:
    """Change fields of rows in bulk, and write what stood before and after.

    Returns:
        How many rows were changed.
    """
    with transaction.atomic():
        changed = list(rows.select_for_update(of=("self",)))
        fields = [field for field in audited_fields(rows.model) if {field.name, field.attname} & set(values)]
        before = [_values(row, fields) for row in changed]
        for row in changed:
            for name, value in values.items():
                setattr(row, name, value)
        after = [_values(row, fields) for row in changed]
        rows.model._base_manager.filter(pk__in=[row.pk for row in changed]).update(**values)
        _write(
            changed,
            (
                {name: [then[name], now[name]] for name in now if now[name] != then[name]}
                for then, now in zip(before, after, strict=True)
            ),
            LogEntry.Action.UPDATE,
        )
    return len(changed)


def audited_delete(rows: QuerySet[Any]) -> int:
    """Delete rows in bulk that no other row stands on, and write what stood there.

    Returns:
        How many rows were deleted.
    """
    with transaction.atomic():
        gone = list(rows.order_by("pk"))  # an order by other rows would join them, and they may be gone already
        fields = audited_fields(rows.model)
        before = [_values(row, fields) for row in gone]
        rows.model._base_manager.filter(pk__in=[row.pk for row in gone])._raw_delete(rows.db)
        changes = ({name: [then, NOTHING] for name, then in values.items() if then != NOTHING} for values in before)
        _write(gone, changes, LogEntry.Action.DELETE)
    return len(gone)


def _values(row: Model, fields: Iterable[Field]) -> dict[str, str]:
    """Return a row's values as auditlog writes them."""
    return {field.name: str(get_field_value(row, field)) for field in fields}


def _write(rows: Iterable[Any], changes: Iterable[dict[str, list[str]]], action: int) -> None:
    """Write one entry for each row that changed."""
    pairs = [(row, change) for row, change in zip(rows, changes, strict=True) if change]
    if not pairs:
        return
    kind = ContentType.objects.get_for_model(pairs[0][0])
    LogEntry.objects.bulk_create(
        LogEntry(
            content_type=kind,
            object_pk=str(row.pk),
            object_id=row.pk,
            object_repr=str(row),
            action=action,
            changes=change,
            cid=get_cid(),
        )
        for row, change in pairs
    )
