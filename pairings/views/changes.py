"""Changes of what was approved: asking for one, the desk's queue, and the decisions."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import ListView, UpdateView

from organization.access import require
from organization.models import Branch, ScopedQuerySet
from organization.transition_views import TransitionView
from pairings.forms import PairingForm
from pairings.models import ChangeRequest, Pairing
from pairings.views.pages import KindMixin, SavesThroughVerbMixin


class PairingChangeView(SavesThroughVerbMixin, KindMixin, UpdateView):
    """Asking for a change of an approved pairing's people, work or contract; the old holds until it is decided."""

    form_class: type[PairingForm]
    template_name = "pairings/change_form.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form; of a pairing that is not active nothing needs asking."""
        pairing = self.get_object()
        if not pairing.is_active:
            return redirect(pairing.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Pairing:
        """Return the pairing when the user may ask for a change of it."""
        pairing = super().get_object(queryset)
        require(self.request, "pairings.change_pairing_after_approval", pairing)
        return pairing

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form that it asks."""
        return {**super().get_form_kwargs(), "asks_for_change": True}

    def get_success_url(self) -> str:
        """Go back to the pairing."""
        return cast("Pairing", self.object).get_absolute_url()

    def success_message(self) -> str:
        """Say what happens next."""
        if cast("Pairing", self.object).branch.changes == Branch.Changes.RECORDED:
            return _("The change is recorded; the branch secretary sees it.")
        return _("Asked for. Until the branch secretary has decided, the old holds.")


class ChangeListView(ListView):
    """What waits at the desk: changes to decide on, and those that were recorded and not looked at yet."""

    template_name = "pairings/changes.html"
    paginate_by = 20

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in those who manage a branch."""
        require(request, "pairings.see_changes")
        return cast("HttpResponse", super().dispatch(request, *args, **kwargs))

    def get_queryset(self) -> QuerySet[Any]:
        """Return what waits, the oldest first."""
        rows = ChangeRequest.objects.at_desk_of(self.request.user).waiting().with_pairings()  # type: ignore[arg-type]
        return rows.order_by("asked_at", "pk")


class ChangeTransitionView(TransitionView):
    """Takes a step of a change request's life; back to the queue when the form stood there, else to the pairing."""

    def get_rows(self) -> ScopedQuerySet:
        """Return the requests with their pairings and people."""
        return ChangeRequest.objects.with_pairings()

    def leads_back(self, row: ChangeRequest) -> str:
        """Return the queue's address, or the pairing's."""
        return reverse("pairings:changes") if "queue" in self.request.POST else row.pairing.get_absolute_url()
