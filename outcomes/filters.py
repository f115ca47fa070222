"""The filter bar of the outcomes' list, and the records behind a figure."""

from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from organization.models import Branch
from organization.text import whole_number
from outcomes.models import Category, Level, Outcome, Status
from outcomes.models.queries import OutcomeQuerySet
from outcomes.models.vocabulary import NOT_YET_GRANTED
from pairings.filters import BranchFilterMixin
from pairings.forms import DateInput


class OutcomeFilter(BranchFilterMixin):
    """Outcomes by words, category, level, status, review and days.

    With `counted`, those that count in the period for the chosen branch, or for all that the user oversees: the
    records behind a figure of `outcomes.figures.achievements`.
    """

    branch = filters.ModelChoiceFilter(
        queryset=Branch.objects.none(), to_field_name="code", label=_("branch"), method="of_branch"
    )
    q = filters.CharFilter(field_name="title", lookup_expr="icontains", label=_("Search"))
    category = filters.ChoiceFilter(choices=Category, label=_("category"))
    level = filters.ChoiceFilter(choices=Level, label=_("level"))
    status = filters.ChoiceFilter(choices=Status, label=_("status"))
    review = filters.ChoiceFilter(choices=Outcome.Review, label=_("review"))
    ids = filters.CharFilter(method="only_these", widget=forms.HiddenInput)
    granted = filters.BooleanFilter(method="only_granted", widget=forms.HiddenInput)
    counted = filters.BooleanFilter(method="only_counted", widget=forms.HiddenInput)

    class Meta:
        model = Outcome
        fields = ("branch", "q", "category", "level", "status", "review")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, lookup, label in (("from", "gte", _("From")), ("to", "lte", _("To"))):
            self.filters[name] = filters.DateFilter(
                field_name="achieved_on", lookup_expr=lookup, label=label, widget=DateInput
            )
            self.filters[name].parent, self.filters[name].model = self, Outcome

    def of_branch(self, rows: OutcomeQuerySet, name: str, branch: Branch | None) -> OutcomeQuerySet:
        """Return the outcomes that a branch owns or shares."""
        return rows.of_branches([branch]) if branch else rows

    def only_these(self, rows: OutcomeQuerySet, name: str, ids: str) -> OutcomeQuerySet:
        """Return the outcomes with these ids, separated by commas."""
        return rows.filter(pk__in=[whole_number(one) for one in ids.split(",")])

    def only_granted(self, rows: OutcomeQuerySet, name: str, wanted: bool) -> OutcomeQuerySet:
        """Return the outcomes that were granted, or those that are only cultivated or applied for."""
        return rows.exclude(status__in=NOT_YET_GRANTED) if wanted else rows.filter(status__in=NOT_YET_GRANTED)

    def only_counted(self, rows: OutcomeQuerySet, name: str, wanted: bool) -> OutcomeQuerySet:
        """Return the outcomes that the figure of the period counts."""
        given = self.form.cleaned_data
        if not (wanted and given.get("from") and given.get("to")):
            return rows
        branches = [given["branch"]] if given.get("branch") else Branch.objects.overseen_by(self.request.user)
        counted = Outcome.objects.counted(branches, given["from"], given["to"])
        return rows.filter(pk__in=counted.values("pk"))
