"""What a merge changes: written as it is done, so that it can be undone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from auditlog.registry import auditlog
from django.apps import apps
from django.db.models import DateField, Model, QuerySet

from organization.models import Mergeable
from organization.trail import audit_made, audited_delete, audited_update

Row = Any


@dataclass
class Moving:
    """What a merge changes, written as it is done, so that it can be undone: nothing else may change rows in one."""

    kept: Row
    merged: Row
    changed: list[list[Any]] = field(default_factory=list)
    taken_off: list[list[Any]] = field(default_factory=list)
    tied: list[list[Any]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    def set(self, *rows: Model, **values: Any) -> None:
        """Change columns of rows of one model, by their attribute names, and keep what stood there."""
        for row in rows:
            pairs = {name: [plain(row.__dict__[name]), plain(new)] for name, new in values.items()}
            self.changed.append([row._meta.label, row.pk, pairs])
        write(rows, values)

    def take_off(self, *rows: Model) -> None:
        """Delete rows of one model whose like the kept one has and on which nothing stands, and keep what they said."""
        for row in rows:
            values = {one.attname: plain(row.__dict__[one.attname]) for one in columns(row)}
            self.taken_off.append([row._meta.label, values])
        if not rows:
            return
        model, numbers = rows[0]._meta.model, [row.pk for row in rows]
        if auditlog.contains(model):
            audited_delete(with_relations(model).filter(pk__in=numbers))
        else:
            gone = model._base_manager.filter(pk__in=numbers)
            gone._raw_delete(gone.db)

    def tie(self, name: str, others: Iterable[Model]) -> None:
        """Tie what is missing to the kept one by a many-to-many field."""
        held = set(getattr(self.kept, name).values_list("pk", flat=True))
        missing = [other for other in others if other.pk not in held]
        getattr(self.kept, name).add(*missing)
        self.tied += [[name, other.pk] for other in missing]

    def move(self, label: str, once: Sequence[str] | None = None) -> None:
        """Let the rows of a relation point to the kept one.

        Args:
            label: the relation, as "app_label.Model.field".
            once: the other columns of which the kept one has each value once; a row whose like it has is taken off.
        """
        model, name = link_of(label)
        field = model._meta.get_field(name)
        rows = list(model._base_manager.filter(**{name: self.merged.pk}).order_by("pk"))
        off = set()
        if rows and once is not None:
            held = set(model._base_manager.filter(**{name: self.kept.pk}).values_list(*once))
            alike = [model._meta.get_field(one).attname for one in once]
            off = {row.pk for row in rows if tuple(getattr(row, one) for one in alike) in held}
        self.take_off(*(row for row in rows if row.pk in off))
        self.set(*(row for row in rows if row.pk not in off), **{field.attname: self.kept.pk})

    def as_json(self) -> dict[str, Any]:
        """Return what a Merge keeps."""
        return {"changed": self.changed, "taken_off": self.taken_off, "tied": self.tied, "notes": self.notes}


def move_back(moved: Mapping[str, Any], kept: Row) -> None:
    """Write back what stood there before a merge, the last first."""
    for name, pk in moved["tied"]:
        getattr(kept, name).remove(pk)
    for (label, pairs), lines in groupby(reversed(moved["changed"]), lambda line: (line[0], line[2])):
        model, numbers = apps.get_model(label), [pk for _label, pk, _pairs in lines]
        rows = list(model._base_manager.filter(pk__in=numbers))
        write(rows, {name: model._meta.get_field(name).to_python(old) for name, (old, _new) in pairs.items()})
    for label, values in reversed(moved["taken_off"]):
        model = apps.get_model(label)
        _put_back(model(**{one.attname: one.to_python(values[one.attname]) for one in columns(model)}))


def changed_since(moved: Mapping[str, Any], kept: Row) -> str:
    """Return the name of something that a merge changed and that is not as it left it; empty when all is."""
    newest: dict[tuple[str, int], dict[str, Any]] = {}
    for label, pk, pairs in moved["changed"]:
        newest.setdefault((label, pk), {}).update({name: new for name, (_old, new) in pairs.items()})
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for label, pk in newest:
        numbers[label].append(pk)
    stored = {label: with_relations(apps.get_model(label)).in_bulk(pks) for label, pks in numbers.items()}
    for (label, pk), values in newest.items():
        row = stored[label].get(pk)
        if row is None or {name: plain(getattr(row, name)) for name in values} != values:
            return f"{apps.get_model(label)._meta.verbose_name} {row or ''}".strip()
    for name, pk in moved["tied"]:
        if not getattr(kept, name).filter(pk=pk).exists():
            return str(kept._meta.get_field(name).verbose_name)
    return ""


def merged_since(moved: Mapping[str, Any], merged: Row) -> Iterator[Mergeable]:
    """Yield the rows beside the merged one that something taken off pointed to and that were merged since."""
    pointed_to: defaultdict[type[Mergeable], set[int]] = defaultdict(set)
    for label, values in moved["taken_off"]:
        for one in columns(apps.get_model(label)):
            target = one.remote_field.model if one.remote_field else None
            if isinstance(target, type) and issubclass(target, Mergeable) and values[one.attname]:
                pointed_to[target].add(values[one.attname])
    for target, numbers in pointed_to.items():
        rows: QuerySet[Any] = target._base_manager.filter(pk__in=numbers, merged_into__isnull=False)
        yield from (one for one in rows if one != merged)


def write(rows: Sequence[Row], values: Mapping[str, Any]) -> None:
    """Write columns of rows of one model past their own rules, which were asked before, and let the trail tell it."""
    if not rows:
        return
    model, numbers = rows[0]._meta.model, [row.pk for row in rows]
    if auditlog.contains(model):
        audited_update(with_relations(model).filter(pk__in=numbers), **dict(_with_rows(model, values)))
    else:
        model._base_manager.filter(pk__in=numbers).update(**values)
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)


def _with_rows(model: Any, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what is written, with rows for their numbers (a query each), so that each row is not asked what it is."""
    for name, value in values.items():
        column = model._meta.get_field(name)
        if column.remote_field and value is not None:
            yield column.name, column.remote_field.model._base_manager.get(pk=value)
        else:
            yield name, value


def with_relations(model: Any) -> QuerySet[Any]:
    """Return the rows of a model, with those that they point to: the trail calls them by name, whatever their door."""
    near = [one.name for one in model._meta.concrete_fields if one.remote_field]
    rows = model._base_manager.order_by("pk")
    return rows.select_related(*near) if near else rows


def _put_back(row: Row) -> None:
    """Insert a row as it was, with the moment of its making, past rules that its like was asked before."""
    said = dict(row.__dict__)
    row._meta.model._base_manager.bulk_create([row])
    made = {one.attname: said[one.attname] for one in columns(row) if isinstance(one, DateField) and one.auto_now_add}
    if made:
        row._meta.model._base_manager.filter(pk=row.pk).update(**made)
        for name, value in made.items():
            setattr(row, name, value)
    if auditlog.contains(row._meta.model):
        audit_made([row])


def columns(row: Model | type[Model]) -> list[Any]:
    """Return the columns of a row that are written."""
    return [one for one in row._meta.concrete_fields if not one.generated]


def link_of(label: str) -> tuple[Any, str]:
    """Return model and field of a relation's name."""
    app, model, name = label.split(".")
    return apps.get_model(app, model), name


def plain(value: Any) -> Any:
    """Return a column's value as JSON keeps it."""
    return value if value is None or isinstance(value, bool | int | float | str | list | dict) else str(value)
