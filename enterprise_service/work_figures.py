"""Figures of enterprise service: money, days on site, problems, and what enterprises say of it."""

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from statistics import median
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import JSONArray
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enterprise_service.models import Confirmation, Engagement, Instalment, Problem
from enterprise_service.models.engagement import ON_SITE
from pairings.figures import Asked, Column, Figure, Listed, Measure, Number, Records, count, day_of, register, total
from pairings.models import Pairing
from pairings.numbers import share
from pairings.work_figures import LOG_COLUMNS, logged

SLUG = Engagement.KIND
WORK = (Column(_("pairing"), lambda row: row.title), Column(_("enterprise"), lambda row: row.counterpart))
APPROVED = Q(approved_at__isnull=False)


def engagements(asked: Asked) -> "QuerySet[Engagement]":
    """Return the engagements that began or ended in the period."""
    days = asked.within("started_on") | asked.within("closed_on")
    return Engagement.objects.filter(days, branch__in=asked.branches)


def contracted(asked: Asked) -> Q:
    """Return the condition that an engagement with a contract began in the period."""
    return APPROVED & asked.within("started_on") & Q(contract_amount_cny__gt=0)


def completed(asked: Asked) -> Q:
    """Return the condition that an engagement was completed in the period, its problem solved."""
    return asked.within("closed_on") & Q(status=Pairing.Status.COMPLETED)


def received(asked: Asked) -> "QuerySet[Instalment]":
    """Return the money that was received in the period."""
    return Instalment.objects.filter(asked.within("received_on"), engagement__branch__in=asked.branches)


def on_the_board(asked: Asked) -> "QuerySet[Problem]":
    """Return the problems that nobody has taken today: the board keeps no past days."""
    return Problem.objects.open().present().filter(enterprise__branch__in=asked.branches)


def confirmed(asked: Asked) -> "QuerySet[Confirmation]":
    """Return what enterprises confirmed in the period."""
    rows = Confirmation.objects.filter(confirmed_at__isnull=False, engagement__branch__in=asked.branches)
    return rows.filter(asked.within("confirmed_at__date"))


def middle(parts: Mapping[str, Any]) -> Number:
    """Return the days in the middle of those from start to end, or None where nothing ended."""
    times = [map(datetime.date.fromisoformat, both) for both in parts["days"] or ()]
    days = [(end - start).days for start, end in times]
    return Decimal(str(median(days))) if days else None


CONTRACTS = Records(
    rows=engagements,
    columns=(
        *WORK,
        Column(_("contract number"), lambda row: row.contract_number),
        Column(_("starts on"), day_of("started_on")),
        Column(_("contract amount (CNY)"), lambda row: row.contract_amount_cny, is_number=True),
    ),
)
COMPLETED = Records(
    rows=engagements,
    columns=(
        *WORK,
        Column(_("problem"), lambda row: row.problem.title),
        Column(_("starts on"), day_of("started_on")),
        Column(_("closed on"), day_of("closed_on")),
        Column(_("days"), lambda row: (row.closed_on - row.started_on).days, is_number=True),
    ),
    shown_with=("problem",),
)
RECEIVED = Records(
    rows=received,
    columns=(
        Column(_("pairing"), lambda row: row.engagement.title),
        Column(_("enterprise"), lambda row: row.engagement.counterpart),
        Column(_("received on"), day_of("received_on")),
        Column(_("amount (CNY)"), lambda row: row.amount_cny, is_number=True),
    ),
    shown_with=("engagement",),
    opens="engagement",
)
LOGS = Records(rows=logged, columns=LOG_COLUMNS, shown_with=("pairing", "author"))
BOARD = Records(
    rows=on_the_board,
    columns=(
        Column(_("problem"), lambda row: row.title),
        Column(_("enterprise"), lambda row: row.enterprise.name),
        Column(_("wanted by"), day_of("due_on")),
    ),
    shown_with=("enterprise",),
)
CONFIRMED = Records(
    rows=confirmed,
    columns=(
        Column(_("pairing"), lambda row: row.engagement.title),
        Column(_("enterprise"), lambda row: row.engagement.counterpart),
        Column(_("confirmed on"), lambda row: date_format(localtime(row.confirmed_at))),
        Column(_("the service"), lambda row: row.get_rating_display()),
    ),
    shown_with=("engagement",),
    opens="engagement",
)
YUAN = pgettext_lazy("unit", "CNY")
TIMES = pgettext_lazy("measure word", "times")
figure = partial(Figure, form=SLUG)
figure_of_logs = partial(figure, records=LOGS, counting=_("Each log of this activity once."), unit=TIMES)


def activities(*slugs: str) -> Callable[[Asked], Q]:
    """Return the choice of logs of enterprise service by their activity."""
    return lambda asked: Q(pairing__kind=SLUG, activity_type__in=slugs)


register(
    figure(
        slug="contract_money",
        name=_("Contract money"),
        definition=_("What the contracts of engagements that began in the period come to."),
        counting=_("The sum of the contracts' amounts, each engagement once."),
        period=_("By the day on which the engagement began."),
        unit=YUAN,
        records=CONTRACTS,
        only=contracted,
        parts=total("contract_amount_cny"),
    ),
    figure(
        slug="money_received",
        name=_("Money received"),
        definition=_("What the college received of contracts in the period."),
        counting=_("The sum of the instalments."),
        period=_("By the day on which it was received."),
        unit=YUAN,
        records=RECEIVED,
        parts=total("amount_cny"),
    ),
    figure(
        slug="days_on_site",
        name=_("Days in enterprises"),
        definition=_("Days on which somebody of a team was at the enterprise, by the logs."),
        counting=_("A day once for each engagement, whatever number of logs it has."),
        unit=Measure.DAYS,
        records=LOGS,
        only=activities(*ON_SITE),
        parts=count(JSONArray("pairing", "date")),
    ),
    figure(
        slug="problems_solved",
        name=_("Problems solved"),
        definition=_("Enterprise problems whose engagement was completed."),
        counting=_("Each problem once."),
        period=_("By the day on which the engagement was completed."),
        unit=Measure.PROBLEMS,
        records=COMPLETED,
        only=completed,
        parts=count("problem"),
    ),
    figure(
        slug="problems_open",
        name=_("Problems open"),
        definition=_("Enterprise problems on the board that nobody has taken."),
        period=_("As of today; of a period that is over there is no such number."),
        unit=Measure.PROBLEMS,
        records=BOARD,
        is_of_today=True,
    ),
    figure(
        slug="days_to_solve",
        name=_("Days to solve a problem (median)"),
        definition=_("From the start of an engagement to its completion: half of them took no longer."),
        counting=_("The middle of the days of all completed engagements."),
        period=_("By the day on which the engagement was completed."),
        unit=Measure.DAYS,
        records=COMPLETED,
        only=completed,
        parts=lambda only: {"days": Listed(JSONArray("started_on", "closed_on"), filter=only)},
        worth=middle,
    ),
    figure(
        slug="confirmations",
        name=_("Enterprises' confirmations"),
        definition=_("What enterprises' contacts confirmed through their link."),
        period=_("By the day on which it was confirmed."),
        unit=pgettext_lazy("measure word", "confirmations"),
        records=CONFIRMED,
    ),
    figure(
        slug="satisfaction",
        name=_("Satisfaction"),
        definition=_("The share of the enterprises' confirmations that say “satisfied” or “very satisfied”."),
        counting=_("In percent with one decimal, rounded once."),
        period=_("By the day on which it was confirmed."),
        unit="%",
        records=CONFIRMED,
        parts=lambda only: {
            "part": Count("pk", filter=only & Q(rating__gte=Confirmation.Rating.GOOD)),
            "whole": Count("pk", filter=only),
        },
        worth=lambda parts: share(parts["part"], parts["whole"]),
    ),
    figure_of_logs(
        slug="surveys",
        name=_("Surveys of the trade"),
        definition=_("Logs of surveys of the trade's state."),
        only=activities("survey"),
    ),
    figure_of_logs(
        slug="technical_problems",
        name=_("Technical problems looked into"),
        definition=_("Logs of looking into technical problems."),
        only=activities("technical"),
    ),
    figure_of_logs(
        slug="talent_needs",
        name=_("Talent needs asked for"),
        definition=_("Logs of asking for an enterprise's talent needs."),
        only=activities("talent"),
    ),
    figure_of_logs(
        slug="policy_questions",
        name=_("Talks on policy"),
        definition=_("Logs of talks with an enterprise on policy."),
        only=activities("policy"),
    ),
)
