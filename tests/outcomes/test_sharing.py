"""One outcome of two branches: one asks, the other agrees; it counts once in each, and once in the college."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse
from django.utils import translation

from organization.integrity import try_all
from organization.merging import merge
from organization.models import Branch, RuleError
from outcomes.figures import Period, branch_report
from outcomes.figures.achievements import Achievements
from outcomes.models import Outcome, OutcomeShare, ask_to_share
from tests.conftest import signed_in
from tests.factories import (
    BranchFactory,
    member,
    outcome,
    secretary_of,
    teacher,
    teaching_pair,
    user_of,
    verified,
)

YEAR = Period.year(2024)


def sound() -> bool:
    return [found for _name, finding in try_all() for found in finding.broken] == []


class Sharing(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.owner: Branch = BranchFactory(name="甲支部")
        cls.other: Branch = BranchFactory(name="乙支部", college=cls.owner.college)
        cls.author = user_of(member(teacher(cls.owner)))
        cls.secretary, cls.theirs = secretary_of(cls.owner), secretary_of(cls.other)

    def asked(self, *, of: Outcome | None = None) -> OutcomeShare:
        done = of or verified(self.owner, by=self.author, verifier=self.secretary)
        return ask_to_share(done, self.other, by=self.secretary)

    def counted(self) -> list[int]:
        """Return what counts in the owner's branch, in the other, and in the college."""
        both = [self.owner, self.other]
        each = [branch_report(branch, YEAR)["totals"]["outcomes"] for branch in both]
        return [*each, Achievements.of(both, YEAR).totals()["outcomes"]]

    def test_what_was_only_asked_counts_in_the_owner_s_branch_alone(self) -> None:
        share = self.asked()
        assert (share.state, self.counted(), sound()) == ("asked", [1, 0, 1], True)

    def test_agreed_it_counts_in_both_and_once_in_the_college_and_stays_sealed(self) -> None:
        share = self.asked()
        share.agree(by=self.theirs)
        assert (share.state, share.answered_by, self.counted(), sound()) == ("agreed", self.theirs, [1, 1, 1], True)

    def test_declined_it_keeps_who_why_and_can_be_asked_again(self) -> None:
        share = self.asked()
        share.decline(by=self.theirs, reason="我支部没有人参加。")
        assert (share.state, share.reason, self.counted()) == ("declined", "我支部没有人参加。", [1, 0, 1])
        ask_to_share(share.outcome, self.other, by=self.secretary).agree(by=self.theirs)
        assert self.counted() == [1, 1, 1]

    def test_the_author_asks_while_it_is_not_verified_and_the_secretary_also_after(self) -> None:
        draft = outcome(self.owner, by=self.author)
        assert ask_to_share(draft, self.other, by=self.author).asked_by == self.author
        done = verified(self.owner, by=self.author, verifier=self.secretary)
        for stranger in (self.author, self.theirs):
            with pytest.raises(RuleError):
                ask_to_share(done, self.other, by=stranger)

    def test_only_another_branch_of_the_college_is_asked_and_only_once(self) -> None:
        share = self.asked()
        for branch in (self.owner, self.other, BranchFactory()):
            with pytest.raises((RuleError, ValidationError)):
                ask_to_share(share.outcome, branch, by=self.secretary)

    def test_nobody_answers_for_another_branch_nor_twice(self) -> None:
        share = self.asked()
        for stranger in (self.secretary, user_of(teacher(self.other))):
            with pytest.raises(RuleError):
                share.agree(by=stranger)
        share.agree(by=self.theirs)
        with translation.override("en"), self.assertRaisesMessage(RuleError, "answered already"):
            share.decline(by=self.theirs, reason="不是我们的。")

    def test_a_request_is_withdrawn_without_a_reason_and_then_there_is_nothing_to_answer(self) -> None:
        share = self.asked()
        OutcomeShare.objects.get(pk=share.pk).take_back(by=self.secretary)
        with translation.override("en"), self.assertRaisesMessage(RuleError, "withdrawn"):
            share.agree(by=self.theirs)

    def test_an_agreement_is_taken_back_with_a_reason_unless_credits_stand_on_it(self) -> None:
        draft = outcome(self.owner, by=self.author)
        share = self.asked(of=draft)
        share.agree(by=self.theirs)
        draft.refresh_from_db()
        pair = teaching_pair(self.other)
        draft.rewrite(by=self.author, people=[self.author.person], pairings=[pair])
        with translation.override("en"), self.assertRaisesMessage(RuleError, "is credited with it"):
            share.take_back(by=self.theirs, reason="我们没有参与。")
        draft.rewrite(by=self.author, people=[self.author.person], pairings=[])
        share.take_back(by=self.theirs, reason="我们没有参与。")
        assert (list(draft.shared_with.all()), sound()) == ([], True)

    def test_taken_back_from_a_verified_one_it_counts_there_no_more(self) -> None:
        share = self.asked()
        share.agree(by=self.theirs)
        share.take_back(by=self.theirs, reason="我们没有参与。")
        assert (self.counted(), sound()) == ([1, 0, 1], True)

    def test_what_was_changed_past_the_site_is_not_sealed_anew(self) -> None:
        share = self.asked()
        Outcome.objects.filter(pk=share.outcome_id).update(achieved_on=datetime.date(2024, 6, 2))
        with translation.override("en"), self.assertRaisesMessage(RuleError, "check_integrity"):
            OutcomeShare.objects.get(pk=share.pk).agree(by=self.theirs)

    def test_a_merged_outcome_s_requests_go_with_it(self) -> None:
        share = self.asked()
        kept = verified(self.owner, by=self.author, verifier=self.secretary)
        merge(kept, share.outcome, by=self.secretary, reason="重复登记。")
        share = OutcomeShare.objects.get(pk=share.pk)
        share.agree(by=self.theirs)
        assert (share.outcome, self.counted(), sound()) == (kept, [1, 1, 1], True)


class Pages(Sharing):
    def test_the_secretary_asks_in_the_page_and_the_other_one_agrees_there(self) -> None:
        done = verified(self.owner, by=self.author, verifier=self.secretary)
        stranger = signed_in(self.theirs)
        assert stranger.get(done.get_absolute_url()).status_code == 404
        signed_in(self.secretary).post(reverse("outcomes:share", args=[done.pk]), {"branch": self.other.pk})
        share = done.shares.get()
        assert (
            reverse("outcomes:agree_share", args=[share.pk]) in stranger.get(done.get_absolute_url()).content.decode()
        )
        stranger.post(reverse("outcomes:agree_share", args=[share.pk]))
        page = stranger.get(done.get_absolute_url()).content.decode()
        assert ("乙支部" in page, "全院只计一次" in page, self.counted()) == (True, True, [1, 1, 1])

    def test_declining_asks_why(self) -> None:
        share, client = self.asked(), signed_in(self.theirs)
        address = reverse("outcomes:decline_share", args=[share.pk])
        client.post(address, {"reason": " "})
        assert OutcomeShare.objects.get(pk=share.pk).state == "asked"
        client.post(address, {"reason": "我支部没有人参加。"})
        assert OutcomeShare.objects.get(pk=share.pk).state == "declined"
        assert client.get(share.get_absolute_url()).status_code == 404
