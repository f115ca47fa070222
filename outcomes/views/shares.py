"""Sharing an outcome between branches: asking, agreeing, declining."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from organization.access import UserRequest, require, visible_or_404
from organization.models import RuleError
from outcomes.forms import ShareForm
from outcomes.models import Outcome, OutcomeShare, ask_to_share
from outcomes.views.records import say


@require_POST
def ask(request: UserRequest, pk: int) -> HttpResponse:
    """Ask branches whether they share an outcome."""
    outcome = cast("Outcome", visible_or_404(request, Outcome.objects.select_related("branch"), pk))
    require(request, "outcomes.share_outcome", outcome)
    form = ShareForm(request.POST, outcome=outcome)
    if not form.is_valid():
        messages.error(request, _("Please choose a branch of the college that does not share it yet."))
        return redirect(outcome)
    try:
        ask_to_share(outcome, form.cleaned_data["branch"], by=request.user)
    except (RuleError, ValidationError) as error:
        say(request, error)
    else:
        messages.success(request, _("Asked. It counts there once the branch's secretary agrees."))
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
    try:
        share.agree(by=request.user)
    except RuleError as error:
        say(request, error)
    else:
        messages.success(request, _("Agreed. The outcome counts in both branches, and once in the college."))
    return redirect(share.outcome)


@require_POST
def decline(request: UserRequest, pk: int) -> HttpResponse:
    """Say that the branch does not share it, and why."""
    share = _share_for(request, pk)
    try:
        share.decline(by=request.user, reason=request.POST.get("reason", ""))
    except (RuleError, ValidationError) as error:
        say(request, error)
        return redirect(share.outcome)
    messages.success(request, _("Declined, with your reason."))
    return redirect("outcomes:list")
