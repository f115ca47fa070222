"""Parts of pages about pairings."""

from typing import Any

from django import template

from organization.models import User
from pairings.models import Pairing

register = template.Library()


@register.inclusion_tag("parts/triad.html")
def triad(pairing: Pairing, size: str = "small") -> dict[str, Any]:
    """Show a pairing's one and one and one (prefetch `seats__person`)."""
    discs = [{"name": seat.person.name, "label": seat.role_label, "is_person": True} for seat in pairing.shown_seats]
    discs = discs[:3]
    if len(discs) < 3 and pairing.counterpart:
        discs.append({"name": pairing.counterpart, "label": "", "is_person": False})
    if len(discs) < 3:
        discs.append({"name": pairing.title, "label": "", "is_person": False})
    return {"discs": discs, "kind": pairing.kind_info, "size": size}


@register.simple_tag
def may(user: User, permission: str, row: object = None) -> bool:
    """Return whether the user holds a permission for a row."""
    return user.has_perm(permission, row)
