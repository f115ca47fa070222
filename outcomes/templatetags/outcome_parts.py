"""Parts of pages about outcomes that pages of pairings include."""

from typing import Any

from django import template

from outcomes.models import Outcome
from pairings.models import Pairing

register = template.Library()


@register.inclusion_tag("outcomes/parts/credited.html", takes_context=True)
def credited_outcomes(context: template.Context, pairing: Pairing) -> dict[str, Any]:
    """Show the outcomes that share a pairing's credit, as far as the reader may see them."""
    rows = Outcome.objects.visible_to(context["request"].user).filter(pairings=pairing.pk).with_names()
    return {"outcomes": rows.exclude(review=Outcome.Review.SUPERSEDED), "pairing": pairing}
