"""What the documents promise is there: every setting in the README's table, every command, every link."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text()
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/*.md")])
COMMANDS = {"load_demo", "import_roster", "import_outcomes", "branch_report", "check_integrity", "generate_load"}


def test_every_setting_stands_in_the_readme_s_table_and_no_other() -> None:
    source = (ROOT / "pairing_site" / "settings.py").read_text()
    read = set(re.findall(r'\benv(?:\.\w+\(|,)\s*"(\w+)"', source))
    assert set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)) == read


def test_every_command_of_the_contract_is_there() -> None:
    assert set(get_commands()) >= COMMANDS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(document: Path) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def named_files(text: str) -> list[str]:
    """Return the files of the project that a document names in code."""
    return re.findall(r"`((?:[\w.-]+/)+[\w-]+\.(?:py|md|html|sh|js|css|typ))(?=[:`])", text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_is_named_is_there(document: Path) -> None:
    assert [name for name in named_files(document.read_text()) if not (ROOT / name).exists()] == []


def test_a_make_target_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {word for document in DOCUMENTS for word in re.findall(r"`make ([a-z-]+)`", document.read_text())}
    assert named - targets == set()


@pytest.mark.hole
def test_a_file_that_is_not_there_is_found() -> None:
    assert named_files("see `outcomes/figures/gone.py` and `tests/nowhere/test_it.py::test_me`") == [
        "outcomes/figures/gone.py",
        "tests/nowhere/test_it.py",
    ]
