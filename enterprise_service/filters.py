"""The filter bars of the board and of the findings."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enterprise_service.kind import ENTERPRISE
from enterprise_service.models import Enterprise, Problem
from organization.filters import DaysFilter, SearchFilter
from pairings.filters import BranchFilterMixin
from pairings.models import ProgressLog

#: Activities of logs whose words are findings: the trade's state, technical problems, talent needs, policy.
FINDINGS = ("survey", "technical", "talent", "policy")


class ProblemFilter(filters.FilterSet):
    """Problems by words, status and urgency."""

    q = SearchFilter(method="search", label=_("Search"))
    status = filters.MultipleChoiceFilter(choices=Problem.Status, widget=forms.SelectMultiple, label=_("status"))
    urgency = filters.ChoiceFilter(choices=Problem.Urgency, label=_("urgency"))

    class Meta:
        model = Problem
        fields = ("q", "status", "urgency")

    def search(self, rows: Any, name: str, words: str) -> Any:
        """Return the problems whose title, field or enterprise hold the words."""
        return rows.filter(Q(title__icontains=words) | Q(field__icontains=words) | Q(enterprise__name__icontains=words))


class EnterpriseFilter(filters.FilterSet):
    """Enterprises by words and scale."""

    q = SearchFilter(method="search", label=_("Search"))

    class Meta:
        model = Enterprise
        fields = ("q", "scale")

    def search(self, rows: Any, name: str, words: str) -> Any:
        """Return the enterprises whose name, trade or region hold the words."""
        return rows.filter(Q(name__icontains=words) | Q(trade__icontains=words) | Q(region__icontains=words))


class FindingFilter(BranchFilterMixin):
    """Findings by what they are about, day and words."""

    activity_type = filters.ChoiceFilter(
        choices=[(slug, label) for slug, label in ENTERPRISE.activities if slug in FINDINGS], label=_("about")
    )
    date = DaysFilter(label=_("date"))
    q = SearchFilter(method="search", label=_("Search"))

    class Meta:
        model = ProgressLog
        fields = ("branch", "activity_type", "date", "q")

    def search(self, rows: Any, name: str, words: str) -> Any:
        """Return the findings whose text or enterprise hold the words."""
        return rows.filter(Q(words__icontains=words) | Q(pairing__counterpart__icontains=words))
