"""What a merge changes: written as it is done, so that it can be undone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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

    def set(self, row: Model, **values: Any) -> None:
        """Change columns of a row, by their attribute names, and keep what stood there."""
        pairs = {name: [plain(row.__dict__[name]), plain(new)] for name, new in values.items()}
        self.changed.append([row._meta.label, row.pk, pairs])
        write(row, values)

    def take_off(self, row: Model) -> None:
        """Delete a row whose like the kept one has already and on which nothing stands, and keep what it said."""
        values = {one.attname: plain(row.__dict__[one.attname]) for one in columns(row)}
        self.taken_off.append([row._meta.label, values])
        rows = row._meta.model._base_manager.filter(pk=row.pk)
        if auditlog.contains(row._meta.model):
            audited_delete(rows)
        else:
            rows._raw_delete(rows.db)

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
        column = model._meta.get_field(name).attname
        of_kept = model._base_manager.filter(**{name: self.kept.pk})
        for row in model._base_manager.filter(**{name: self.merged.pk}).order_by("pk"):
            if once is not None and of_kept.filter(**_like(row, once)).exists():
                self.take_off(row)
            else:
                self.set(row, **{column: self.kept.pk})

    def as_json(self) -> dict[str, Any]:
        """Return what a Merge keeps."""
        return {"changed": self.changed, "taken_off": self.taken_off, "tied": self.tied, "notes": self.notes}


def move_back(moved: Mapping[str, Any], kept: Row) -> None:
    """Write back what stood there before a merge, the last first."""
    for name, pk in moved["tied"]:
        getattr(kept, name).remove(pk)
    for label, pk, pairs in reversed(moved["changed"]):
        row = apps.get_model(label)._base_manager.select_for_update(of=("self",)).get(pk=pk)
        write(row, {name: row._meta.get_field(name).to_python(old) for name, (old, _new) in pairs.items()})
    for label, values in reversed(moved["taken_off"]):
        model = apps.get_model(label)
        _put_back(model(**{one.attname: one.to_python(values[one.attname]) for one in columns(model)}))


def changed_since(moved: Mapping[str, Any], kept: Row) -> str:
    """Return the name of something that a merge changed and that is not as it left it; empty when all is."""
    newest: dict[tuple[str, int], dict[str, Any]] = {}
    for label, pk, pairs in moved["changed"]:
        newest.setdefault((label, pk), {}).update({name: new for name, (_old, new) in pairs.items()})
    for (label, pk), values in newest.items():
        model = apps.get_model(label)
        row = model._base_manager.filter(pk=pk).first()
        if row is None or {name: plain(getattr(row, name)) for name in values} != values:
            return f"{model._meta.verbose_name} {row or ''}".strip()
    for name, pk in moved["tied"]:
        if not getattr(kept, name).filter(pk=pk).exists():
            return str(kept._meta.get_field(name).verbose_name)
    return ""


def merged_since(moved: Mapping[str, Any], merged: Row) -> Iterator[Mergeable]:
    """Yield the rows beside the merged one that something taken off pointed to and that were merged since."""
    for label, values in moved["taken_off"]:
        for one in columns(apps.get_model(label)):
            target = one.remote_field.model if one.remote_field else None
            if isinstance(target, type) and issubclass(target, Mergeable) and values[one.attname]:
                rows: QuerySet[Any] = target._base_manager.filter(pk=values[one.attname], merged_into__isnull=False)
                yield from (one for one in rows if one != merged)


def write(row: Row, values: Mapping[str, Any]) -> None:
    """Write columns past the row's own rules, which were asked before, and let the trail tell it."""
    rows = row._meta.model._base_manager.filter(pk=row.pk)
    if auditlog.contains(row._meta.model):
        audited_update(rows, **values)
    else:
        rows.update(**values)
    for name, value in values.items():
        setattr(row, name, value)


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


def _like(row: Model, once: Sequence[str]) -> dict[str, Any]:
    """Return the condition for rows that say the same of these columns."""
    attnames = {one.name: one.attname for one in row._meta.concrete_fields}
    return {name: getattr(row, attnames[name]) for name in once}


def link_of(label: str) -> tuple[Any, str]:
    """Return model and field of a relation's name."""
    app, model, name = label.split(".")
    return apps.get_model(app, model), name


def plain(value: Any) -> Any:
    """Return a column's value as JSON keeps it."""
    return value if value is None or isinstance(value, bool | int | float | str | list | dict) else str(value)
