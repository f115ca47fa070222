"""The dashboard and the members behind the coverage."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Model
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from organization.access import page_for, require
from organization.models import Branch, Mergeable, User
from outcomes.figures import Period
from outcomes.figures.by_form import OF_FORMS
from outcomes.figures.charts import logs_over_time, outcomes_by_level
from outcomes.figures.dashboard import (
    Scope,
    coverage_figures,
    form_figures,
    kind_figures,
    month_figures,
    outcome_figures,
    outcome_rows,
    outcome_table,
    work_figures,
)
from outcomes.figures.definitions import everything
from outcomes.figures.mode import Mode
from outcomes.figures.periods import period_of
from outcomes.figures.registry import behind, behind_frozen, work_out
from outcomes.figures.work import counted, coverage_by_branch, covered
from outcomes.forms import PeriodForm
from outcomes.models import FrozenReport
from pairings.figures import FEWEST, Figure, figure_of
from pairings.kinds import kind_labels

YEARS_BACK = 6
#: So many records a page of a figure's list holds.
ROWS_A_PAGE = 50


class WrongPeriodError(Exception):
    """The address asks for a period that there is not."""

    def __init__(self, form: PeriodForm) -> None:
        super().__init__()
        self.form = form


def with_period(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer a wrong or half period with words, in a page and in a download alike, and never with another one."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except WrongPeriodError as error:
            asked = {error.form.add_prefix(name) for name in error.form.fields}
            kept = [(name, value) for name, value in request.GET.items() if name not in asked]
            return render(request, "outcomes/wrong_period.html", {"form": error.form, "kept": kept}, status=400)

    return answer


def scope_of(request: HttpRequest, code: str | None = None) -> tuple[Scope, PeriodForm]:
    """Return what the address asks to look at: this year and all overseen branches unless it says otherwise.

    Args:
        request: of somebody who is signed in.
        code: the branch of the page, where it has one; else the filter's.

    Raises:
        PermissionDenied: for those who oversee no branch.
        Http404: for a branch that the user does not oversee.
        WrongPeriodError: for a wrong or half period; `with_period` answers it.
    """
    overseen = Branch.objects.overseen_by(cast("User", request.user))
    code = code or request.GET.get("branch")
    branch = get_object_or_404(overseen.coded(code)) if code else None
    require(request, "outcomes.see_figures")
    form = PeriodForm(request.GET)
    if not form.is_valid():
        raise WrongPeriodError(form)
    period = form.cleaned_data.get("period") or Period.year(timezone.localdate().year)
    return Scope([branch] if branch else list(overseen), period, branch), form


@with_period
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show a period's figures; each number leads to its records."""
    scope, form = scope_of(request)
    user = cast("User", request.user)
    outcomes = outcome_rows(scope)
    levels, rows = outcome_table(scope, outcomes)
    months = month_figures(scope)
    work = [one.row for one in work_out(scope.branches, scope.period, reader=user)]
    figures = [*outcome_figures(scope, outcomes), *coverage_figures(scope)]
    forms, kinds = form_figures(scope), kind_figures(scope, work=work)
    context: dict[str, Any] = {
        "scope": scope,
        "form": form,
        "overseen": Branch.objects.overseen_by(user),
        "years": range(timezone.localdate().year, timezone.localdate().year - YEARS_BACK, -1),
        "figures": figures,
        "mode": Mode.of_page(kinds, forms, figures[0]),
        "forms": forms,
        "kinds": kinds,
        "work": work_figures(scope, work, ""),
        "levels": levels,
        "rows": rows,
        "outcome_chart": outcomes_by_level(rows),
        "months": months,
        "has_logs": any(month.logs.value for month in months),
        "log_chart": logs_over_time(months),
    }
    return render(request, "outcomes/dashboard.html", context)


@with_period
def coverage(request: HttpRequest) -> HttpResponse:
    """Name the party members behind the coverage to those who may know them; give leadership each branch's numbers."""
    scope, _form = scope_of(request)
    day, over = scope.period.last_day_so_far, "over" in request.GET
    days = (scope.period.first if over else day, day)
    managed = set(Branch.objects.managed_by(cast("User", request.user)))
    own = [branch for branch in scope.branches if branch in managed]
    others = [branch for branch in scope.branches if branch not in managed]
    context = {
        "scope": scope,
        "day": day,
        "over": over,
        "figures": coverage_figures(scope),
        "members": covered(own, *days) if own else (),
        "numbers": coverage_by_branch(others, *days) if others else (),
        "together": counted(others, *days) if others else None,
    }
    return render(request, "outcomes/coverage.html", context)


def _figure_or_404(request: HttpRequest, slug: str) -> tuple[Figure, str]:
    """Return the figure that the address names, and the value that it asks for.

    Raises:
        Http404: for a figure or a value that there is not.
    """
    of = request.GET.get("of", "")
    by_form = {figure.slug: figure for figure in OF_FORMS}
    try:
        found = by_form[slug] if slug in by_form else figure_of(slug)
    except KeyError:
        raise Http404 from None
    if of and (not found.by or (found.labels and of not in found.labels)):
        raise Http404
    return found, of


def _frozen_or_404(request: HttpRequest) -> FrozenReport | None:
    """Return the frozen report whose number the address asks for, or None for what is counted now.

    Raises:
        Http404: for a report that there is not, or that the user may not see.
    """
    asked = request.GET.get("frozen")
    if asked is None:
        return None
    seen = FrozenReport.objects.visible_to(cast("User", request.user))
    try:
        return ModelChoiceField(seen.select_related("branch")).clean(asked)
    except ValidationError:
        raise Http404 from None


@with_period
def figure(request: HttpRequest, slug: str) -> HttpResponse:
    """List the records behind a number, with what the number means; behind a frozen one, those that it counted.

    Raises:
        Http404: for a number of which a frozen report kept no records.
    """
    shown, of = _figure_or_404(request, slug)
    frozen, user = _frozen_or_404(request), cast("User", request.user)
    scope, _form = scope_of(request, frozen.branch.code if frozen else None)
    if frozen:
        scope = replace(scope, period=period_of(frozen.first_day, frozen.last_day))
        found = behind_frozen(shown, of, frozen, user)
    else:
        found = behind(shown, of, scope.branches, scope.period, user)
    if found is None:
        raise Http404
    rows = found.rows.select_related(*shown.records.shown_with).order_by("-pk")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    columns = shown.records.columns
    context = {
        "scope": scope,
        "figure": shown,
        "frozen": frozen,
        "name": shown.called(of),
        "found": found,
        "fewest": FEWEST,
        "page_obj": page,
        "columns": columns,
        "rows": [(_page_of(shown, row, user), [(column, column.told(row)) for column in columns]) for row in page],
    }
    return render(request, "outcomes/figure.html", context)


def _page_of(figure: Figure, row: Model, user: User) -> str:
    """Return the address at which a record is looked at; of what was merged, of what stands for it."""
    is_merged = isinstance(row, Mergeable) and row.is_merged
    return page_for(user, cast("Mergeable", row)) if is_merged else figure.records.page(row)


def figures(request: HttpRequest) -> HttpResponse:
    """Say of every figure what it means, how it is counted, and of which days."""
    require(request, "outcomes.see_figures")
    labels = dict(kind_labels())
    rows = [(one, labels.get(one.form, "")) for one in everything()]
    return render(request, "outcomes/figures.html", {"rows": rows})
