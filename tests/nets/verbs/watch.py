"""What a step changed, and whether the invariants still hold: only what it can have touched is looked at."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.apps import apps
from django.db import connection
from django.db.models import Max, Model

from organization.integrity import Finding, in_order, try_all
from organization.integrity_rows import differences, has_forms

WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
READS = re.compile(r'(?:FROM|JOIN) "(\w+)"')
#: What every change adds to, and what only the end of an example is asked for as a whole.
TRAIL = {"auditlog_logentry", "organization_traillink", "organization_trailhead"}
OF_THE_TRAIL = {"9_every_row_is_what_the_audit_says", "9_trail_is_a_whole_chain", "9_every_entry_has_its_link"}
#: The trail only grows, so that its length says whether it changed.
GROWS = {"auditlog_logentry", "organization_traillink"}
Broken = dict[str, list[dict[str, Any]]]


class Tables:
    """Collects the tables of the statements that a pattern finds; used as `connection.execute_wrapper`."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.names: set[str] = set()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.names.update(self.pattern.findall(sql))
        return execute(sql, params, many, context)


@contextmanager
def tables(pattern: re.Pattern[str]) -> Iterator[set[str]]:
    """Yield the set of tables that is filled with what the statements inside name."""
    seen = Tables(pattern)
    with connection.execute_wrapper(seen):
        yield seen.names


def models_by_table() -> dict[str, type[Model]]:
    """Return every model by its table, those of many-to-many fields too."""
    return {one._meta.db_table: one for one in apps.get_models(include_auto_created=True) if one._meta.managed}


class Watch:
    """Knows every row, and of each invariant the tables that it read when it was tried last."""

    def __init__(self) -> None:
        self.models = models_by_table()
        self.rows = {table: self._rows_of(table) for table in self.models}
        self.reads: dict[str, set[str]] = {}

    def again(self) -> "Watch":
        """Return a watch for the next example, which begins with the same rows."""
        watch = object.__new__(Watch)
        watch.models, watch.rows, watch.reads = self.models, dict(self.rows), dict(self.reads)
        return watch

    def _rows_of(self, table: str) -> Any:
        """Return a table's rows, the count of edits last; of what only grows, the newest row's number."""
        model = self.models[table]
        if table in GROWS:
            return model._base_manager.aggregate(newest=Max("pk"))["newest"]
        names = [field.attname for field in model._meta.local_concrete_fields]
        return list(model._base_manager.order_by("pk").values_list(*sorted(names, key=lambda name: name == "version")))

    def changed(self, written: Iterable[str]) -> tuple[set[str], set[str]]:
        """Return which of the tables that were written to hold other rows than before, and other words."""
        before, now = self.rows, {table: self._rows_of(table) for table in written if table in self.models}
        rows = {table for table in now if now[table] != before[table]}
        words = {table for table in rows if self._words(table, now[table]) != self._words(table, before[table])}
        self.rows = before | now
        return rows, words

    def _words(self, table: str, rows: Any) -> Any:
        """Return rows without their count of edits, which the trail does not tell."""
        counted = any(field.name == "version" for field in self.models[table]._meta.local_concrete_fields)
        return [row[:-1] for row in rows] if counted else rows

    def lines_since(self, newest: int | None) -> list[int | None]:
        """Return who did it, line by line of the trail since an entry."""
        return list(LogEntry.objects.filter(pk__gt=newest or 0).order_by("pk").values_list("actor", flat=True))

    def broken(self, changed: set[str]) -> Broken:
        """Return the rows that break an invariant, by its name, after these tables changed."""
        found = {name: finding.broken for name, finding in self._tried_again(changed) if finding.broken}
        for model in auditlog.get_models():
            own = {one._meta.db_table for one in (model, *model._meta.get_parent_list())}
            if own & changed and not has_forms(model) and (rows := differences(model).broken):
                found[f"9_every_row_is_what_the_audit_says: {model._meta.label}"] = rows
        return found

    def _tried_again(self, changed: set[str]) -> Iterator[tuple[str, Finding]]:
        """Yield the finding of each invariant that reads one of the tables, or was never tried."""
        for name, check in in_order():
            if name not in OF_THE_TRAIL and (name not in self.reads or self.reads[name] & changed):
                with tables(READS) as read:
                    finding = check()
                self.reads[name] = read
                yield name, finding


def all_broken() -> Broken:
    """Return the rows that break an invariant as `check_integrity` names them."""
    return {name: finding.broken for name, finding in try_all() if finding.broken}
