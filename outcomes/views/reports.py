"""Branch reports: look, download, freeze."""

import json
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from organization.access import UserRequest, require
from organization.models import Branch, RuleError
from outcomes.documents.word import report_docx
from outcomes.figures.achievements import is_granted
from outcomes.figures.dashboard import Scope, form_figures, kind_figures
from outcomes.figures.numbers import percent
from outcomes.figures.periods import period_of
from outcomes.figures.report import branch_report
from outcomes.filters import NO_SUBKIND
from outcomes.freezing import freeze_report, frozen_of, report_or_frozen
from outcomes.models import Category, FrozenReport, Level, Status
from outcomes.views.figures import YEARS_BACK, scope_of, with_period

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def report_list(request: UserRequest) -> HttpResponse:
    """Offer each branch's report of the last years, and those that were frozen."""
    require(request, "outcomes.see_figures")
    this_year = timezone.localdate().year
    frozen = FrozenReport.objects.visible_to(request.user).select_related("branch", "frozen_by__person")
    context = {
        "branches": Branch.objects.overseen_by(request.user),
        "years": range(this_year, this_year - YEARS_BACK, -1),
        "frozen": [(one, period_of(one.first_day, one.last_day)) for one in frozen],
    }
    return render(request, "outcomes/report_list.html", context)


@with_period
def report(request: UserRequest, code: str) -> HttpResponse:
    """Show a branch's report; each count opens its records."""
    scope, form = scope_of(request, code)
    branch = cast("Branch", scope.branch)
    frozen = frozen_of(branch, scope.period)
    content = frozen.content if frozen else branch_report(branch, scope.period)
    number = frozen.pk if frozen else 0
    rows = [_shown(row, scope, number, place) for place, row in enumerate(content["outcomes"])]
    kinds = kind_figures(scope, content["pairings"])
    context = {
        "scope": scope,
        "form": form,
        "years": range(timezone.localdate().year, timezone.localdate().year - YEARS_BACK, -1),
        "query": urlencode(scope.period.query),
        "report": content,
        "kinds": kinds,
        "pairing_heads": [figure.label for figure in kinds[0].figures],
        "coverage_url": scope.url("coverage"),
        "coverage_rate": percent(content["coverage"]["paired"], content["coverage"]["members"]),
        "forms": form_figures(scope, content["by_form"], frozen=number) if "by_form" in content else [],
        "granted": [row for row in rows if is_granted(row)],
        "cultivated": [row for row in rows if not is_granted(row)],
        "may_freeze": request.user.has_perm("outcomes.freeze_report", scope.branch),
        "is_over": scope.period.last < timezone.localdate(),
    }
    return render(request, "outcomes/report.html", context)


def _shown(row: dict[str, Any], scope: Scope, frozen: int, place: int) -> dict[str, Any]:
    """Return an outcome row with the vocabulary's words and the address of its records."""
    told = {"subkind": row["subkind"] or NO_SUBKIND, **{name: row[name] for name in ("category", "level", "status")}}
    return {
        **row,
        "category_label": Category(row["category"]).label,
        "level_label": Level(row["level"]).label,
        "status_label": Status(row["status"]).label,
        "url": scope.outcomes_url(frozen, str(place), granted=is_granted(row), **told),
    }


@with_period
def download(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Send a branch's report as a file.

    Raises:
        Http404: for a format that is not made.
    """
    scope, _form = scope_of(request, code)
    content = report_or_frozen(cast("Branch", scope.branch), scope.period)
    if kind == "json":
        response = HttpResponse(json.dumps(content, ensure_ascii=False, indent=2), content_type="application/json")
    elif kind == "docx":
        response = HttpResponse(report_docx(content), content_type=WORD)
    else:
        raise Http404
    name = f"{code}-{scope.period.first}-{scope.period.last}.{kind}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


@require_POST
@with_period
def freeze(request: UserRequest, code: str) -> HttpResponse:
    """Keep a branch's report of a period as it was handed in."""
    scope, _form = scope_of(request, code)
    require(request, "outcomes.freeze_report", scope.branch)
    try:
        freeze_report(cast("Branch", scope.branch), scope.period, by=request.user)
    except (RuleError, ValidationError) as error:
        messages.error(request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))
    else:
        messages.success(request, _("Frozen. These figures and files will not change any more."))
    return redirect(f"{reverse('outcomes:report', args=[code])}?{urlencode(scope.period.query)}")
