"""Engagements, enterprises and their problems on the secretary's desk."""

from django.contrib import admin
from unfold.admin import TabularInline

from enterprise_service.models import Engagement, Enterprise, Problem
from organization.admin_base import BRANCH_FILTER, BranchModelAdmin, ScopedMixin, VisibleFilter
from pairings.admin import PairingAdmin


class ProblemInline(ScopedMixin, TabularInline):
    """The problems of an enterprise."""

    model = Problem
    extra = 0
    fields = ["title", "field", "due_on"]
    show_change_link = True


@admin.register(Enterprise)
class EnterpriseAdmin(BranchModelAdmin):
    """Enterprises that the branch serves."""

    inlines = [ProblemInline]
    list_display = ["name", "trade", "region", "scale", "contact_name"]
    list_filter = ["scale", BRANCH_FILTER]
    search_fields = ["name", "trade"]


@admin.register(Problem)
class ProblemAdmin(BranchModelAdmin):
    """Problems that enterprises want solved."""

    list_display = ["title", "enterprise", "field", "due_on", "status"]
    list_filter = ["status", ("enterprise__branch", VisibleFilter)]
    list_select_related = ["enterprise"]
    search_fields = ["title", "enterprise__name"]


@admin.register(Engagement)
class EngagementAdmin(PairingAdmin):
    """Engagements."""

    list_display = ["title", "counterpart_name", "branch", "shown_status", "started_on", "last_logged_on"]
    own_fields = ["problem", "contract_number", "contract_amount_cny"]

    @admin.display(description=Enterprise._meta.verbose_name, ordering="counterpart")
    def counterpart_name(self, engagement: Engagement) -> str:
        """Return the enterprise's name."""
        return engagement.counterpart
