"""No sheet, however hostile, raises anything but words, lasts over 5 s or takes over 256 MB, here or in its child."""

import itertools
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO

import pytest

from organization.models import Branch
from organization.roster import import_roster
from organization.sheets import ImportResult, SheetFile
from outcomes.ledger import import_ledger
from tests.factories import BranchFactory, teacher
from tests.nets import size
from tests.nets.cost import MEGABYTE, Cost, measured
from tests.nets.hostile_sheets import SEEDS, hostile_file, packed, parts_of

SECONDS, MEMORY = 5.0, 256 * MEGABYTE


def faults(
    read: Callable[[SheetFile], ImportResult], files: Iterable[tuple[str, bytes, str]], costs: list[Cost] | None = None
) -> Iterator[str]:
    """Yield what is wrong with how each file is answered."""
    for number, (name, content, mutation) in enumerate(files):
        answers: list[ImportResult] = []
        try:
            cost = measured(lambda: answers.append(read(SheetFile(name, content))))  # noqa: B023 - called at once
            json.dumps(answers[0].as_json(), ensure_ascii=False).encode()
        except Exception as error:  # that is what the net looks for
            yield f"{number} {mutation}: {error!r}"
            continue
        if costs is not None:
            costs.append(cost)
        if cost.seconds > SECONDS:
            yield f"{number} {mutation}: {cost.seconds:.1f} s"
        if max(cost.here, cost.child) > MEMORY:
            yield f"{number} {mutation}: {cost.here // MEGABYTE} MB here, {cost.child // MEGABYTE} MB in a child"


@pytest.fixture
def branch(db: None) -> Branch:
    branch = BranchFactory(code="NET")
    teacher(branch, number="T2")
    return branch


def test_no_hostile_sheet_is_answered_with_anything_but_words(branch: Branch) -> None:
    costs: list[Cost] = []
    count = size(small=60, large=500)
    files = (hostile_file(number) for number in range(count))

    turn = itertools.cycle([import_roster, import_ledger])

    def read(file: SheetFile) -> ImportResult:
        return next(turn)(file, branch, dry_run=True)

    assert list(faults(read, files, costs)) == []
    assert len(costs) == count
    most = {field: max(getattr(cost, field) for cost in costs) for field in ("seconds", "clock", "here", "child")}
    print(f"{count} hostile sheets; at most {most}")  # noqa: T201 - the figures of make attack


def words(*_file: object) -> ImportResult:
    return ImportResult()


@pytest.mark.hole
def test_the_net_finds_a_reader_that_trusts_numbers() -> None:
    def trusting(file: SheetFile) -> ImportResult:
        with zipfile.ZipFile(BytesIO(file.content)) as archive:
            text = archive.read("xl/worksheets/sheet1.xml").decode()
        [int(float(part.partition("</v>")[0])) for part in text.split("<v>")[1:]]
        return words()

    sheet = parts_of(SEEDS[0]) | {"xl/worksheets/sheet1.xml": b"<c><v>1e999</v></c>"}
    assert "OverflowError" in "".join(faults(trusting, [("t.xlsx", packed(sheet), "seeded")]))


@pytest.mark.hole
def test_the_net_finds_a_reader_that_unpacks_in_the_web_process() -> None:
    def unpacking(file: SheetFile) -> ImportResult:
        with zipfile.ZipFile(BytesIO(file.content)) as archive:
            return words(archive.read("bomb"))

    bomb = packed({"bomb": bytes(MEMORY + MEGABYTE)})
    assert "MB here" in "".join(faults(unpacking, [("t.xlsx", bomb, "seeded")]))


@pytest.mark.hole
def test_the_net_finds_a_child_without_a_limit() -> None:
    def growing(_file: SheetFile) -> ImportResult:
        code = f"import time; kept = b'x' * {MEMORY}; time.sleep(0.05)"
        return words(subprocess.run([sys.executable, "-S", "-c", code], check=True))

    assert "in a child" in "".join(faults(growing, [("t.xlsx", b"", "seeded")]))


@pytest.mark.hole
def test_the_net_finds_a_reader_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_file: SheetFile) -> ImportResult:
        until = time.process_time() + 0.1
        while time.process_time() < until:
            pass
        return words()

    monkeypatch.setattr("tests.nets.test_sheets.SECONDS", 0.05)
    assert " s" in "".join(faults(busy, [("t.xlsx", b"", "seeded")]))


@pytest.mark.hole
def test_the_net_finds_words_that_no_answer_can_carry() -> None:
    def echoing(_file: SheetFile) -> ImportResult:
        return ImportResult(missing=["\ud800"])

    assert "UnicodeEncodeError" in "".join(faults(echoing, [("t.xlsx", b"", "seeded")]))
