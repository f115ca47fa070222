"""The dashboard and the members behind the coverage."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from organization.access import require
from organization.models import Branch, User
from outcomes.figures import Period
from outcomes.figures.charts import logs_over_time, outcomes_by_level
from outcomes.figures.dashboard import Scope, coverage_figure, kind_figures, outcome_figures, outcome_table
from outcomes.figures.work import members_of
from outcomes.forms import PeriodForm

YEARS_BACK = 6


def scope_of(request: HttpRequest, code: str | None = None) -> tuple[Scope, PeriodForm]:
    """Return what the address asks to look at: this year and all overseen branches unless it says otherwise.

    Args:
        request: of somebody who is signed in.
        code: the branch of the page, where it has one; else the filter's.

    Raises:
        PermissionDenied: for those who oversee no branch.
        Http404: for a branch that the user does not oversee.
    """
    overseen = Branch.objects.overseen_by(cast("User", request.user))
    code = code or request.GET.get("branch")
    branch = get_object_or_404(overseen.coded(code)) if code else None
    require(request, "outcomes.see_figures")
    form = PeriodForm(request.GET)
    period = (form.cleaned_data.get("period") if form.is_valid() else None) or Period.year(timezone.localdate().year)
    return Scope([branch] if branch else list(overseen), period, branch), form


def dashboard(request: HttpRequest) -> HttpResponse:
    """Show a period's figures; each number leads to its records."""
    scope, form = scope_of(request)
    levels, rows = outcome_table(scope)
    context: dict[str, Any] = {
        "scope": scope,
        "form": form,
        "overseen": Branch.objects.overseen_by(cast("User", request.user)),
        "years": range(timezone.localdate().year, timezone.localdate().year - YEARS_BACK, -1),
        "figures": [*outcome_figures(scope), coverage_figure(scope)],
        "kinds": kind_figures(scope),
        "levels": levels,
        "rows": rows,
        "outcome_chart": outcomes_by_level(rows),
        "log_chart": logs_over_time(scope),
    }
    return render(request, "outcomes/dashboard.html", context)


def coverage(request: HttpRequest) -> HttpResponse:
    """List the party members behind the coverage, those in an active pairing apart from the others."""
    scope, _form = scope_of(request)
    day = scope.period.last_day_so_far
    members = members_of(scope.branches, day).select_related("branch", "office")
    return render(request, "outcomes/coverage.html", {"scope": scope, "day": day, "members": members})
