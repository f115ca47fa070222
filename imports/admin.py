"""The sheets that were read in, on the secretary's desk: looked up, never changed there."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from imports.kinds import all_kinds
from imports.models import SheetImport
from organization.admin_base import BRANCH_FILTER, BranchModelAdmin


class KindFilter(admin.SimpleListFilter):
    """Sheets by their kind."""

    title = gettext_lazy("kind of sheet")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the kinds that there are."""
        return [(kind.slug, kind.label) for kind in all_kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the sheets of the chosen kind."""
        known = {kind.slug for kind in all_kinds()}
        return queryset.filter(kind=self.value()) if self.value() in known else queryset


@admin.register(SheetImport)
class SheetImportAdmin(BranchModelAdmin):
    """Who read which file in, when, and what came of it; the page of each shows its rows."""

    list_display = [
        "file_name",
        "shown_kind",
        "stage",
        "rows_read",
        "new",
        "changed",
        "shown_reader",
        "read_at",
        "branch",
    ]
    list_filter = ["stage", KindFilter, BRANCH_FILTER]
    list_select_related = ["branch", "read_by__person"]
    search_fields = ["file_name", "sha256"]
    date_hierarchy = "read_at"
    fields = [
        "file_name", "shown_kind", "branch", "stage", "rows_read", "new", "changed", "same", "refused",
        "shown_reader", "read_at", "shown_writer", "written_at", "shown_undoer", "undone_at", "undo_reason", "sha256",
    ]  # fmt: skip
    readonly_fields = [name for name in fields if name != "branch"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the rows to the page of each."""
        return super().get_queryset(request).defer("findings")

    @display(description=gettext_lazy("kind of sheet"), ordering="kind")
    def shown_kind(self, found: SheetImport) -> str:
        """Return the kind in words."""
        return str(found.kind_info.label)

    @display(description=gettext_lazy("read in by"))
    def shown_reader(self, found: SheetImport) -> str:
        """Return the name; the account's own page is the operator's."""
        return str(found.read_by)

    @display(description=gettext_lazy("written by"))
    def shown_writer(self, found: SheetImport) -> str:
        """Return the name, or nothing."""
        return str(found.written_by or "")

    @display(description=gettext_lazy("undone by"))
    def shown_undoer(self, found: SheetImport) -> str:
        """Return the name, or nothing."""
        return str(found.undone_by or "")
