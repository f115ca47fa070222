"""Branch reports: look, download, freeze."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from organization.access import UserRequest, require
from organization.models import Branch
from organization.refusals import carried_out, say_errors
from outcomes.documents import comparing
from outcomes.documents.formats import FORMATS
from outcomes.documents.own_kinds import left_out, outlines_of
from outcomes.documents.sections import Material
from outcomes.figures.achievements import is_granted
from outcomes.figures.dashboard import Scope, coverage_figures, form_figures, kind_figures, work_figures
from outcomes.figures.periods import period_of
from outcomes.figures.report import branch_report
from outcomes.filters import NO_SUBKIND
from outcomes.forms import FreezeForm, ProseForm, ReviseForm
from outcomes.freezing import freeze_report, frozen_of, matters_before_freezing, revise_report
from outcomes.handing import hand_in, handing_of, set_beside
from outcomes.models import Category, FrozenReport, Level, Status
from outcomes.models.reports import version_in_words
from outcomes.preparing import is_large
from outcomes.since import since_freezing
from outcomes.views.asked import asked_of, outline_of, query_of, version_of
from outcomes.views.beside import Beside, beside_of
from outcomes.views.figures import YEARS_BACK, scope_of, with_period
from outcomes.views.prepared import offer, request_for


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
    frozen = version_of(request, scope)
    content = frozen.content if frozen else branch_report(branch, scope.period)
    beside = beside_of(request, scope)
    number = frozen.pk if frozen else 0
    rows = [_shown(row, scope, number, place) for place, row in enumerate(content["outcomes"])]
    context = {
        "scope": scope,
        "form": form,
        "years": range(timezone.localdate().year, timezone.localdate().year - YEARS_BACK, -1),
        "query": query_of(scope, frozen, **beside.query),
        "alone": query_of(scope, frozen),
        "beside": beside,
        "comparison": _comparison(content, beside),
        "first_version": version_in_words(0),
        "report": content,
        "frozen": frozen,
        "versions": _versions(frozen) if frozen else [],
        "supplement": _supplement(content),
        "kinds": kind_figures(scope, content["pairings"], frozen=number),
        "coverage": coverage_figures(scope, content["coverage"], is_frozen=bool(frozen)),
        "forms": form_figures(scope, content["by_form"], frozen=number) if "by_form" in content else [],
        "work": work_figures(scope, content.get("work", []), frozen=number),
        "stands_apart": not Material(content, {}).takes_uncredited,
        "granted": [row for row in rows if is_granted(row)],
        "cultivated": [row for row in rows if not is_granted(row)],
        **_freezing(request, scope, frozen),
        "outlines": outlines_of(branch),
        "formats": FORMATS.values(),
        "since": since_freezing(frozen, request.user) if frozen else None,
        "may_write": request.user.has_perm("outcomes.write_report", scope.branch),
    }
    return render(request, "outcomes/report.html", context)


def _versions(frozen: FrozenReport) -> list[FrozenReport]:
    """Return every version of a frozen report, the newest first (one query)."""
    rows = FrozenReport.objects.versions(frozen.branch, frozen.first_day, frozen.last_day)
    return list(rows.select_related("branch", "frozen_by__person"))


def _supplement(content: dict[str, Any]) -> list[Any]:
    """Return the parts of a revision's supplement, as its documents say them."""
    return list(comparing.supplement(Material(content, {})))[1:]  # the page has its own heading


def _comparison(content: dict[str, Any], beside: Beside) -> list[Any]:
    """Return the parts that set the report beside another one, as its documents say them."""
    if beside.scope is None:
        return []
    report = set_beside(content, beside.branch, beside.scope.period)
    return list(comparing.side_by_side(Material(report, {})))


def _freezing(request: UserRequest, scope: Scope, frozen: FrozenReport | None) -> dict[str, Any]:
    """Return what the page offers to whoever may freeze or revise, and what they should look at first."""
    branch = cast("Branch", scope.branch)
    may = request.user.has_perm("outcomes.freeze_report", branch) and scope.period.last < timezone.localdate()
    is_newest = frozen is None or not frozen.revisions.exists()
    if not (may and is_newest):
        return {}
    matters = matters_before_freezing(branch, scope.period)
    form = ReviseForm(initial={"of": frozen.revision}, matters=matters) if frozen else FreezeForm(matters=matters)
    return {"may_freeze": not frozen, "may_revise": bool(frozen), "matters": matters, "freeze_form": form}


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
def download(request: HttpRequest, code: str, kind: str) -> HttpResponseBase:
    """Send a branch's report as a file, or offer to prepare one that takes long; `kind` is the format.

    Raises:
        Http404: for a format or a kind that is not made.
    """
    asked = asked_of(request, code, kind)
    period, revision = asked.scope.period, asked.revision
    if is_large(asked.branch, period, asked.outline, kind, revision=revision, beside=asked.other):
        return offer(request, asked, kind)
    handed = hand_in(asked.branch, period, asked.outline, kind, revision=revision, beside=asked.other)
    response = StreamingHttpResponse(handed.chunks, content_type=handed.format.media_type)
    name = request_for(asked, kind).file_name
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


@with_period
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """Show a report as it will stand on paper, for browsers that open no files."""
    asked = asked_of(request, code)
    handing = handing_of(asked.branch, asked.scope.period, asked.outline, asked.revision, asked.other)
    told = {"scope": asked.scope, "outline": asked.outline, "query": asked.query}
    files = ((one.label, reverse("outcomes:download", args=[code, slug])) for slug, one in FORMATS.items())
    downloads = [(str(label), f"{url}?{asked.query}") for label, url in files]
    context = {**told, "document": handing.document, "downloads": downloads, "back": asked.report_url}
    context |= {"left_out": left_out(asked.outline), "outdated": handing.outdated}
    return render(request, "outcomes/preview.html", context)


@with_period
def words(request: UserRequest, code: str) -> HttpResponse:
    """Let the secretary write the sections that no figure can."""
    scope, _form = scope_of(request, code)
    branch = cast("Branch", scope.branch)
    outline = outline_of(request, branch)
    require(request, "outcomes.write_report", branch)
    handing = handing_of(branch, scope.period, outline)
    form = ProseForm(request.POST or None, branch=branch, period=scope.period, handing=handing)
    query = urlencode({**scope.period.query, "kind": outline.slug})
    if request.method == "POST" and form.is_valid():
        form.save(by=request.user)
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('outcomes:preview', args=[code])}?{query}")
    return render(request, "outcomes/words.html", {"scope": scope, "form": form, "outline": outline, "query": query})


@require_POST
@with_period
def freeze(request: UserRequest, code: str) -> HttpResponse:
    """Keep a branch's report of a period as it was handed in."""
    scope, _form = scope_of(request, code)
    require(request, "outcomes.freeze_report", scope.branch)
    branch, form = cast("Branch", scope.branch), FreezeForm(request.POST)
    despite = form.is_valid() and form.cleaned_data["despite"]
    done = _("Frozen. These figures and files will not change any more.")
    carried_out(request, lambda: freeze_report(branch, scope.period, by=request.user, despite=despite), done)
    return redirect(f"{reverse('outcomes:report', args=[code])}?{urlencode(scope.period.query)}")


@require_POST
@with_period
def revise(request: UserRequest, code: str) -> HttpResponse:
    """Keep a branch's report as it is now beside the frozen one.

    Raises:
        Http404: for a version that there is not.
    """
    scope, _form = scope_of(request, code)
    branch = cast("Branch", scope.branch)
    require(request, "outcomes.freeze_report", branch)
    form = ReviseForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect(f"{reverse('outcomes:report', args=[code])}?{urlencode(scope.period.query)}")
    given = form.cleaned_data
    frozen = frozen_of(branch, scope.period, given["of"])
    if frozen is None:
        raise Http404
    said = {"by": request.user, "reason": given["reason"], "despite": given["despite"]}
    done = _("The revision is kept beside the report that it revises.")
    carried_out(request, lambda: revise_report(frozen, **said), done)
    return redirect(f"{reverse('outcomes:report', args=[code])}?{urlencode(scope.period.query)}")
