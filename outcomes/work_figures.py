"""Figures of how much outcomes come to: what the secretary verified and was granted, added up in its units."""

from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outcomes.models import Category, HelpKind, Outcome, Unit
from pairings.figures import Asked, Column, Figure, Records, day_of, register, total


def granted(asked: Asked) -> "QuerySet[Outcome]":
    """Return the outcomes of the period that count and were granted: each work once, at its highest."""
    return Outcome.objects.counted(asked.branches, asked.first, asked.last).granted()


OUTCOMES = Records(
    rows=granted,
    columns=(
        Column(_("title"), lambda outcome: outcome.title),
        Column(_("category"), lambda outcome: outcome.subkind or outcome.get_category_display()),
        Column(_("achieved on"), day_of("achieved_on")),
        Column(_("quantity"), lambda outcome: "、".join(outcome.quantities), is_number=True),
        Column(_("kinds of help"), lambda outcome: f"{outcome.helped} {outcome.get_help_kinds_display()}".strip()),
    ),
    shown_with=("subkind",),
)
figure = partial(
    Figure,
    counting=_("The sum over verified outcomes that were granted; of one work the highest alone."),
    period=_("By the day on which it was achieved."),
    records=OUTCOMES,
)
VOLUNTEERING = Q(category=Category.VOLUNTEERING)
NAMES = {
    Unit.PERSON_TIMES: _("People trained and served"),
    Unit.HOURS: _("Hours of service"),
    Unit.CNY_10K: _("Money of projects and services"),
    Unit.COLLEGES: _("Colleges helped"),
    Unit.ENTERPRISES: _("Enterprises served"),
}
HELP = {
    HelpKind.STAFF: _("Help with the teaching staff"),
    HelpKind.TALENT: _("Help with educating students"),
    HelpKind.RESEARCH: _("Help with research"),
    HelpKind.SERVICE: _("Help with service to society"),
}


def in_unit(unit: str) -> Any:
    """Return the choice of outcomes counted in a unit, but for volunteering, which has figures of its own."""
    return lambda asked: Q(unit=unit) & ~VOLUNTEERING


def with_help(kind: str) -> Any:
    """Return the choice of outcomes by which another college was helped in a way."""
    return lambda asked: Q(help_kinds__contains=kind)


register(
    figure(
        slug="volunteers",
        name=_("Volunteers"),
        definition=_("How many times somebody volunteered, by the outcomes of volunteering."),
        unit=Unit.PERSON_TIMES.label,
        only=lambda asked: VOLUNTEERING & Q(unit=Unit.PERSON_TIMES),
        parts=total("quantity"),
    ),
    figure(
        slug="volunteer_hours",
        name=_("Hours volunteered"),
        definition=_("The hours that the outcomes of volunteering name."),
        unit=Unit.HOURS.label,
        only=lambda asked: VOLUNTEERING & Q(hours__isnull=False),
        parts=total("hours"),
    ),
    *(
        figure(
            slug=f"outcomes_{unit.value}",
            name=NAMES[unit],
            definition=_("What the outcomes that are counted in this unit come to, volunteering left out."),
            unit=unit.label,
            only=in_unit(unit),
            parts=total("quantity"),
        )
        for unit in Unit
    ),
    *(
        figure(
            slug=f"help_{kind.value}",
            name=HELP[kind],
            definition=_("Outcomes by which another college was helped in this way."),
            unit=pgettext_lazy("measure word", "outcomes"),
            only=with_help(kind),
            counting=_("Each outcome once in each way of helping that it names."),
        )
        for kind in HelpKind
    ),
)
