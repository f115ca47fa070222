"""No source of ours makes markup of words: scripts, templates and Python are read for every way there is to do it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
#: What makes markup or code of a text in a browser.
SCRIPT_SINKS = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTMLUnsafe|srcdoc|eval|Function)\b"
    r"|document\.write|javascript:"
)
#: What takes a text as markup in a template, or lets an attribute run: and htmx's, which no page of ours loads.
TEMPLATE_SINKS = re.compile(
    r"\|\s*(?:safe|safeseq)\b|autoescape\s+off|\.as_(?:p|ul|table)\b|javascript:"
    r"|\s(?:on[a-z]+|style|srcdoc)=|\s(?:data-)?hx-[a-z]|<script>|\s[a-z-]+=\{\{"
)
#: What calls a text safe in Python.
TRUSTING = {"mark_safe", "SafeString", "SafeText", "html_safe", "__html__", "HTML", "allow_tags"}
#: Whose first argument must be written out, because words go into it by its other arguments.
FORMATTING = {"format_html", "format_html_join"}


def sinks_in_script(text: str) -> list[str]:
    """Return the ways in which a script makes markup of words."""
    return SCRIPT_SINKS.findall(text)


def sinks_in_template(text: str) -> list[str]:
    """Return the ways in which a template makes markup of words."""
    attributes = re.sub(r"\{#.*?#\}|\{%(?!\s*autoescape).*?%\}", "", text)
    return TEMPLATE_SINKS.findall(attributes) + re.findall(r"\{%[^%]*\|\s*safe", text)


def name_of(node: ast.AST) -> str:
    """Return the name that a call, a definition or a decorator goes by."""
    node = getattr(node, "func", node)
    return getattr(node, "id", getattr(node, "attr", getattr(node, "name", "")))


def sinks_in_python(text: str) -> Iterator[str]:
    """Yield the ways in which a module calls words safe."""
    for node in ast.walk(ast.parse(text)):
        named = [node, *getattr(node, "decorator_list", [])]
        if isinstance(node, (ast.Call, ast.FunctionDef, ast.ClassDef)):
            yield from (name for name in map(name_of, named) if name in TRUSTING)
        if isinstance(node, ast.Call) and name_of(node) in FORMATTING:
            written = node.args[:1] if len(node.args) > 1 else []
            if not written or not isinstance(written[0], ast.Constant):
                yield f"line {node.lineno}: format_html of what is not written out"


def found_in_sources() -> list[str]:
    """Return each such place in our sources."""
    own = [Path(config.path) for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
    modules = [module for folder in own for module in folder.rglob("*.py") if "migrations" not in module.parts]
    kinds = (
        (ROOT.joinpath("static").rglob("*.js"), sinks_in_script),
        (ROOT.joinpath("templates").rglob("*.html"), sinks_in_template),
        (modules, sinks_in_python),
    )
    return [
        f"{path.relative_to(ROOT)}: {found}"
        for paths, sinks in kinds
        for path in paths
        for found in sinks(path.read_text())
    ]


def test_no_source_makes_markup_of_words() -> None:
    assert found_in_sources() == []


@pytest.mark.hole
@pytest.mark.parametrize(
    "seeded",
    [
        "place.innerHTML = row.title;",
        "place.insertAdjacentHTML('beforeend', title);",
        "document.write(title);",
        "link.href = 'javascript:' + title;",
    ],
)
def test_the_net_finds_a_script_that_makes_markup(seeded: str) -> None:
    assert sinks_in_script(seeded) != []


@pytest.mark.hole
@pytest.mark.parametrize(
    "seeded",
    [
        "<p>{{ title|safe }}</p>",
        "{% autoescape off %}{{ title }}{% endautoescape %}",
        "<a href={{ url }}>",
        '<p hx-get="/outcomes/1/">',
        '<button onclick="go()">',
        "{{ form.as_p }}",
    ],
)
def test_the_net_finds_a_template_that_trusts_words(seeded: str) -> None:
    assert sinks_in_template(seeded) != []


@pytest.mark.hole
@pytest.mark.parametrize(
    "seeded",
    [
        "row = mark_safe(title)",
        "row = format_html(f'<b>{title}</b>')",
        "row = format_html('<b>' + title + '</b>')",
        "row = format_html(title, 1)",
        "from django.utils import safestring\nrow = safestring.SafeString(title)",
        "class Row:\n    def __html__(self): return self.title",
    ],
)
def test_the_net_finds_python_that_trusts_words(seeded: str) -> None:
    assert list(sinks_in_python(seeded)) != []
