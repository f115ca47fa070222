"""The table of transitions agrees with models, rules, forms and addresses, so that one line of it is the whole step."""

import inspect
from collections.abc import Iterator
from dataclasses import replace

import pytest
import rules
from django.urls import resolve, reverse

from organization.transitions import Transition, all_transitions
from outcomes.models.transitions import CORRECT
from pairings.models.transitions import APPROVE, RETURN


def faults(transition: Transition) -> Iterator[str]:
    """Yield what of a transition is not so."""
    model = transition.model_class
    states = set(dict(model._meta.get_field(transition.state).flatchoices))
    if not {*transition.allowed, *transition.offered} <= states:
        yield "a state that is none"
    if not set(transition.offered) <= set(transition.allowed):
        yield "offered where it does not go"
    if not rules.perm_exists(transition.permission):
        yield "a permission that no rule gives"
    verb = getattr(model, transition.verb, None)
    if verb is None or not getattr(verb, "alters_data", False):
        yield "no verb"
        return
    form = transition.form_class()
    asked = set(form.base_fields) if form else set()
    if asked != set(inspect.signature(verb).parameters) - {"self", "by"}:
        yield "a form that asks other words than the verb takes"
    if transition.form and not transition.title and transition in SHOWN_BY_TAG:
        yield "a form without its dialog"
    if transition.matters and not hasattr(model, transition.matters):
        yield "open matters that nobody tells"
    address = resolve(reverse(transition.address, args=[1]))
    if address.func.view_initkwargs["transition"] != transition:
        yield "another's address"


#: Those of rows that have a page of their own, where the tag shows them.
SHOWN_BY_TAG = [one for one in all_transitions() if one.model in ("pairings.Pairing", "outcomes.Outcome")]


@pytest.mark.parametrize("transition", all_transitions(), ids=lambda one: f"{one.model}-{one.slug}")
def test_a_line_of_the_table_is_a_whole_step(transition):
    assert list(faults(transition)) == []


@pytest.mark.hole
@pytest.mark.parametrize(
    ("line", "found"),
    [
        (replace(APPROVE, allowed=("waiting",)), "a state that is none"),
        (replace(APPROVE, offered=("active",)), "offered where it does not go"),
        (replace(APPROVE, permission="pairings.approve"), "a permission that no rule gives"),
        (replace(APPROVE, verb="title"), "no verb"),
        (replace(RETURN, form=""), "a form that asks other words than the verb takes"),
        (replace(CORRECT, matters="open_matters"), "open matters that nobody tells"),
        (replace(APPROVE, slug="end"), "another's address"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_line_that_is_not_whole_is_found(line, found):
    assert found in list(faults(line))
