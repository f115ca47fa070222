"""The filter bars of the lists; what they hold lives in the URL."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.filters import DayFilter, DaysFilter, RowFilter, SearchFilter
from organization.models import Branch
from pairings.forms import DateInput
from pairings.kinds import kind_labels
from pairings.models import Pairing, ProgressLog
from pairings.models.logs import WITH_ELEMENT
from pairings.models.queries import PairingQuerySet


class BranchFilterMixin(filters.FilterSet):
    """Offers the branches that the user oversees; nothing to choose for those who oversee none or one."""

    branch = filters.ModelChoiceFilter(queryset=Branch.objects.none(), to_field_name="code", label=_("branch"))
    #: What a figure of all overseen branches counts; its reader may have rows of their own in yet another branch.
    overseen = filters.BooleanFilter(method="only_overseen", widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["branch"].queryset = Branch.objects.overseen_by(self.request.user)

    def only_overseen(self, rows: Any, name: str, wanted: bool) -> Any:
        """Return the rows of the branches that the user oversees."""
        return rows.filter(branch__in=Branch.objects.overseen_by(self.request.user)) if wanted else rows


class PairingFilter(BranchFilterMixin):
    """Pairings by status, words, and the days on which they were active or over."""

    q = SearchFilter(method="search", label=_("Search"))
    status = filters.MultipleChoiceFilter(choices=Pairing.Status, widget=forms.SelectMultiple, label=_("status"))
    active_on = DayFilter(method="only_active_on", label=_("active on"), widget=DateInput)
    closed = DaysFilter(field_name="closed_on", label=_("closed"))
    approved = filters.BooleanFilter(
        field_name="approved_at", lookup_expr="isnull", exclude=True, widget=forms.HiddenInput
    )
    quiet = filters.BooleanFilter(method="only_quiet", widget=forms.HiddenInput)

    class Meta:
        model = Pairing
        fields = ("branch", "q", "status", "active_on")

    def search(self, rows: PairingQuerySet, name: str, words: str) -> PairingQuerySet:
        """Return the pairings whose title, counterpart or people hold the words."""
        people = Q(seats__person__name__icontains=words) | Q(seats__person__pinyin__icontains=words)
        found = rows.model.objects.filter(Q(title__icontains=words) | Q(counterpart__icontains=words) | people)
        return rows.filter(pk__in=found.values("pk"))

    def only_active_on(self, rows: PairingQuerySet, name: str, day: Any) -> PairingQuerySet:
        """Return the pairings that were active on a day."""
        return rows.active_on(day)

    def only_quiet(self, rows: PairingQuerySet, name: str, wanted: bool) -> PairingQuerySet:
        """Return the pairings without a recent log."""
        return rows.quiet() if wanted else rows


class LogFilter(BranchFilterMixin):
    """Progress logs by form, days and party-building element."""

    kind = filters.ChoiceFilter(field_name="pairing__kind", choices=kind_labels, label=_("form"))
    date = DaysFilter(label=_("date"))
    pairing = RowFilter(field_name="pairing")
    integrated = filters.BooleanFilter(method="by_element", label=_("with a party-building element"))

    class Meta:
        model = ProgressLog
        fields = ("branch", "kind", "date", "integrated")

    def by_element(self, rows: Any, name: str, wanted: bool) -> Any:
        """Return the logs that hold a party-building element, or those that hold none."""
        return rows.integrated() if wanted else rows.filter(~WITH_ELEMENT)
