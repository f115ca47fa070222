"""What the figures mean that stand beside the registered ones, and all of them together."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outcomes.figures.by_form import OF_FORMS
from pairings.figures import Definition, all_figures

ACHIEVED = _("By the day on which it was achieved.")
OUTCOMES = pgettext_lazy("measure word", "outcomes")
ONCE = _("Each outcome once, whatever number of pairings share it; of one work the highest alone.")

COVERAGE = Definition(
    slug="coverage",
    name=_("Coverage"),
    definition=_("The share of the branch's party members who lead or take part in an active pairing."),
    counting=_("Each person once."),
    unit="%",
    period=_("On the last day of the period so far; and over the period, on any day of it."),
)
OF_OUTCOMES = (
    Definition(
        slug="verified",
        name=_("Verified outcomes"),
        definition=_("Outcomes that were granted and that the secretary verified."),
        counting=ONCE,
        unit=OUTCOMES,
        period=ACHIEVED,
    ),
    Definition(
        slug="national",
        name=_("of them at national level"),
        definition=_("Verified outcomes at national level; being cultivated is not being recognised."),
        counting=ONCE,
        unit=OUTCOMES,
        period=ACHIEVED,
    ),
    Definition(
        slug="cultivating",
        name=_("Being cultivated or applied for"),
        definition=_("Verified outcomes that are only cultivated or applied for; they are never added to the others."),
        counting=ONCE,
        unit=OUTCOMES,
        period=ACHIEVED,
    ),
    Definition(
        slug="waiting",
        name=_("Waiting for verification"),
        definition=_("Outcomes that were submitted and not decided on; they count nowhere yet."),
        unit=OUTCOMES,
        period=ACHIEVED,
    ),
    Definition(
        slug="by_form",
        name=_("Outcomes by form"),
        definition=_("Verified outcomes by the form of the pairings that share them."),
        counting=_("Once in each form that shares it, and once in the total; what none shares stands apart."),
        unit=OUTCOMES,
        period=ACHIEVED,
    ),
)
_beside = {one.slug: one for one in (*OF_OUTCOMES, *OF_FORMS, COVERAGE)}


def definition_of(slug: str) -> Definition:
    """Return what one of the figures beside the registered ones is called and means."""
    return _beside[slug]


def everything() -> Iterable[Definition]:
    """Return what every figure means: of outcomes, of pairings, and the registered ones."""
    return (*_beside.values(), *all_figures())
