"""Teaching pairs and workshops on the secretary's desk."""

from typing import cast

from django.contrib import admin
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest

from organization.admin_base import BRANCH_FILTER, BranchModelAdmin, ReadOnlyInline
from organization.models import User
from pairings.admin import PairingAdmin, SeatInline
from teaching_pairs.models import Milestone, SignUp, TeachingPair, Workshop


class MilestoneInline(ReadOnlyInline):
    """The steps of the course or topic; they change on the pair's page."""

    model = Milestone
    fields = ["step", "planned_on", "done_on"]


@admin.register(TeachingPair)
class TeachingPairAdmin(PairingAdmin):
    """Teaching pairs."""

    inlines = [SeatInline, MilestoneInline]
    own_fields = ["course", "topic", "pattern", "formation", "brokered_by", "workshop"]


class SignUpInline(ReadOnlyInline):
    """Who comes; attendance is kept on the workshop's page."""

    model = SignUp
    shown_with = ("person", "workshop")
    fields = ["person", "topics", "attended"]


@admin.register(Workshop)
class WorkshopAdmin(BranchModelAdmin):
    """Workshops of the branch."""

    inlines = [SignUpInline]
    kept_fields = ["branch"]
    list_display = ["title", "held_on", "place", "branch"]
    list_filter = [BRANCH_FILTER, "held_on"]
    list_select_related = ["branch"]
    search_fields = ["title", "place"]

    def save_model(self, request: HttpRequest, obj: Model, form: BaseForm, change: bool) -> None:
        """Keep who announced it."""
        if not change:
            cast("Workshop", obj).announced_by = cast("User", request.user)
        super().save_model(request, obj, form, change)
