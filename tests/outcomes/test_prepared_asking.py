"""Large documents and packs are asked for once; small ones come at once."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from organization.models import RuleError
from outcomes.asking import MOST_OPEN, ask_again, ask_for
from outcomes.models import PreparedFile
from tests.conftest import signed_in
from tests.factories import leader_of, secretary_of
from tests.outcomes.prepared import FIRST, LAST, asked, begun, page, wanted
from tests.world import YEAR, BranchWorld

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prepared_folder")]
BESIDE: dict[str, Any] = {"beside_first_day": FIRST, "beside_last_day": LAST}


def test_a_large_file_is_offered_and_not_sent(desk: Client, world: BranchWorld, all_large) -> None:
    before = PreparedFile.objects.count()
    shown = desk.get(page("download", world, "zip", kind="compilation"))
    assert "准备文件" in shown.content.decode()
    assert (shown["Content-Type"], PreparedFile.objects.count()) == ("text/html; charset=utf-8", before)


@pytest.mark.parametrize(
    "given",
    [
        ({}, "compilation", "zip", True),
        ({"PREPARE_FROM_FILES": 0}, "compilation", "zip", False),
        ({"PREPARE_FROM_FILES": 0}, "compilation", "docx", False),  # it shows the pictures that prove
        ({"PREPARE_FROM_FILES": 0}, "case", "docx", True),
        ({"PREPARE_FROM_BYTES": 0}, "compilation", "zip", False),
        ({"PREPARE_FROM_OUTCOMES": 0}, "compilation", "docx", False),
        ({"PREPARE_FROM_OUTCOMES": 0}, "compilation", "json", True),
    ],
)
def test_what_is_small_comes_at_once(desk, world, settings, given) -> None:
    limits, kind, format_, is_sent = given
    for name, value in limits.items():
        setattr(settings, name, value)
    answer = desk.get(page("download", world, format_, kind=kind))
    name = f'attachment; filename="OWN-{kind}-{YEAR}-01-01-{YEAR}-12-31.{format_}"'
    assert answer.get("Content-Disposition", "") == (name if is_sent else "")


def test_what_a_frozen_report_keeps_comes_at_once(desk, world, all_large) -> None:
    answer = desk.get(page("download", world, "docx"))
    assert b"".join(answer.streaming_content) == world.rows["frozen"].kept_documents()["report.docx"]


def test_pressing_twice_gives_the_same_row(desk, world, all_large, in_database) -> None:
    before = PreparedFile.objects.count()
    one, two = (desk.post(page("prepare", world, "zip", kind="case")) for _ in "12")
    row = PreparedFile.objects.latest("pk")
    assert (one.url, two.url, PreparedFile.objects.count()) == (row.get_absolute_url(), one.url, before + 1)
    assert (row.kind, row.format, row.asked_by, row.state) == ("case", "zip", world.users["secretary"], "waiting")


def test_another_kind_format_or_account_is_another_request(world, in_database) -> None:
    rows = [asked(world), asked(world, kind="case"), asked(world, "docx"), asked(world, language="en")]
    rows.append(ask_for(wanted(world), by=world.users["deputy"]))
    assert len({row.pk for row in rows}) == 5


def test_an_account_has_only_some_prepared_at_a_time(world, in_database) -> None:
    PreparedFile.objects.open().filter(asked_by=world.users["secretary"]).delete()
    for year in range(MOST_OPEN):
        asked(world, first_day=datetime.date(2000 + year, 1, 1))
    with pytest.raises(RuleError, match="已有多份文件"):
        asked(world)


def test_what_leaves_too_little_room_on_the_disk_is_refused(world, settings, in_database) -> None:
    before = PreparedFile.objects.count()
    settings.HEALTH_MIN_FREE_BYTES = 1 << 62
    with pytest.raises(RuleError, match="服务器空间不足"):
        asked(world)
    assert PreparedFile.objects.count() == before


class TestWhoMay:
    def test_whoever_does_not_oversee_the_branch_is_refused(self, world, in_database) -> None:
        stranger = secretary_of(world.rows["share"].outcome.branch)
        with pytest.raises(RuleError, match="只有可以查看支部全部记录"):
            ask_for(wanted(world), by=stranger)

    def test_whoever_does_not_oversee_the_branch_beside_it_is_refused(self, world, in_database) -> None:
        with pytest.raises(RuleError, match="只有可以查看支部全部记录"):
            asked(world, beside_branch=world.rows["share"].outcome.branch, **BESIDE)

    def test_it_is_seen_by_who_oversees_both_branches(self, world, in_database) -> None:
        other = world.rows["share"].outcome.branch
        row = ask_for(wanted(world, beside_branch=other, **BESIDE), by=leader_of(world.branch.college))
        users = (row.asked_by, world.users["secretary"], secretary_of(other))
        seen = [PreparedFile.objects.visible_to(user).filter(pk=row.pk).exists() for user in users]
        assert seen == [True, False, False]

    def test_only_whoever_asked_withdraws_it(self, world, in_database) -> None:
        row, deputy = asked(world), world.users["deputy"]
        answer = signed_in(deputy).post(reverse("outcomes:withdraw", args=[row.pk]))
        stale = PreparedFile.objects.get(pk=row.pk)
        stale.asked_by = deputy  # a copy says nothing of whose the row is
        for copy, by in ((row, deputy), (stale, deputy), (row, leader_of(world.branch.college))):
            with pytest.raises(RuleError, match="只有提出申请的人"):
                copy.withdraw(by=by)
        row.refresh_from_db()
        assert (answer.status_code, row.state) == (403, "waiting")
        row.withdraw(by=row.asked_by)
        with pytest.raises(RuleError, match="已不在准备中"):
            row.withdraw(by=row.asked_by)


class TestAgain:
    def test_it_can_be_asked_for_again(self, world, desk, in_database) -> None:
        row = asked(world)
        row.withdraw(by=row.asked_by)
        answer = desk.post(reverse("outcomes:prepare_again", args=[row.pk]))
        new = PreparedFile.objects.latest("pk")
        assert (answer.url, new.key, new.state, new.pk > row.pk) == (new.get_absolute_url(), row.key, "waiting", True)
        assert ask_again(row, by=row.asked_by) == new

    def test_without_a_worker_it_is_ready_when_the_page_opens(
        self, desk, world, all_large, django_capture_on_commit_callbacks
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            answer = desk.post(page("prepare", world, "xlsx", kind="case"))
        shown = desk.get(answer.url).content.decode()
        row = PreparedFile.objects.latest("pk")
        assert (row.state, row.done == row.total > 0, "data-looks" in shown) == ("ready", True, False)
        assert reverse("outcomes:prepared_file", args=[row.pk]) in shown

    def test_without_a_worker_one_whose_request_died_is_made_when_it_is_asked_for_again(
        self, world, desk, settings, django_capture_on_commit_callbacks
    ) -> None:
        row = asked(world)  # whoever was to make it after the commit is gone
        with django_capture_on_commit_callbacks(execute=True):
            again = asked(world)
        again.refresh_from_db()
        assert (again.pk, again.state) == (row.pk, "ready")

    def test_without_a_worker_one_whose_maker_died_is_made_from_its_page(
        self, world, desk, settings, django_capture_on_commit_callbacks
    ) -> None:
        settings.PREPARED_LEASE_SECONDS = -1
        row = begun(asked(world))
        settings.PREPARED_LEASE_SECONDS = 60
        address = reverse("outcomes:prepare_again", args=[row.pk])
        assert f'action="{address}"' in desk.get(row.get_absolute_url()).content.decode()
        with django_capture_on_commit_callbacks(execute=True):
            answer = desk.post(address)
        row.refresh_from_db()
        assert (answer.url, row.state, row.attempts) == (row.get_absolute_url(), "ready", 2)

    def test_one_in_good_hands_is_not_sent_again(self, world, in_database) -> None:
        row = begun(asked(world))
        sent = DBTaskResult.objects.count()
        assert (asked(world), DBTaskResult.objects.count()) == (row, sent)
