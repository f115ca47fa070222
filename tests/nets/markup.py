"""Markup planted in every text of the database, and what of it is alive in a page."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from django.template import engines
from django.template.autoreload import reset_loaders
from django.template.loader import get_template
from lxml import html

#: An element and, whatever quotes an attribute stands in, an attribute of this name; browsers ask for this address.
NAME = "zq"
CANARY = f"<{NAME}>\"{NAME}='{NAME}="
#: More of it, where it fits: the end of a script, a picture that is fetched, htmx's and Alpine's own attributes.
LONGER = (
    f"</script><{NAME}>",
    f"<img src=/{NAME}>",
    f'<i hx-post="/{NAME}" hx-trigger=load>',
    f"<i x-data x-init=\"fetch('/{NAME}')\">",
    f"<img src=x onerror=\"fetch('/{NAME}')\">",
    f"{{% {NAME} %}}",  # a template that takes words for its own source breaks at it
)
#: Columns that hold a machine's words: codes whose labels our own code names, hashes, keys, addresses.
MACHINE = {
    "activity_type", "aim_code", "code", "codename", "format", "kind", "language", "likeness", "media_type", "nonce",
    "password", "phone_key", "role", "seal", "origin", "session_data", "session_key", "sha256", "state", "url",
}  # fmt: skip
#: Models whose rows hold no words at all.
WORDLESS = {"organization.FormReceipt", "organization.Throttle"}
FRAMEWORK = {"auth", "contenttypes", "sessions", "account", "admin", "auditlog", "django_tasks_database"}
TEXT = (models.CharField, models.TextField)
#: Attributes that a browser or the admin's libraries run, or ask for.
RUN = ("on", "x-", "@", ":", "hx-", "data-hx-")
ASKED_FOR = {"action", "formaction", "href", "src", "srcdoc", "style"}


def canary(room: int | None) -> str:
    """Return as much markup as there is room for."""
    text = CANARY
    for piece in LONGER:
        if room is None or len(text) + len(piece) <= room:
            text += piece
    return text


def text_fields(model: type[models.Model]) -> list[models.Field]:
    """Return the columns of a model's own table in which somebody's words may stand."""
    return [
        field
        for field in model._meta.local_concrete_fields
        if isinstance(field, (*TEXT, models.JSONField))
        and not isinstance(field, models.SlugField)
        and not field.choices
        and field.name not in MACHINE
        and not (model._meta.label == "pairings.MatchRun" and field.name == "aim")
    ]


def planted_models() -> Iterator[type[models.Model]]:
    """Yield each model of ours."""
    for model in apps.get_models():
        if model._meta.app_label not in FRAMEWORK and model._meta.label not in WORDLESS:
            yield model


def plant() -> set[str]:
    """Put markup into every text of every row, past the forms; return the columns that now hold some."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in planted_models()
        for field in text_fields(model)
        for row in model._base_manager.values("pk", field.attname)
        if _put(model, field, row["pk"], row[field.attname])
    }


def _put(model: type[models.Model], field: models.Field, pk: Any, old: Any) -> bool:
    """Put markup into one cell, unless a rule refuses it."""
    new = _marked(field, pk, old)
    if new is None:
        return False
    try:
        with transaction.atomic():
            model._base_manager.filter(pk=pk).update(**{field.attname: new})
    except (DatabaseError, ValidationError):
        return False
    return True


def _marked(field: models.Field, pk: Any, old: Any) -> Any:
    """Return a cell's value with markup in it; None where it has no words."""
    if isinstance(field, models.JSONField):
        return _marked_words(old)
    if field.name == "figures":
        return json.dumps(_marked_words(json.loads(old)))
    room = field.max_length and field.max_length - len(str(pk))
    if isinstance(field, models.EmailField):
        return f'"{pk}<{NAME}>\'{NAME}="@x.example'
    return f"{canary(room)}{pk}"


def _marked_words(value: Any) -> Any:
    """Return JSON with markup behind every text that is more than a code."""
    if isinstance(value, dict):
        return {key: _marked_words(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_marked_words(one) for one in value]
    return value + canary(None) if isinstance(value, str) and not value.isascii() else value


def alive(page: str) -> list[str]:
    """Return what in a page came of planted markup: elements, attributes, and words in places that are run."""
    if NAME not in page:
        return []
    return [found for element in html.document_fromstring(page).iter() for found in _alive_in(element)]


def _alive_in(element: Any) -> Iterator[str]:
    """Yield what came of planted markup in one element."""
    if not isinstance(element.tag, str):
        return
    if element.tag == NAME:
        yield f"<{NAME}> inside <{element.getparent().tag} class={element.getparent().get('class')!r}>"
    if element.tag in {"script", "style"} and NAME in (element.text or "") and "json" not in element.get("type", ""):
        yield f"words inside <{element.tag}>"
    for name, value in element.attrib.items():
        # Words that a reader sees in an address are percent-encoded by then, so they cannot leave it.
        runs = name.startswith(RUN) or (name in ASKED_FOR and ("<" in value or "javascript:" in value))
        if name.startswith(NAME) or (runs and NAME in value):
            yield f"{name}={value[:60]!r} on <{element.tag} class={element.get('class')!r}>"


@contextlib.contextmanager
def patched(folder: Path, template: str, old: str, new: str) -> Iterator[None]:
    """Put a hole into a template for a while, where the templates that others keep compiled see it too."""
    source = get_template(template).template.source
    assert old in source
    file = folder / template
    file.parent.mkdir(parents=True)
    file.write_text(source.replace(old, new))
    engine = engines["django"].engine
    engine.dirs.insert(0, folder)
    reset_loaders()
    try:
        yield
    finally:
        engine.dirs.remove(folder)
        reset_loaders()
