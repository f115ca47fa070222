"""No module asks what day it is while it is imported: whatever runs past midnight would go on with yesterday."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

OURS = [
    path
    for path in sorted(Path(settings.BASE_DIR).rglob("*.py"))
    if not {".venv", "node_modules", "var"} & set(path.relative_to(settings.BASE_DIR).parts)
]
ASKS = {"localdate", "localtime", "now", "today", "utcnow", "time"}


def asked_at_import(source: str) -> Iterator[int]:
    """Yield the lines that ask for the day or the time outside every function body."""
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            # What a function stands on is worked out with its module, what it does is not.
            waiting += node.args.defaults + [default for default in node.args.kw_defaults if default]
            waiting += [] if isinstance(node, ast.Lambda) else node.decorator_list
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS:
            yield node.lineno
        waiting += ast.iter_child_nodes(node)


def test_no_module_asks_for_the_day_while_it_is_imported() -> None:
    found = [f"{path}:{line}" for path in OURS for line in asked_at_import(path.read_text())]
    assert (found, len(OURS) > 300) == ([], True)


@pytest.mark.hole
def test_a_day_that_was_asked_for_at_import_is_found() -> None:
    source = """
TODAY = timezone.localdate()
class Row: made = models.DateField(default=lambda: timezone.localdate())
@pytest.mark.parametrize("day", [datetime.date.today()])
def test(day, until=timezone.now()): return timezone.localdate()
"""
    assert sorted(asked_at_import(source)) == [2, 4, 5]
