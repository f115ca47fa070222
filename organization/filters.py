"""Filters of lists whose values come from an address: bounded before they are converted."""

from typing import Any

import django_filters as filters
from django import forms
from django_filters.fields import DateRangeField

from organization.access import LAST_ROW
from organization.bounds import DayField, SearchField, WholeNumberField


class SearchFilter(filters.CharFilter):
    """Words to look for."""

    field_class = SearchField


class DayFilter(filters.DateFilter):
    """One day."""

    field_class = DayField


class DaysField(DateRangeField):
    """From one day to another."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super(DateRangeField, self).__init__((DayField(), DayField()), *args, **kwargs)


class DaysFilter(filters.DateFromToRangeFilter):
    """From one day to another."""

    field_class = DaysField


class RowFilter(filters.NumberFilter):
    """The number of a row, which a link on a page holds."""

    field_class = WholeNumberField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": LAST_ROW, "widget": forms.HiddenInput, **kwargs})
