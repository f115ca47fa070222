"""Whatever changes rows in somebody's name is a verb, and says that it writes, so that no template calls it."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "organization",
    "evidence",
    "imports",
    "pairings",
    "mentorship",
    "teaching_pairs",
    "enterprise_service",
    "outcomes",
)
#: What makes a function one that changes things: `verb` says by whom, `writes` that it is part of one.
MARKS = {"verb", "writes"}
#: Take `by` and change nothing, or stand behind a verb of the same module, and why.
NOT_VERBS = {
    "organization/events.py record": "writes a line of the trail itself",
    "organization/partings.py Parting.of": "one of many; the person's verb says by whom",
    "organization/partings.py Parting.carry_out": "a form's answer; each person's verb says by whom",
    "organization/redaction.py redact": "the trail is changed past the trail",
    "organization/transitions.py Transition.take": "calls the row's verb",
    "organization/ways_back.py WayBack.carry_out": "calls the row's verb",
    "organization/ways_back.py WayBack.taking": "a context inside the row's verb",
    "organization/ways_back.py WayBack.check": "asks only",
    "organization/ways_back.py forget_words": "the trail is changed past the trail",
    "organization/ways_back.py forget": "the trail is changed past the trail",
    "evidence/models.py EvidenceLink.take_back": "refuses; links that let go have a verb of their own",
    "pairings/models/life.py check_change": "asks only",
    "outcomes/forms.py ProseForm.save": "a form; the rows' verb says by whom",
    "outcomes/photo_forms.py PhotosForm.save": "a form; choose_photos is the verb",
    "outcomes/ledger.py import_ledger": "reads and hands over to the sheet's verb",
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> Iterator[Path]:
    """Yield the modules of the apps."""
    for app in APPS:
        yield from (path for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts)


def functions(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, Function]]:
    """Yield the functions of a module and the methods of its classes, by their names; not those inside functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield f"{inside}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{inside}{node.name}.")


def marks(node: Function) -> set[str]:
    """Return the names of a function's decorators."""
    names = (one.func if isinstance(one, ast.Call) else one for one in node.decorator_list)
    return {name.id if isinstance(name, ast.Name) else getattr(name, "attr", "") for name in names}


def unmarked(source: str, where: str) -> list[str]:
    """Return the public functions that are told who acts, and are no verbs."""
    return [
        f"{where} {name}"
        for name, node in functions(ast.parse(source))
        if "by" in {one.arg for one in node.args.kwonlyargs}
        and not node.name.startswith("_")
        and not MARKS & marks(node)
    ]


def unsaid(source: str, where: str) -> list[str]:
    """Return the public methods that save or delete the row they are of without saying that they write."""
    return [
        f"{where} {name}"
        for name, node in functions(ast.parse(source))
        if not node.name.startswith("_")
        and not MARKS & marks(node)
        and node.name not in {"save", "delete"}
        and any(_saves_itself(one) for one in ast.walk(node))
    ]


def _saves_itself(node: ast.AST) -> bool:
    """Return whether a node is `self.save(…)` or `self.delete(…)`."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"save", "delete"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "self"
    )


def found(look: Callable[[str, str], list[str]]) -> set[str]:
    """Return what a look at every module of the apps finds."""
    return {one for path in sources() for one in look(path.read_text(), str(path.relative_to(ROOT)))}


def test_whatever_is_told_by_whom_is_a_verb() -> None:
    assert found(unmarked) == set(NOT_VERBS)


def test_whatever_saves_its_row_says_that_it_writes() -> None:
    assert found(unsaid) == set()


SEEDED = """
class Pairing:
    def approve(self, *, by: User) -> None: ...
    @verb
    def end(self, *, by: User) -> None: ...
    def _close(self, *, by: User) -> None: self.save()
    def rename(self) -> None: self.save()
    @writes
    def leave(self) -> None: self.save()
"""


@pytest.mark.hole
def test_the_net_finds_a_verb_that_is_not_marked() -> None:
    assert unmarked(SEEDED, "seeded") == ["seeded Pairing.approve"]
    assert unsaid(SEEDED, "seeded") == ["seeded Pairing.rename"]
