"""Signatures by the site's own key, which whoever can only write to the database cannot make."""

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def sign(purpose: str, content: bytes) -> str:
    """Return the HMAC-SHA256, in hex, of a content by the present key.

    Args:
        purpose: what is signed, such as "outcome"; a signature for one purpose is worth nothing for another.
        content: the bytes.
    """
    return _sign(settings.SIGNING_KEY, purpose, content)


def is_signed(purpose: str, content: bytes, signature: str) -> bool:
    """Return whether a signature was made by the present key or by an earlier one that is still believed."""
    keys = (settings.SIGNING_KEY, *settings.SIGNING_KEY_FALLBACKS)
    return any(hmac.compare_digest(_sign(key, purpose, content).encode(), signature.encode()) for key in keys)


def _sign(material: str, purpose: str, content: bytes) -> str:
    return hmac.new(derived_key(material, purpose), content, hashlib.sha256).hexdigest()


@lru_cache(maxsize=64)
def derived_key(material: str, purpose: str) -> bytes:
    """Return the key of one purpose, derived so that no purpose's key tells another's or the material.

    Raises:
        ImproperlyConfigured: when the site has no key.
    """
    if not material:
        raise ImproperlyConfigured("Set SECRET_KEY or SIGNING_KEY: without one nothing can be signed.")
    return hmac.new(material.encode(), f"pairing-site signing {purpose}".encode(), hashlib.sha256).digest()
