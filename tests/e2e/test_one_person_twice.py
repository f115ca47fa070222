"""A secretary finds that a teacher is on record twice, sees what moves, merges the two, and parts them again."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from organization.models import Merge, Person
from tests.e2e.steps import fits, follow, sign_in
from tests.factories import BranchFactory, log, member, secretary_of, teacher, teaching_pair

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def assert_merged_and_parted(page: Page, code: str) -> None:
    """Go the way from a person's page on the desk through the merge and back."""
    branch = BranchFactory(code=code)
    secretary = secretary_of(branch)
    kept = teacher(branch, name="陈秋实", number=f"{code}2012001")
    double = member(teacher(branch, name="陈秋实", number=f"{code.lower()}-2012001", phone="13900000001"))
    pair = teaching_pair(branch, people={"leader": double, "ordinary_teacher": teacher(branch, name="何普通")})
    log(pair)
    sign_in(page, secretary.username)
    page.goto(reverse("admin:organization_person_change", args=[kept.pk]))
    expect(page.get_by_text("疑似重复的人员")).to_be_visible()
    follow(page.get_by_role("link", name="与……是同一人"))
    page.get_by_label("姓名、工号（学号）或标题").fill("何普通")
    follow(page.get_by_role("button", name="查找"))
    follow(page.locator("section.sheet").get_by_role("link", name="对照两条"))
    expect(page.locator("main")).to_contain_text("何普通")
    assert fits(page)
    page.goto(reverse("same_as_person", args=[kept.pk]))
    assert fits(page)
    follow(page.locator(".notice").get_by_role("link", name="对照两条"))
    expect(page.get_by_role("heading", name="合并后归入保留记录的内容")).to_be_visible()
    expect(page.get_by_text("进展记录 1")).to_be_visible()
    assert fits(page)
    page.get_by_label("理由").fill("名册中登记了两次。")
    follow(page.get_by_role("button", name="合并", exact=True))
    expect(page.get_by_text("已合并，以后以这条记录为准。")).to_be_visible()
    assert [seat.person for seat in pair.seats.filter(role="leader")] == [kept]
    page.goto(reverse("admin:organization_person_change", args=[double.pk]))
    expect(page).to_have_url(page.url.replace(f"/{double.pk}/", f"/{kept.pk}/"))
    page.goto(reverse("doubles_person"))
    assert fits(page)
    follow(page.get_by_role("link", name="撤销合并"))
    page.get_by_label("理由").fill("查明是两个人。")
    follow(page.get_by_role("button", name="撤销合并"))
    expect(page.get_by_text("已撤销，两条记录各自独立。")).to_be_visible()
    assert (Merge.objects.standing().count(), Person.objects.get(pk=double.pk).is_merged) == (0, False)
    assert [seat.person for seat in pair.seats.filter(role="leader")] == [double]


def test_on_a_desk(desk_page: Page) -> None:
    assert_merged_and_parted(desk_page, "TWD")


def test_on_a_phone(phone_page: Page) -> None:
    assert_merged_and_parted(phone_page, "TWP")
