"""What a verb refuses is said to whoever asked, whether a rule or a field refused it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from organization.models import RuleError
from organization.models.base import StaleRecordError

ROOT = Path(settings.BASE_DIR)
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
#: Where a refusal of a rule alone is wanted, each with its reason.
WANTED = {
    "mentorship/views.py": "a branch without a rubric; nothing was typed yet",
    "organization/admin_base.py": "Django's form itself shows what fields refuse; a lost race alone is answered here",
    "organization/views.py": "beside a clause for the fields, which shows a rule above the form",
}


def pages() -> Iterator[Path]:
    """Yield the modules that answer requests."""
    for app in APPS:
        yield from (
            path
            for path in (ROOT / app).rglob("*.py")
            if {"views", "admin"} & set(path.stem.split("_")) or path.parent.name == "views"
        )


def half_caught(source: str) -> list[int]:
    """Return the lines that catch what a rule refuses and let what a field refuses become an error page."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Try):
            names = [ast.unparse(handler.type) for handler in node.handlers if handler.type]
            if "RuleError" in names and "ValidationError" not in names:
                found.append(node.lineno)
    return found


def test_each_page_says_whatever_is_refused() -> None:
    looked_at = {str(path.relative_to(ROOT)): half_caught(path.read_text()) for path in pages()}
    assert len(looked_at) > 25
    assert {path for path, lines in looked_at.items() if lines} <= WANTED.keys()


@pytest.mark.hole
def test_a_page_that_says_half_of_it_is_found() -> None:
    assert half_caught("try:\n    verb()\nexcept RuleError as error:\n    say(error)\n") == [1]
    assert half_caught("try:\n    verb()\nexcept ValidationError as error:\n    say(error)\n") == []


def test_a_rule_refuses_as_a_field_does_and_in_its_own_words() -> None:
    for refusal in (RuleError("The pairing is closed."), StaleRecordError()):
        assert isinstance(refusal, ValidationError)
        assert [str(refusal)] == refusal.messages
