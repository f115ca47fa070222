"""Whole tables as they stand, so that the same request twice over can be seen to do the same."""

from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection

from tests.nets.rows import RANDOM

#: Rows that stand for how a request went, not for what it did: only how many there are is compared.
COUNTED = {"organization_formreceipt", "django_admin_log"}
#: Written by any request, whatever becomes of it.
APART = {"django_session", "organization_throttle"}


@dataclass
class Tables:
    """Reads tables, and puts the counters for new keys back, which no rollback does on PostgreSQL."""

    counters: dict[str, int] = field(default_factory=dict)

    def remember(self) -> None:
        """Remember where the counters stand."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences")
                self.counters = dict(cursor.fetchall())

    def rewind(self) -> None:
        """Put the counters back to where they stood."""
        if self.counters:
            puts = [f"setval('{name}', {value or 1}, {value > 0})" for name, value in self.counters.items()]
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {', '.join(puts)}")

    def read(self, names: set[str]) -> dict[str, list[Any]]:
        """Return the rows of tables, without what is made at random."""
        with connection.cursor() as cursor:
            return {name: self._rows(cursor, name) for name in sorted(names - APART)}

    def _rows(self, cursor: Any, name: str) -> list[Any]:
        columns = [column for column in _columns().get(name, ["*"]) if column not in RANDOM]
        named = ", ".join(one if one == "*" else connection.ops.quote_name(one) for one in columns)
        cursor.execute(f"SELECT {named} FROM {name}")
        rows = cursor.fetchall()
        return [len(rows)] if name in COUNTED else sorted(map(repr, rows))


def _columns() -> dict[str, list[str]]:
    """Return the columns of every model's table; the trail's permit, which has no model, is read whole."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: [one.column for one in model._meta.local_concrete_fields] for model in models}
