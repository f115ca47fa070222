"""The dashboard's figures, each with the address of the records behind it."""

import calendar
import datetime
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organization.models import Branch, User
from outcomes.figures.achievements import counted_outcomes, is_granted
from outcomes.figures.by_form import INTEGRATION, OF_FORMS, count_by_form, integrated_logs
from outcomes.figures.definitions import definition_of
from outcomes.figures.periods import Period
from outcomes.figures.registry import asked_of
from outcomes.figures.work import coverage, logs_by_month
from outcomes.models import Category, Level, Outcome
from outcomes.models.queries import NO_FORM
from pairings.contradictions import standings
from pairings.figures import all_figures
from pairings.kinds import PairingKind, all_kinds, kind_of
from pairings.models import ChangeRequest, Pairing
from pairings.models.queries import PairingQuerySet
from pairings.numbers import percent, plain


@dataclass(frozen=True)
class Figure:
    """A number that a page shows, and the address that lists the records behind it."""

    label: str
    value: Any
    unit: str = ""
    url: str = ""
    line: str = ""
    tone: str = ""
    definition: str = ""
    share: float | None = None


@dataclass(frozen=True)
class Scope:
    """What a dashboard looks at: some branches, in a period; `branch` when it is just one that was chosen."""

    branches: Collection[Branch]
    period: Period
    branch: Branch | None = None

    def url(self, name: str, *, dated: bool = True, **params: object) -> str:
        """Return the address of a list, narrowed to this scope: to the branch, or to all that its reader oversees."""
        query = {"branch": self.branch.code} if self.branch else {"overseen": "true"}
        query |= self.period.query if dated else {}
        return f"{reverse(name)}?{urlencode({**query, **params})}"

    def figure_url(self, frozen: int, slug: str, of: str = "") -> str:
        """Return the address of the list behind a registered figure, or behind the one of a value.

        Args:
            frozen: the number of the frozen report that said it, or 0.
            slug: the figure's.
            of: the value, or none.
        """
        now = {**({"branch": self.branch.code} if self.branch else {}), **self.period.query}
        query = {**({"frozen": frozen} if frozen else now), **({"of": of} if of else {})}
        return f"{reverse('outcomes:figure', args=[slug])}?{urlencode(query)}"

    def outcomes_url(self, frozen: int, part: str, *, granted: bool = True, **told: Any) -> str:
        """Return the address of the outcomes behind a figure: of those that count now, or those of a frozen report.

        Args:
            frozen: the frozen report's number, or 0.
            part: which part of that report.
            granted: whether they were granted; else only cultivated or applied for.
            told: what tells them from the others that count.
        """
        if frozen:
            return f"{reverse('outcomes:list')}?{urlencode({'frozen': frozen, 'part': part})}"
        return self.url("outcomes:list", counted="true", granted=str(granted).lower(), **told)


def _defined(slug: str, value: Any, url: str, *, tone: str = "") -> Figure:
    """Return a figure beside the registered ones, called and explained as its definition does."""
    means = definition_of(slug)
    return Figure(str(means.name), value, str(means.unit), url, tone=tone, definition=str(means.definition))


def outcome_figures(scope: Scope, rows: list[dict[str, Any]]) -> list[Figure]:
    """Return how many outcomes were granted, how many are only cultivated, and how many wait (one query).

    Args:
        scope: the branches and the period.
        rows: the scope's `outcome_rows`.
    """
    granted = sum(row["count"] for row in rows if is_granted(row))
    cultivated = sum(row["count"] for row in rows if not is_granted(row))
    national = sum(row["count"] for row in rows if is_granted(row) and row["level"] == Level.NATIONAL)
    waiting = (
        Outcome.objects.of_branches(scope.branches).waiting().achieved_between(scope.period.first, scope.period.last)
    )
    url = scope.url("outcomes:list", counted="true")
    submitted = scope.url("outcomes:list", review=Outcome.Review.SUBMITTED.value)
    return [
        _defined("verified", granted, f"{url}&granted=true"),
        _defined("national", national, f"{url}&granted=true&level=national", tone="gold"),
        _defined("cultivating", cultivated, f"{url}&granted=false"),
        _defined("waiting", waiting.count(), submitted, tone="amber"),
    ]


def outcome_table(scope: Scope, counted: list[dict[str, Any]]) -> tuple[list[str], list[tuple[str, list[Figure]]]]:
    """Return the granted outcomes by category and level: the levels' names, and a row of figures per category.

    Args:
        scope: the branches and the period.
        counted: the scope's `outcome_rows`.
    """
    url = scope.url("outcomes:list", counted="true", granted="true")
    rows = []
    for category, counts in by_level(counted):
        figures = [
            Figure(str(level.label), count, url=f"{url}&category={category.value}&level={level.value}")
            for level, count in counts
        ]
        rows.append((str(category.label), figures))
    return [str(level.label) for level in Level], rows


def by_level(counted: list[dict[str, Any]]) -> list[tuple[Category, list[tuple[Level, int]]]]:
    """Return how many outcomes of each category were granted at each level, without categories that have none.

    Args:
        counted: rows with `category`, `level`, `status` and `count`, as of `outcome_rows` or a report.
    """
    cells: dict[tuple[str, str], int] = {}
    for row in counted:
        if is_granted(row):
            cells[row["category"], row["level"]] = cells.get((row["category"], row["level"]), 0) + row["count"]
    categories = [category for category in Category if any(key[0] == category for key in cells)]
    return [(one, [(level, cells.get((one.value, level.value), 0)) for level in Level]) for one in categories]


def outcome_rows(scope: Scope) -> list[dict[str, Any]]:
    """Return the counted outcomes by category, level and status, counted by the database (one query)."""
    counted = counted_outcomes(scope.branches, scope.period).order_by()
    return list(counted.values("category", "level", "status").annotate(count=Count("pk")))


@dataclass(frozen=True)
class KindFigures:
    """One form's figures."""

    kind: PairingKind
    figures: list[Figure]
    integration: Figure
    work: list[Figure]


def work_figures(scope: Scope, rows: list[dict[str, Any]], form: str | None = None, *, frozen: int = 0) -> list[Figure]:
    """Return registered figures as a page shows them, with the addresses of their records.

    Args:
        scope: the branches and the period.
        rows: what was worked out, as a report keeps it; an old frozen one may hold what is no figure any more.
        form: only those of a form, or with "" of none.
        frozen: the number of the frozen report that they are of; what it kept no records of, people, opens nothing.
    """
    known = {figure.slug: figure for figure in all_figures()}
    opens = [row["figure"] in known and ("ids" in row or not frozen) for row in rows]
    return [
        Figure(
            row["name"],
            plain(row["value"]),
            row["unit"],
            scope.figure_url(frozen, row["figure"], row["of"]) if is_open else "",
            line=str(kind_of(row["form"]).label) if row["form"] and form is None else "",
            definition=str(known[row["figure"]].definition) if row["figure"] in known else "",
        )
        for row, is_open in zip(rows, opens, strict=True)
        if form in (None, row["form"])
    ]


def kind_figures(
    scope: Scope,
    rows: dict[str, dict[str, Any]] | None = None,
    work: list[dict[str, Any]] | None = None,
    *,
    frozen: int = 0,
) -> list[KindFigures]:
    """Return each form's pairings and logs in the period, with the addresses of their records.

    Args:
        scope: the branches and the period.
        rows: the figures of a report; counted now (two queries) when there is none.
        work: the registered figures that were worked out.
        frozen: the number of the frozen report that they are of; what it kept no records of opens nothing.
    """
    counted = count_by_form(asked_of(scope.branches, scope.period)) if rows is None else rows
    result = []
    for slug, row in counted.items():
        kind = kind_of(slug)
        told = _urls_of_kept(scope, slug, frozen, row) if frozen else _urls_of_kind(scope, kind)
        shown = {**row, "hours": plain(row["hours"])}
        numbers = [_defined(one.slug, shown[one.slug], told[one.slug]) for one in OF_FORMS if one is not INTEGRATION]
        integration = _integration(row, told[INTEGRATION.slug])
        result.append(KindFigures(kind, numbers, integration, work_figures(scope, work or [], slug)))
    return result


def _urls_of_kept(scope: Scope, form: str, frozen: int, row: dict[str, Any]) -> dict[str, str]:
    """Return the address of the records that a frozen report kept behind each figure of a form, if it did."""
    return {one.slug: scope.figure_url(frozen, one.slug, form) if "ids" in row else "" for one in OF_FORMS}


def _urls_of_kind(scope: Scope, kind: PairingKind) -> dict[str, str]:
    """Return the address of the pairings or logs behind each figure of a form as they are now."""
    pairings = f"{kind.namespace}:list"
    closed = {"closed_after": scope.period.first.isoformat(), "closed_before": scope.period.last.isoformat()}
    days = {"date_after": scope.period.first.isoformat(), "date_before": scope.period.last.isoformat()}
    completed = {"status": Pairing.Status.COMPLETED.value, **closed}
    ended = {"status": Pairing.Status.ENDED.value, "approved": "true", **closed}
    logs = scope.url("pairings:logs", dated=False, kind=kind.slug, **days)
    return {
        "active": scope.url(pairings, dated=False, active_on=scope.period.last_day_so_far.isoformat()),
        "completed": scope.url(pairings, dated=False, **completed),
        "ended": scope.url(pairings, dated=False, **ended),
        "logs": logs,
        "hours": logs,
        INTEGRATION.slug: f"{logs}&integrated=true",
    }


@dataclass(frozen=True)
class Month:
    """A month's logs, told by whether they hold a party-building element; each number opens its logs."""

    label: str
    logs: Figure
    integrated: Figure
    others: Figure


def month_figures(scope: Scope) -> list[Month]:
    """Return the logs of each month of the period so far (one query)."""
    return [_month(scope, **row) for row in logs_by_month(scope.branches, scope.period)]


def _month(scope: Scope, month: datetime.date, logs: int, integrated: int) -> Month:
    """Return a month's logs, within the period."""
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    days = {
        "date_after": max(month, scope.period.first).isoformat(),
        "date_before": min(last, scope.period.last).isoformat(),
    }
    url = scope.url("pairings:logs", dated=False, **days)
    return Month(
        f"{month:%Y-%m}",
        _defined("logs", logs, url),
        Figure(_("with a party-building element"), integrated, url=f"{url}&integrated=true"),
        Figure(_("without one"), logs - integrated, url=f"{url}&integrated=false"),
    )


def _integration(row: dict[str, Any], url: str) -> Figure:
    """Return a form's integration rate, which opens the logs that hold a party-building element."""
    share = percent(integrated_logs(row), row["logs"])
    return replace(_defined("integration_rate", share, url), unit="", share=row["integration_rate"])


def form_figures(scope: Scope, by_form: dict[str, dict[str, Any]] | None = None, *, frozen: int = 0) -> list[Figure]:
    """Return how many granted outcomes each form shares, and how many no pairing shares, with their records.

    Args:
        scope: the branches and the period.
        by_form: the figures of a report; counted now (one query) when there is none.
        frozen: the number of the frozen report that they are of, whose records are those of its day.
    """
    counts = _count_by_form(scope) if by_form is None else {form: row["outcomes"] for form, row in by_form.items()}
    labels = {**{kind.slug: kind.label for kind in all_kinds()}, NO_FORM: _("Shared by no pairing")}
    tones = {kind.slug: kind.colour for kind in all_kinds()}
    urls = {form: scope.outcomes_url(frozen, form, form=form) for form in labels}
    return [
        replace(_defined("by_form", counts.get(form, 0), urls[form], tone=tones.get(form, "")), label=str(label))
        for form, label in labels.items()
    ]


def _count_by_form(scope: Scope) -> dict[str, int]:
    """Return how many granted outcomes each form's pairings share (one query)."""
    granted = counted_outcomes(scope.branches, scope.period).granted().order_by()
    counts = granted.values_list("credits__pairing__kind").annotate(count=Count("pk", distinct=True))
    return {form or NO_FORM: count for form, count in counts}


def coverage_figures(scope: Scope, found: dict[str, Any] | None = None, *, is_frozen: bool = False) -> list[Figure]:
    """Return the coverage of the period's last day so far and over the period, with the members behind each.

    Args:
        scope: the branches and the period.
        found: the figures of a report; counted now (two queries) when there is none. Old frozen reports kept only the
            last day's.
        is_frozen: whether they are of a frozen report; it kept nobody's name, and they open nothing.
    """
    found = coverage(scope.branches, scope.period) if found is None else found
    day = date_format(scope.period.last_day_so_far)
    figures = [_coverage(_("Coverage on %(day)s") % {"day": day}, found, "" if is_frozen else scope.url("coverage"))]
    if "over_period" in found:
        address = "" if is_frozen else scope.url("coverage", over="period")
        figures.append(_coverage(_("Coverage over the period"), found["over_period"], address))
    return figures


def _coverage(label: str, found: dict[str, Any], url: str) -> Figure:
    """Return one of the two coverages."""
    line = _("%(paired)s of %(members)s party members") % found
    shown = percent(found["paired"], found["members"])
    return replace(_defined("coverage", shown, url), label=label, unit="", line=line, share=found["rate"])


def waiting_figures(user: User) -> list[Figure]:
    """Return how much waits for a secretary: outcomes, changes, proposals, quiet ones, sharing, contradictions."""
    seen = Pairing.objects.visible_to(user)
    proposed, quiet = _count_by_kind(seen.waiting()), _count_by_kind(seen.quiet())
    outcomes = Outcome.objects.visible_to(user).waiting().count()
    submitted = f"{reverse('outcomes:list')}?review={Outcome.Review.SUBMITTED.value}"
    figures = [Figure(_("Outcomes to verify"), outcomes, _("outcomes"), submitted, tone="amber")]
    changes = ChangeRequest.objects.at_desk_of(user).waiting().count()
    figures.append(
        Figure(_("Changes after approval"), changes, _("changes"), reverse("pairings:changes"), tone="amber")
    )
    for kind in all_kinds():
        url = reverse(f"{kind.namespace}:list")
        line = _("%(count)s without a log for %(days)s days") % {
            "count": quiet.get(kind.slug, 0),
            "days": settings.QUIET_AFTER_DAYS,
        }
        waiting = f"{url}?status={Pairing.Status.PROPOSED.value}"
        label = _("To approve: %(form)s") % {"form": kind.label}
        figures.append(Figure(label, proposed.get(kind.slug, 0), _("pairings"), waiting, line))
    if asked := Outcome.objects.asked_of(user).count():
        url = f"{reverse('outcomes:list')}?asked=true"
        figures.append(Figure(_("Asked to share"), asked, _("outcomes"), url, tone="amber"))
    open_ones = sum(standing.open for standing in standings(user))
    label = _("Contradictions to explain")
    figures.append(Figure(label, open_ones, _("records"), reverse("pairings:contradictions"), tone="amber"))
    return figures


def _count_by_kind(rows: PairingQuerySet) -> dict[str, int]:
    """Return how many pairings of each form there are (one query)."""
    return dict(rows.order_by().values_list("kind").annotate(count=Count("pk")))
