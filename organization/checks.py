"""A bad deployment stops at a system check."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from organization.merge_kinds import unspoken

#: As Django asks of SECRET_KEY (security.W009).
KEY_LENGTH, KEY_CHARACTERS = 50, 5


@register(Tags.security, deploy=True)
def secret_key_is_set(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to deploy with a key that nobody set, and that the next machine would not know."""
    if not settings.SECRET_KEY_IS_SET:
        return [Error("Set SECRET_KEY in the environment.", id="organization.E001")]
    return []


@register(Tags.security, deploy=True)
def signing_keys_are_strong(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn of a signing key that could be guessed: the public key that comes of it tells which guess is right."""
    keys = (settings.SIGNING_KEY, *settings.SIGNING_KEY_FALLBACKS)
    if all(len(key) >= KEY_LENGTH and len(set(key)) >= KEY_CHARACTERS for key in keys):
        return []
    words = f"A SIGNING_KEY has less than {KEY_LENGTH} characters, or less than {KEY_CHARACTERS} different ones."
    return [checks.Warning(words, id="organization.W002")]


@register(Tags.security, deploy=True)
def proxies_are_counted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn of a proxy whose own address would stand for every client's."""
    if settings.SECURE_PROXY_SSL_HEADER and not settings.TRUSTED_PROXIES:
        hint = "All people then share one address: set it to the number of proxies in front, usually 1."
        return [checks.Warning("BEHIND_PROXY is on, and TRUSTED_PROXIES is 0.", hint=hint, id="organization.W001")]
    return []


@register(Tags.models)
def merging_is_spoken_of(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a relation to a mergeable model of which nobody said what becomes of it in a merge."""
    hint = "Say it with organization.merge_kinds.tell() beside the app's models."
    return [Error(f"What becomes of it in a merge? {one}", hint=hint, id="organization.E002") for one in unspoken()]
