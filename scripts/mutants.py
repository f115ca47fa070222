"""Change one thing in a rule, and see whether a test notices: `make mutants` (docs/testing.md).

Each mutant is one change that cosmic-ray makes (an operator, a comparison, a number, a decorator taken off) in a copy
of the tree. The tests that run its line, as coverage's contexts tell, run until the first that fails.
"""

import argparse
import ast
import itertools
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from cosmic_ray.ast import Visitor, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from coverage import CoverageData

ROOT = Path(__file__).resolve().parent.parent
COPIES = ROOT / "var" / "mutants"
CONTEXTS = ROOT / "var" / "coverage" / "data"
#: What is changed, by what it holds.
MODULES = {
    "models": ("*/models.py", "*/models/*.py"),
    "rules": ("*/rules.py", "*/access.py", "*/doors.py", "organization/ways_back.py", "evidence/removal.py"),
    "figures": (
        "outcomes/figures/*.py", "*/figures.py", "*/work_figures.py", "outcomes/since.py", "outcomes/freezing.py",
        "outcomes/supplement.py", "outcomes/handing.py",
    ),
    "sheets": (
        "organization/sheets/*.py", "organization/workbooks/*.py", "organization/roster*.py", "outcomes/ledger*.py",
    ),
    "sniffing": ("evidence/looking.py", "evidence/inspection/*.py", "evidence/names.py"),
    "middleware": ("*/middleware.py", "organization/readable.py", "organization/bounds.py", "pairing_site/handler.py"),
}  # fmt: skip
#: Tests of a line beyond these are not asked; a mutant that survives so many survives.
MOST_TESTS = 40
LONGEST_SECONDS = 900
#: Tests that go over everything are asked last.
SLOW = ("tests/e2e/", "tests/nets/", "tests/test_permissions", "tests/test_query_counts")
#: What asks whether the database refuses what a constraint of a model says, beside the tests of the model's lines.
CONSTRAINTS = ("tests/test_constraints.py",)
MIGRATIONS = "makemigrations --check"
FAILED = re.compile(r"^(?:FAILED|ERROR) (tests/.+?)(?: - .*)?$", re.MULTILINE)
#: Operators that would have to be told names, and one whose change no rule of ours can tell (an exception's class).
NOT_USED = {"core/VariableReplacer", "core/VariableInserter", "core/ExceptionReplacer"}


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    group: str
    path: Path
    operator: str
    occurrence: int
    line: int

    def code(self) -> str:
        """Return the file with the change."""
        changed = mutate_code((ROOT / self.path).read_text(), get_operator(self.operator)(), self.occurrence)
        return changed or ""

    def __str__(self) -> str:
        before, after = (ROOT / self.path).read_text().splitlines(), self.code().splitlines()
        changes = [(old, new) for old, new in itertools.zip_longest(before, after, fillvalue="") if old != new]
        old, new = changes[0] if changes else ("", "")
        return f"{self.path}:{self.line} {self.operator.split('/')[1]}: {old.strip()}  →  {new.strip()}"


class Positions(Visitor):
    """Collects where an operator can change a file, in the order in which cosmic-ray counts them."""

    def __init__(self, operator: Any) -> None:
        self.operator = operator
        self.found: list[tuple[tuple[int, int], tuple[int, int]]] = []

    def visit(self, node: Any) -> Any:
        """Note the node's positions and leave it as it is."""
        self.found += self.operator.mutation_positions(node)
        return node


def mutants_of(group: str, path: Path) -> Iterator[Mutant]:
    """Yield every change of a file that could change what it does."""
    source = (ROOT / path).read_text()
    tree, silent = get_ast(source), silent_places(source)
    for name in sorted(set(operator_names()) - NOT_USED):
        visitor = Positions(get_operator(name)())
        visitor.walk(tree)
        for occurrence, (start, _end) in enumerate(visitor.found):
            if not any(begin <= start <= end for begin, end in silent):
                yield Mutant(group, path, name, occurrence, start[0])


def silent_places(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return where a change changes nothing that runs: annotations, and imports for types alone."""
    nodes: list[ast.AST | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            nodes.append(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            nodes.append(node.annotation)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            nodes.append(node)
        elif isinstance(node, ast.ClassDef):  # nobody writes into a frozen dataclass; mypy would say so
            nodes += [one for one in node.decorator_list if "dataclass" in ast.unparse(one)]
    return [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in nodes
        if isinstance(node, ast.expr | ast.stmt)
    ]


def sample(groups: list[str], size: int, seed: int) -> list[Mutant]:
    """Return so many mutants of each group: lines are drawn alike, and one change of each."""
    chance, drawn = random.Random(seed), []  # noqa: S311 - a sample is no secret
    for group in groups:
        paths = sorted(
            {
                path.relative_to(ROOT)
                for pattern in MODULES[group]
                for path in ROOT.glob(pattern)
                if path.parent.name not in {"tests"}
            }
        )
        by_line: dict[tuple[Path, int], list[Mutant]] = {}
        for mutant in itertools.chain.from_iterable(mutants_of(group, path) for path in paths):
            by_line.setdefault((mutant.path, mutant.line), []).append(mutant)
        lines = chance.sample(sorted(by_line), min(size, len(by_line)))
        drawn += [chance.choice(by_line[line]) for line in lines]
    return [mutant for mutant in drawn if compiles(mutant)]


def compiles(mutant: Mutant) -> bool:
    """Return whether a change is still Python: it changes a bare `*` of a signature as if it multiplied."""
    try:
        ast.parse(mutant.code())
    except SyntaxError:
        return False
    return True


def all_tests() -> set[str]:
    """Return the tests that there are: a name that no longer exists would make every mutant look noticed."""
    command = [".venv/bin/python", "-m", "pytest", "-o", "addopts=--import-mode=importlib", "--collect-only", "-q"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^tests/.+::.+$", listed, re.MULTILINE))


def tests_of(mutant: Mutant, data: CoverageData, known: set[str]) -> list[str]:
    """Return the tests that run a mutant's line; of one that only runs on import, those that run what it stands in.

    That is the function whose line it is (a decorator, a default), else the file: a constant, a field, a constraint.
    """
    by_line = data.contexts_by_lineno(str(ROOT / mutant.path))
    for lines in ([mutant.line], lines_of_function(mutant), list(by_line)):
        found = {context.split("|")[0] for line in lines for context in by_line.get(line, ())} & known
        if found:
            break
    near = f"tests/{mutant.path.parts[0]}/"
    tests = sorted(found, key=lambda test: (test.startswith(SLOW), not test.startswith(near), test))
    asked = tests[: MOST_TESTS // 2] + tests[MOST_TESTS // 2 :: max(1, 2 * len(tests) // MOST_TESTS)]
    return [*asked, *(CONSTRAINTS if "models" in mutant.path.parts else ())]


def lines_of_function(mutant: Mutant) -> list[int]:
    """Return the lines of the innermost function that a mutant's line stands in or decorates; none outside of any."""
    spans: list[range] = []
    for node in ast.walk(ast.parse((ROOT / mutant.path).read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            begin = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            spans.append(range(begin, (node.end_lineno or node.lineno) + 1))
    around = sorted((span for span in spans if mutant.line in span), key=len)
    return list(around[0]) if around else []


def failure(mutant: Mutant, copy: Path, tests: list[str]) -> str:
    """Return the first test that fails in a copy of the tree with the change, or what else ended the run; "" if none.

    A run that never ends is noticed too, and said.
    """
    if not tests:
        return ""
    place, asked = copy / mutant.path, copy / "var" / "asked"
    asked.write_text("\n".join(tests))
    place.write_text(mutant.code())
    try:
        if "models" in mutant.path.parts and not are_migrated(copy):
            return MIGRATIONS
        done = run_tests(copy, "-x", f"@{asked}")
    except subprocess.TimeoutExpired:
        print(f"never ended: {mutant}", flush=True)
        return "never ended"
    finally:
        shutil.copy(ROOT / mutant.path, place)
    failed = FAILED.findall(done.stdout)
    return failed[0] if failed else f"exit code {done.returncode}" if done.returncode else ""


def are_migrated(copy: Path) -> bool:
    """Return whether `make check` finds the models of a copy in its migrations."""
    command = [".venv/bin/python", "manage.py", "makemigrations", "--check", "--dry-run"]
    return subprocess.run(command, cwd=copy, capture_output=True, check=False).returncode == 0


def run_tests(copy: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run tests in a copy of the tree. Raises `subprocess.TimeoutExpired`."""
    command = [".venv/bin/python", "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)


def copies(count: int) -> SimpleQueue[Path]:
    """Return so many copies of what git keeps, each with this tree's packages."""
    free: SimpleQueue[Path] = SimpleQueue()
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")  # noqa: S607 - git as found
    for number in range(count):
        copy = COPIES / str(number) / ROOT.name
        shutil.rmtree(COPIES / str(number), ignore_errors=True)
        for name in [*filter(None, files), *(str(path.relative_to(ROOT)) for path in (ROOT / "locale").rglob("*.mo"))]:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
        for name in (".venv", "node_modules"):
            (copy / name).symlink_to((ROOT / name).resolve())
        (copy / "var").mkdir(exist_ok=True)
        if (ROOT.parent / "shared").exists():  # the field's cases, which tests read
            (copy.parent / "shared").symlink_to(ROOT.parent / "shared")
        free.put(copy)
    return free


def main() -> None:
    """Draw mutants, try each, and print the share that was noticed and every one that was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", default=list(MODULES), help=f"of {', '.join(MODULES)}")
    parser.add_argument("--sample", type=int, default=20, help="how many of each group")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    data = CoverageData(str(CONTEXTS))
    data.read()
    known = all_tests()
    free, noticed, tried = copies(options.workers), Counter[str](), Counter[str]()

    def attempt(mutant: Mutant) -> tuple[Mutant, str]:
        copy = free.get()
        try:
            return mutant, failure(mutant, copy, tests_of(mutant, data, known))
        finally:
            free.put(copy)

    noticed_by: dict[str, list[Mutant]] = {}
    with ThreadPoolExecutor(options.workers) as pool:
        drawn = sample(options.groups, options.sample, options.seed)
        for mutant, test in (one.result() for one in as_completed([pool.submit(attempt, mutant) for mutant in drawn])):
            tried[mutant.group] += 1
            noticed[mutant.group] += bool(test)
            noticed_by.setdefault(test, []).append(mutant)
            print(f"{test or 'SURVIVED'}: {mutant}", flush=True)
    copy = free.get()
    asked = copy / "var" / "asked"
    asked.write_text("\n".join(sorted(known & set(noticed_by))))
    for test in FAILED.findall(run_tests(copy, f"@{asked}").stdout):
        print(f"fails without any change: {test}, which noticed", *map(str, noticed_by[test]), sep="\n  ")
        noticed.subtract(mutant.group for mutant in noticed_by[test])
    for group in tried:
        print(f"{group:12} {noticed[group]:4} of {tried[group]:4} noticed ({noticed[group] / tried[group]:.0%})")
    sys.exit(0)


if __name__ == "__main__":
    main()
