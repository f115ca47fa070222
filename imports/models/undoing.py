"""Taking back what an import wrote: what would go, what goes back, what stays, and what stands in the way."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from auditlog.models import LogEntry
from django.apps import apps
from django.db.models import Field, ManyToOneRel, Model
from django.utils.translation import gettext as _

from imports.kinds import SheetKind
from organization.models.steps import Step
from organization.sheets import Trace
from organization.trail import audited_delete

AT_A_TIME = 500

Key = tuple[str, int]


@dataclass
class Undoing:
    """What undoing an import does.

    `obstacles` name what stands on its rows, so that nothing can be undone; `stays` what is left as it is because
    somebody changed it since.
    """

    removed: list[tuple[str, int]] = field(default_factory=list)
    restored: int = 0
    untied: int = 0
    stays: list[str] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)
    _made: dict[type[Model], dict[int, Model]] = field(default_factory=dict)
    _back: dict[Key, tuple[Model, dict[str, Any]]] = field(default_factory=dict)
    _ties: list[tuple[Model, str, int]] = field(default_factory=list)

    @classmethod
    def of(cls, kind: SheetKind, traces: Sequence[Trace]) -> Self:
        """Return what undoing the rows would do; nothing is written."""
        undoing = cls()
        undoing._find_made(traces)
        undoing._find_changed(traces)
        undoing._find_ties(traces)
        undoing.obstacles += kind.obstacles(traces)
        undoing._find_what_stands_on(kind.about)
        told = {model: len(rows) for model, rows in undoing._made.items() if rows and not issubclass(model, Step)}
        undoing.removed = [(str(model._meta.verbose_name), count) for model, count in told.items()]
        undoing.restored = sum(len(values) for _row, values in undoing._back.values())
        undoing.untied = len(undoing._ties)
        return undoing

    def carry_out(self) -> None:
        """Do it, in the transaction that is open.

        Raises:
            RuleError: when a rule of a row speaks against it.
        """
        for row, values in self._back.values():
            for name, value in values.items():
                setattr(row, name, value)
            row.save()
        for row, name, other in self._ties:
            getattr(row, name).remove(other)
        for model in reversed(self._made):
            _remove(model, list(self._made[model].values()), self._made)

    def _find_made(self, traces: Iterable[Trace]) -> None:
        """Find the rows that were made and are still there."""
        numbers: dict[type[Model], list[int]] = {}
        for trace in traces:
            for label, pk in trace.made:
                numbers.setdefault(apps.get_model(label), []).append(pk)
        self._made = {model: _rows(model, pks) for model, pks in numbers.items()}
        self._find_steps()

    def _find_steps(self) -> None:
        """Find the steps of the rows that were made, which go with them."""
        for model, rows in list(self._made.items()):
            for link in model._meta.related_objects:
                step = link.related_model
                if isinstance(step, type) and issubclass(step, Step):
                    found = step._base_manager.filter(**{f"{link.field.name}__in": list(rows)})
                    self._made[step] = {one.pk: one for one in found.order_by("pk")}

    def _find_changed(self, traces: Iterable[Trace]) -> None:
        """Find the cells that still hold what was written, and say which hold something else by now."""
        changed = [one for trace in traces for one in trace.changed]
        by_model: dict[type[Model], list[int]] = {}
        for label, pk, *_rest in changed:
            by_model.setdefault(apps.get_model(label), []).append(pk)
        rows = {model: _rows(model, pks) for model, pks in by_model.items()}
        for label, pk, column, old, new in changed:
            model = apps.get_model(label)
            row = rows[model].get(pk)
            if row is None:
                continue  # it is gone, and so is what the cell said
            of = next(one for one in model._meta.concrete_fields if one.attname == column)
            now = getattr(row, column)
            if now != of.to_python(new) or not _is_there(of, old):
                said = {"row": row, "field": of.verbose_name}
                self.stays.append(_("%(row)s, %(field)s: was changed since") % said)
                continue
            self._back.setdefault((label, pk), (row, {}))[1][column] = of.to_python(old)

    def _find_ties(self, traces: Iterable[Trace]) -> None:
        """Find the ties that still hold."""
        for label, pk, name, other in (tie for trace in traces for tie in trace.tied):
            row = apps.get_model(label)._base_manager.filter(pk=pk).first()
            if row is not None and getattr(row, name).filter(pk=other).exists():
                self._ties.append((row, name, other))

    def _find_what_stands_on(self, about: type[Model]) -> None:
        """Name what stands on the rows that were made; what came along, such as an office, then stays."""
        for model, rows in list(self._made.items()):
            for row, standing in self._standing_on(model, rows):
                said = {"row": row, "kind": standing._meta.verbose_name, "that": standing}
                if model is about:
                    self.obstacles.append(_("%(row)s: %(kind)s “%(that)s”") % said)
                elif row.pk in rows:
                    rows.pop(row.pk)
                    self.stays.append(_("%(row)s: is used by others by now") % said)

    def _standing_on(self, model: type[Model], rows: dict[int, Model]) -> Iterator[tuple[Model, Model]]:
        """Yield each row that was made with one that points to it, unless the import made it or pointed it there."""
        for link in model._meta.get_fields(include_hidden=True):
            if not isinstance(link, ManyToOneRel) or link.related_model is LogEntry:
                continue
            other: Any = link.related_model
            column = link.field.attname
            mine = self._made.get(other, {})
            for pks in _chunks(list(rows)):
                for one in other._base_manager.filter(**{f"{column}__in": pks}):
                    _row, goes_back = self._back.get((other._meta.label, one.pk), (one, {}))
                    if one.pk not in mine and column not in goes_back and getattr(one, column) in rows:
                        yield rows[getattr(one, column)], one


def _is_there(of: Field, value: Any) -> bool:
    """Return whether the row that an old value stands for is still there; a plain value always is."""
    if of.remote_field is None or value is None:
        return True
    return of.remote_field.model._base_manager.filter(pk=value).exists()


def _rows(model: type[Model], pks: list[int]) -> dict[int, Model]:
    """Return rows by number, a few hundred a query."""
    found: dict[int, Model] = {}
    for some in _chunks(list(dict.fromkeys(pks))):
        found |= {row.pk: row for row in model._base_manager.filter(pk__in=some).order_by("pk")}
    return found


def _chunks(pks: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(pks), AT_A_TIME):
        yield pks[start : start + AT_A_TIME]


def _remove(model: type[Model], rows: list[Any], made: dict[type[Model], dict[int, Model]]) -> None:
    """Delete rows: at once those that go with the row they belong to, one by one those with a rule of their own."""
    has_rule = model.delete is not Model.delete
    alone = {row.pk: row for row in rows if has_rule and not _goes_with_another(row, made)}
    together = [row.pk for row in rows if row.pk not in alone]
    for row in alone.values():
        row.delete()
    for some in _chunks(together):
        audited_delete(model._base_manager.filter(pk__in=some))


def _goes_with_another(row: Model, made: dict[type[Model], dict[int, Model]]) -> bool:
    """Return whether a row points to one that is removed too."""
    return any(
        getattr(row, of.attname) in made.get(of.remote_field.model, {})
        for of in row._meta.concrete_fields
        if of.remote_field is not None
    )
