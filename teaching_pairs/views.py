"""The form's pages: those of every pairing with its own model and form, milestones, and workshops."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import CreateView, ListView, UpdateView

from organization.access import UserRequest, require, visible_or_404
from organization.models import Person, all_or_nothing
from organization.refusals import add_refusal, carried_out
from organization.text import whole_number
from pairings.matching import matcher_of
from pairings.models import Match, MatchRun
from pairings.views.changes import PairingChangeView
from pairings.views.pages import (
    PairingCreateView,
    PairingDetailView,
    PairingListView,
    PairingStoryView,
    PairingUpdateView,
    SavesThroughVerbMixin,
)
from teaching_pairs.filters import TeachingPairFilter
from teaching_pairs.forms import MilestonesForm, SignUpForm, TeachingPairForm, WorkshopForm
from teaching_pairs.models import TeachingPair, Workshop, WorkshopRun
from teaching_pairs.patterns import pattern_of


class PairListView(PairingListView):
    """The teaching pairs."""

    model = TeachingPair
    filterset_class = TeachingPairFilter
    template_name = "teaching_pairs/list.html"


class ReadsMilestones:
    """A page that shows the steps of the course or topic."""

    def get_queryset(self) -> QuerySet[Any]:
        """Fetch the milestones and the broker besides."""
        rows = super().get_queryset()  # type: ignore[misc]
        return rows.select_related("brokered_by", "workshop").prefetch_related("milestones")


class PairDetailView(ReadsMilestones, PairingDetailView):
    """One of the teaching pairs."""

    model = TeachingPair
    template_name = "teaching_pairs/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the pattern that the two profiles suggest, while nobody has chosen one."""
        suggested = "" if self.object.pattern else pattern_of(self.object)
        return super().get_context_data(suggested_pattern=suggested, **kwargs)


class PairStoryView(ReadsMilestones, PairingStoryView):
    """Its whole story, to print."""

    model = TeachingPair
    template_name = "teaching_pairs/story.html"


class PairCreateView(PairingCreateView):
    """A proposal."""

    model = TeachingPair
    form_class = TeachingPairForm
    prefilled = ("title", "aim", "course", "topic")


class PairUpdateView(PairingUpdateView):
    """Changes."""

    model = TeachingPair
    form_class = TeachingPairForm


class PairChangeView(PairingChangeView):
    """Asking for a change of what was decided with the approval."""

    model = TeachingPair
    form_class = TeachingPairForm


class MilestonesView(SavesThroughVerbMixin, UpdateView):
    """Plan the steps of a course or topic, and say which were reached."""

    model = TeachingPair
    form_class: Any = MilestonesForm
    context_object_name = "pairing"
    template_name = "teaching_pairs/milestones.html"

    def get_object(self, queryset: QuerySet[Any] | None = None) -> TeachingPair:
        """Return the pair when the user may change it."""
        pair = cast("TeachingPair", visible_or_404(self.request, TeachingPair.objects.with_people(), self.kwargs["pk"]))
        require(self.request, "pairings.edit_pairing", pair)
        return pair

    def get_success_url(self) -> str:
        """Go back to the pair's page."""
        return self.object.get_absolute_url()


class WorkshopListView(ListView):
    """The branch's workshops, the newest first."""

    template_name = "teaching_pairs/workshop_list.html"
    paginate_by = 20

    def get_queryset(self) -> QuerySet[Any]:
        """Return the workshops that the user may see, with how many signed up."""
        rows = Workshop.objects.visible_to(self.request.user).select_related("branch")
        return rows.annotate(signup_count=Count("signups")).order_by("-held_on", "-pk")


class WorkshopFormMixin(SavesThroughVerbMixin):
    """The announcement; a new one and a changed one look alike."""

    model = Workshop
    form_class: Any = WorkshopForm
    template_name: Any = "teaching_pairs/workshop_form.html"

    def get_success_url(self) -> str:
        """Go to the workshop's page."""
        return cast("Workshop", self.object).get_absolute_url()


class WorkshopCreateView(WorkshopFormMixin, CreateView):
    """Announce a workshop."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in those who manage a branch."""
        require(request, "teaching_pairs.add_workshop")
        return cast("HttpResponse", super().dispatch(request, *args, **kwargs))


class WorkshopUpdateView(WorkshopFormMixin, UpdateView):
    """Change what was announced."""

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Workshop:
        """Return the workshop when the user may change it."""
        return _workshop_for(self.request, self.kwargs["pk"], "teaching_pairs.change_workshop")


def _workshop_for(request: HttpRequest, pk: int, permission: str = "teaching_pairs.read_workshop") -> Workshop:
    """Return the workshop when the user sees it and holds the permission."""
    rows = Workshop.objects.select_related("branch", "announced_by__person")
    workshop = cast("Workshop", visible_or_404(request, rows, pk))
    require(request, permission, workshop)
    return workshop


@require_http_methods(["GET", "HEAD", "POST"])
def workshop(request: UserRequest, pk: int) -> HttpResponse:
    """Show a workshop and who comes, and sign up with strengths, needs and topics."""
    shown = _workshop_for(request, pk)
    form = _sign_up_form(request, shown)
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            shown.sign_up(by=request.user, **form.words())
        except ValidationError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("You are signed up."))
            return redirect(shown)
    runs = WorkshopRun.objects.visible_to(request.user).filter(workshop=shown).select_related("run")
    context = {
        "workshop": shown,
        "form": form,
        "signups": shown.signups.select_related("person__office"),
        "own_signup": shown.signups.filter(person=request.user.person_id).first(),
        "may_manage": request.user.has_perm("teaching_pairs.change_workshop", shown),
        "runs": [one.run for one in runs.order_by("-pk")],
        "matches": Match.objects.visible_to(request.user).filter(run__in=runs.values("run")).with_people(),
        "pairs": TeachingPair.objects.visible_to(request.user).filter(workshop=shown).with_people(),
    }
    return render(request, "teaching_pairs/workshop.html", context)


def _sign_up_form(request: UserRequest, shown: Workshop) -> SignUpForm | None:
    """Return the form for a teacher of the branch while the workshop is not over."""
    person = Person.objects.filter(pk=request.user.person_id or 0).first()
    if person is None or not request.user.is_teacher or person.branch_id != shown.branch_id or shown.is_over:
        return None
    signup = shown.signups.filter(person=person).first()
    return SignUpForm(request.POST or None, instance=person, signup=signup, user=request.user)


@require_POST
def attendance(request: UserRequest, pk: int) -> HttpResponse:
    """Keep who came."""
    shown = _workshop_for(request, pk, "teaching_pairs.change_workshop")
    present, listed = ({whole_number(one) for one in request.POST.getlist(name)} for name in ("present", "listed"))
    carried_out(request, lambda: shown.record_attendance(present, listed=listed), _("The attendance is kept."))
    return redirect(shown)


@require_POST
def match(request: UserRequest, pk: int) -> HttpResponse:
    """Propose pairs among those who signed up or, once attendance is kept, those who came."""
    shown = _workshop_for(request, pk, "teaching_pairs.change_workshop")
    run = MatchRun.begin(shown.branch, TeachingPair.KIND, by=request.user)
    run.propose(candidates=cast("Any", matcher_of(run.kind_info)).candidates_at(shown, run))
    with all_or_nothing():
        run.save()
        WorkshopRun.objects.create(run=run, workshop=shown)
    return redirect(reverse("pairings:run", args=[run.pk]))
