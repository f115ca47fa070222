"""No number, day or word of any form, filter or admin page is converted before its length and shape are looked at."""

import copy
from collections.abc import Iterator
from typing import Any

import django_filters
import pytest
from django import forms
from django.contrib import admin
from django.forms.formsets import BaseFormSet
from django.test import RequestFactory
from django.urls import get_resolver

from organization.bounds import AmountField, DayField, MomentField, RealNumberField, WholeNumberField
from organization.forms import VersionField
from tests.conftest import signed_in
from tests.factories import operator
from tests.nets.pages import addresses_of, world_with_accounts
from tests.test_permissions import PAGES

pytestmark = pytest.mark.django_db

OURS = (
    "organization",
    "evidence",
    "pairings",
    "mentorship",
    "teaching_pairs",
    "enterprise_service",
    "outcomes",
    "imports",
)
BOUNDED = (WholeNumberField, AmountField, RealNumberField, DayField, MomentField, VersionField)
CONVERTED = (forms.IntegerField, forms.FloatField, forms.DecimalField, forms.DateField, forms.DateTimeField)


def unbounded(fields: dict[str, forms.Field]) -> list[str]:
    """Return the names of fields that convert whatever comes, or take words without end."""
    return [name for name, field in fields.items() if not is_bounded(field)]


def is_bounded(field: forms.Field) -> bool:
    if isinstance(field, forms.MultiValueField):
        return all(is_bounded(part) for part in field.fields)
    if isinstance(field, CONVERTED):
        return isinstance(field, BOUNDED)
    if isinstance(field, forms.CharField):
        limits = [one for one in field.validators if getattr(one, "code", "") == "max_length"]
        return bool(limits) or field.widget.input_type == "password"  # a sign-in hashes it, and a body has an end
    return True


def below(base: type) -> Iterator[type]:
    for one in base.__subclasses__():
        yield one
        yield from below(one)


def declared() -> Iterator[tuple[str, dict[str, forms.Field]]]:
    """Yield the fields of every form and filter bar of ours, as they are declared."""
    assert get_resolver().url_patterns  # every form that an address leads to is known from here on
    for form in below(forms.BaseForm):
        if form.__module__.split(".")[0] in OURS and hasattr(form, "base_fields"):
            yield form.__qualname__, form.base_fields
    for bar in below(django_filters.FilterSet):
        if bar.__module__.split(".")[0] in OURS:
            # A copy, as each request takes one: a filter keeps the field and the label that it was first asked for.
            filters = copy.deepcopy(bar.base_filters)
            yield bar.__qualname__, {name: one.field for name, one in filters.items() if name != "branch"}


def of_the_desk() -> Iterator[tuple[str, dict[str, forms.Field]]]:
    """Yield the fields of every page of the admin and of the rows edited in it."""
    request = RequestFactory().get("/admin/")
    request.user = operator()
    for page in admin.site._registry.values():
        if not page.has_change_permission(request):
            continue  # a page that only shows converts nothing
        yield type(page).__qualname__, page.get_form(request).base_fields
        for inline in page.get_inline_instances(request):
            yield type(inline).__qualname__, inline.get_formset(request).form.base_fields


def on_pages() -> Iterator[tuple[str, dict[str, forms.Field]]]:
    """Yield the fields of every form on every page, with those that each adds for the row it is about."""
    world = world_with_accounts()
    client = signed_in(world.user("secretary"))
    for address in addresses_of(world.own, PAGES):
        if address.page.method == "get" and "secretary" in address.page.may:
            for value in shown(client.get(address.url)):
                yield f"{address.name}: {type(value).__qualname__}", value.fields


def shown(response: Any) -> Iterator[forms.BaseForm]:
    """Yield the forms that a page was made of."""
    for part in response.context or ():
        for layer in part.dicts if hasattr(part, "dicts") else ():
            for value in layer.values():
                if isinstance(value, forms.BaseForm):
                    yield value
                elif isinstance(value, BaseFormSet):
                    yield from value.forms
                elif isinstance(value, django_filters.FilterSet):
                    yield value.form


@pytest.mark.parametrize("where", [declared, of_the_desk, on_pages])
def test_nothing_is_converted_unbounded(where: Any) -> None:
    seen = list(where())
    assert {name: found for name, fields in seen if (found := unbounded(fields))} == {}
    assert len(seen) > 15


@pytest.mark.hole
def test_the_net_finds_a_field_without_bounds() -> None:
    class Open(forms.Form):
        day, amount, words, name = (
            forms.DateField(),
            forms.DecimalField(),
            forms.CharField(),
            forms.CharField(max_length=9),
        )

    assert unbounded(Open.base_fields) == ["day", "amount", "words"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (field, typed)
        for field, wrong in (
            (WholeNumberField, ("1e1000000", "9" * 19, "NaN", "²", "１２x", "0x10", "1_000", "-")),
            (AmountField, ("1e999999", "-1E+5", "NaN", "Infinity", "9" * 5000, "1." + "0" * 4000)),
            (RealNumberField, ("1e308", "inf", "nan")),
            (DayField, ("0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "1899-12-31", "2" * 4000)),
            (MomentField, ("9999-12-31 23:59:59", "0001-01-01 00:00:00", "2" * 4000)),
        )
        for typed in wrong
    ],
)
def test_what_is_out_of_bounds_is_refused_in_the_field_s_own_words(field: Any, typed: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        field().clean(typed)
    assert refused.value.code == "invalid"
