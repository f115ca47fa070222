"""Engagements, enterprises and their problems on the secretary's desk."""

from django.contrib import admin

from enterprise_service.models import Confirmation, ConfirmationSetting, Engagement, Enterprise, Instalment, Problem
from organization.admin_base import BRANCH_FILTER, BranchInline, BranchModelAdmin, ReadOnlyInline, VisibleFilter
from organization.admin_doubles import SeesDoublesAdmin
from pairings.admin import PairingAdmin, SeatInline


class ProblemInline(BranchInline):
    """The problems of an enterprise."""

    model = Problem
    fields = ["title", "field", "urgency", "due_on"]
    show_change_link = True


@admin.register(Enterprise)
class EnterpriseAdmin(SeesDoublesAdmin):
    """Enterprises that the branch serves."""

    inlines = [ProblemInline]
    kept_fields = ["branch"]
    list_display = ["name", "trade", "region", "scale", "contact_name"]
    list_filter = ["scale", BRANCH_FILTER]
    search_fields = ["name", "trade"]


@admin.register(Problem)
class ProblemAdmin(SeesDoublesAdmin):
    """Problems that enterprises want solved."""

    list_display = ["title", "enterprise", "field", "urgency", "due_on", "status"]
    list_filter = ["status", "urgency", ("enterprise__branch", VisibleFilter)]
    list_select_related = ["enterprise"]
    search_fields = ["title", "enterprise__name"]


class InstalmentInline(ReadOnlyInline):
    """Money received; it is entered on the engagement's page."""

    model = Instalment
    fields = ["amount_cny", "received_on", "note"]


class ConfirmationInline(ReadOnlyInline):
    """What the enterprise confirmed through its link."""

    model = Confirmation
    fields = ["made_at", "confirmed_at", "how", "is_solved", "rating", "words", "confirmed_by", "spoken_on"]
    readonly_fields = ["made_at", "confirmed_at", "how", "spoken_on"]


@admin.register(Engagement)
class EngagementAdmin(PairingAdmin):
    """Engagements."""

    inlines = [SeatInline, InstalmentInline, ConfirmationInline]
    list_display = ["title", "counterpart_name", "branch", "shown_status", "started_on", "last_logged_on"]
    own_fields = ["problem", "contract_number", "contract_amount_cny"]

    @admin.display(description=Enterprise._meta.verbose_name, ordering="counterpart")
    def counterpart_name(self, engagement: Engagement) -> str:
        """Return the enterprise's name."""
        return engagement.counterpart


@admin.register(ConfirmationSetting)
class ConfirmationSettingAdmin(BranchModelAdmin):
    """How a branch asks its enterprises to confirm."""

    kept_fields = ["branch"]
    list_display = ["branch", "by_code", "call"]
    list_select_related = ["branch"]
