"""Every part of the pages on one page, shown in DEBUG only; built from words, so that no database is needed."""

from types import SimpleNamespace
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from organization.forms import Conflict
from outcomes.figures.charts import outcomes_by_level
from outcomes.figures.dashboard import Figure
from outcomes.models import Level, Outcome
from outcomes.templatetags.outcome_parts import TONES as REVIEW_TONES
from pairings.forms import ReasonForm
from pairings.kinds import all_kinds
from pairings.models import Pairing
from pairings.templatetags.pairing_parts import TONES, Event, Step

NAMES = ("安宁", "欧阳雪梅", "阿卜杜热合曼·买买提艾力江·努尔艾合买提")


@login_not_required
def show(request: HttpRequest) -> HttpResponse:
    """Show the tokens and the parts."""
    statuses = [(Pairing.Status(one).label, tone) for one, tone in TONES.items()]
    reviews = [(Outcome.Review(one).label, tone) for one, tone in REVIEW_TONES.items()]
    context: dict[str, Any] = {
        "tones": ("red", "gold", "blue", "green", "amber", "soft"),
        "chips": statuses + reviews,
        "levels": [SimpleNamespace(level=one.value, get_level_display=one.label) for one in Level],
        "triads": [(kind, _discs(kind.roles)) for kind in all_kinds()],
        "figures": [
            Figure(_("Verified outcomes"), 18, _("outcomes"), "#", tone=""),
            Figure(_("of them at national level"), 2, _("outcomes"), "#", tone="gold"),
            Figure(_("Waiting for verification"), 3, _("outcomes"), "#", tone="amber"),
            Figure(_("Coverage"), "82.4%", url="#", share=82.4),
        ],
        "steps": [Step(_("Proposed"), True, False), Step(_("Active"), False, True), Step(_("Completed"), False, False)],
        "events": [Event(_("Proposed"), NAMES[0], "2026-05-03"), Event(_("Approved"), NAMES[1], "2026-05-04")],
        "conflicts": [Conflict(_("title"), NAMES[0], NAMES[1])],
        "chart": outcomes_by_level([(_("Award"), [Figure("", count, url="#") for count in (2, 5, 1, 3, 0, 0)])]),
        "form": ReasonForm(),
    }
    return render(request, "styleguide.html", context)


def _discs(roles: Any) -> list[dict[str, Any]]:
    """Return the discs of a triad with a short, a usual and a very long name."""
    labels = [role.label for role in roles]
    return [
        {"name": name, "label": labels[place] if place < len(labels) else "", "is_person": place < len(labels)}
        for place, name in enumerate(NAMES)
    ]
