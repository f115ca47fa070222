"""The board, the contract's money, findings, suggestions; and the link by which an enterprise confirms."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pytest_django.asserts import assertContains

from enterprise_service.matching import ServiceMatcher
from enterprise_service.models import Confirmation, Engagement, Instalment, Problem
from enterprise_service.models.confirmation import SALT, digest_of
from evidence.looking import evidence_storage
from organization.events import BOUNDS, Event
from organization.models import RoleAssignment, RuleError
from pairings.models import PairingFile
from tests.conftest import signed_in
from tests.factories import BranchFactory, changed, engagement, log, member, problem, teacher, user_of
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

SAID = {"is_solved": "yes", "rating": "4", "words": "废品率下降一半。", "confirmed_by": "生产部经理 林工"}


def answer(client: Client, link: Confirmation, **said: str) -> HttpResponse:
    """Answer as the contact who has read the page."""
    return client.post(link.path, {**SAID, "seen": digest_of(link.to_ask()), **said})


def statements() -> QuerySet[PairingFile]:
    """Return what enterprises confirmed, beside the files that the world holds already."""
    return PairingFile.objects.filter(evidence__original_name__endswith=".docx")


@pytest.fixture
def link(world: BranchWorld) -> Confirmation:
    return world.rows["link"]


def refusals() -> list[tuple[str, str]]:
    """Return the row and the reason of each refused link in the audit trail."""
    kind = ContentType.objects.get_for_model(Confirmation)
    entries = LogEntry.objects.filter(content_type=kind, action=LogEntry.Action.ACCESS).order_by("pk")
    return [(entry.object_pk, entry.additional_data["refused"]) for entry in entries]


def test_the_contact_confirms_without_an_account_and_it_becomes_evidence(client: Client, link: Confirmation) -> None:
    assert client.get(link.path).status_code == 200
    page = answer(client, link)
    assert "您的确认已保存" in page.content.decode()
    link.refresh_from_db()
    assert (link.is_solved, link.rating, link.confirmed_by) == (True, 4, "生产部经理 林工")
    held = statements().get(pairing_id=link.engagement_id).evidence
    with evidence_storage().open(held.file.path) as file:
        words = "\n".join(paragraph.text for paragraph in Document(file).paragraphs)
    assert "废品率下降一半。" in words
    assert "生产部经理 林工" in words


def test_the_confirmation_can_prove_the_engagement_s_outcome(
    client: Client, link: Confirmation, teacher_client: Client
) -> None:
    answer(client, link)
    form = teacher_client.get(reverse("outcomes:new"), {"pairing": link.engagement_id}).context["form"]
    held = statements().get(pairing_id=link.engagement_id).evidence
    assert held in form.fields["log_photos"].queryset


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        signing.Signer(key="another key", salt=SALT).sign_object([1, "x"]),
        signing.Signer(salt=SALT).sign_object([10**6, "x"]),
        signing.Signer(salt=SALT).sign_object("neither"),
    ],
)
def test_a_forged_link_opens_nothing_and_the_audit_says_so(client: Client, link: Confirmation, token: str) -> None:
    address = reverse("enterprise_service:confirm", args=[token])
    for response in (client.get(address), client.post(address, SAID)):
        assert (response.status_code, "链接无效" in response.content.decode()) == (404, True)
    link.refresh_from_db()
    assert (link.confirmed_at, refusals()) == (None, [("", "forged"), ("", "forged")])


def test_another_row_s_number_under_a_true_signature_is_forged_too(client: Client, link: Confirmation) -> None:
    token = signing.Signer(salt=SALT).sign_object([link.pk, "guessed"])
    assert client.post(reverse("enterprise_service:confirm", args=[token]), SAID).status_code == 404
    link.refresh_from_db()
    assert link.confirmed_at is None


@pytest.mark.parametrize(("why", "words"), [("expired", "链接已过期"), ("revoked", "学校已撤回"), ("used", "您已确认")])
def test_a_link_that_serves_no_more_changes_nothing_and_the_audit_says_so(
    client: Client, link: Confirmation, why: str, words: str
) -> None:
    if why == "used":
        answer(client, link)
    if why == "revoked":
        link.revoke()
    later = datetime.timedelta(days=31 if why == "expired" else 0)
    before = Confirmation.objects.values().get(pk=link.pk)
    with time_machine.travel(timezone.now() + later):
        for response in (client.get(link.path), client.post(link.path, {**SAID, "words": "改口。"})):
            assert (response.status_code, words in response.content.decode()) == (410, True)
    assert Confirmation.objects.values().get(pk=link.pk) == before
    assert refusals() == [(str(link.pk), why)] * 2
    assert statements().count() == (1 if why == "used" else 0)


def test_nobody_fills_the_audit_trail_with_forged_links(client: Client, link: Confirmation) -> None:
    address = reverse("enterprise_service:confirm", args=["nonsense"])
    with time_machine.travel("2026-01-01 12:00:30", tick=False):
        for _time in range(BOUNDS[Event.LINK_REFUSED][0] + 5):
            client.get(address)
    assert len(refusals()) == BOUNDS[Event.LINK_REFUSED][0]


def test_an_unfinished_answer_comes_back_with_its_errors(client: Client, link: Confirmation) -> None:
    response = answer(client, link, rating="9", confirmed_by="")
    assert sorted(response.context["form"].errors) == ["confirmed_by", "rating"]
    hostile = answer(client, link, words="倒\u202e序")
    assert list(hostile.context["form"].errors) == ["words"]
    link.refresh_from_db()
    assert link.confirmed_at is None


def test_a_new_link_revokes_the_old_one_and_none_is_made_once_confirmed(
    client: Client, teacher_client: Client, link: Confirmation
) -> None:
    address = reverse("enterprise_service:make_link", args=[link.engagement_id])
    teacher_client.post(address)
    link.refresh_from_db()
    newer = link.engagement.confirmations.exclude(pk=link.pk).get()
    assert (link.state, newer.state) == ("revoked", "")
    answer(client, newer)
    teacher_client.post(address)
    assert link.engagement.confirmations.count() == 2
    with pytest.raises(RuleError):
        newer.revoke()


def test_an_enterprise_that_says_not_yet_is_asked_again(
    client: Client, teacher_client: Client, link: Confirmation
) -> None:
    served = link.engagement
    answer(client, link, is_solved="no", words="还在试生产。")
    assert "企业尚未确认服务结果。" in served.open_matters()
    assert "生成企业确认链接" in teacher_client.get(served.get_absolute_url()).content.decode()
    teacher_client.post(reverse("enterprise_service:make_link", args=[served.pk]))
    newer = served.confirmations.exclude(pk=link.pk).get()
    answer(client, newer)
    answers = served.confirmations.order_by("pk").values_list("is_solved", "words")
    assert list(answers) == [(False, "还在试生产。"), (True, "废品率下降一半。")]
    assert statements().filter(pairing=served.pk).count() == 2
    assert "企业尚未确认服务结果。" not in served.open_matters()


def test_a_problem_is_posted_dropped_and_put_back(teacher_client: Client, world: BranchWorld) -> None:
    sent = {"enterprise": world.rows["enterprise"].pk, "title": "换线太慢", "urgency": "urgent", "field": "机器人"}
    teacher_client.post(reverse("enterprise_service:new_problem"), sent)
    posted = Problem.objects.get(title="换线太慢")
    board = teacher_client.get(reverse("enterprise_service:board"), {"status": "open"})
    assert list(board.context["object_list"]) == [posted, world.rows["other_problem"]]
    for verb, status in (("drop_problem", "dropped"), ("drop_problem", "dropped"), ("reopen_problem", "open")):
        teacher_client.post(reverse(f"enterprise_service:{verb}", args=[posted.pk]))
        posted.refresh_from_db()
        assert posted.status == status
    form = teacher_client.get(reverse("enterprise_service:new"), {"problem": posted.pk}).context["form"]
    assert (form["problem"].value(), form["title"].value()) == (posted.pk, "换线太慢")


def test_a_problem_somebody_worked_on_keeps_its_enterprise(teacher_client: Client, world: BranchWorld) -> None:
    asked = world.rows["problem"]
    other = problem(world.branch).enterprise
    sent = {"enterprise": other.pk, "title": "改名", "urgency": "normal", "version": asked.version}
    page = teacher_client.post(reverse("enterprise_service:edit_problem", args=[asked.pk]), sent)
    assert list(page.context["form"].errors) == ["enterprise"]


def test_a_leader_who_teaches_posts_on_the_own_branch_s_board_alone(world: BranchWorld) -> None:
    by, college = world.users["teacher"], world.branch.college
    RoleAssignment.objects.create(user=by, role="leadership", college=college)
    elsewhere = problem(BranchFactory(college=college)).enterprise
    sent = {"enterprise": elsewhere.pk, "title": "越界", "urgency": "normal"}
    page = signed_in(by).post(reverse("enterprise_service:new_problem"), sent)
    assert (list(page.context["form"].errors), Problem.objects.filter(title="越界").count()) == (["enterprise"], 0)


def test_a_problem_follows_its_engagement_and_nothing_else(world: BranchWorld) -> None:
    asked, other = problem(world.branch), problem(world.branch)
    waiting = engagement(world.branch, problem=asked, approved=False)
    with pytest.raises(RuleError):
        asked.drop()
    waiting.end(by=world.users["secretary"], reason="重复发起。")
    asked.drop()
    asked.refresh_from_db()
    with pytest.raises(ValidationError):
        engagement(world.branch, problem=asked)
    served = engagement(world.branch, problem=other)
    served.problem = problem(world.branch)
    with pytest.raises(RuleError):
        served.save()
    assert asked.status == "dropped"


def test_an_old_copy_of_a_contract_receives_nothing(world: BranchWorld) -> None:
    old, new = (Engagement.objects.get(pk=world.rows["engagement"].pk) for _ in range(2))
    changed(new, by=world.users["secretary"], values={"contract_amount_cny": Decimal(2000)})
    with pytest.raises(RuleError):
        old.receive(Instalment(amount_cny=30_000, received_on=datetime.date(2024, 8, 1)))
    assert new.received_cny == 1000


def test_a_problem_under_way_is_not_dropped(world: BranchWorld) -> None:
    with pytest.raises(RuleError):
        world.rows["problem"].drop()


def test_instalments_add_up_to_the_contract_and_never_above(world: BranchWorld, teacher_client: Client) -> None:
    served = Engagement.objects.get(pk=world.rows["engagement"].pk)
    address = reverse("enterprise_service:new_instalment", args=[served.pk])
    teacher_client.post(address, {"amount_cny": "49000.00", "received_on": "2024-08-01", "note": "尾款"})
    assert served.received_cny == Decimal("50000.00")
    refused = teacher_client.post(address, {"amount_cny": "0.01", "received_on": "2024-08-02"})
    assert "将超过合同金额" in str(refused.context["form"].non_field_errors())
    assert served.instalments.count() == 2
    with pytest.raises(RuleError):
        engagement(world.branch).receive(Instalment(amount_cny=1, received_on=datetime.date(2024, 8, 1)))


def test_a_mistyped_instalment_is_corrected_or_taken_out(world: BranchWorld, teacher_client: Client) -> None:
    served, first = Engagement.objects.get(pk=world.rows["engagement"].pk), world.rows["instalment"]
    address = reverse("enterprise_service:edit_instalment", args=[first.pk])
    sent = {"amount_cny": "50000.00", "received_on": "2024-07-02", "version": first.version}
    teacher_client.post(address, sent)
    assert served.received_cny == Decimal("50000.00")
    stale = teacher_client.post(address, {**sent, "amount_cny": "1.00"})
    assert [one.theirs for one in stale.context["form"].conflicts] == ["50000.00"]
    first.refresh_from_db()
    refused = teacher_client.post(address, {**sent, "amount_cny": "50000.01", "version": first.version})
    assert "将超过合同金额" in str(refused.context["form"].non_field_errors())
    teacher_client.post(reverse("take_back_instalment", args=[first.pk]), {"reason": ""})
    assert (served.received_cny, served.instalments.count()) == (0, 0)


def test_a_contract_is_never_of_less_than_was_received(world: BranchWorld) -> None:
    served = Engagement.objects.get(pk=world.rows["engagement"].pk)
    for amount in (Decimal("999.99"), None):
        served.contract_amount_cny = amount
        with pytest.raises(ValidationError) as refused:
            served.full_clean()
        assert list(refused.value.message_dict) == ["contract_amount_cny"]
    served.contract_amount_cny = Decimal(1000)
    served.full_clean()


def test_helpers_join_and_leave_a_team_and_stay_as_history(
    teacher_client: Client, desk: Client, world: BranchWorld
) -> None:
    served = engagement(world.branch, by=world.users["teacher"], people={"leader": world.users["teacher"].person})
    one, two = teacher(world.branch), teacher(world.branch)
    sent = {
        "problem": served.problem_id,
        "leader": world.users["teacher"].person_id,
        "on": "2024-05-01",
        "reason": "需要编程支持。",
    }
    for helpers in ([one.pk, two.pk], [two.pk]):
        served.refresh_from_db()
        address = reverse("enterprise_service:change", args=[served.pk])
        teacher_client.post(address, {**sent, "helpers": helpers, "version": served.version})
        desk.post(reverse("pairings:approve_change", args=[served.changes.open().get().pk]))
    seats = served.seats.filter(role="helper")
    assert {(seat.person, seat.left_on is None) for seat in seats} == {(one, False), (two, True)}


def test_findings_collect_across_enterprises(desk: Client, world: BranchWorld) -> None:
    other = engagement(world.branch, title="人才调研")
    log(other, activity_type="talent", words="缺少会编程的技术工人。")
    log(world.rows["engagement"], activity_type="policy", words="询问稳岗补贴。", by=world.users["teacher"])
    log(world.rows["engagement"], activity_type="solving", words="调试工装。", by=world.users["teacher"])
    page = desk.get(reverse("enterprise_service:findings"))
    assert {found.words for found in page.context["object_list"]} == {"缺少会编程的技术工人。", "询问稳岗补贴。"}
    talent = desk.get(reverse("enterprise_service:findings"), {"activity_type": "talent"})
    assert [found.pairing.counterpart for found in talent.context["object_list"]] == [other.counterpart]


def test_members_are_suggested_by_strengths_and_past_work(world: BranchWorld) -> None:
    able = member(teacher(world.branch, name="能编程", strengths="数控编程、课程建设"))
    done = member(teacher(world.branch, name="做过", strengths="竞赛指导"))
    teacher(world.branch, name="非党员", strengths="数控编程")
    past = problem(world.branch, field="数控加工")
    engagement(world.branch, by=user_of(done), people={"leader": done}, problem=past)
    asked = problem(world.branch, title="数控编程依赖个别师傅", field="数控加工")
    found = ServiceMatcher().suggest(asked)
    assert {one["person"]: one["reasons"] for one in found} == {
        able: ["特长符合难题需要：数控编程", "目前没有负责其他结对"],
        done: ["做过相关工作：数控加工"],
    }


def test_what_is_still_open_is_said_before_an_engagement_is_closed(desk: Client, world: BranchWorld) -> None:
    page = desk.get(world.rows["engagement"].get_absolute_url())
    assertContains(page, "<li>合同款尚有49000.00元未到账。</li><li>企业尚未确认服务结果。</li>", html=True, count=2)
