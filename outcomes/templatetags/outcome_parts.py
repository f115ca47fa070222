"""Parts of pages about outcomes that pages of pairings include."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from outcomes.documents.parts import Part, Table, shown
from outcomes.models import HandOver, Outcome, OutcomeStep
from pairings.models import Pairing
from pairings.templatetags.pairing_parts import Event, in_order, moment, ways_back_of

register = template.Library()


@register.inclusion_tag("outcomes/parts/credited.html", takes_context=True)
def credited_outcomes(context: template.Context, pairing: Pairing) -> dict[str, Any]:
    """Show the outcomes that share a pairing's credit, as far as the reader may see them."""
    user = context["request"].user
    rows = Outcome.objects.visible_to(user).filter(pairings=pairing.pk).with_names()
    return {
        "outcomes": rows.exclude(review__in=[Outcome.Review.SUPERSEDED, Outcome.Review.MERGED]),
        "pairing": pairing,
        "may_record": user.has_perm("outcomes.record_outcome"),
    }


@register.simple_tag(takes_context=True)
def handed_over(context: template.Context, pairing: Pairing) -> dict[str, Outcome | None]:
    """Return what stands for what a pairing's page has handed over, by what it came from (two queries or three).

    None stands for an outcome that the reader does not see, such as one of another branch that it was merged into.
    """
    rows = HandOver.objects.filter(pairing=pairing.pk).select_related("outcome__merged_into")
    stands = {row.origin: row.outcome.survivor.pk for row in rows}
    visible = Outcome.objects.visible_to(context["request"].user).prefetch_related("proofs")
    shown = visible.in_bulk(stands.values()) if stands else {}
    return {origin: shown.get(pk) for origin, pk in stands.items()}


@register.inclusion_tag("outcomes/parts/hand_over.html", takes_context=True)
def hand_over(
    context: template.Context, pairing: Pairing, fields: dict[str, str], known: dict[str, Outcome | None]
) -> dict[str, Any]:
    """Show the outcome that came of something, or the button that makes a draft of it with nothing typed twice."""
    user = context["request"].user
    return {
        "request": context["request"],
        "is_made": fields["origin"] in known,
        "outcome": known.get(fields["origin"]),
        "fields": fields,
        "pairing": pairing,
        "may_record": user.has_perm("outcomes.record_outcome"),
    }


TONES = {
    Outcome.Review.DRAFT: "soft",
    Outcome.Review.SUBMITTED: "amber",
    Outcome.Review.RETURNED: "red",
    Outcome.Review.VERIFIED: "green",
    Outcome.Review.SUPERSEDED: "soft",
    Outcome.Review.MERGED: "soft",
}


@register.inclusion_tag("parts/status_chip.html")
def review_chip(outcome: Outcome) -> dict[str, Any]:
    """Show where an outcome is in its review; a thin proof is said with it (prefetch `proofs`)."""
    label = outcome.get_review_display()
    if outcome.is_verified and outcome.is_thin:
        return {"label": _("%(review)s, thin proof") % {"review": label}, "tone": "amber"}
    return {"label": label, "tone": TONES[Outcome.Review(outcome.review)]}


@register.inclusion_tag("parts/timeline.html")
def review_of(outcome: Outcome) -> dict[str, Any]:
    """Show every step of an outcome's review, the undone ones too (two queries)."""
    steps = OutcomeStep.objects.filter(outcome=outcome.pk).select_related("by__person")
    events = [
        Event(str(step.get_what_display()), str(step.by or _("old ledger")), moment(step.at), step.words, when=step.at)
        for step in steps
    ]
    return {"events": in_order([*events, *ways_back_of(outcome, "submission", "return", "verification")])}


@register.inclusion_tag("outcomes/parts/paper.html")
def paper(part: Part, number: int) -> dict[str, Any]:
    """Show a part of a document as it will stand on paper; `number` is its place."""
    rows = [[shown(cell) for cell in row] for row in part.rows] if isinstance(part, Table) else []
    cells = [list(zip(part.head, row, strict=True)) for row in rows] if isinstance(part, Table) else []
    return {"part": part, "kind": type(part).__name__, "rows": cells, "id": f"part-{number}"}
