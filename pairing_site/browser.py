"""What is kept in a browser under a name that the whole site shares."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    """The messages of the next page, in a cookie that only this host is given."""

    @property
    def cookie_name(self) -> str:  # type: ignore[override]
        """Return the cookie's name."""
        return f"{settings.COOKIE_PREFIX}messages"


class SavedWords(FallbackStorage):
    """Django's own, with that cookie; what is too long for it goes into the session."""

    storage_classes = (HostCookieStorage, SessionStorage)
