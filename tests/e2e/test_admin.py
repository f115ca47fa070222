"""The secretary's desk works under its policy: menus, themes, tabs, filters, choices and actions."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.e2e.test_markup import come_in
from tests.factories import operator
from tests.kept import kept
from tests.world import build_own

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

#: The red of the main button, which static/css/desk.css gives.
RED = "getComputedStyle(document.documentElement).getPropertyValue('--color-primary-600').trim()"


def test_the_desk_works_under_its_policy(desk_page: Page) -> None:
    """Also fails where the policy stops anything, or a script breaks (tests/e2e/conftest.py)."""
    world = kept(build_own)
    come_in(desk_page, operator())
    desk_page.goto(reverse("admin:organization_person_changelist"))
    assert desk_page.evaluate(RED) == "#a61b1b"
    desk_page.locator("[x-on\\:click='openUserLinks = !openUserLinks']").first.click()
    desk_page.locator("[x-on\\:click=\"switchTheme('dark')\"]").first.click()
    expect(desk_page.locator("html")).to_have_class("dark")
    desk_page.locator("[x-on\\:click='filterOpen = true']").first.click()
    expect(desk_page.locator("#changelist-filter")).to_be_visible()
    desk_page.locator("#changelist-filter-close").click(position={"x": 5, "y": 5})
    expect(desk_page.locator("#changelist-filter")).to_be_hidden()
    desk_page.locator("[name=_selected_action]").first.check()
    expect(desk_page.locator("[name=action]")).to_be_visible()
    desk_page.goto(reverse("admin:organization_user_change", args=[world.users["teacher"].pk]))
    desk_page.locator(".select2-selection").first.click()
    desk_page.locator(".select2-search__field").last.fill("林")
    expect(desk_page.locator(".select2-results__option").first).to_be_visible()
    desk_page.goto(reverse("admin:mentorship_rubric_change", args=[world.rows["rubric"].pk]))
    rows = desk_page.locator(".form-group:not(.empty-form) [name$=-name]")
    before = rows.count()
    desk_page.locator(".add-row").first.click()
    expect(rows).to_have_count(before + 1)
