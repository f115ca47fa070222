"""Signatures of what leaves the site: whoever has the public key can check them, with openssl and without the site."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from organization.signing import derived_key


def sign_openly(purpose: str, content: bytes) -> bytes:
    """Return the Ed25519 signature (RFC 8032), 64 bytes, of a content by the site's present key.

    Args:
        purpose: what is signed, such as "pack"; each purpose has a key pair of its own.
        content: the bytes.
    """
    return _key_pair(settings.SIGNING_KEY, purpose).sign(content)


def public_keys(purpose: str) -> list[str]:
    """Return in PEM the keys that check what was signed: the present one, then those of earlier keys."""
    keys = (settings.SIGNING_KEY, *settings.SIGNING_KEY_FALLBACKS)
    form = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return [_key_pair(key, purpose).public_key().public_bytes(*form).decode() for key in keys]


def _key_pair(material: str, purpose: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derived_key(material, f"{purpose} ed25519"))
