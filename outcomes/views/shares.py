"""Sharing an outcome between branches: asking, agreeing, declining."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from organization.access import UserRequest, require, visible_or_404
from organization.refusals import carried_out
from outcomes.forms import ShareForm
from outcomes.models import Outcome, OutcomeShare, ask_to_share


@require_POST
def ask(request: UserRequest, pk: int) -> HttpResponse:
    """Ask branches whether they share an outcome."""
    outcome = cast("Outcome", visible_or_404(request, Outcome.objects.select_related("branch"), pk))
    require(request, "outcomes.share_outcome", outcome)
    form = ShareForm(request.POST, outcome=outcome)
    if not form.is_valid():
        messages.error(request, _("Please choose a branch of the college that does not share it yet."))
        return redirect(outcome)
    branch, done = form.cleaned_data["branch"], _("Asked. It counts there once the branch's secretary agrees.")
    carried_out(request, lambda: ask_to_share(outcome, branch, by=request.user), done)
    return redirect(outcome)


def _share_for(request: HttpRequest, pk: int) -> OutcomeShare:
    """Return the request when the user answers for the branch that is asked."""
    share = cast("OutcomeShare", visible_or_404(request, OutcomeShare.objects.select_related("outcome"), pk))
    require(request, "outcomes.answer_share", share)
    return share


@require_POST
def agree(request: UserRequest, pk: int) -> HttpResponse:
    """Share an outcome of another branch."""
    share = _share_for(request, pk)
    done = _("Agreed. The outcome counts in both branches, and once in the college.")
    carried_out(request, lambda: share.agree(by=request.user), done)
    return redirect(share.outcome)


@require_POST
def decline(request: UserRequest, pk: int) -> HttpResponse:
    """Say that the branch does not share it, and why."""
    share = _share_for(request, pk)
    reason, done = request.POST.get("reason", ""), _("Declined, with your reason.")
    is_done = carried_out(request, lambda: share.decline(by=request.user, reason=reason), done)
    return redirect("outcomes:list") if is_done else redirect(share.outcome)
