"""The spine, with real people at real screens: a teacher's log on a phone becomes a number in the branch's report."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from organization.models import Branch
from outcomes.models import Outcome
from pairings.models import ProgressLog
from tests.e2e.steps import fits, follow, sign_in
from tests.factories import BranchFactory, leader_of, member, secretary_of, student, teacher, teaching_pair, user_of
from tests.factories.outcomes import picture

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

TITLE = "省级精品在线开放课程：智能产线调试"


def test_a_log_with_a_photo_becomes_a_number_in_the_report(
    phone_page: Page, desk_page: Page, live_server: object, tmp_path: Path
) -> None:
    branch = BranchFactory(code="JRN")
    lead = user_of(member(teacher(branch, name="林旅程")), username="journey-teacher")
    secretary, leader = secretary_of(branch), leader_of(branch.college)
    pair = teaching_pair(
        branch,
        by=lead,
        people={"leader": lead.person, "ordinary_teacher": teacher(branch)},
        title="智能产线调试课程共建",
    )
    photo = tmp_path / "现场.png"
    photo.write_bytes(picture())
    _teacher_logs(phone_page, photo)
    entry = ProgressLog.objects.get(pairing=pair.pk)
    assert (entry.words, entry.author, entry.photos.count()) == ("完成六轴机器人工作站联调。", lead.person, 1)
    _teacher_submits(phone_page)
    outcome = Outcome.objects.get(title=TITLE)
    assert (outcome.review, outcome.proofs.get().evidence) == ("submitted", entry.photos.get().evidence)
    assert [credit.pairing_id for credit in outcome.credits.all()] == [pair.pk]
    _secretary_verifies(desk_page, secretary.username)
    outcome.refresh_from_db()
    assert (outcome.review, outcome.verified_by) == ("verified", secretary)
    _leader_sees(desk_page, leader.username, outcome)
    _the_report_holds(branch, outcome, tmp_path)


def _teacher_logs(page: Page, photo: Path) -> None:
    sign_in(page, "journey-teacher")
    assert fits(page)
    follow(page.get_by_role("link", name=re.compile("记录进展")).first)
    page.locator("[name=words]").fill("完成六轴机器人工作站联调。")
    page.locator("[name=photos]").set_input_files(photo)
    assert fits(page)
    follow(page.locator("main form button[type=submit]").first)
    expect(page.get_by_text("完成六轴机器人工作站联调。").first).to_be_visible()
    assert fits(page)


def _teacher_submits(page: Page) -> None:
    follow(page.get_by_role("link", name="录入成果").first)
    page.locator("[name=title]").fill(TITLE)
    page.locator("[name=category]").select_option("course")
    page.locator("[name=level]").select_option("provincial")
    page.locator("[name=status]").select_option("recognised")
    page.locator("[name=achieved_on]").fill("2025-06-18")
    page.locator("[name=log_photos]").first.check()
    assert fits(page)
    follow(page.locator("main form button[name=submit]"))
    expect(page.locator("h1")).to_contain_text("智能产线调试")


def _secretary_verifies(page: Page, username: str) -> None:
    sign_in(page, username)
    page.goto("/admin/outcomes/outcome/?review__exact=submitted")
    page.locator("input.action-select").first.check()
    page.locator("select[name=action]").select_option("verify")
    follow(page.locator("button[name=index]"))
    expect(page.get_by_text("已处理1条").first).to_be_visible()


def _leader_sees(page: Page, username: str, outcome: Outcome) -> None:
    sign_in(page, username)
    page.goto("/dashboard/?year=2025")
    number = page.locator("td a", has_text=re.compile(r"^\s*1\s*$")).first
    follow(number)
    expect(page.get_by_text(TITLE).first).to_be_visible()
    page.goto(outcome.get_absolute_url())
    expect(page.get_by_text("林旅程").first).to_be_visible()


def _the_report_holds(branch: Branch, outcome: Outcome, folder: Path) -> None:
    path = folder / "report.json"
    call_command("branch_report", branch.code, "--year", "2025", "--output", str(path))
    rows = json.loads(path.read_text())["outcomes"]
    assert [(row["category"], row["level"], row["count"], row["ids"]) for row in rows] == [
        ("course", "provincial", 1, [outcome.pk])
    ]


def test_a_student_sees_the_own_team_on_a_phone(phone_page: Page, live_server: object) -> None:
    branch = BranchFactory()
    pupil = student(branch)
    user_of(pupil, username="journey-student")
    sign_in(phone_page, "journey-student")
    assert fits(phone_page)
    expect(phone_page.locator("h1")).to_be_visible()
