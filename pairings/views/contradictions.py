"""What contradicts in the records of a branch: the list on the desk, and the page where one is answered."""

from collections import defaultdict
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from organization.access import UserRequest, require, visible_or_404
from organization.refusals import add_refusal
from pairings import contradictions
from pairings.contradictions import Found, Standing
from pairings.forms import ReasonForm

ON_A_PAGE = 20
EXPLAINED = "explained"


@require_safe
def overview(request: UserRequest) -> HttpResponse:
    """Count what is open and what was explained of each kind, and list the records."""
    require(request, "pairings.see_contradictions")
    found = contradictions.standings(request.user)
    chosen = request.GET.get("kind", "")
    numbers = [
        (standing.kind.slug, number)
        for standing in found
        if chosen in ("", standing.kind.slug)
        for number in _numbers(standing, request, explained=request.GET.get("state") == EXPLAINED)
    ]
    page = Paginator(numbers, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"standings": found, "page_obj": page, "found": _in_words(list(page), request)}
    return render(request, "pairings/contradictions.html", context)


def _numbers(standing: Standing, request: UserRequest, *, explained: bool) -> list[int]:
    """Return the numbers of a kind's records, open or explained (one query)."""
    rows = contradictions.records(standing.kind, request.user)
    chosen = rows.filter(pk__in=standing.explained) if explained else rows.exclude(pk__in=standing.explained)
    return list(chosen.values_list("pk", flat=True))


def _in_words(listed: list[tuple[str, int]], request: UserRequest) -> list[Found]:
    """Return the records of a page in its order, in words."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for slug, number in listed:
        by_kind[slug].append(number)
    return [
        found
        for slug, numbers in by_kind.items()
        for found in contradictions.of_kind(contradictions.kind_of(slug), numbers, request.user)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def explain(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    """Show what contradicts in a record, and keep why it is right all the same.

    Raises:
        Http404: for a kind that is none, and a record that the user does not see.
        PermissionDenied: for whoever neither may change the record nor reviews it.
    """
    try:
        asked = contradictions.kind_of(kind)
    except KeyError:
        raise Http404 from None
    row = cast("Any", visible_or_404(request, _rows_of(asked), pk))
    if not contradictions.may_answer(request.user, asked, row):
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            contradictions.explain(asked, row, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            add_refusal(form, error, at="reason")
        else:
            messages.success(request, _("Kept. It is shown with the record, with your name."))
            return redirect(row)
    found = next((one for one in contradictions.in_rows([row], request.user) if one.kind is asked), None)
    return render(request, "pairings/explain.html", {"kind": asked, "row": row, "found": found, "form": form})


def _rows_of(kind: contradictions.Contradiction) -> Any:
    """Return the rows of a kind's model with what their page's address reads."""
    return cast("Any", kind.model_class)._default_manager.select_related(*kind.shown_with)
