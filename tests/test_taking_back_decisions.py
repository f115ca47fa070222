"""Decisions taken back: what stands on them, who may, what counts again, and what a frozen report says of it."""

import datetime
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from organization.integrity import try_all
from organization.models import RuleError, TakenBack
from outcomes.figures import Period, branch_report
from outcomes.models import FrozenReport, Outcome
from pairings.models import Pairing
from pairings.models.asking import ask_for_changes
from tests.factories import (
    changed,
    engagement,
    evidence,
    log,
    member,
    mentorship,
    outcome,
    student,
    submitted,
    teacher,
    teaching_pair,
    verified,
)
from tests.world import YEAR, BranchWorld

pytestmark = pytest.mark.django_db

REASON = "核实有误。"


@pytest.fixture(autouse=True)
def _words_in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def is_sound() -> bool:
    return [name for name, found in try_all() if found.broken] == []


def counted(world: BranchWorld) -> int:
    return branch_report(world.branch, Period.year(YEAR))["totals"]["outcomes"]


class TestRevoking:
    def test_who_submitted_it_does_not_decide_on_the_way_back_either(self, world: BranchWorld) -> None:
        own = submitted(world.branch, by=world.users["secretary"])
        own.verify(by=world.users["deputy"])
        with pytest.raises(RuleError, match="Only who it belongs to"):
            own.revoke(by=world.users["secretary"], reason=REASON)
        own.revoke(by=world.users["deputy"], reason=REASON)
        assert (own.review, own.return_reason, own.submitted_by) == ("returned", REASON, world.users["secretary"])

    def test_what_it_had_corrected_counts_again(self, world: BranchWorld) -> None:
        first, secretary = world.rows["verified"], world.users["secretary"]
        first = Outcome.objects.get(pk=first.pk)
        before = counted(world)
        second = first.correct(by=world.users["teacher"], reason="级别有误。")
        second.submit(by=world.users["teacher"])
        second.verify(by=secretary)
        second.revoke(by=secretary, reason=REASON)
        first.refresh_from_db()
        assert (first.review, second.review, counted(world)) == ("verified", "returned", before)
        assert is_sound()

    def test_what_others_stand_on_is_refused_by_name(self, world: BranchWorld) -> None:
        secretary = world.users["secretary"]
        lower = verified(world.branch, verifier=secretary, title="校级课程", level="college")
        higher = verified(world.branch, verifier=secretary, title="省级课程", continues=lower)
        with pytest.raises(RuleError, match="“省级课程” continues this one"):
            lower.revoke(by=secretary, reason=REASON)
        higher.revoke(by=secretary, reason=REASON)
        lower.revoke(by=secretary, reason=REASON)
        higher.refresh_from_db()
        assert (higher.continues, higher.work == lower.work) == (None, False)
        assert is_sound()

    def test_a_correction_under_way_is_in_the_way(self, world: BranchWorld) -> None:
        first, secretary = Outcome.objects.get(pk=world.rows["verified"].pk), world.users["secretary"]
        draft = first.correct(by=world.users["teacher"], reason="级别有误。")
        with pytest.raises(RuleError, match="correction of this outcome is under way"):
            first.revoke(by=secretary, reason=REASON)
        draft.drop(by=world.users["teacher"])
        first.revoke(by=secretary, reason=REASON)
        assert is_sound()

    def test_what_counted_once_is_no_draft_to_remove(self, world: BranchWorld) -> None:
        once = Outcome.objects.get(pk=world.rows["verified"].pk)
        once.revoke(by=world.users["secretary"], reason=REASON)
        once.submit(by=world.users["teacher"])
        once.withdraw(by=world.users["teacher"])
        with pytest.raises(RuleError, match="verified once"):
            once.drop(by=world.users["teacher"])

    def test_a_revocation_by_mistake_is_undone_and_verified_anew(self, world: BranchWorld) -> None:
        once, secretary = Outcome.objects.get(pk=world.rows["verified"].pk), world.users["secretary"]
        before = counted(world)
        once.revoke(by=secretary, reason=REASON)
        once.undo_return(by=secretary, reason="撤错了。")
        once.verify(by=secretary)
        assert (once.review, counted(world), is_sound()) == ("verified", before, True)

    def test_what_was_changed_after_its_return_is_submitted_by_who_answers_for_it(self, world: BranchWorld) -> None:
        sent, by = submitted(world.branch, by=world.users["teacher"]), world.users["teacher"]
        sent.send_back(by=world.users["secretary"], reason=REASON)
        sent.rewrite(by=by, people=[by.person], pairings=[], evidence=[evidence(by)])
        with pytest.raises(RuleError, match="changed after it was returned"):
            sent.undo_return(by=world.users["secretary"], reason=REASON)

    def test_removing_the_proof_of_what_was_verified_revokes_it(self, world: BranchWorld) -> None:
        proved = verified(world.branch, verifier=world.users["secretary"], by=world.users["teacher"])
        proved.proofs.get().take_back(by=world.users["secretary"], reason=REASON)
        proved.refresh_from_db()
        assert (proved.review, proved.proofs.count()) == ("returned", 0)
        assert {"proof", "verification"} <= set(TakenBack.objects.values_list("way", flat=True))
        assert is_sound()

    def test_the_proof_of_a_replaced_version_goes_and_the_rest_stays_sealed(self, world: BranchWorld) -> None:
        first, by = verified(world.branch, by=world.users["teacher"]), world.users["teacher"]
        second = first.correct(by=by, reason="换一份证书。")
        second.submit(by=by)
        second.verify(by=world.users["secretary"])
        first.refresh_from_db()
        first.proofs.get().take_back(by=world.users["secretary"], reason=REASON)
        first.refresh_from_db()
        assert (first.review, first.proofs.count(), is_sound()) == ("superseded", 0, True)


class TestPairings:
    def test_an_approval_by_mistake_leaves_nothing_of_it(self, world: BranchWorld) -> None:
        served, secretary = engagement(world.branch), world.users["secretary"]
        Pairing.objects.get(pk=served.pk).undo_decision(by=secretary, reason=REASON)
        served.refresh_from_db()
        served.problem.refresh_from_db()
        assert (served.status, served.approved_by, served.approved_at) == ("proposed", None, None)
        assert served.problem.status == "open"
        served.approve(by=secretary)
        assert is_sound()

    def test_an_approval_on_which_work_stands_is_not_undone(self, world: BranchWorld) -> None:
        pair, secretary = teaching_pair(world.branch), world.users["secretary"]
        entry = log(pair)
        pair.refresh_from_db()
        with pytest.raises(RuleError, match="Work was done in it already"):
            pair.undo_decision(by=secretary, reason=REASON)
        entry.take_back(by=secretary, reason=REASON)
        outcome(world.branch, by=world.users["teacher"], pairings=[pair])
        pair.refresh_from_db()
        with pytest.raises(RuleError, match="Work was done in it already"):
            pair.undo_decision(by=secretary, reason=REASON)

    @pytest.mark.parametrize("end", ["withdrawn", "refused"])
    def test_a_change_that_nothing_came_of_does_not_keep_an_approval(self, world: BranchWorld, end: str) -> None:
        pair, secretary = teaching_pair(world.branch), world.users["secretary"]
        asker = pair.leader.user
        [request] = ask_for_changes(pair, by=asker, reason=REASON, people={"ordinary_teacher": teacher(world.branch)})
        pair = Pairing.objects.get(pk=pair.pk)
        with pytest.raises(RuleError, match="Work was done in it already"):
            pair.undo_decision(by=secretary, reason=REASON)
        if end == "withdrawn":
            request.withdraw(by=asker)
        else:
            request.refuse(by=secretary, reason=REASON)
        pair.undo_decision(by=secretary, reason=REASON)
        assert (pair.status, pair.changes.get().state) == ("proposed", end)
        assert is_sound()
        pair.as_form().approve(by=secretary)
        assert is_sound()

    def test_a_change_that_was_carried_out_keeps_it(self, world: BranchWorld) -> None:
        pair, secretary = teaching_pair(world.branch), world.users["secretary"]
        [request] = ask_for_changes(
            pair, by=pair.leader.user, reason=REASON, values={"course": "数控加工", "topic": ""}
        )
        request.approve(by=secretary)
        with pytest.raises(RuleError, match="Work was done in it already"):
            Pairing.objects.get(pk=pair.pk).undo_decision(by=secretary, reason=REASON)

    def test_an_end_by_mistake_is_no_end(self, world: BranchWorld) -> None:
        served, secretary = engagement(world.branch), world.users["secretary"]
        before = branch_report(world.branch, Period.year(YEAR))["pairings"]["enterprise"]
        day = datetime.date(YEAR, 12, 1)
        served.end(by=secretary, reason="选错了一行。", on=day)
        assert branch_report(world.branch, Period.year(YEAR))["pairings"]["enterprise"] != before
        served.undo_decision(by=secretary, reason=REASON)
        served.refresh_from_db()
        served.problem.refresh_from_db()
        assert branch_report(world.branch, Period.year(YEAR))["pairings"]["enterprise"] == before
        assert (served.status, served.is_under_way, served.problem.status) == ("active", True, "taken")
        assert [seat.left_on for seat in served.seats.all()] == [None]
        assert is_sound()

    def test_who_was_replaced_on_the_last_day_stays_replaced(self, world: BranchWorld) -> None:
        pair, secretary = teaching_pair(world.branch), world.users["secretary"]
        day, newcomer = datetime.date(YEAR, 12, 1), teacher(world.branch)
        changed(pair, by=secretary, people={"ordinary_teacher": newcomer}, on=day)
        pair.complete(by=secretary, summary="完成。", on=day)
        pair.undo_decision(by=secretary, reason=REASON)
        pair = Pairing.objects.get(pk=pair.pk)
        assert [seat.person for seat in pair.open_seats if seat.role == "ordinary_teacher"] == [newcomer]
        assert is_sound()

    def test_a_student_who_sits_elsewhere_by_now_is_in_the_way(self, world: BranchWorld) -> None:
        secretary, pupil = world.users["secretary"], student(world.branch)
        people = {"leader": member(teacher(world.branch)), "ordinary_student": pupil}
        team = mentorship(
            world.branch, by=secretary, people={**people, "student_member": member(student(world.branch))}
        )
        team.complete(by=secretary, summary="完成。", on=datetime.date(YEAR, 12, 1))
        other = {**people, "student_member": member(student(world.branch))}
        mentorship(world.branch, by=secretary, people=other, started_on=datetime.date(YEAR, 12, 2))
        with pytest.raises(RuleError):
            team.undo_decision(by=secretary, reason=REASON)
        team.refresh_from_db()
        assert team.status == "completed"

    def test_who_takes_part_does_not_decide_on_the_way_back(self, world: BranchWorld) -> None:
        secretary = world.users["secretary"]
        pair = teaching_pair(
            world.branch,
            by=secretary,
            people={"leader": secretary.person, "ordinary_teacher": teacher(world.branch)},
            approved=False,
        )
        pair.approve(by=world.users["deputy"])
        pair.complete(by=secretary, summary="完成。")
        with pytest.raises(RuleError, match="Only who it belongs to"):
            pair.undo_decision(by=secretary, reason=REASON)
        pair.undo_decision(by=world.users["deputy"], reason=REASON)
        assert pair.is_active


class TestSinceFreezing:
    def test_the_page_says_what_its_report_rests_on_no_more(self, world: BranchWorld, desk: Client) -> None:
        kept = list(FrozenReport.objects.values())
        address = reverse("outcomes:report", args=[world.code]) + f"?year={YEAR}"
        desk.cookies["django_language"] = "en"
        assert "Nothing that this report rests on has changed." in desk.get(address).content.decode()
        once, entry = Outcome.objects.get(pk=world.rows["verified"].pk), world.rows["log"]
        once.revoke(by=world.users["secretary"], reason="证书是别人的。")
        type(entry).objects.get(pk=entry.pk).take_back(by=world.users["secretary"], reason="重复录入了。")
        page = desk.get(address)
        since = page.context["since"]
        assert [line.way for _what, line in since.lines] == ["log", "verification"]
        assert [one.pk for one in since.gone] == [once.pk]
        assert ("Mentorship · Logs", 1, 0) in [(one.label, one.other, one.value) for one in since.moved]
        assert ("证书是别人的。" in page.content.decode(), "重复录入了。" in page.content.decode()) == (True, True)
        assert list(FrozenReport.objects.values()) == kept
        assert is_sound()

    def test_what_is_verified_later_counts_now_and_not_then(self, world: BranchWorld, desk: Client) -> None:
        late = verified(world.branch, by=world.users["teacher"], title="迟到的课程")
        address = reverse("outcomes:report", args=[world.code]) + f"?year={YEAR}"
        assert [one.pk for one in desk.get(address).context["since"].new] == [late.pk]


def test_a_reason_that_no_document_could_hold_is_refused_beside_its_field(desk: Client, world: BranchWorld) -> None:
    draft = world.rows["draft"]
    answer = desk.post(
        reverse("take_back_draft", args=[draft.pk]), {"reason": "\u202e录错了", "form_key": str(uuid.uuid4())}
    )
    assert (answer.status_code, "U+202E" in answer.content.decode()) == (200, True)
    assert Outcome.objects.filter(pk=draft.pk).exists()
