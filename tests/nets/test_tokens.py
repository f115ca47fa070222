"""Every form that a page posts carries the token that the site asks for; the client of a test is asked for none."""

import copy
from collections.abc import Iterator

import pytest
from django.template import Context
from django.template.loader_tags import IncludeNode
from django.urls import reverse
from lxml import html

from tests.conftest import signed_in
from tests.factories import operator
from tests.nets.browser import pages
from tests.world import BranchWorld

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def looked_at(world: BranchWorld) -> Iterator[tuple[str, str]]:
    """Yield role and address of every page, and of each row's own page as whoever may do most to it."""
    for role, _name, address in pages(world):
        yield role, address
    own = {row.get_absolute_url() for row in world.rows.values() if hasattr(row, "get_absolute_url")}
    for address in sorted(own):
        yield from ((role, address) for role in ("teacher", "secretary"))


def without_a_token(world: BranchWorld) -> set[str]:
    """Return page and address of each form that is posted without its token."""
    clients = {name: signed_in(user) for name, user in {**world.users, "operator": operator()}.items()}
    found = set()
    for role, address in looked_at(world):
        answer = clients[role].get(address)
        if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming and answer.content:
            for form in html.document_fromstring(answer.content.decode()).forms:
                if form.method == "POST" and not form.xpath(".//input[@name='csrfmiddlewaretoken']"):
                    found.add(f"{address} as {role}: {form.action or address}")
    return found


def test_every_form_carries_its_token(world: BranchWorld) -> None:
    assert without_a_token(world) == set()


@pytest.mark.hole
def test_a_button_without_its_token_is_found(world: BranchWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    render = IncludeNode.render

    def alone(node: IncludeNode, context: Context) -> str:
        cut_off = copy.copy(node)  # the node itself stays compiled for every test after this one
        cut_off.isolated_context = node.isolated_context or "verb_button" in str(node.template)
        return render(cut_off, context)

    monkeypatch.setattr(IncludeNode, "render", alone)
    proposal = world.rows["proposal"]
    approve = reverse("pairings:approve", args=[proposal.pk])
    assert f"{proposal.get_absolute_url()} as secretary: {approve}" in without_a_token(world)
