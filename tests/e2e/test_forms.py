"""Each form from its forming to a credited, submitted outcome, on a phone, by the people who do it."""

import datetime
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from enterprise_service.models import Confirmation, Problem
from organization.models import Branch, User
from outcomes.models import Outcome
from pairings.models import Pairing
from tests.e2e.steps import fits, follow, press, sign_in
from tests.factories import BranchFactory, OfficeFactory, member, secretary_of, student, teacher, user_of
from tests.factories.outcomes import picture

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def branch() -> Branch:
    return BranchFactory(code="FRM")


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    file = tmp_path / "证书.png"
    file.write_bytes(picture())
    return file


def submit_with(page: Page, proof: Path) -> Outcome:
    """From a draft's page, add a proof and submit it."""
    press(page, "修改")
    page.locator("[name=files]").set_input_files(proof)
    follow(page.locator("main form button[name=submit]"))
    expect(page.get_by_text("待审核").first).to_be_visible()
    return Outcome.objects.get()


def assess_first_student(page: Page, team: Pairing, moment: str, mark: int) -> None:
    """As the mentor, mark each ability of the first student at a moment."""
    page.goto(team.get_absolute_url())
    press(page, moment)
    for choice in page.locator(f"input[type=radio][value='{mark}']").all():
        page.locator(f"label[for='{choice.get_attribute('id')}']").click()
    press(page, "保存")


def approve(desk: Page, secretary: User, pairing: Pairing) -> None:
    """Let the secretary approve a proposal on its page."""
    sign_in(desk, secretary.username)
    desk.goto(pairing.get_absolute_url())
    press(desk, "批准")
    pairing.refresh_from_db()
    assert pairing.is_active


def test_a_team_trains_for_a_contest_and_its_prize_becomes_an_outcome(
    phone_page: Page, desk_page: Page, branch: Branch, secretary: User, certificate: Path
) -> None:
    mentor = user_of(member(teacher(branch, name="林导师")), username="mentor")
    pupil, other = member(student(branch, name="何党员")), student(branch, name="徐同学")
    user_of(other, username="pupil")
    phone = phone_page
    sign_in(phone, "mentor")
    phone.goto("/mentorship/new/")
    phone.locator("[name=title]").fill("智能产线调试训练队")
    phone.locator("[name=started_on]").fill("2026-03-01")
    phone.locator("[name=student_member]").select_option(str(pupil.pk))
    phone.locator("[name=ordinary_student]").select_option(str(other.pk))
    press(phone, "提交申请")
    team = Pairing.objects.get()
    assert team.leader == mentor.person
    approve(desk_page, secretary, team)
    phone.goto(team.get_absolute_url())
    press(phone, "添加项目或竞赛")
    phone.locator("[name=title]").fill("智能产线安装与调试")
    phone.locator("[name=contest]").fill("职业技能大赛")
    phone.locator("[name=organiser]").fill("省教育厅")
    phone.locator("[name=held_provincial]").fill("2026-06-08")
    press(phone, "保存")
    press(phone, "登记结果")
    phone.locator("[name=result]").fill("一等奖")
    press(phone, "保存")
    press(phone, "转为成果")
    outcome = submit_with(phone, certificate)
    assert (outcome.review, outcome.category, outcome.level) == ("submitted", "award", "provincial")
    assert [credit.pairing_id for credit in outcome.credits.all()] == [team.pk]
    for moment, mark in (("期初", 3), ("期末", 5)):
        assess_first_student(phone, team, moment, mark)
    expect(phone.get_by_text("创新意识：由“熟练”到“突出”")).to_be_visible()
    expect(phone.locator(".chart svg").first).to_be_visible()
    sign_in(phone, "pupil")
    phone.goto(team.get_absolute_url())
    press(phone, "写体会")
    phone.locator("[name=words]").fill("第一次站上省赛的赛场。")
    press(phone, "保存")
    expect(phone.get_by_text("第一次站上省赛的赛场。")).to_be_visible()
    phone.goto(team.get_absolute_url() + "story/")
    expect(phone.get_by_text("智能产线安装与调试").first).to_be_visible()
    assert fits(phone)


def test_a_workshop_brings_two_teachers_together_and_their_course_is_submitted(
    phone_page: Page, desk_page: Page, branch: Branch, secretary: User, certificate: Path
) -> None:
    lead = user_of(member(teacher(branch, name="林党员", office=OfficeFactory(branch=branch))), username="lead")
    colleague = user_of(teacher(branch, name="徐老师", office=OfficeFactory(branch=branch)), username="colleague")
    desk, phone = desk_page, phone_page
    sign_in(desk, secretary.username)
    desk.goto("/teaching-pairs/workshops/new/")
    desk.locator("[name=title]").fill("组队及选题培训会")
    desk.locator("[name=held_on]").fill((timezone.localdate() + datetime.timedelta(days=2)).isoformat())
    press(desk, "发布")
    workshop = desk.url
    for user, strengths, needs in ((lead, "课程建设", "微课制作"), (colleague, "微课制作", "课程建设")):
        sign_in(phone, user.username)
        phone.goto(workshop)
        phone.locator("[name=strengths]").fill(strengths)
        phone.locator("[name=needs]").fill(needs)
        phone.locator("[name=topics]").fill("数控编程")
        press(phone, "报名")
        expect(phone.get_by_text("报名成功。")).to_be_visible()
    desk.goto(workshop)
    press(desk, "推荐结对")
    expect(desk.get_by_text("2 项互补：微课制作、课程建设")).to_be_visible()
    press(desk, "征求本人意见")
    run = desk.url
    for user in (lead, colleague):
        sign_in(phone, user.username)
        expect(phone.get_by_text("为您推荐的教师结对")).to_be_visible()
        press(phone, "同意结对")
    desk.goto(run)
    press(desk, "建立结对")
    assert desk.locator("[name=course]").input_value() == "数控编程"
    assert desk.locator("[name=pattern]").input_value() == "complementary"
    press(desk, "提交申请")
    pair = Pairing.objects.get()
    assert (pair.status, {seat.person for seat in pair.open_seats}) == ("active", {lead.person, colleague.person})
    sign_in(phone, "lead")
    phone.goto(pair.get_absolute_url())
    press(phone, "安排节点")
    phone.locator("[name=planned_outline]").fill("2026-12-31")
    press(phone, "保存")
    expect(phone.locator(".milestones").get_by_text("计划2026年12月31日完成")).to_be_visible()
    press(phone, "录入成果")
    phone.locator("[name=title]").fill("数控编程精品在线开放课程")
    phone.locator("[name=category]").select_option("course")
    phone.locator("[name=level]").select_option("college")
    phone.locator("[name=achieved_on]").fill("2026-11-01")
    phone.locator("[name=files]").set_input_files(certificate)
    follow(phone.locator("main form button[name=submit]"))
    expect(phone.get_by_text("待审核").first).to_be_visible()
    assert [credit.pairing_id for credit in Outcome.objects.get(review="submitted").credits.all()] == [pair.pk]


def test_an_enterprise_s_problem_is_solved_confirmed_and_submitted(
    phone_page: Page, desk_page: Page, branch: Branch, secretary: User
) -> None:
    lead = user_of(member(teacher(branch, name="林服务", strengths="数控编程")), username="lead")
    phone = phone_page
    sign_in(phone, "lead")
    phone.goto("/enterprise-service/enterprises/new/")
    phone.locator("[name=name]").fill("佳成精密机械有限公司")
    press(phone, "保存")
    press(phone, "登记难题")
    phone.locator("[name=title]").fill("数控编程依赖个别师傅")
    press(phone, "保存")
    # Who could lead tells who is a party member, so the secretary is told, and the teacher is not.
    expect(phone.get_by_text("承接难题")).to_be_visible()
    expect(phone.get_by_text("特长符合难题需要：数控编程")).to_have_count(0)
    sign_in(desk_page, secretary.username)
    desk_page.goto(Problem.objects.get().get_absolute_url())
    expect(desk_page.get_by_text("特长符合难题需要：数控编程")).to_be_visible()
    press(phone, "承接难题")
    phone.locator("[name=started_on]").fill("2026-03-01")
    press(phone, "提交申请")
    served = Pairing.objects.get()
    approve(desk_page, secretary, served)
    phone.goto(served.get_absolute_url())
    press(phone, "生成企业确认链接")
    expect(phone.locator(".copy-line")).to_be_visible()
    _the_contact_confirms(phone, phone.locator(".copy-line").inner_text())
    sign_in(phone, "lead")
    phone.goto(served.get_absolute_url())
    expect(phone.get_by_text("难题已解决").first).to_be_visible()
    phone.locator("[data-opens=complete]").click()
    phone.locator("dialog#complete [name=summary]").fill("编程模板投入使用，培训两名青工。")
    follow(phone.locator("dialog#complete button[type=submit]"))
    press(phone, "转为成果")
    press(phone, "修改")
    phone.locator("[name=log_photos]").first.check()
    follow(phone.locator("main form button[name=submit]"))
    expect(phone.get_by_text("待审核").first).to_be_visible()
    outcome = Outcome.objects.get()
    assert (outcome.review, outcome.category, outcome.proofs.count()) == ("submitted", "service", 1)
    assert [credit.pairing_id for credit in outcome.credits.all()] == [served.pk]
    assert lead.person in {one.person for one in outcome.contributions.all()}


def _the_contact_confirms(page: Page, link: str) -> None:
    """Open the link as somebody without an account, and answer its three questions."""
    page.context.clear_cookies()
    page.goto(link)
    page.locator("[name=is_solved][value=yes]").check()
    page.locator("[name=rating][value='4']").check()
    page.locator("[name=confirmed_by]").fill("生产部经理 林工")
    press(page, "提交确认")
    expect(page.get_by_text("您的确认已保存")).to_be_visible()
    assert Confirmation.objects.get().rating == 4
    page.goto(link)
    expect(page.get_by_text("您已确认")).to_be_visible()
