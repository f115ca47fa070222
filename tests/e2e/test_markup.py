"""In a real browser no word of a user runs, asks for anything or becomes an element; and what is filtered stays put."""

import re
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Request, expect

from organization.models import User
from tests.conftest import signed_in
from tests.factories import operator
from tests.kept import kept
from tests.nets.markup import NAME, patched, plant
from tests.world import YEAR, BranchWorld, build_own

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.once]


@pytest.fixture
def world() -> BranchWorld:
    world = kept(build_own)
    world.users["operator"] = operator()
    plant()
    return world


def come_in(page: Page, user: User) -> None:
    """Open the browser's session as the user's: the world's user names are markup that nobody types."""
    session = signed_in(User.objects.get(pk=user.pk)).cookies["sessionid"].value
    page.goto("/healthz")
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": page.url}])


def listen(page: Page) -> list[str]:
    """Return a list that will hold whatever planted markup asks for."""
    asked: list[str] = []

    def hear(request: Request) -> None:
        if f"/{NAME}" in request.url:
            asked.append(request.url)

    page.on("request", hear)
    return asked


def living(page: Page) -> int:
    """Return how many elements of the page came of planted markup, once its scripts have run."""
    page.wait_for_load_state("networkidle")
    return page.locator(f"{NAME}, [{NAME}]").count()


def test_no_planted_word_asks_for_anything(desk_page: Page, world: BranchWorld) -> None:
    asked, rows = listen(desk_page), world.rows
    come_in(desk_page, world.users["teacher"])
    own = ("home", "mentorship:list", "pairings:logs", "outcomes:list", "enterprise_service:board")
    addresses = [reverse(name) for name in own]
    addresses += [rows[name].get_absolute_url() for name in ("team", "pair", "engagement", "verified", "problem")]
    addresses.append(reverse("mentorship:assess", args=[rows["team"].pk, rows["student"].pk, "start"]))
    for address in addresses:
        desk_page.goto(address)
        assert (address, living(desk_page), asked) == (address, 0, [])


def test_no_planted_word_asks_for_anything_at_the_desk(desk_page: Page, world: BranchWorld) -> None:
    asked, rows = listen(desk_page), world.rows
    come_in(desk_page, world.users["operator"])
    addresses = [reverse("dashboard") + f"?year={YEAR}", reverse("mentorship:story", args=[rows["team"].pk])]
    shown = (("organization_person", "person"), ("outcomes_outcome", "verified"), ("mentorship_rubric", "rubric"))
    for model, row in shown:
        addresses.append(reverse(f"admin:{model}_changelist"))
        addresses += [reverse(f"admin:{model}_{page}", args=[rows[row].pk]) for page in ("change", "history")]
    for address in addresses:
        desk_page.goto(address)
        assert (address, living(desk_page), asked) == (address, 0, [])
    desk_page.goto(reverse("dashboard") + f"?year={YEAR}")
    for chart in desk_page.locator(".chart").all():
        chart.hover()
    assert (living(desk_page), asked) == (0, [])


@pytest.mark.hole
def test_the_browser_finds_a_trusted_title(desk_page: Page, world: BranchWorld, tmp_path: Path) -> None:
    asked = listen(desk_page)
    come_in(desk_page, world.users["teacher"])
    with patched(tmp_path, "parts/pairing_row.html", "{{ pairing.title }}", "{{ pairing.title|safe }}"):
        desk_page.goto(reverse("home"))
        assert living(desk_page) > 0
        assert asked != []


def test_a_filter_shows_its_results_without_a_new_page_and_back_returns(desk_page: Page, world: BranchWorld) -> None:
    come_in(desk_page, world.users["teacher"])
    desk_page.goto(reverse("teaching_pairs:list"))
    expect(desk_page.locator("#results .card-row")).to_have_count(2)
    desk_page.evaluate("window.stays = true")
    desk_page.locator("details.filters-box summary").click()
    desk_page.locator(".filters [name=status]").select_option("proposed")
    expect(desk_page.locator("#results .card-row")).to_have_count(1)
    expect(desk_page).to_have_url(re.compile(r"\?status=proposed"))
    assert desk_page.evaluate("window.stays")
    desk_page.go_back()
    expect(desk_page.locator("#results .card-row")).to_have_count(2)
