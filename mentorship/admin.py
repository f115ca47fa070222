"""Mentorship teams and the rubrics of growth on the secretary's desk."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from mentorship.models import MentorshipTeam, Project, Rubric, RubricItem
from organization.admin_base import BranchInline, BranchModelAdmin, ReadOnlyInline
from organization.models import Branch, User
from pairings.admin import PairingAdmin, SeatInline


class ProjectInline(ReadOnlyInline):
    """What the team works on; it changes on the team's page."""

    model = Project
    fields = ["track", "title", "contest", "organiser", "level"]


@admin.register(MentorshipTeam)
class MentorshipTeamAdmin(PairingAdmin):
    """Mentorship teams."""

    inlines = [SeatInline, ProjectInline]
    own_fields = ["track", "contest"]


class RubricItemInline(BranchInline):
    """The abilities of a rubric, which nobody changes once it was used."""

    model = RubricItem
    fields = ["name", "name_en", "words", "position"]

    def _may(self, request: HttpRequest, verb: str, row: Model | None) -> bool:
        """Whoever may change the rubric may change its abilities."""
        return row is None or cast("User", request.user).has_perm("mentorship.change_rubric", row)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever sees the rubric sees its abilities."""
        return True

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing changes under an assessment."""
        return not (isinstance(obj, Rubric) and obj.is_used) and self._may(request, "change", obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is added under an assessment."""
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is taken from under an assessment."""
        return self.has_change_permission(request, obj)


@admin.register(Rubric)
class RubricAdmin(BranchModelAdmin):
    """The abilities by which a branch assesses; one that was used gets a new version."""

    inlines = [RubricItemInline]
    kept_fields = ["branch"]
    list_display = ["name", "branch", "is_active"]
    list_select_related = ["branch"]
    actions = ["copy"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Keep the name of a rubric that assessments stand on."""
        kept = super().get_readonly_fields(request, obj)
        return [*kept, "name"] if isinstance(obj, Rubric) and obj.is_used else kept

    @action(description=gettext_lazy("Make a new version for my branch"))
    def copy(self, request: HttpRequest, rubrics: QuerySet[Any]) -> None:
        """Copy a branch's rubric for that branch, and the system's for the secretary's own."""
        user = cast("User", request.user)
        self.carry_out(
            request, rubrics, "mentorship.copy_rubric", lambda rubric: rubric.copy_for(_home_of_copy(rubric, user))
        )


def _home_of_copy(rubric: Rubric, user: User) -> Branch | None:
    """Return the branch that a copy is for; the operator's copy of a system rubric is the system's again."""
    if rubric.branch is not None or user.is_operator:
        return rubric.branch
    managed = Branch.objects.managed_by(user)
    return managed.filter(pk=user.reach.own_branch_id).first() or managed.first()
