"""Changes of what was approved: asking for one, the desk's queue, and the decisions."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import ListView, UpdateView

from organization.access import require, visible_or_404
from organization.models import Branch
from pairings.forms import PairingForm, ReasonForm
from pairings.models import ChangeRequest, Pairing
from pairings.views.pages import KindMixin, SavesThroughVerbMixin, tell


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


def _request_for(request: HttpRequest, pk: int, permission: str) -> ChangeRequest:
    """Return the change request when the user sees it and holds the permission."""
    row = cast("ChangeRequest", visible_or_404(request, ChangeRequest.objects.with_pairings(), pk))
    require(request, permission, row)
    return row


def _back(request: HttpRequest, row: ChangeRequest) -> HttpResponse:
    """Go back to the queue when the form stood there, else to the pairing."""
    return redirect("pairings:changes") if "queue" in request.POST else redirect(row.pairing.get_absolute_url())


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a change be carried out."""
    row = _request_for(request, pk, "pairings.decide_change")
    tell(request, row.approve, _("Approved. From now on it stands as was asked."))
    return _back(request, row)


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave it as it is, with a reason."""
    row = _request_for(request, pk, "pairings.decide_change")
    tell(request, row.refuse, _("Refused with your reason. It stands as before."), ReasonForm(request.POST))
    return _back(request, row)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own request back."""
    row = _request_for(request, pk, "pairings.withdraw_change")
    tell(request, row.withdraw, _("The request is withdrawn. It stands as before."))
    return _back(request, row)


@require_POST
def see(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep that a recorded change was looked at."""
    row = _request_for(request, pk, "pairings.decide_change")
    tell(request, row.see, _("Noted that it was looked at."))
    return _back(request, row)
