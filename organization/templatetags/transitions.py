"""Buttons and dialogs of the steps of a row's life, made from the table of transitions."""

from typing import Any

from django import template
from django.db.models import Model
from django.urls import reverse

from organization.models import User
from organization.transitions import Transition, transitions_of

register = template.Library()


def _shown(transition: Transition, row: Model) -> dict[str, Any]:
    """Return what the templates show of a transition."""
    return {"transition": transition, "url": reverse(transition.address, args=[row.pk])}


@register.inclusion_tag("parts/transition_buttons.html")
def transition_buttons(user: User, row: Model, *slugs: str) -> dict[str, Any]:
    """Show the buttons of those of some transitions that the user may take now."""
    table = transitions_of(row)
    return {"shown": [_shown(table[slug], row) for slug in slugs if table[slug].is_offered(user, row)]}


@register.inclusion_tag("parts/transition_dialogs.html")
def transition_dialogs(user: User, row: Model) -> dict[str, Any]:
    """Show, closed, the dialogs of the transitions that the user may take now and that ask something first."""
    offered = [one for one in transitions_of(row).values() if one.title and one.is_offered(user, row)]
    matters = {one.matters: list(one.open_matters(row)) for one in {one.matters: one for one in offered}.values()}
    shown = []
    for one in offered:
        form_class = one.form_class()
        form = form_class(auto_id=f"{one.slug}_%s") if form_class else None
        shown.append(_shown(one, row) | {"form": form, "matters": matters[one.matters]})
    return {"shown": shown}
