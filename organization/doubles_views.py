"""Likely doubles: their list, two of them side by side, merging, and saying that they are not the same."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organization import merging
from organization.access import UserRequest, require, visible_or_404
from organization.doubles import (
    A_PAGE,
    found_by,
    likely_doubles,
    merges_of,
    pairs_of,
    rows_with_doubles,
    said_different,
    side_by_side,
)
from organization.forms import SearchForm, WhyForm
from organization.merge_kinds import MergeKind, all_merge_kinds
from organization.models import RuleError, ScopedQuerySet
from organization.refusals import add_refusal, carried_out


@require_safe
def doubles(request: UserRequest, kind: MergeKind) -> HttpResponse:
    """Show the likely doubles of a kind, and what was decided of others."""
    require(request, "organization.see_doubles")
    page = Paginator(rows_with_doubles(kind, request.user), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "kind": kind,
        "kinds": all_merge_kinds(),
        "page_obj": page,
        "pairs": pairs_of(kind, request.user, list(page)),
        "merges": merges_of(kind, request.user),
        "different": said_different(kind, request.user),
    }
    return render(request, "organization/doubles.html", context)


def _both(request: HttpRequest, kind: MergeKind, pk: int, kept: int) -> tuple[Any, Any]:
    """Return the row and the one that it may be merged into, when the user sees and decides on both."""
    rows = cast("ScopedQuerySet", kind.shown(kind.model_class.objects.all()))
    found = [cast("Any", visible_or_404(request, rows, number)) for number in (pk, kept)]
    for row in found:
        require(request, "organization.merge", row)
    return found[0], found[1]


@require_safe
def same_as(request: UserRequest, pk: int, kind: MergeKind) -> HttpResponse:
    """Look for the record that is the same as this one, which is kept."""
    row = cast("Any", visible_or_404(request, cast("ScopedQuerySet", kind.shown(kind.model_class.objects.all())), pk))
    require(request, "organization.merge", row)
    form = SearchForm(request.GET or None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    context = {"kind": kind, "row": row, "form": form, "words": words}
    context["likely"] = likely_doubles(kind, request.user, row)
    context["found"] = found_by(kind, request.user, row, words) if words else []
    return render(request, "organization/same_as.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: UserRequest, pk: int, kept: int, kind: MergeKind) -> HttpResponse:
    """Show two rows side by side with what merging does, and merge the first into the second."""
    merged, stays = _both(request, kind, pk, kept)
    problems = kind.problems(stays, merged, request.user)
    form = WhyForm(request.POST or None, needs_reason=True)
    if request.method == "POST" and problems:
        messages.error(request, str(problems[0]))
        return redirect(kind.leads_to(stays))
    if request.method == "POST" and form.is_valid():
        try:
            merging.merge(stays, merged, by=request.user, reason=form.cleaned_data["reason"])
        except RuleError as error:
            add_refusal(form, error)
        except ValidationError as error:
            add_refusal(form, error, at="reason")
        else:
            messages.success(request, _("Merged. This record stands for both now."))
            return redirect(kind.leads_to(stays))
    context = {"kind": kind, "merged": merged, "kept": stays, "problems": problems, "form": form}
    context["facts"] = side_by_side(kind, stays, merged)
    context["moves"] = [] if problems else kind.what_moves(merged)
    return render(request, "organization/merge.html", context)


@require_POST
def different(request: UserRequest, pk: int, kept: int, kind: MergeKind) -> HttpResponse:
    """Keep that two rows are not the same, so that they are shown as likely doubles no more."""
    one, other = _both(request, kind, pk, kept)
    done = _("Kept: these two are different. They are not shown as likely doubles any more.")
    carried_out(request, lambda: merging.say_different(one, other, by=request.user), done)
    return redirect(kind.list_name)
