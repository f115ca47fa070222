"""A teacher asks on a phone that her colleague be replaced; the secretary approves; the page shows both."""

import pytest
from playwright.sync_api import Page, expect

from pairings.models import ChangeRequest, Pairing
from tests.e2e.steps import fits, follow, sign_in
from tests.factories import BranchFactory, member, secretary_of, teacher, teaching_pair, user_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_a_colleague_is_replaced_by_a_decision(phone_page: Page) -> None:
    branch = BranchFactory(code="CHG")
    lead = user_of(member(teacher(branch, name="林旅程")), username="changes-teacher")
    secretary = secretary_of(branch)
    colleague, newcomer = teacher(branch, name="何普通"), teacher(branch, name="高新来")
    pair = teaching_pair(branch, by=lead, people={"leader": lead.person, "ordinary_teacher": colleague})
    page = phone_page
    sign_in(page, lead.username)
    page.goto(pair.get_absolute_url())
    follow(page.get_by_role("link", name="申请变更"))
    expect(page.get_by_text("现为：何普通")).to_be_visible()
    page.locator("[name=ordinary_teacher]").select_option(str(newcomer.pk))
    page.locator("[name=reason]").fill("何普通调离本系。")
    assert fits(page)
    follow(page.get_by_role("button", name="提交变更申请"))
    expect(page.locator(".change")).to_contain_text("高新来")
    expect(page.locator(".triad")).to_contain_text("何普通")
    assert fits(page)
    sign_in(page, secretary.username)
    follow(page.get_by_role("link", name="批准后的变更"))
    assert fits(page)
    follow(page.get_by_role("button", name="批准变更"))
    expect(page.get_by_text("没有待处理的变更")).to_be_visible()
    assert (ChangeRequest.objects.get().state, Pairing.objects.get().seats.count()) == ("approved", 3)
    page.goto(pair.get_absolute_url())
    expect(page.locator(".triad")).to_contain_text("高新来")
    expect(page.locator(".former")).to_contain_text("何普通")
    expect(page.locator(".former")).to_contain_text("何普通调离本系。")
    assert fits(page)
