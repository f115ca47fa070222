"""The form's pages: those of every pairing, with its own model and form, and what the contract brought in."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.generic import CreateView, UpdateView
from django_filters.views import FilterView

from enterprise_service.filters import FINDINGS, FindingFilter
from enterprise_service.forms import EngagementForm, InstalmentForm
from enterprise_service.models import Confirmation, Engagement, Instalment, Problem
from organization.access import require, visible_or_404
from organization.text import whole_number
from pairings.models import ProgressLog
from pairings.views.changes import PairingChangeView
from pairings.views.pages import (
    PairingCreateView,
    PairingDetailView,
    PairingListView,
    PairingStoryView,
    PairingUpdateView,
    SavesThroughVerbMixin,
)


class EngagementListView(PairingListView):
    """The engagements."""

    model = Engagement
    template_name = "enterprise_service/list.html"


class ReadsService:
    """A page that shows the problem, the contract's money and the enterprise's confirmation."""

    def get_queryset(self) -> QuerySet[Any]:
        """Fetch the problem and its enterprise besides."""
        return super().get_queryset().select_related("problem__enterprise")  # type: ignore[misc]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add instalments, confirmations and visits, as far as the user may see them."""
        user, engagement = self.request.user, self.object  # type: ignore[attr-defined]
        instalments = list(Instalment.objects.visible_to(user).filter(engagement=engagement))
        for one in instalments:
            one.engagement = engagement  # whose people are read already
        answers = Confirmation.objects.visible_to(user).filter(engagement=engagement)
        confirmations = list(answers.select_related("spoken_by__person"))
        for one in confirmations:
            one.engagement = engagement  # read already, with who sits in it
        return super().get_context_data(  # type: ignore[misc]
            instalments=instalments,
            received_cny=sum(one.amount_cny for one in instalments),
            confirmations=confirmations,
            is_asked=any(one.is_solved or not one.state for one in confirmations),
            visits=engagement.visits(),
            **kwargs,
        )


class EngagementDetailView(ReadsService, PairingDetailView):
    """One of the engagements."""

    model = Engagement
    template_name = "enterprise_service/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the address that the confirmation link begins with, and what a solved problem hands over."""
        engagement = self.object
        done = {
            "origin": "solved",
            "title": _("Solved for %(enterprise)s: %(problem)s")
            % {"enterprise": engagement.counterpart, "problem": engagement.problem.title},
            "category": "service",
            "level": "unrated",
            "status": "accepted",
            "achieved_on": engagement.closed_on.isoformat() if engagement.closed_on else "",
            "issuer": engagement.counterpart,
        }
        site = self.request.build_absolute_uri("/").rstrip("/")
        return super().get_context_data(site=site, solved=done if engagement.closed_on else None, **kwargs)


class EngagementStoryView(ReadsService, PairingStoryView):
    """Its whole story, to print."""

    model = Engagement
    template_name = "enterprise_service/story.html"


class EngagementCreateView(PairingCreateView):
    """A proposal; a problem's page fills in the problem."""

    model = Engagement
    form_class = EngagementForm

    def get_initial(self) -> dict[str, Any]:
        """Fill in the problem that the address names, and its title."""
        number = whole_number(self.request.GET.get("problem", ""))
        problem = Problem.objects.visible_to(self.request.user).filter(pk=number).first()
        return {**super().get_initial(), **({"problem": problem, "title": problem.title} if problem else {})}


class EngagementUpdateView(PairingUpdateView):
    """Changes."""

    model = Engagement
    form_class = EngagementForm


class EngagementChangeView(PairingChangeView):
    """Asking for a change of what was decided with the approval."""

    model = Engagement
    form_class = EngagementForm


class InstalmentMixin(SavesThroughVerbMixin):
    """The form of money received of a contract; it goes back to the engagement."""

    model = Instalment
    form_class: Any = InstalmentForm
    template_name: Any = "enterprise_service/instalment_form.html"
    engagement: Engagement

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form the engagement."""
        return {**super().get_form_kwargs(), "engagement": self.engagement}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the engagement."""
        return super().get_context_data(pairing=self.engagement, **kwargs)  # type: ignore[misc]

    def get_success_url(self) -> str:
        """Go back to the engagement."""
        return self.engagement.get_absolute_url()


class InstalmentCreateView(InstalmentMixin, CreateView):
    """A new instalment."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in those who may change the engagement."""
        rows = Engagement.objects.with_people()
        self.engagement = cast("Engagement", visible_or_404(request, rows, kwargs["pk"]))
        require(request, "enterprise_service.keep_contract", self.engagement)
        return cast("HttpResponse", super().dispatch(request, *args, **kwargs))

    def get_object(self, queryset: QuerySet[Any] | None = None) -> None:
        """Return nothing: the address names the engagement, the instalment is new."""


def _instalment_for(request: HttpRequest, pk: int) -> Instalment:
    """Return the instalment when the user may keep its contract."""
    instalment = cast("Instalment", visible_or_404(request, Instalment.objects.select_related("engagement"), pk))
    require(request, "enterprise_service.keep_contract", instalment.engagement)
    return instalment


class InstalmentUpdateView(InstalmentMixin, UpdateView):
    """Changes to an instalment."""

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Instalment:
        """Return the instalment when the user may keep its contract."""
        instalment = _instalment_for(self.request, self.kwargs["pk"])
        self.engagement = instalment.engagement
        return instalment


class FindingListView(FilterView):
    """What was found across enterprises: the state of trades, technical problems, talent needs, policy questions."""

    filterset_class = FindingFilter
    template_name = "enterprise_service/findings.html"
    paginate_by = 30
    strict = False

    def get_queryset(self) -> QuerySet[Any]:
        """Return the logs that hold findings, as far as the user may see them."""
        rows = ProgressLog.objects.visible_to(self.request.user).filter(pairing__kind=Engagement.KIND)
        return rows.filter(activity_type__in=FINDINGS).for_cards()
