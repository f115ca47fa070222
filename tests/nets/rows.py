"""The rows of the site as they stand, and what a request would write, to see what changes and what may not."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldError
from django.db import models

from tests.nets.markup import FRAMEWORK

#: Written by every request, whoever asks and whatever is answered: the trail, receipts and limits.
KEPT_BY_THE_SITE = {"FormReceipt", "Throttle", "TrailHead", "TrailLink"}
#: Made at random, so that no two runs agree.
RANDOM = {"nonce", "key", "password", "salt", "token"}
WRITE = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


def kept_models() -> list[type[models.Model]]:
    """Return the models whose rows are somebody's work."""
    ours = (one for one in apps.get_models() if one._meta.app_label not in FRAMEWORK)
    return [one for one in ours if one.__name__ not in KEPT_BY_THE_SITE]


def rows_of(model: type[models.Model], branch: models.Model) -> Any:
    """Return a branch's rows of a model; none where a row belongs to no branch."""
    path = getattr(model._default_manager.all(), "branch_path", None)
    if path is None:
        return model._default_manager.none()
    try:
        return model._default_manager.filter(**{path or "pk": branch.pk})
    except FieldError:  # a college's row stands above the branches
        return model._default_manager.none()


State = dict[str, dict[Any, dict[str, Any]]]


def state(rows: Iterator[tuple[type[models.Model], Any]]) -> State:
    """Return each model's rows by primary key, column by column of its own table."""
    found: State = {}
    for model, query in rows:
        names = [one.attname for one in model._meta.local_concrete_fields if one.name not in RANDOM]
        pk = model._meta.pk.attname
        found[model._meta.label] = {one[pk]: one for one in query.order_by("pk").values(*{pk, *names})}
    return found


def whole_state() -> State:
    """Return every row that is somebody's work."""
    return state((model, model._base_manager.all()) for model in kept_models())


def state_of(branch: models.Model) -> State:
    """Return a branch's rows."""
    return state((model, rows_of(model, branch)) for model in kept_models())


def difference(before: State, after: State) -> list[str]:
    """Return what changed in words: new rows by their place among the new, changed ones by their columns."""
    new = {
        (label, pk): f"new {place}"
        for label, rows in after.items()
        for place, pk in enumerate(pk for pk in rows if pk not in before[label])
    }
    said = []
    for label, rows in after.items():
        targets = _targets(label)
        for pk, row in rows.items():
            old = before[label].get(pk, {})
            name = new.get((label, pk), pk)
            for column, value in row.items():
                if pk not in before[label] or old[column] != value:
                    shown = new.get((targets[column], value), value) if column in targets else value
                    said.append(f"{label} {name}: {column} = {shown!r}")
        said += [f"{label} {pk}: gone" for pk in before[label] if pk not in rows]
    return sorted(said)


def _targets(label: str) -> dict[str, str]:
    """Return which model each key of a model's table stands for."""
    fields = apps.get_model(label)._meta.local_concrete_fields
    targets = {one.attname: one.related_model._meta.label for one in fields if one.related_model}
    return targets | {one.attname: label for one in fields if one.primary_key and not one.related_model}


class Writes:
    """Collects the tables of work that a request writes to; used as `connection.execute_wrapper`."""

    def __init__(self) -> None:
        self.known = {one._meta.db_table for one in kept_models()}
        self.tables: set[str] = set()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITE.match(sql)
        if found and found.group(1) in self.known:
            self.tables.add(found.group(1))
        return execute(sql, params, many, context)
