"""Pages that the three forms share: list, detail, proposal, and the verbs of a pairing's life."""

from decimal import Decimal
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import CreateView, DetailView, UpdateView
from django_filters.views import FilterView

from organization.access import require, row_or_404, visible_or_404
from organization.models import ScopedQuerySet, all_or_nothing
from organization.refusals import add_refusal
from organization.text import whole_number
from organization.transition_views import TransitionView
from pairings.filters import LogFilter, PairingFilter
from pairings.forms import LogForm, PairingForm
from pairings.kinds import PairingKind, kind_of
from pairings.matching import matcher_of
from pairings.models import ChangeRequest, Match, Pairing, ProgressLog

LOGS_ON_A_PAGE = 20
#: A story is printed whole; no pairing is logged more often in its life.
LOGS_IN_A_STORY = 500


class KindMixin:
    """A page of one form; the model says which."""

    model: type[Pairing]

    @property
    def kind(self) -> PairingKind:
        """Return the kind of the page's model."""
        return kind_of(self.model.KIND)

    def get_queryset(self) -> QuerySet[Any]:
        """Return the form's pairings that the user may see."""
        return self.model.objects.visible_to(self.request.user).with_people()  # type: ignore[attr-defined]

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Pairing:
        """Return the pairing that the address names, when the user may see it."""
        return cast("Pairing", row_or_404(self.get_queryset(), self.kwargs["pk"]))  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the kind."""
        return super().get_context_data(kind=self.kind, **kwargs)  # type: ignore[misc]


class PairingListView(KindMixin, FilterView):
    """A form's pairings, the newest first."""

    filterset_class = PairingFilter
    template_name = "pairings/list.html"
    paginate_by = 20
    strict = False


class PairingDetailView(KindMixin, DetailView):
    """A pairing's story: who, why, what was done, what came of it."""

    context_object_name = "pairing"
    template_name = "pairings/detail.html"

    def get_queryset(self) -> QuerySet[Any]:
        """Fetch, besides, who proposed and approved."""
        return super().get_queryset().select_related("branch", "proposed_by__person", "approved_by__person")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the logs and the change requests."""
        changes = changes_of(self.object)
        logs = ProgressLog.objects.filter(pairing=self.object.pk).for_cards()
        return super().get_context_data(
            logs=logs[:LOGS_ON_A_PAGE],
            log_count=logs.count(),
            changes=changes,
            undoable=newest_decided(changes),
            **kwargs,
        )


def changes_of(pairing: Pairing) -> list[ChangeRequest]:
    """Return the change requests of a pairing that is shown, the newest first (four queries where there are any)."""
    changes = list(ChangeRequest.objects.filter(pairing=pairing.pk).with_words())
    for change in changes:
        change.pairing = pairing
    return changes


def newest_decided(changes: list[ChangeRequest]) -> list[ChangeRequest]:
    """Return of each subject the newest request that was decided or recorded, the one whose decision can be undone."""
    decided = (*ChangeRequest.APPLIED, ChangeRequest.State.REFUSED)
    found: dict[str, ChangeRequest] = {}
    for change in changes:
        if change.state in decided:
            found.setdefault(change.subject, change)
    return list(found.values())


class PairingStoryView(KindMixin, DetailView):
    """A pairing from its forming to its outcomes, on paper."""

    context_object_name = "pairing"
    template_name = "pairings/story.html"

    def get_queryset(self) -> QuerySet[Any]:
        """Fetch, besides, who proposed and approved."""
        return super().get_queryset().select_related("branch", "proposed_by__person", "approved_by__person")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the logs in the order in which they were lived."""
        logs = ProgressLog.objects.filter(pairing=self.object.pk).for_cards().order_by("date", "pk")
        changes = changes_of(self.object)
        return super().get_context_data(logs=logs[:LOGS_IN_A_STORY], changes=changes, **kwargs)


class SavesThroughVerbMixin:
    """Saves a form through a verb and shows at the form what the verb refuses."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Save in one transaction, or show the form again with everything that was typed."""
        try:
            with all_or_nothing():
                self.object = form.save()
        except ValidationError as error:
            add_refusal(form, error)
            return self.form_invalid(form)  # type: ignore[attr-defined]
        messages.success(self.request, self.success_message())  # type: ignore[attr-defined]
        return redirect(self.get_success_url())  # type: ignore[attr-defined]

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form who fills it in."""
        return {**super().get_form_kwargs(), "user": self.request.user}  # type: ignore[misc, attr-defined]

    def success_message(self) -> str:
        """Return what the toast says."""
        return _("Saved.")


class PairingCreateView(SavesThroughVerbMixin, KindMixin, CreateView):
    """A proposal."""

    form_class: type[PairingForm]
    template_name = "pairings/form.html"
    #: Fields that a link may fill in.
    prefilled: tuple[str, ...] = ("title", "aim")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in those who may propose."""
        require(request, "pairings.propose_pairing")
        return cast("HttpResponse", super().dispatch(request, *args, **kwargs))

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form the match that the pairing comes of, when a secretary follows its link."""
        return {**super().get_form_kwargs(), "match": self._match()}

    def get_initial(self) -> dict[str, Any]:
        """Fill in what the match, or the address, already says."""
        match = self._match()
        known = {name: value for name, value in self.request.GET.items() if name in self.prefilled}
        return {**known, **(matcher_of(self.kind).initial(match) if match else {})}

    def _match(self) -> Match | None:
        """Return the accepted match that the address names."""
        number = whole_number(self.request.GET.get("match", ""))
        if not number:
            return None
        rows = Match.objects.with_people().filter(run__kind=self.kind.slug)
        match = cast("Match", visible_or_404(self.request, rows, number))
        require(self.request, "pairings.run_matching", match)
        return match

    def success_message(self) -> str:
        """Say what happens next."""
        if self.object and self.object.is_active:
            return _("Approved. The pairing has begun.")
        return _("Proposed. The branch secretary will approve it or return it with a reason.")


class PairingUpdateView(SavesThroughVerbMixin, KindMixin, UpdateView):
    """Changes to a pairing while it is open."""

    form_class: type[PairingForm]
    template_name = "pairings/form.html"

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Pairing:
        """Return the pairing when the user may change it."""
        pairing = super().get_object(queryset)
        require(self.request, "pairings.edit_pairing", pairing)
        return pairing


def _pairing_for(request: HttpRequest, pk: int, permission: str) -> Pairing:
    """Return the pairing when the user sees it and holds the permission."""
    pairing = cast("Pairing", visible_or_404(request, Pairing.objects.with_people(), pk))
    require(request, permission, pairing)
    return pairing


class PairingTransitionView(TransitionView):
    """Takes a step of a pairing's life; the rules read who sits in it."""

    def get_rows(self) -> ScopedQuerySet:
        """Return the pairings with their people."""
        return Pairing.objects.with_people()


class LogMixin(SavesThroughVerbMixin):
    """The log form; a new log and a changed one look alike."""

    model = ProgressLog
    form_class: Any = LogForm
    template_name: Any = "pairings/log_form.html"
    pairing: Pairing

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form the pairing."""
        return {**super().get_form_kwargs(), "pairing": self.pairing}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the pairing."""
        return super().get_context_data(pairing=self.pairing, kind=self.pairing.kind_info, **kwargs)  # type: ignore[misc]

    def get_success_url(self) -> str:
        """Go back to the pairing's story."""
        return self.pairing.get_absolute_url()

    def success_message(self) -> str:
        """Say that it is kept."""
        return _("The log is saved.")


class LogCreateView(LogMixin, CreateView):
    """Log progress: under thirty seconds on a phone."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in those who sit in the pairing, and its secretaries."""
        self.pairing = _pairing_for(request, kwargs["pk"], "pairings.log_pairing")
        return cast("HttpResponse", super().dispatch(request, *args, **kwargs))

    def get_object(self, queryset: QuerySet[Any] | None = None) -> None:
        """Return nothing: the address names the pairing, the log is new."""


class LogUpdateView(LogMixin, UpdateView):
    """Changes to a log while its pairing is active."""

    def get_object(self, queryset: QuerySet[Any] | None = None) -> ProgressLog:
        """Return the log when the user may change it."""
        rows = ProgressLog.objects.select_related("pairing")
        log = cast("ProgressLog", visible_or_404(self.request, rows, self.kwargs["pk"]))
        require(self.request, "pairings.edit_log", log)
        self.pairing = log.pairing
        return log


class LogListView(FilterView):
    """Progress logs: the records behind a report's logs, hours and integration rate."""

    filterset_class = LogFilter
    template_name = "pairings/log_list.html"
    paginate_by = 30
    strict = False

    def get_queryset(self) -> QuerySet[Any]:
        """Return the logs that the user may see."""
        return ProgressLog.objects.visible_to(self.request.user).for_cards()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the hours of all that are listed: the sum that a figure shows."""
        hours = self.object_list.order_by().aggregate(hours=Sum("hours", default=Decimal(0)))["hours"]
        return super().get_context_data(hours=hours, **kwargs)
