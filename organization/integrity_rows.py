"""Every audited row is what the newest entries of the audit trail say, field by field."""

import datetime
import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, Field, ForeignKey, JSONField, Model

from organization.integrity import ROWS_AT_A_TIME, Finding, broken, came_with_the_release, invariant
from organization.trail import NOTHING, audited_fields, is_taken_in

CREATE, DELETE = LogEntry.Action.CREATE, LogEntry.Action.DELETE
END = float("inf")


class Told:
    """What the trail says of one row: its fields' newest values, and whether it was made and removed."""

    def __init__(self, entries: Iterator[tuple[int, int, int, dict[str, Any] | None]], own_type: int) -> None:
        self.values: dict[str, str] = {}
        self.is_made = self.is_removed = self.is_own = False
        for _pk, content_type, action, changes in entries:
            self.is_own = self.is_own or content_type == own_type
            if action == DELETE:
                self.is_removed = True
                continue
            if action == CREATE:
                self.values, self.is_made, self.is_removed = {}, True, False
            self.values |= {name: pair[1] for name, pair in (changes or {}).items() if isinstance(pair, list)}


@invariant("9_every_row_is_what_the_audit_says")
def audited_rows() -> Finding:
    """Every audited row has the entry of its making, is as the newest entries say, and was not removed in silence."""
    checked, found = 0, []
    for model in auditlog.get_models():
        if has_forms(model):
            continue  # a pairing is made, and audited, as a row of its form
        finding = differences(model)
        checked += finding.checked
        found += finding.broken
    return Finding(checked, found)


def differences(model: type[Model]) -> Finding:
    """Return where one model's rows and the trail differ."""
    checked, found, known = 0, [], set() if is_taken_in() else came_with_the_release(model)
    for pk, row, told in side_by_side(model):
        checked += row is not None
        problems = _problems(model, row, told, is_known=pk in known)
        found += [broken((model._meta.label, pk), problem) for problem in problems]
    return Finding(checked, found)


def has_forms(model: type[Model]) -> bool:
    """Return whether rows of a model are made only through its children."""
    return any(link.one_to_one and link.parent_link for link in model._meta.related_objects)


def side_by_side(model: type[Model]) -> Iterator[tuple[int, dict[str, Any] | None, Told | None]]:
    """Yield id, row and what the trail tells of it, for every id that either knows; a few in memory at a time."""
    names = [field.attname for field in audited_fields(model)]
    rows = model._base_manager.order_by("pk").values_list("pk", *names).iterator(chunk_size=ROWS_AT_A_TIME)
    stories = _stories(model)
    row, story = next(rows, None), next(stories, None)
    while row is not None or story is not None:
        row_pk, story_pk = row[0] if row else END, story[0] if story else END
        pk = int(min(row_pk, story_pk))
        yield (
            pk,
            dict(zip(names, row[1:], strict=True)) if row and row_pk == pk else None,
            story[1] if story and story_pk == pk else None,
        )
        row = next(rows, None) if row_pk == pk else row
        story = next(stories, None) if story_pk == pk else story


def _stories(model: type[Model]) -> Iterator[tuple[int, Told]]:
    """Yield what the trail tells of each row of a model, by id; a parent's entries are told of the child too."""
    own = ContentType.objects.get_for_model(model, for_concrete_model=False).pk
    types = [own, *(ContentType.objects.get_for_model(parent).pk for parent in model._meta.get_parent_list())]
    entries = (
        LogEntry.objects.filter(content_type__in=types, object_id__isnull=False)
        .exclude(action=LogEntry.Action.ACCESS)
        .order_by("object_id", "pk")
        .values_list("object_id", "content_type_id", "action", "changes")
        .iterator(chunk_size=ROWS_AT_A_TIME)
    )
    for pk, group in groupby(entries, key=lambda entry: entry[0]):
        told = Told(group, own)
        if told.is_own:
            yield pk, told


def _problems(model: type[Model], row: dict[str, Any] | None, told: Told | None, *, is_known: bool) -> Iterator[str]:
    """Yield in words how a row and its trail differ."""
    if row is None:
        if told is not None and not told.is_removed:
            yield "was removed without an audit entry"
        return
    is_made = told is not None and told.is_made
    if told is None or not told.is_made:
        if not is_known:
            yield "made without an audit entry"
            return
    elif told.is_removed:
        yield "is there, the audit trail says it was removed"
    for field in audited_fields(model):
        unsaid = _unsaid(field, row[field.attname]) if is_made else None
        said = told.values.get(field.name, unsaid) if told else None
        if said is not None and not says(field, said, row[field.attname]):
            yield f"{field.name} is {row[field.attname]!r}, the audit trail says {said!r}"


def _unsaid(field: Field, value: Any) -> str:
    """Return what silence about a field means: nothing, or what a later release gave to all rows that were there."""
    return str(value) if field.has_db_default() and value == field.db_default else NOTHING


def says(field: Field, said: str, value: Any) -> bool:
    """Return whether what auditlog wrote of a field is the value."""
    if str(value) == said:
        return True
    if value is None or said == NOTHING:
        return False
    if isinstance(value, datetime.datetime):
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    kind = field.target_field if isinstance(field, ForeignKey) else field
    try:
        then = json.loads(said) if isinstance(field, JSONField) else kind.to_python(said)
    except (ValidationError, ValueError):
        return False
    if isinstance(field, DateTimeField) and then is not None and then.tzinfo is not None:
        then = then.astimezone(datetime.UTC).replace(tzinfo=None)
    return then == value
