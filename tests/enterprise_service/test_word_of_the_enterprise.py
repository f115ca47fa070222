"""The enterprise's word is the enterprise's: who may give it, how it was given, and what it is worth as proof."""

import datetime
import re
from typing import Any

import pytest
import time_machine
from auditlog.models import LogEntry
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from enterprise_service.models import Confirmation, ConfirmationSetting, Enterprise
from enterprise_service.models.codes import SHORT_LIVED, TRIES
from enterprise_service.models.confirmation import digest_of
from evidence.looking import evidence_storage
from evidence.worth import worth_of
from organization.addresses import masked_network
from organization.integrity import try_all
from organization.models import Person, RuleError, User
from organization.personal import everything_about
from outcomes.documents.records import records_of
from outcomes.documents.sections import proof_in_words
from outcomes.figures import Period, branch_report
from outcomes.models import Outcome
from pairings.models import PairingFile
from tests.conftest import signed_in
from tests.enterprise_service.test_service import SAID, answer
from tests.factories import engagement, evidence, outcome, verified
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

MAIL = "lin@jiajing.example"


@pytest.fixture
def link(world: BranchWorld) -> Confirmation:
    return world.rows["link"]


@pytest.fixture
def coded(world: BranchWorld, settings: Any) -> Confirmation:
    """Return a link of a branch that asks for a code."""
    settings.MAIL_IS_SET_UP = True
    enterprise = Enterprise.objects.get(pk=world.rows["enterprise"].pk)
    enterprise.contact_mail = MAIL
    enterprise.save()
    setting = ConfirmationSetting.objects.get(branch=world.branch)
    setting.by_code = True
    setting.full_clean()
    setting.save()
    return Confirmation.make(world.rows["engagement"], by=world.users["teacher"])


def given(world: BranchWorld, **fields: Any) -> Confirmation:
    """Return the world's link, answered."""
    link = world.rows["link"]
    said = {"is_solved": True, "rating": 4, "words": "", "confirmed_by": "生产部林工"}
    link.confirm(**{**said, **fields})
    return link


def proved_by(world: BranchWorld, link: Confirmation) -> Outcome:
    """Return a verified outcome whose proof is the enterprise's statement."""
    held = PairingFile.objects.get(pairing=link.engagement_id, evidence__file__sha256=link.statement_sha256)
    fields = {"category": "service", "level": "unrated", "status": "accepted", "title": "夹具改进"}
    return verified(
        world.branch, verifier=world.users["secretary"], by=world.users["teacher"], proofs=[held.evidence], **fields
    )


class TestWhoConfirms:
    @pytest.mark.parametrize("role", ["teacher", "student", "secretary", "deputy", "reviewer"])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_an_account_of_the_college_is_refused_and_the_trail_says_who(
        self, world: BranchWorld, link: Confirmation, role: str, method: str
    ) -> None:
        user = world.users[role]
        before = Confirmation.objects.values().get(pk=link.pk)
        sent = {**SAID, "seen": digest_of(link.to_ask())}
        page = getattr(signed_in(user), method)(link.path, sent)
        assert (page.status_code, "只有企业联系人可以确认" in page.content.decode()) == (403, True)
        assert Confirmation.objects.values().get(pk=link.pk) == before
        entry = LogEntry.objects.filter(additional_data__refused="ours").get()
        assert (entry.object_pk, entry.actor) == (str(link.pk), user)

    def test_a_link_that_was_opened_here_still_serves_the_contact(self, world: BranchWorld, client: Client) -> None:
        signed_in(world.users["teacher"]).get(world.rows["link"].path)
        answer(client, world.rows["link"])
        assert Confirmation.objects.get(pk=world.rows["link"].pk).how == "link"


class TestWhatTheContactReads:
    def test_the_page_says_what_was_done_when_by_whom_and_whom_to_call(
        self, world: BranchWorld, client: Client, link: Confirmation
    ) -> None:
        page = client.get(link.path).content.decode()
        leader = world.users["teacher"].person.name
        for words in ("夹具定位不准OWN", "夹具改进OWN", leader, "支部办公室OWN", "2024年5月6日 现场解决"):
            assert words in page, words

    def test_without_a_number_the_secretary_is_named(self, world: BranchWorld, link: Confirmation) -> None:
        ConfirmationSetting.objects.all().delete()
        assert f"党支部书记{world.users['secretary'].person.name}" in link.to_ask()

    def test_what_was_read_is_kept_and_stands_in_the_statement(
        self, world: BranchWorld, client: Client, link: Confirmation
    ) -> None:
        asked = link.to_ask()
        client.post(link.path, {**SAID, "seen": digest_of(asked)}, REMOTE_ADDR="203.0.113.77")
        link.refresh_from_db()
        assert (link.asked, link.given_from, link.how) == (asked, "203.0.113.0/24", "link")
        held = PairingFile.objects.get(evidence__file__sha256=link.statement_sha256).evidence
        with evidence_storage().open(held.file.path) as file:
            assert file.read(2) == b"PK"

    def test_whoever_read_something_else_reads_again(
        self, world: BranchWorld, client: Client, link: Confirmation
    ) -> None:
        seen = digest_of(link.to_ask())
        engagement = world.rows["engagement"]
        engagement.title = "另一个项目"
        engagement.save()
        page = client.post(link.path, {**SAID, "seen": seen})
        assert "刚刚有变化" in page.content.decode()
        link.refresh_from_db()
        assert link.confirmed_at is None
        shown = re.search(r'name="seen" value="(\w+)"', page.content.decode())
        assert shown
        client.post(link.path, {**SAID, "seen": shown[1]})
        link.refresh_from_db()
        assert "另一个项目" in link.asked

    @pytest.mark.parametrize(
        ("address", "kept"),
        [
            ("203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:7:9:1::5", "2001:db8:7::/48"),
            (None, ""),
        ],
    )
    def test_of_an_address_the_wider_network_is_kept(self, address: str | None, kept: str) -> None:
        assert masked_network(address) == kept


class TestCode:
    def sent_code(self, client: Client, link: Confirmation) -> str:
        client.post(link.path, {"send_code": "1"})
        return re.findall(r"\d{6}", str(mail.outbox[-1].body))[0]

    def test_it_goes_to_the_mail_on_record_and_the_answer_says_so(self, client: Client, coded: Confirmation) -> None:
        code = self.sent_code(client, coded)
        assert mail.outbox[-1].to == [MAIL]
        answer(client, coded, code=code)
        coded.refresh_from_db()
        assert (coded.how, coded.code_hash) == ("code", "")
        assert "发到 l****@jiajing.example 的验证码" in coded.told_how()

    def test_a_mail_that_was_changed_after_the_link_was_made_gets_nothing(
        self, client: Client, coded: Confirmation, teacher_client: Client
    ) -> None:
        enterprise = Enterprise.objects.get(contact_mail=MAIL)
        enterprise.contact_mail = "somebody@else.example"
        enterprise.save()
        self.sent_code(client, coded)
        assert mail.outbox[-1].to == [MAIL]

    def test_only_its_hash_is_kept_and_neither_trail_nor_page_says_it(
        self, client: Client, coded: Confirmation
    ) -> None:
        page = client.post(coded.path, {"send_code": "1", "words": "写了一半"}).content.decode()
        code = re.findall(r"\d{6}", str(mail.outbox[-1].body))[0]
        row = Confirmation.objects.values().get(pk=coded.pk)
        assert code not in {str(value) for value in row.values()}
        assert ("写了一半" in page, MAIL in page, f">{code}<" in page) == (True, False, False)
        assert not LogEntry.objects.filter(changes__icontains=code).exists()

    def test_without_it_or_with_another_nothing_is_confirmed(self, client: Client, coded: Confirmation) -> None:
        code = self.sent_code(client, coded)
        for wrong in ("", f"{(int(code) + 1) % 10**6:06}"):
            page = answer(client, coded, code=wrong)
            assert list(page.context["form"].errors) == ["code"]
        coded.refresh_from_db()
        assert coded.confirmed_at is None

    def test_it_is_short_lived(self, client: Client, coded: Confirmation) -> None:
        code = self.sent_code(client, coded)
        with time_machine.travel(timezone.now() + SHORT_LIVED + datetime.timedelta(seconds=1)):
            page = answer(client, coded, code=code)
        assert "当前没有有效的验证码" in str(page.context["form"].errors["code"])

    def test_after_few_wrong_tries_the_right_one_serves_no_more(self, client: Client, coded: Confirmation) -> None:
        code = self.sent_code(client, coded)
        for place in range(1, TRIES + 1):
            answer(client, coded, code=f"{(int(code) + place) % 10**6:06}")
        answer(client, coded, code=code)
        coded.refresh_from_db()
        assert (coded.confirmed_at, coded.code_tries) == (None, TRIES)

    def test_a_new_one_replaces_the_old_one(self, client: Client, coded: Confirmation) -> None:
        old = self.sent_code(client, coded)
        new = self.sent_code(client, coded)
        if old != new:
            assert list(answer(client, coded, code=old).context["form"].errors) == ["code"]
        answer(client, coded, code=new)
        coded.refresh_from_db()
        assert coded.how == "code"

    def test_sending_slows_down(self, client: Client, coded: Confirmation) -> None:
        with time_machine.travel(timezone.now(), tick=False):
            for _time in range(8):
                page = client.post(coded.path, {"send_code": "1"})
        assert len(mail.outbox) == 4  # three are free, and after the fourth it waits
        assert "可再次获取" in page.context["sent"]

    def test_a_code_of_one_link_opens_no_other(self, client: Client, coded: Confirmation) -> None:
        code = self.sent_code(client, coded)
        newer = Confirmation.make(coded.engagement, by=coded.sent_by)
        Confirmation.objects.filter(pk=newer.pk).update(
            code_hash=Confirmation.objects.get(pk=coded.pk).code_hash, code_until=timezone.now() + SHORT_LIVED
        )
        assert list(answer(client, newer, code=code).context["form"].errors) == ["code"]

    def test_a_branch_that_asks_for_a_code_makes_no_link_without_a_mail(
        self, world: BranchWorld, coded: Confirmation
    ) -> None:
        enterprise = Enterprise.objects.get(contact_mail=MAIL)
        for address, words in (("", "登记联系人的邮箱"), ("t@college.example", "属于本校人员")):
            Person.objects.filter(pk=world.users["teacher"].person_id).update(email=address)
            enterprise.contact_mail = address.upper()
            enterprise.save()
            coded.engagement.problem.enterprise = enterprise
            with pytest.raises(RuleError) as refused:
                Confirmation.make(coded.engagement, by=world.users["teacher"])
            assert words in str(refused.value)

    def test_no_branch_asks_for_codes_where_no_mail_is_sent(self, world: BranchWorld, desk: Client) -> None:
        setting = ConfirmationSetting.objects.get(branch=world.branch)
        address = reverse("admin:enterprise_service_confirmationsetting_change", args=[setting.pk])
        page = desk.post(address, {"by_code": "on", "call": "支部办公室", "version": setting.version})
        assert "EMAIL_URL" in page.content.decode()
        setting.refresh_from_db()
        assert setting.by_code is False

    def test_a_server_that_takes_no_mail_is_said(self, client: Client, coded: Confirmation, settings: Any) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nothing listens there
        assert "邮件未能发出" in client.post(coded.path, {"send_code": "1"}).context["sent"]


class TestWorth:
    def test_an_outcome_s_page_says_how_it_was_given_and_what_that_is_worth(self, world: BranchWorld) -> None:
        done = proved_by(world, given(world, address="203.0.113.77"))
        page = signed_in(world.users["secretary"]).get(done.get_absolute_url()).content.decode()
        for words in ("经链接确认", "203.0.113.0/24", "系统无法与企业联系人区分", "支部尚无人注明已联系过企业联系人"):
            assert words in page, words
        assert "203.0.113.77" not in page

    def test_an_outcome_that_others_prove_says_nothing_of_it(self, world: BranchWorld) -> None:
        given(world)
        page = signed_in(world.users["secretary"]).get(world.rows["verified"].get_absolute_url())
        assert page.context["worths"] == []

    def test_the_report_says_it_where_it_says_the_proof(self, world: BranchWorld) -> None:
        link = given(world)
        done = proved_by(world, link)
        report = branch_report(world.branch, Period.year(done.achieved_on.year))
        assert [proof_in_words(row) for row in records_of(report) if row.pk == done.pk] == ["1份（经链接确认）"]
        link.spoke_to(by=world.users["secretary"], on=timezone.localdate(), words="林工确认属实。")
        told = [proof_in_words(row) for row in records_of(report) if row.pk == done.pk]
        assert told == ["1份（经链接确认，支部已联系核对）"]

    def test_the_same_bytes_uploaded_again_are_known(self, world: BranchWorld) -> None:
        link = given(world)
        held = PairingFile.objects.get(evidence__file__sha256=link.statement_sha256).evidence
        with evidence_storage().open(held.file.path) as file:
            again = evidence(world.users["teacher"], content=file.read(), name="确认书副本.docx")
        done = outcome(world.branch, by=world.users["teacher"], proofs=[again])
        page = signed_in(world.users["secretary"]).get(done.get_absolute_url())
        assert [worth.short for worth in page.context["worths"]] == ["经链接确认"]

    def test_it_takes_one_query_however_many_there_are(self, world: BranchWorld) -> None:
        known = given(world).statement_sha256
        for hashes in ({known}, {known, "0" * 64, "1" * 64}):
            with CaptureQueriesContext(connection) as captured:
                assert set(worth_of(hashes)) == {known}
            assert len(captured) == 1


class TestSpeaking:
    def note(self, world: BranchWorld, role: str, **fields: Any) -> HttpResponse:
        sent = {"on": timezone.localdate().isoformat(), "words": "林工说两班都在用。", **fields}
        address = reverse("enterprise_service:spoke", args=[world.rows["link"].pk])
        return signed_in(world.users[role]).post(address, sent)

    def test_the_secretary_notes_it_and_the_outcome_says_so(self, world: BranchWorld) -> None:
        done = proved_by(world, given(world))
        self.note(world, "secretary")
        page = signed_in(world.users["teacher"]).get(done.get_absolute_url()).content.decode()
        name = User.objects.get(pk=world.users["secretary"].pk).get_full_name()
        assert (f"{name}已于" in page, "林工说两班都在用。" in page) == (True, True)
        assert "支部尚无人注明" not in page

    def test_nobody_notes_it_of_what_was_not_confirmed_before_it_or_twice(self, world: BranchWorld) -> None:
        assert "企业尚未作出任何确认" in self.note(world, "secretary").content.decode()
        given(world)
        early = self.note(world, "secretary", on="2020-01-01")
        assert list(early.context["form"].errors) == ["on"]
        assert list(self.note(world, "secretary", words=" ").context["form"].errors) == ["words"]
        self.note(world, "secretary")
        assert "已注明联系过" in self.note(world, "deputy").content.decode()
        link = Confirmation.objects.get(pk=world.rows["link"].pk)
        assert link.spoken_by == world.users["secretary"]

    @pytest.mark.parametrize("role", ["teacher", "reviewer"])
    def test_whoever_takes_part_or_only_reads_does_not_stand_for_it(self, world: BranchWorld, role: str) -> None:
        link = given(world)
        assert self.note(world, role).status_code == 403
        with pytest.raises(RuleError):
            link.spoke_to(by=world.users[role], on=timezone.localdate(), words="属实。")
        assert Confirmation.objects.get(pk=link.pk).spoken_at is None

    def test_a_secretary_who_leads_the_work_leaves_it_to_a_deputy(self, world: BranchWorld) -> None:
        secretary = world.users["secretary"]
        served = engagement(world.branch, by=secretary, people={"leader": secretary.person})
        link = Confirmation.make(served, by=secretary)
        link.confirm(is_solved=True, rating=4, words="", confirmed_by="林工")
        with pytest.raises(RuleError):
            link.spoke_to(by=secretary, on=timezone.localdate(), words="属实。")
        link.spoke_to(by=world.users["deputy"], on=timezone.localdate(), words="属实。")
        assert link.worth().is_checked

    def test_what_the_secretary_took_out_about_herself_names_it(self, world: BranchWorld) -> None:
        given(world)
        self.note(world, "secretary")
        told = everything_about(world.users["secretary"].person)["enterprise_service.Confirmation"]
        assert [row["spoken_words"] for row in told] == ["林工说两班都在用。"]
        assert "code_hash" not in told[0]

    def test_the_invariants_hold_of_it(self, world: BranchWorld) -> None:
        given(world)
        self.note(world, "secretary")
        assert [name for name, found in try_all() if found.broken] == []


def test_pages_with_three_answers_take_as_many_queries_as_with_one(world: BranchWorld) -> None:
    def count() -> int:
        browser = signed_in(world.users["secretary"])
        browser.get(world.rows["engagement"].get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            browser.get(world.rows["engagement"].get_absolute_url())
        return len(captured)

    given(world, is_solved=False)
    one = count()
    for _time in range(2):
        link = Confirmation.make(world.rows["engagement"], by=world.users["teacher"])
        link.confirm(is_solved=False, rating=3, words="", confirmed_by="林工")
        link.spoke_to(by=world.users["secretary"], on=timezone.localdate(), words="属实。")
    assert count() == one
