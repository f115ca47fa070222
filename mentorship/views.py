"""The form's pages: those of every pairing, what the team works on, and how its students grow."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import CreateView, UpdateView

from mentorship.charts import growth_radar
from mentorship.forms import AssessmentForm, ProjectForm, ReflectionForm, ResultForm, TeamForm
from mentorship.models import Assessment, MentorshipTeam, Project, Reflection, Rubric, Stage
from mentorship.models.growth import changes_in_words
from organization.access import require, visible_or_404
from organization.models import PartyStageEntry, Person, RuleError, User
from organization.refusals import words_of
from pairings.kinds import LEADER, ORDINARY_STUDENT
from pairings.models import Seat
from pairings.views.changes import PairingChangeView
from pairings.views.pages import (
    PairingCreateView,
    PairingDetailView,
    PairingListView,
    PairingStoryView,
    PairingUpdateView,
    SavesThroughVerbMixin,
)


class TeamListView(PairingListView):
    """The mentorship teams."""

    model = MentorshipTeam


class ReadsGrowth:
    """A page that shows what the team works on, its reflections, and the ordinary student's path."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add projects, reflections, growth and path, as far as the user may see them."""
        user, team = self.request.user, self.object  # type: ignore[attr-defined]
        return super().get_context_data(  # type: ignore[misc]
            projects=team.projects.prefetch_related("stages"),
            reflections=Reflection.objects.visible_to(user).filter(team=team).select_related("student", "team"),
            growth=growth_of(team, user),
            path=path_of(team, user),
            former_paths=former_paths_of(team, user),
            **kwargs,
        )


class TeamDetailView(ReadsGrowth, PairingDetailView):
    """One of the mentorship teams."""

    model = MentorshipTeam
    template_name = "mentorship/detail.html"


class TeamStoryView(ReadsGrowth, PairingStoryView):
    """Its whole story, to print."""

    model = MentorshipTeam
    template_name = "mentorship/story.html"


class TeamCreateView(PairingCreateView):
    """A proposal."""

    model = MentorshipTeam
    form_class = TeamForm


class TeamUpdateView(PairingUpdateView):
    """Changes."""

    model = MentorshipTeam
    form_class = TeamForm


class TeamChangeView(PairingChangeView):
    """Asking for a change of what was decided with the approval."""

    model = MentorshipTeam
    form_class = TeamForm


def growth_of(team: MentorshipTeam, user: User) -> list[dict[str, Any]]:
    """Return each student whose growth the user may see, with assessments, radar and change (three queries)."""
    rows = list(Assessment.objects.visible_to(user).filter(team=team).with_scores().order_by("assessed_on", "pk"))
    for row in rows:
        row.team = team  # whose people are read already
    may_see_all = user.has_perm("mentorship.assess_student", team)
    growth = []
    assessed = {one.student_id for one in rows}
    former = [seat.person for seat in team.former_seats if seat.role != LEADER and seat.person_id in assessed]
    for student in dict.fromkeys([*team.students, *former]):
        if not may_see_all and student.pk != user.person_id:
            continue
        own = [one for one in rows if one.student_id == student.pk]
        by_mentor = [one for one in own if one.view == Assessment.View.MENTOR]
        view = Assessment.View.SELF if student.pk == user.person_id else Assessment.View.MENTOR
        given = {one.moment: one for one in own if one.view == view}
        growth.append(
            {
                "student": student,
                "assessments": own,
                "option": growth_radar(own) if own else None,
                "changes": changes_in_words(by_mentor),
                "moments": [(value, label, given.get(value)) for value, label in Assessment.Moment.choices]
                if student in team.students
                else [],
            }
        )
    return growth


def path_of(team: MentorshipTeam, user: User) -> dict[str, Any] | None:
    """Return the ordinary student's way into the party for those who may see it, and what it came to."""
    seat = team.seat_of(ORDINARY_STUDENT)
    return next(iter(_paths([seat], user)), None) if seat else None


def former_paths_of(team: MentorshipTeam, user: User) -> list[dict[str, Any]]:
    """Return the way of those who were replaced and joined the party since: they stay the team's success."""
    seats = [seat for seat in team.former_seats if seat.role == ORDINARY_STUDENT]
    return [path for path in _paths(seats, user) if path["outcome"]]


def _paths(seats: Sequence[Seat], user: User) -> Iterator[dict[str, Any]]:
    """Yield the way into the party of those who sit or sat somewhere, as far as the user may see it (one query)."""
    if not seats:
        return
    people = [seat.person_id for seat in seats]
    rows = PartyStageEntry.objects.visible_to(user).filter(person__in=people).order_by("from_date")
    steps = list(rows)
    for seat in seats:
        entries = [one for one in steps if one.person_id == seat.person_id]
        joined = next((one for one in entries if one.is_joining and one.from_date >= seat.joined_on), None)
        outcome = {
            "origin": f"joined-{seat.person_id}",
            "title": _("Joined the party: %(name)s") % {"name": seat.person.name},
            "category": "membership",
            "level": "unrated",
            "status": "recognised",
            "achieved_on": joined.from_date.isoformat() if joined else "",
        }
        if entries:
            yield {"student": seat.person, "entries": entries, "outcome": outcome if joined else None}


class OfTeamMixin(SavesThroughVerbMixin):
    """A form about a part of a team; it goes back to the team's page."""

    template_name: Any = "mentorship/part_form.html"
    permission = "pairings.edit_pairing"
    heading = ""
    team: MentorshipTeam

    def team_for(self, pk: int) -> MentorshipTeam:
        """Return the team when the user sees it and holds the page's permission."""
        rows = MentorshipTeam.objects.with_people()
        team = cast("MentorshipTeam", visible_or_404(self.request, rows, pk))  # type: ignore[attr-defined]
        require(self.request, self.permission, team)  # type: ignore[attr-defined]
        return team

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the team and what the page is about."""
        return super().get_context_data(pairing=self.team, heading=self.heading_words(), **kwargs)  # type: ignore[misc]

    def heading_words(self) -> str:
        """Return what the page is about."""
        return _("What the team works on")

    def get_success_url(self) -> str:
        """Go back to the team's page."""
        return self.team.get_absolute_url()


class ProjectMixin(OfTeamMixin):
    """The form of a project."""

    model = Project
    form_class: Any = ProjectForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form the team."""
        return {**super().get_form_kwargs(), "team": self.team}


class ProjectCreateView(ProjectMixin, CreateView):
    """A new project or contest of a team."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in those who may change the team."""
        self.team = self.team_for(kwargs["pk"])
        return cast("HttpResponse", super().dispatch(request, *args, **kwargs))

    def get_object(self, queryset: QuerySet[Any] | None = None) -> None:
        """Return nothing: the address names the team, the project is new."""


class ProjectUpdateView(ProjectMixin, UpdateView):
    """Changes to a project and its rounds."""

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Project:
        """Return the project when the user may change its team."""
        project = cast("Project", visible_or_404(self.request, Project.objects.all(), self.kwargs["pk"]))
        self.team = self.team_for(project.team_id)
        return project


class ResultView(OfTeamMixin, UpdateView):
    """What came of a round."""

    model = Stage
    form_class: Any = ResultForm

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Stage:
        """Return the round when the user may change its team."""
        rows = Stage.objects.select_related("project__team")
        stage = cast("Stage", visible_or_404(self.request, rows, self.kwargs["pk"]))
        self.team = self.team_for(stage.project.team_id)
        return stage

    def heading_words(self) -> str:
        """Return which round it is."""
        return f"{_('Result')}：{self.object}"


class AssessmentView(OfTeamMixin, UpdateView):
    """A student's growth at one moment: the mentor's view, or the student's own."""

    model = Assessment
    form_class: Any = AssessmentForm
    permission = "mentorship.open_growth"
    template_name = "mentorship/assessment_form.html"

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Assessment:
        """Return the assessment there is, or a new one by the branch's present rubric.

        Raises:
            Http404: for a moment that there is not, or a person who is no student of the team.
        """
        self.team = self.team_for(self.kwargs["pk"])
        moment, user = self.kwargs["moment"], cast("User", self.request.user)
        student = next((one for one in self.team.students if one.pk == self.kwargs["student"]), None)
        if student is None or moment not in Assessment.Moment.values:
            raise Http404
        is_own = student.pk == user.person_id
        if not is_own:
            require(self.request, "mentorship.assess_student", self.team)
        view = Assessment.View.SELF if is_own else Assessment.View.MENTOR
        key: dict[str, Any] = {"team": self.team, "student": student, "moment": moment, "view": view}
        kept = Assessment.objects.visible_to(user).filter(**key).select_related("rubric").first()
        return kept or Assessment(**key, rubric=Rubric.objects.current_for(self.team.branch_id))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say it on the team's page where a branch has no rubric in use."""
        try:
            return cast("HttpResponse", super().dispatch(request, *args, **kwargs))
        except RuleError as error:
            messages.error(request, words_of(error))
            return redirect(self.get_success_url())

    def heading_words(self) -> str:
        """Return whom it is about, and when."""
        return f"{self.object.student.name} · {self.object.get_moment_display()}"


class ReflectionCreateView(OfTeamMixin, CreateView):
    """A student's reflection."""

    model = Reflection
    form_class: Any = ReflectionForm
    permission = "mentorship.reflect"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let in the team's students."""
        self.team = self.team_for(kwargs["pk"])
        return cast("HttpResponse", super().dispatch(request, *args, **kwargs))

    def get_object(self, queryset: QuerySet[Any] | None = None) -> None:
        """Return nothing: the address names the team, the reflection is new."""

    def get_form_kwargs(self) -> dict[str, Any]:
        """Begin a reflection of the user's own."""
        own = Reflection(team=self.team, student=cast("Person", cast("User", self.request.user).person))
        return {**super().get_form_kwargs(), "instance": own}

    def heading_words(self) -> str:
        """Return what the page is about."""
        return _("What I learnt")


class ReflectionUpdateView(OfTeamMixin, UpdateView):
    """Changes to one's own reflection."""

    model = Reflection
    form_class: Any = ReflectionForm
    permission = "mentorship.open_growth"

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Reflection:
        """Return the reflection when the user wrote it."""
        rows = Reflection.objects.select_related("team")
        reflection = cast("Reflection", visible_or_404(self.request, rows, self.kwargs["pk"]))
        require(self.request, "mentorship.edit_reflection", reflection)
        self.team = self.team_for(reflection.team_id)
        return reflection

    def heading_words(self) -> str:
        """Return what the page is about."""
        return _("What I learnt")
