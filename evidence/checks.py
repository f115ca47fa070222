"""A file must have a door: each link says who may see it."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from evidence.models import evidence_links


@register()
def links_have_a_door(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Name every link to a file whose manager has no visible_to."""
    return [
        Error(f"{link._meta.label} holds evidence, but its manager has no visible_to().", id="evidence.E001")
        for link in evidence_links()
        if not hasattr(link._default_manager, "visible_to")
    ]
