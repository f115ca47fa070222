"""The board: problems that wait for somebody, and the enterprises that have them."""

from typing import Any, cast

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import CreateView, UpdateView
from django_filters.views import FilterView

from enterprise_service.filters import EnterpriseFilter, ProblemFilter
from enterprise_service.forms import EnterpriseForm, ProblemForm
from enterprise_service.models import Engagement, Enterprise, Problem
from organization.access import UserRequest, require, survivor_or_404, visible_or_404
from organization.doubles import SHOWN_DOUBLES
from organization.refusals import carried_out
from pairings.views.pages import SavesThroughVerbMixin


class ProblemListView(FilterView):
    """The board."""

    filterset_class = ProblemFilter
    template_name = "enterprise_service/board.html"
    paginate_by = 20
    strict = False

    def get_queryset(self) -> QuerySet[Any]:
        """Return the problems that the user may see, those that wait first, the nearest day first."""
        rows = Problem.objects.visible_to(self.request.user).present().select_related("enterprise__branch")
        return rows.waiting_first()


def _problem_for(request: HttpRequest, pk: int, permission: str = "enterprise_service.read_board") -> Problem:
    """Return the problem when the user sees it and holds the permission."""
    problem = cast("Problem", visible_or_404(request, Problem.objects.select_related("enterprise__branch"), pk))
    require(request, permission, problem)
    return problem


@require_safe
def problem(request: UserRequest, pk: int) -> HttpResponse:
    """Show a problem, who worked on it, and who could."""
    shown = _problem_for(request, pk)
    if shown.is_merged:
        return _leads_on(request, shown)
    seen = Problem.objects.visible_to(request.user)
    may_choose = request.user.manages(shown.branch_id)  # those who could lead are party members, which is not public
    context = {
        "problem": shown,
        "doubles": seen.likely_doubles_of(shown).select_related("enterprise")[:SHOWN_DOUBLES],
        "engagements": Engagement.objects.visible_to(request.user).filter(problem=shown).with_people(),
        "suggestions": _suggestions(shown) if may_choose and shown.status == Problem.Status.OPEN else [],
    }
    return render(request, "enterprise_service/problem.html", context)


def _suggestions(problem: Problem) -> list[dict[str, Any]]:
    """Return members whom something speaks for, with what does (three queries)."""
    from enterprise_service.matching import ServiceMatcher

    return ServiceMatcher().suggest(problem)


def _leads_on(request: HttpRequest, merged: Enterprise | Problem) -> HttpResponse:
    """Go on to the row that stands for a merged one."""
    stands = survivor_or_404(request, merged)
    messages.info(request, _("“%(title)s” was merged into this one.") % {"title": merged})
    return redirect(stands)


@require_POST
def drop(request: UserRequest, pk: int) -> HttpResponse:
    """Take a problem off the board."""
    shown = _problem_for(request, pk, "enterprise_service.edit_board")
    carried_out(request, shown.drop, _("Taken off the board."))
    return redirect(shown)


@require_POST
def reopen(request: UserRequest, pk: int) -> HttpResponse:
    """Put a problem on the board again."""
    shown = _problem_for(request, pk, "enterprise_service.edit_board")
    carried_out(request, shown.reopen, _("It stands on the board again."))
    return redirect(shown)


class BoardFormMixin(SavesThroughVerbMixin):
    """A form of the board's rows; a new one and a changed one look alike."""

    template_name: Any = "enterprise_service/board_form.html"

    def get_success_url(self) -> str:
        """Go to the row's page."""
        return self.object.get_absolute_url()


class BoardCreateView(BoardFormMixin, CreateView):
    """A new row of the board."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in teachers and secretaries."""
        require(request, "enterprise_service.post_on_board")
        return cast("HttpResponse", super().dispatch(request, *args, **kwargs))


class BoardUpdateView(BoardFormMixin, UpdateView):
    """Changes to a row of the board."""

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Any:
        """Return the row when the user may change it."""
        row = visible_or_404(self.request, self.model.objects.all(), self.kwargs["pk"])
        require(self.request, "enterprise_service.edit_board", row)
        return row


class ProblemCreateView(BoardCreateView):
    """A problem that an enterprise wants solved."""

    model = Problem
    form_class: Any = ProblemForm

    def get_initial(self) -> dict[str, Any]:
        """Fill in the enterprise that the address names."""
        return {**super().get_initial(), "enterprise": self.request.GET.get("enterprise")}


class ProblemUpdateView(BoardUpdateView):
    """Changes to a problem."""

    model = Problem
    form_class: Any = ProblemForm


class EnterpriseListView(FilterView):
    """The enterprises that the branch serves."""

    filterset_class = EnterpriseFilter
    template_name = "enterprise_service/enterprise_list.html"
    paginate_by = 20
    strict = False

    def get_queryset(self) -> QuerySet[Any]:
        """Return the enterprises that the user may see, with how many problems each has."""
        rows = Enterprise.objects.visible_to(self.request.user).present().select_related("branch")
        return rows.annotate(problem_count=Count("problems")).order_by("name", "pk")


@require_safe
def enterprise(request: UserRequest, pk: int) -> HttpResponse:
    """Show an enterprise, its problems, and what was done for it."""
    rows = Enterprise.objects.select_related("branch")
    shown = cast("Enterprise", visible_or_404(request, rows, pk))
    require(request, "enterprise_service.read_board", shown)
    if shown.is_merged:
        return _leads_on(request, shown)
    context = {
        "enterprise": shown,
        "doubles": Enterprise.objects.visible_to(request.user).likely_doubles_of(shown)[:SHOWN_DOUBLES],
        "problems": Problem.objects.visible_to(request.user)
        .present()
        .filter(enterprise=shown)
        .select_related("enterprise"),
        "engagements": Engagement.objects.visible_to(request.user).filter(problem__enterprise=shown).with_people(),
    }
    return render(request, "enterprise_service/enterprise.html", context)


class EnterpriseCreateView(BoardCreateView):
    """An enterprise."""

    model = Enterprise
    form_class: Any = EnterpriseForm


class EnterpriseUpdateView(BoardUpdateView):
    """Changes to an enterprise."""

    model = Enterprise
    form_class: Any = EnterpriseForm
