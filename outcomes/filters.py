"""The filter bar of the outcomes' list, and the records behind a figure."""

from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from organization.filters import DayFilter, SearchFilter
from organization.models import Branch
from outcomes.models import Category, FrozenReport, Level, Outcome, Status
from outcomes.models.queries import NO_FORM, OutcomeQuerySet
from outcomes.models.vocabulary import NOT_YET_GRANTED
from pairings.filters import BranchFilterMixin
from pairings.forms import DateInput
from pairings.kinds import kind_labels

#: Stands for "no sub-kind" in an address.
NO_SUBKIND = "-"


def forms_of_outcomes() -> list[tuple[str, Any]]:
    """Return the forms whose pairings can share an outcome, and none."""
    return [*kind_labels(), (NO_FORM, _("Shared by no pairing"))]


class OutcomeFilter(BranchFilterMixin):
    """Outcomes by words, category, level, status, review and days.

    With `counted`, those that count in the period for the chosen branch, or for all that the user oversees: the
    records behind a figure of `outcomes.figures.achievements`. With `frozen` and `part`, those behind a frozen one.
    """

    branch = filters.ModelChoiceFilter(
        queryset=Branch.objects.none(), to_field_name="code", label=_("branch"), method="of_branch"
    )
    q = SearchFilter(field_name="title", lookup_expr="icontains", label=_("Search"))
    category = filters.ChoiceFilter(choices=Category, label=_("category"))
    level = filters.ChoiceFilter(choices=Level, label=_("level"))
    status = filters.ChoiceFilter(choices=Status, label=_("status"))
    review = filters.ChoiceFilter(choices=Outcome.Review, label=_("review"))
    form = filters.ChoiceFilter(choices=forms_of_outcomes, label=_("form"), method="only_of_form")
    subkind = filters.CharFilter(method="only_subkind", max_length=50, widget=forms.HiddenInput)
    frozen = filters.ModelChoiceFilter(
        queryset=FrozenReport.objects.none(), method="only_frozen", widget=forms.HiddenInput
    )
    part = filters.CharFilter(method="part_of_frozen", max_length=20, widget=forms.HiddenInput)
    granted = filters.BooleanFilter(method="only_granted", widget=forms.HiddenInput)
    asked = filters.BooleanFilter(method="only_asked", widget=forms.HiddenInput)
    counted = filters.BooleanFilter(method="only_counted", widget=forms.HiddenInput)

    class Meta:
        model = Outcome
        fields = ("branch", "q", "category", "level", "status", "review", "form")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["frozen"].queryset = FrozenReport.objects.visible_to(self.request.user)
        for name, lookup, label in (("from", "gte", _("From")), ("to", "lte", _("To"))):
            self.filters[name] = DayFilter(field_name="achieved_on", lookup_expr=lookup, label=label, widget=DateInput)
            self.filters[name].parent, self.filters[name].model = self, Outcome

    @property
    def qs(self) -> OutcomeQuerySet:
        """Leave out what was merged into another, unless it is asked for, or a frozen report counted it."""
        rows = super().qs
        given = getattr(self.form, "cleaned_data", {}) if self.is_bound else {}
        is_asked_for = given.get("frozen") or given.get("review") == Outcome.Review.MERGED
        return rows if is_asked_for else rows.present()

    def of_branch(self, rows: OutcomeQuerySet, name: str, branch: Branch | None) -> OutcomeQuerySet:
        """Return the outcomes that a branch owns or shares."""
        return rows.of_branches([branch]) if branch else rows

    def only_overseen(self, rows: OutcomeQuerySet, name: str, wanted: bool) -> OutcomeQuerySet:
        """Return the outcomes that a branch which the user oversees owns or shares."""
        return rows.of_branches(Branch.objects.overseen_by(self.request.user)) if wanted else rows

    def only_of_form(self, rows: OutcomeQuerySet, name: str, form: str) -> OutcomeQuerySet:
        """Return the outcomes that a form's pairings share."""
        return rows.of_form(form)

    def only_subkind(self, rows: OutcomeQuerySet, name: str, subkind: str) -> OutcomeQuerySet:
        """Return the outcomes of a sub-kind, by its name; a dash stands for none, as in a report's rows."""
        return rows.filter(subkind__isnull=True) if subkind == NO_SUBKIND else rows.filter(subkind__name=subkind)

    def only_frozen(self, rows: OutcomeQuerySet, name: str, report: FrozenReport | None) -> OutcomeQuerySet:
        """Return the outcomes behind a part of a frozen report, as they were counted on its day."""
        return rows.filter(pk__in=report.ids_of(self.form.cleaned_data.get("part", ""))) if report else rows

    def part_of_frozen(self, rows: OutcomeQuerySet, name: str, part: str) -> OutcomeQuerySet:
        """Leave the rows alone: the part is read with the frozen report."""
        return rows

    def only_granted(self, rows: OutcomeQuerySet, name: str, wanted: bool) -> OutcomeQuerySet:
        """Return the outcomes that were granted, or those that are only cultivated or applied for."""
        return rows.granted() if wanted else rows.filter(status__in=NOT_YET_GRANTED)

    def only_asked(self, rows: OutcomeQuerySet, name: str, wanted: bool) -> OutcomeQuerySet:
        """Return the outcomes that the user's branch is asked to share."""
        return rows.asked_of(self.request.user) if wanted else rows

    def only_counted(self, rows: OutcomeQuerySet, name: str, wanted: bool) -> OutcomeQuerySet:
        """Return the outcomes that the figure of the period counts."""
        given = self.form.cleaned_data
        if not (wanted and given.get("from") and given.get("to")):
            return rows
        branches = [given["branch"]] if given.get("branch") else Branch.objects.overseen_by(self.request.user)
        counted = Outcome.objects.counted(branches, given["from"], given["to"])
        return rows.filter(pk__in=counted.values("pk"))
