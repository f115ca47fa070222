"""The secretary's list of pairings; each form registers its own, and logs stand beside them."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from organization.admin_back import TakesBackAdmin
from organization.admin_base import BRANCH_FILTER, ReadOnlyInline, desk_action
from organization.models import User
from pairings.kinds import kind_labels, kind_of
from pairings.models import Pairing, ProgressLog, Seat
from pairings.models.transitions import APPROVE, RETURN


class SeatInline(ReadOnlyInline):
    """Who sits, or sat, in the pairing."""

    model = Seat
    shown_with = ("person", "pairing")
    fields: Sequence[str] = ["role_label", "person", "stage_when_seated", "joined_on", "left_on"]
    readonly_fields = ["role_label"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show the party stage to those who manage the pairing's branch."""
        may_know = obj is None or cast("User", request.user).manages(obj.branch_id)
        return [name for name in self.fields if may_know or name != "stage_when_seated"]

    @display(description=gettext_lazy("role"))
    def role_label(self, seat: Seat) -> str:
        """Return what the form calls the role."""
        return seat.role_label


class PairingAdmin(TakesBackAdmin):
    """One form's pairings: approvals as actions, changes while a pairing is open. Proposals have their own page."""

    inlines = [SeatInline]
    list_display = ["title", "branch", "shown_status", "started_on", "last_logged_on"]
    list_filter = ["status", BRANCH_FILTER, "started_on"]
    list_select_related = ["branch"]
    search_fields = ["title", "counterpart", "seats__person__name", "seats__person__pinyin"]
    date_hierarchy = "started_on"
    actions = [desk_action(APPROVE), desk_action(RETURN)]
    ways_back = ("decision", "proposal")
    own_fields: Sequence[str] = ()

    @display(
        description=gettext_lazy("status"),
        ordering="status",
        label={
            Pairing.Status.PROPOSED.label: "warning",
            Pairing.Status.RETURNED.label: "danger",
            Pairing.Status.ACTIVE.label: "success",
            Pairing.Status.COMPLETED.label: "info",
        },
    )
    def shown_status(self, pairing: Pairing) -> str:
        """Return the status in words."""
        return str(pairing.get_status_display())

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Return what every pairing has and what is the form's own."""
        return ["title", *self.own_fields, "aim", "started_on", "due_on"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Only show what was decided with the approval."""
        decided = kind_of(self.model.KIND).decided_fields if isinstance(obj, Pairing) and obj.approved_at else ()  # type: ignore[attr-defined]
        return [*super().get_readonly_fields(request, obj), *decided]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A pairing that is over is only looked at."""
        is_open = not isinstance(obj, Pairing) or obj.is_open
        return is_open and super().has_change_permission(request, obj)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Go to the proposal page, which asks for the people too."""
        return redirect(reverse(f"{kind_of(self.model.KIND).namespace}:new"))  # type: ignore[attr-defined]


class KindFilter(admin.SimpleListFilter):
    """Logs of one form's pairings."""

    title = gettext_lazy("form")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        """Offer the registered forms."""
        return kind_labels()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the logs of the chosen form."""
        return queryset.filter(pairing__kind=self.value()) if self.value() else queryset


@admin.register(ProgressLog)
class ProgressLogAdmin(TakesBackAdmin):
    """The branch's logs; they are written and changed on their pairing's page."""

    ways_back = ("log",)
    list_display = ["date", "pairing", "shown_activity", "author", "hours", "element_kind"]
    list_filter = ["element_kind", BRANCH_FILTER, KindFilter]
    list_select_related = ["pairing", "author"]
    search_fields = ["words", "pairing__title", "author__name"]
    fields = ["pairing", "date", "shown_activity", "words", "hours", "element_kind", "element_words", "author"]
    readonly_fields = ["shown_activity"]
    date_hierarchy = "date"

    @display(description=gettext_lazy("activity"))
    def shown_activity(self, log: ProgressLog) -> str:
        """Return what the form calls the activity."""
        return log.activity_label

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A log begins on its pairing's page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A log changes on its own page, where its photos are."""
        return False
