"""Outcomes and their verification, the words of the field, and frozen reports on the secretary's desk."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from organization.admin_back import TakesBackAdmin
from organization.admin_base import BRANCH_FILTER, BranchModelAdmin, ReadOnlyInline, SheetImportMixin, desk_action
from organization.models import User, all_or_nothing
from outcomes import admin_kinds  # noqa: F401 - registers its page
from outcomes.models import (
    FrozenReport,
    Grade,
    Outcome,
    OutcomeCredit,
    OutcomeEvidence,
    OutcomePerson,
    PreparedFile,
    ReportSetting,
    Subkind,
)
from outcomes.models.prepared_queries import PreparedFileQuerySet
from outcomes.models.transitions import RETURN, VERIFY
from outcomes.preparing import format_in_words, report_in_words
from pairings.contradictions import explain, in_rows


class PeopleInline(ReadOnlyInline):
    """Who achieved it."""

    model = OutcomePerson
    shown_with = ("person",)


class CreditInline(ReadOnlyInline):
    """The pairings that share the credit."""

    model = OutcomeCredit
    shown_with = ("pairing",)


class ProofInline(ReadOnlyInline):
    """What proves it."""

    model = OutcomeEvidence
    shown_with = ("evidence",)
    fields = ["file_link", "ledger_sheet", "ledger_row"]
    readonly_fields = ["file_link"]

    @display(description=gettext_lazy("file"))
    def file_link(self, proof: OutcomeEvidence) -> str:
        """Return the file's name."""
        return str(proof.evidence)


@admin.register(Outcome)
class OutcomeAdmin(SheetImportMixin, TakesBackAdmin):
    """Outcomes: verification as actions, changes while one is a draft or returned."""

    import_title = gettext_lazy("Import an old ledger")
    sheet_kind = "ledger"
    inlines = [PeopleInline, CreditInline, ProofInline]
    list_display = ["title", "category", "level", "status", "achieved_on", "shown_review", "branch"]
    list_filter = ["review", "category", "level", "status", BRANCH_FILTER]
    list_select_related = ["branch"]
    search_fields = ["title", "people__name", "people__pinyin"]
    date_hierarchy = "achieved_on"
    actions = ["verify", desk_action(RETURN)]
    ways_back = ("verification", "return", "draft")
    fields = [
        "title", "category", "subkind", "level", "status", "grade", "achieved_on",
        "issuer", "issuer_kind", "quantity", "hours", "helped", "help_kinds", "continues", "note",
    ]  # fmt: skip

    @display(
        description=gettext_lazy("review"),
        ordering="review",
        label={
            Outcome.Review.SUBMITTED.label: "warning",
            Outcome.Review.RETURNED.label: "danger",
            Outcome.Review.VERIFIED.label: "success",
        },
    )
    def shown_review(self, outcome: Outcome) -> str:
        """Return the review in words."""
        return str(outcome.get_review_display())

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A submitted or verified outcome is only looked at."""
        is_editable = not isinstance(obj, Outcome) or obj.is_editable
        return is_editable and super().has_change_permission(request, obj)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Go to the outcome form, which takes people and files too."""
        return redirect(reverse("outcomes:new"))

    @action(description=VERIFY.button)
    def verify(self, request: HttpRequest, outcomes: QuerySet[Outcome]) -> HttpResponse | None:
        """Lock the chosen outcomes and let them count; of those that contradict themselves ask why first."""
        user, reason = cast("User", request.user), request.POST.get("reason", "").strip()
        waiting = outcomes.filter(review=Outcome.Review.SUBMITTED)
        unexplained = [found for found in in_rows(waiting, user) if found.answer is None]
        if unexplained and not reason:
            said = " ".join(f"{found.row}：{found.words}" for found in unexplained)
            title, button = _("Some of these contradict themselves"), _("Keep the reason and verify")
            return self.ask_reason(request, outcomes, "verify", title, button=button, consequence=said)

        def verify(outcome: Outcome) -> None:
            with all_or_nothing():
                for found in unexplained:
                    if found.row.pk == outcome.pk:
                        explain(found.kind, outcome, by=user, reason=reason)
                outcome.verify(by=user)

        self.carry_out(request, outcomes, VERIFY.permission, verify)
        return None


class WordAdmin(BranchModelAdmin):
    """Reference words; those of the system are the operator's, a branch adds its own."""

    kept_fields = ["category"]
    list_display = ["name", "category", "branch", "is_active"]
    list_filter = ["category", "is_active"]
    list_select_related = ["branch"]
    search_fields = ["name", "name_en"]
    fields = ["branch", "category", "name", "name_en", "position", "is_active"]


@admin.register(Subkind)
class SubkindAdmin(WordAdmin):
    """Sub-kinds of the categories."""

    fields = [*WordAdmin.fields, "unit"]


@admin.register(Grade)
class GradeAdmin(WordAdmin):
    """Grades of awards and honours."""


@admin.register(FrozenReport)
class FrozenReportAdmin(BranchModelAdmin):
    """Reports as they were handed in."""

    list_display = ["branch", "label", "shown_frozen_by", "frozen_at"]
    list_select_related = ["branch", "frozen_by__person"]
    fields = ["branch", "first_day", "last_day", "label", "sha256", "shown_frozen_by", "frozen_at"]
    readonly_fields = ["shown_frozen_by"]

    @display(description=gettext_lazy("frozen by"))
    def shown_frozen_by(self, report: FrozenReport) -> str:
        """Return the name; the account's own page is the operator's."""
        return report.frozen_by.get_full_name()


@admin.register(PreparedFile)
class PreparedFileAdmin(BranchModelAdmin):
    """Files that are prepared for somebody, looked at only."""

    list_display = ["__str__", "shown_kind", "shown_format", "state", "shown_asked_by", "asked_at"]
    list_filter = ["state", BRANCH_FILTER]
    list_select_related = ["branch", "asked_by__person"]
    fields = [
        "branch", "first_day", "last_day", "shown_kind", "shown_format", "shown_asked_by", "asked_at",
        "state", "failure", "attempts", "size", "sha256", "ready_at", "expires_at",
    ]  # fmt: skip
    readonly_fields = ["shown_kind", "shown_format", "shown_asked_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read with each file what its branch calls the kind of report."""
        return cast("PreparedFileQuerySet", super().get_queryset(request)).with_kinds()

    @display(description=gettext_lazy("kind of report"))
    def shown_kind(self, row: PreparedFile) -> str:
        """Return the kind in words."""
        return report_in_words(row)

    @display(description=gettext_lazy("format"))
    def shown_format(self, row: PreparedFile) -> str:
        """Return the format in words."""
        return format_in_words(row)

    @display(description=gettext_lazy("requested by"))
    def shown_asked_by(self, row: PreparedFile) -> str:
        """Return the name; the account's own page is the operator's."""
        return row.asked_by.get_full_name()


@admin.register(ReportSetting)
class ReportSettingAdmin(BranchModelAdmin):
    """Whether a branch's reports name what no pairing shares."""

    kept_fields = ["branch"]
    list_display = ["branch", "takes_uncredited"]
    list_select_related = ["branch"]
