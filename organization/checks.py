"""A bad deployment stops at a system check."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def secret_key_is_set(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to deploy with the key that every copy of the source knows."""
    if settings.SECRET_KEY.startswith("insecure-"):
        return [Error("Set SECRET_KEY in the environment.", id="organization.E001")]
    return []
