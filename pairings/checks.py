"""The registry of kinds and the child models must say the same."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register

from pairings import kinds
from pairings.models import Pairing


@register()
def kinds_match_children(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Name every child model without a kind and every kind without a child model."""
    children = {m._meta.label: m.KIND for m in apps.get_models() if issubclass(m, Pairing) and m is not Pairing}
    registered = {kind.model_class._meta.label: kind.slug for kind in kinds.all_kinds()}
    return [
        Error(f"{label} is a pairing of the kind {slug!r}, but no such kind is registered for it.", id="pairings.E001")
        for label, slug in children.items() - registered.items()
    ] + [
        Error(f"The kind {slug!r} names {label}, which is no pairing of that kind.", id="pairings.E002")
        for label, slug in registered.items() - children.items()
    ]
