"""Every net proves itself by finding a seeded hole, and what is said of the faults names tests that there are."""

import re
from pathlib import Path

import pytest
from django.conf import settings

NETS = sorted(Path(__file__).parent.glob("test_*.py"))
FAULTS = settings.BASE_DIR / "docs" / "threats" / "faults.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def without_hole(nets: list[Path]) -> list[str]:
    """Return the nets that no test seeds a hole for, in their own module or in the one named after it."""
    beside = [net.with_name(f"{net.stem}_holes.py") for net in nets]
    proofs = [
        net.read_text() + (holes.read_text() if holes.exists() else "") for net, holes in zip(nets, beside, strict=True)
    ]
    return [net.name for net, proof in zip(nets, proofs, strict=True) if "@pytest.mark.hole" not in proof]


def test_every_net_finds_a_hole() -> None:
    assert (without_hole(NETS), len(NETS) > 20) == ([], True)


@pytest.mark.hole
def test_a_net_that_proves_nothing_is_found(tmp_path: Path) -> None:
    net = tmp_path / "test_idle.py"
    net.write_text("def test_nothing() -> None: ...\n")
    assert without_hole([*NETS, net]) == ["test_idle.py"]


def test_the_table_of_faults_names_tests_that_there_are() -> None:
    named = TEST.findall(FAULTS.read_text())
    missing = [
        (file, name)
        for file, name in named
        if not (settings.BASE_DIR / file).exists() or name not in (settings.BASE_DIR / file).read_text()
    ]
    assert (missing, len(named) > 25) == ([], True)
