"""The figures that every form of pairing has a number of: its pairings, and their logs."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pairings.figures import Asked, Column, Figure, Listed, Measure, Number, Records, counted, day_of, total
from pairings.kinds import all_kinds, kind_of
from pairings.models import Pairing
from pairings.models.logs import WITH_ELEMENT
from pairings.numbers import rate, share
from pairings.work_figures import LOG_COLUMNS, logged

CLOSED, LOGGED = _("By the day on which it was closed."), _("By the day of the log.")


def approved(asked: Asked) -> "QuerySet[Pairing]":
    """Return the pairings that were ever approved."""
    return Pairing.objects.filter(branch__in=asked.branches, approved_at__isnull=False)


def was_active(asked: Asked) -> Q:
    """Return the condition that a pairing had begun and was not over on the last day so far."""
    return Q(started_on__lte=asked.day) & (Q(closed_on__isnull=True) | Q(closed_on__gt=asked.day))


def closed_as(status: Pairing.Status) -> Callable[[Asked], Q]:
    """Return the condition that a pairing was closed on one of the days, in that state."""
    return lambda asked: asked.within("closed_on") & Q(status=status)


def integration(only: Q) -> Mapping[str, Any]:
    """Return what the share of logs that hold a party-building element is taken of."""
    return {"logs": Count("pk", filter=only), "integrated": Count("pk", filter=only & WITH_ELEMENT)}


def share_of(parts: Mapping[str, Any]) -> Number:
    """Return the share of logs that hold a party-building element in percent, or None without logs."""
    return share(parts["integrated"], parts["logs"])


PAIRINGS = Records(
    rows=approved,
    columns=(
        Column(_("pairing"), lambda pairing: pairing.title),
        Column(_("starts on"), day_of("started_on")),
        Column(_("closed on"), day_of("closed_on")),
        Column(_("status"), lambda pairing: pairing.get_status_display()),
    ),
)
LOGS = Records(
    rows=logged,
    columns=(
        *LOG_COLUMNS,
        Column(_("hours"), lambda log: log.hours, is_number=True),
        Column(_("party-building element"), lambda log: log.get_element_kind_display()),
    ),
    shown_with=("pairing", "author"),
)


class Forms(Mapping[str, Any]):
    """What each form is called, in order; forms are registered when Django starts."""

    def __getitem__(self, slug: str) -> Any:
        return kind_of(slug).label

    def __iter__(self) -> Iterator[str]:
        return (kind.slug for kind in all_kinds())

    def __len__(self) -> int:
        return sum(1 for _kind in all_kinds())


_of_pairings = partial(
    Figure, labels=Forms(), records=PAIRINGS, by="kind", unit=pgettext_lazy("measure word", "pairings")
)
_of_logs = partial(Figure, labels=Forms(), records=LOGS, by="pairing__kind", period=LOGGED)

INTEGRATION = _of_logs(
    slug="integration_rate",
    name=_("Integration rate"),
    definition=_("The share of logs that hold a party-building element. It describes a branch, never a person."),
    counting=_("In percent with one decimal, rounded once."),
    unit="%",
    parts=integration,
    worth=share_of,
)
#: Each is called in the report's JSON as here.
OF_FORMS = (
    _of_pairings(
        slug="active",
        name=_("Active"),
        definition=_("Pairings that were approved, had begun and were not over."),
        period=_("On the last day of the period so far."),
        only=was_active,
    ),
    _of_pairings(
        slug="completed",
        name=_("Completed"),
        definition=_("Pairings that were completed as planned."),
        period=CLOSED,
        only=closed_as(Pairing.Status.COMPLETED),
    ),
    _of_pairings(
        slug="ended",
        name=_("Ended"),
        definition=_("Pairings that ended early, with a reason."),
        period=CLOSED,
        only=closed_as(Pairing.Status.ENDED),
    ),
    _of_logs(
        slug="logs",
        name=_("Logs"),
        definition=_("Progress logs of the pairings."),
        unit=Measure.LOGS,
    ),
    _of_logs(
        slug="hours",
        name=_("Hours"),
        definition=_("The hours that the logs name."),
        counting=_("The sum over the logs."),
        unit=_("hours"),
        parts=total("hours"),
    ),
    INTEGRATION,
)


def count_by_form(asked: Asked, *, with_ids: bool = False) -> dict[str, dict[str, Any]]:
    """Return by form what a report's JSON says of its pairings and logs (two queries).

    Args:
        asked: of which branches and days.
        with_ids: whether to name the records too, under `ids`: those of each count.
    """
    lines = {**_lines(PAIRINGS, asked, with_ids=with_ids), **_lines(LOGS, asked, with_ids=with_ids)}
    rows = {}
    for kind in all_kinds():
        found = {figure.slug: lines.get((figure, kind.slug), {}) for figure in OF_FORMS}
        numbers = {slug: parts.get("n") or 0 for slug, parts in found.items()}
        logs, integrated = numbers["logs"], found[INTEGRATION.slug].get("integrated", 0)
        of_logs = {
            "hours": float(numbers["hours"]),
            "integrated": integrated,
            "integration_rate": rate(integrated, logs),
        }
        ids = {one.slug: sorted(found[one.slug].get("ids") or ()) for one in OF_FORMS if one.parts is counted}
        rows[kind.slug] = {**numbers, **of_logs, **({"ids": ids} if with_ids else {})}
    return rows


def _lines(records: Records, asked: Asked, *, with_ids: bool) -> dict[tuple[Figure, str], dict[str, Any]]:
    """Return by figure and form what the database adds up of some records (one query)."""
    figures = [figure for figure in OF_FORMS if figure.records is records]
    parts = {(figure, name): part for figure in figures for name, part in figure.parts(figure.only(asked)).items()}
    if with_ids:
        counts = [figure for figure in figures if figure.parts is counted]
        parts |= {(figure, "ids"): Listed("pk", filter=figure.only(asked)) for figure in counts}
    named = {f"part{place}": part for place, part in enumerate(parts.values())}
    found: dict[tuple[Figure, str], dict[str, Any]] = defaultdict(dict)
    for line in records.rows(asked).order_by().values(figures[0].by).annotate(**named):
        for (figure, name), column in zip(parts, named, strict=True):
            found[figure, line[figure.by]][name] = line[column]
    return found


def integrated_logs(row: Mapping[str, Any]) -> int:
    """Return how many of a form's logs hold a party-building element; old frozen reports kept the rate alone."""
    return int(row["integrated"]) if "integrated" in row else round((row["integration_rate"] or 0) * row["logs"])


def kept_of(row: Mapping[str, Any], figure: Figure) -> tuple[Number, list[int]] | None:
    """Return the number that a frozen report says of a form, and the records that it kept behind it, if it did.

    Args:
        row: the form's figures in the report; those frozen before 0.6.0 kept no records.
        figure: one of `OF_FORMS`.
    """
    if "ids" not in row:
        return None
    is_share = figure is INTEGRATION
    number = share(integrated_logs(row), row["logs"]) if is_share else row[figure.slug]
    return number, row["ids"][figure.slug if figure.slug in row["ids"] else "logs"]
