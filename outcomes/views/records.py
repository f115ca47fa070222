"""Outcomes: list, page, form, and the verbs of their review."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import CreateView, UpdateView
from django_filters.views import FilterView

from evidence.worth import worth_of
from organization.access import UserRequest, require, survivor_or_404, visible_or_404
from organization.doubles import SHOWN_DOUBLES
from organization.models import all_or_nothing
from organization.refusals import add_refusal
from organization.text import whole_number
from organization.transition_views import TransitionView
from outcomes.filters import OutcomeFilter
from outcomes.forms import HandOverForm, OutcomeForm, ShareForm
from outcomes.models import Category, Grade, HandOver, Outcome, Subkind
from pairings.forms import ReasonForm
from pairings.models import Pairing
from pairings.views.pages import SavesThroughVerbMixin

PREFILLED = ("title", "category", "level", "status", "achieved_on", "issuer")


class OutcomeListView(FilterView):
    """Outcomes, the newest first."""

    filterset_class = OutcomeFilter
    template_name = "outcomes/list.html"
    paginate_by = 20
    strict = False

    def get_queryset(self) -> QuerySet[Any]:
        """Return the outcomes that the user may see."""
        return Outcome.objects.visible_to(self.request.user).with_names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add up the quantities of all that are listed (one query)."""
        return {**super().get_context_data(**kwargs), "sums": self.object_list.sums_of_quantities()}


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was achieved, by whom, what proves it, and where the record stands."""
    rows = Outcome.objects.select_related(
        "branch", "subkind", "grade", "entered_by__person", "submitted_by__person", "verified_by__person",
        "corrects", "continues", "merged_into",
    ).prefetch_related("contributions__person", "proofs__evidence__file", "shared_with")  # fmt: skip
    outcome = cast("Outcome", visible_or_404(request, rows, pk))
    if outcome.is_merged:
        stands = survivor_or_404(request, outcome)
        messages.info(request, _("“%(title)s” was merged into this outcome.") % {"title": outcome.title})
        return redirect(stands)
    seen = Outcome.objects.visible_to(request.user)
    context = {
        "outcome": outcome,
        "doubles": seen.likely_doubles_of(outcome).select_related("branch").prefetch_related("proofs")[:SHOWN_DOUBLES],
        "chain": outcome.chain().visible_to(request.user),
        "pairings": Pairing.objects.visible_to(request.user).filter(credits__outcome=outcome).with_people(),
        "correction": Outcome.objects.visible_to(request.user).filter(corrects=outcome).first(),
        "shares": outcome.shares.select_related("branch", "asked_by__person", "answered_by__person"),
        "share_form": ShareForm(outcome=outcome) if request.user.has_perm("outcomes.share_outcome", outcome) else None,
        "decline_form": ReasonForm(auto_id="decline_%s"),
        "worths": list(worth_of([proof.evidence.file.sha256 for proof in outcome.proofs.all()]).values()),
    }
    return render(request, "outcomes/detail.html", context)


class OutcomeFormMixin(SavesThroughVerbMixin):
    """The outcome form; a new outcome and a changed one look alike."""

    model = Outcome
    form_class: Any = OutcomeForm
    template_name: Any = "outcomes/form.html"

    def get_success_url(self) -> str:
        """Go to the outcome's page."""
        return cast("Outcome", self.object).get_absolute_url()

    def success_message(self) -> str:
        """Say whether it waits for the secretary."""
        if cast("Outcome", self.object).review == Outcome.Review.SUBMITTED:
            return _("Submitted. The branch secretary will verify it or return it with a reason.")
        return _("Saved as a draft.")


class OutcomeCreateView(OutcomeFormMixin, CreateView):
    """A new outcome; a link from a pairing or a contest fills in what is known already."""

    def get_form_kwargs(self) -> dict[str, Any]:
        """Let in those who may record, and tell the form the pairing that the outcome comes from."""
        require(self.request, "outcomes.record_outcome")
        number = whole_number(self.request.GET.get("pairing", ""))
        found = Pairing.objects.visible_to(self.request.user).with_people().filter(pk=number)
        return {**super().get_form_kwargs(), "pairing": found.first()}

    def get_initial(self) -> dict[str, Any]:
        """Return what the address already says."""
        return {name: self.request.GET[name] for name in PREFILLED if name in self.request.GET}


@require_safe
def alike(request: UserRequest) -> HttpResponse:
    """Return the notice that names the likely doubles of an outcome that is being typed, among those the user sees."""
    require(request, "outcomes.record_outcome")
    form = OutcomeForm(request.GET, user=request.user)
    return render(request, "outcomes/parts/alike.html", {"doubles": form.likely_doubles()[:SHOWN_DOUBLES]})


@require_POST
def hand_over(request: UserRequest, pk: int) -> HttpResponse:
    """Make a draft of what a pairing's page already knows, such as a contest's result; a second time, show it."""
    pairing = cast("Pairing", visible_or_404(request, Pairing.objects.with_people(), pk))
    require(request, "outcomes.record_outcome")
    source = HandOverForm(request.POST)
    if not source.is_valid():
        raise BadRequest  # the page names the origin, nobody types it
    form = OutcomeForm(_filled_in(request.POST, pairing), user=request.user, pairing=pairing)
    is_whole = form.is_valid()
    try:
        with all_or_nothing():
            Pairing.objects.select_for_update().get(pk=pk)  # two at once: the second one finds the first one's
            known = HandOver.objects.filter(pairing=pk, origin=source.cleaned_data["origin"]).first()
            if known:
                return _made_already(request, known)
            if is_whole:
                outcome = form.save()
                HandOver.objects.create(outcome=outcome, pairing=pairing, **source.cleaned_data)
                messages.success(request, _("Saved as a draft. Add the proof and submit it."))
                return redirect(outcome)
    except ValidationError as error:
        add_refusal(form, error)
    for field, errors in form.errors.items():
        label = form.fields[field].label if field in form.fields else ""
        messages.error(request, f"{label} {' '.join(map(str, errors))}".strip())
    return redirect(pairing)


def _made_already(request: UserRequest, known: HandOver) -> HttpResponse:
    """Go to the outcome that stands for what was handed over, or back where the reader does not see it."""
    stands = Outcome.objects.visible_to(request.user).filter(pk=known.outcome.survivor.pk).first()
    if stands is None:
        messages.info(request, _("An outcome was made of it already."))
    return redirect(stands or known.pairing)


def _filled_in(given: QueryDict, pairing: Pairing) -> QueryDict:
    """Return what the outcome's form would hold: what was handed over, with the pairing and its people credited."""
    data = QueryDict(mutable=True)
    for name in PREFILLED:
        data[name] = given.get(name, "")
    known = data["category"] if data["category"] in Category.values else ""
    grades = Grade.objects.for_branch(pairing.branch_id).filter(category=known)
    grade = grades.named_in(given.get("grade_name", ""))
    data["grade"] = str(grade.pk) if grade else ""
    subkinds = Subkind.objects.for_branch(pairing.branch_id).filter(category=known)
    subkind = subkinds.named_in(given.get("subkind_name", ""))
    data["subkind"] = str(subkind.pk) if subkind else ""
    data["branch"] = str(pairing.branch_id)
    data.setlist("people", [str(seat.person_id) for seat in pairing.shown_seats])
    data.setlist("pairings", [str(pairing.pk)])
    data["is_another"] = "on"  # once for each origin, and looked at in review
    return data


class OutcomeUpdateView(OutcomeFormMixin, UpdateView):
    """Changes to a draft or returned outcome."""

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Outcome:
        """Return the outcome when the user may change it."""
        rows = Outcome.objects.prefetch_related("proofs__evidence__file")
        outcome = cast("Outcome", visible_or_404(self.request, rows, self.kwargs["pk"]))
        require(self.request, "outcomes.edit_outcome", outcome)
        return outcome


class CorrectionView(TransitionView):
    """Begins a new version of a verified outcome, and leads to it."""

    def leads_on(self, row: Outcome, came_of_it: Outcome) -> str:
        """Return the address at which the new version is changed."""
        return reverse("outcomes:edit", args=[came_of_it.pk])
