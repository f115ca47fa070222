"""Sharing an outcome between branches: asking, agreeing, declining."""

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from organization.access import UserRequest, require, visible_or_404
from organization.models import ScopedQuerySet
from organization.refusals import carried_out
from organization.transition_views import TransitionView
from outcomes.forms import ShareForm
from outcomes.models import Outcome, OutcomeShare, ask_to_share
from outcomes.models.transitions import AGREE


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


class ShareTransitionView(TransitionView):
    """Answers a request to share an outcome."""

    def get_rows(self) -> ScopedQuerySet:
        """Return the requests with their outcomes."""
        return OutcomeShare.objects.select_related("outcome")

    def leads_on(self, row: OutcomeShare, came_of_it: None) -> str:
        """Return the outcome's page, which a branch that declined does not see any more."""
        return self.leads_back(row) if self.transition == AGREE else reverse("outcomes:list")

    def leads_back(self, row: OutcomeShare) -> str:
        """Return the outcome's page."""
        return row.outcome.get_absolute_url()
