"""What every page of the site knows."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Return what the base template needs besides the page's own context."""
    return {"DEBUG": settings.DEBUG}
