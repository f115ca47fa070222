"""What every page of the site knows."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from organization.models import User
from pairings.kinds import all_kinds


@dataclass(frozen=True)
class Place:
    """An entry of the navigation."""

    label: str
    url: str
    current: bool


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the navigation of whoever is signed in."""
    user = getattr(request, "user", None)
    return {"DEBUG": settings.DEBUG, "nav": _places(request, user) if isinstance(user, User) else []}


def _places(request: HttpRequest, user: User) -> list[Place]:
    """Return where the user can go."""
    entries = [(_("Home"), reverse("home"))]
    entries += [(str(kind.label), reverse(f"{kind.namespace}:list")) for kind in all_kinds()]
    entries.append((_("Outcomes"), reverse("outcomes:list")))
    if user.has_perm("outcomes.see_figures"):
        entries += [(_("Dashboard"), reverse("dashboard")), (_("Reports"), reverse("outcomes:reports"))]
    home = reverse("home")
    return [
        Place(label, url, request.path == url if url == home else request.path.startswith(url))
        for label, url in entries
    ]
