"""The filter bar of the teaching pairs."""

from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from pairings.filters import PairingFilter
from teaching_pairs.models import TeachingPair


class TeachingPairFilter(PairingFilter):
    """As of every pairing, and those with an overdue milestone."""

    overdue = filters.BooleanFilter(method="only_overdue", label=_("a milestone is overdue"))

    class Meta:
        model = TeachingPair
        fields = (*PairingFilter.Meta.fields, "pattern", "overdue")

    def only_overdue(self, rows: Any, name: str, wanted: bool) -> Any:
        """Return the pairs with a step that should have been reached."""
        return rows.overdue() if wanted else rows
