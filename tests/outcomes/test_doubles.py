"""One piece of work recorded twice: it is seen while typing, at review and in a list, and becomes one again."""

import datetime
from typing import Any

import pytest
from django.test import TestCase
from django.urls import reverse
from django.utils import translation

from evidence.models import Evidence
from organization.integrity import try_all
from organization.likeness import of_title
from organization.merging import merge, say_different, take_difference_back, undo_merge
from organization.models import Branch, Merge, NotDouble, RuleError, User
from organization.sheets import SheetFile
from outcomes.figures import Period, branch_report
from outcomes.freezing import freeze_report
from outcomes.ledger import import_ledger
from outcomes.models import Outcome
from tests.conftest import signed_in
from tests.factories import (
    BranchFactory,
    evidence,
    member,
    operator,
    outcome,
    secretary_of,
    submitted,
    teacher,
    teaching_pair,
    user_of,
    verified,
)

REASON = "同一张证书登记了两次。"
YEAR = Period.year(2024)


def ledger(title: str, number: str) -> SheetFile:
    """Return an old ledger of one row."""
    lines = ("成果名称,类别,级别,获得时间,完成人", f"{title},课程,省级,2024-06-01,{number}")
    return SheetFile(name="台账.csv", content="\n".join(lines).encode())


def sound() -> bool:
    return [found for _name, finding in try_all() for found in finding.broken] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("《数控编程》精品课程", "数控编程精品课程"),
        ("2024年全国技能大赛", "全国技能大赛"),
        ("2023-2024学年优秀教师", "优秀教师"),
        ("ＣＡＤ/CAM 课程", "cad cam课程"),
        ("“匠心”团队", "匠心 团队"),
    ],
)
def test_titles_that_an_office_writes_in_two_ways_are_alike(one: str, other: str) -> None:
    assert of_title(one) == of_title(other) != ""


@pytest.mark.parametrize(("one", "other"), [("数控编程", "数控编程二"), ("2024", "2023"), ("甲队", "乙队")])
def test_titles_that_say_something_else_are_not(one: str, other: str) -> None:
    assert of_title(one) != of_title(other)


class Doubles(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.branch: Branch = BranchFactory()
        cls.secretary, cls.deputy = secretary_of(cls.branch), secretary_of(cls.branch)
        cls.author: User = user_of(member(teacher(cls.branch)))
        cls.colleague = teacher(cls.branch)
        cls.other_branch = BranchFactory(college=cls.branch.college)
        cls.stranger = secretary_of(cls.other_branch)

    def new(self, make: Any = outcome, **fields: Any) -> Outcome:
        given = {"by": self.author, "people": [self.author.person], "title": "《数控编程》精品课程", **fields}
        if make is verified:
            given.setdefault("verifier", self.secretary)
        return make(given.pop("branch", self.branch), **given)

    def doubles_of(self, one: Outcome, user: User | None = None) -> list[Outcome]:
        return list(Outcome.objects.visible_to(user or self.secretary).likely_doubles_of(one))


class Seen(Doubles):
    def test_the_same_title_month_and_person_are_likely_the_same(self) -> None:
        one, other = self.new(), self.new(title="数控编程 精品课程", achieved_on=datetime.date(2024, 6, 20))
        assert (self.doubles_of(one), self.doubles_of(other)) == ([other], [one])

    def test_another_month_or_other_people_of_the_branch_are_not(self) -> None:
        one = self.new()
        self.new(achieved_on=datetime.date(2024, 7, 1))
        self.new(people=[self.colleague])
        assert self.doubles_of(one) == []

    def test_the_same_file_is_enough_whatever_the_title(self) -> None:
        one = self.new()
        content = b"".join(self.bytes_of(one.proofs.get().evidence))
        other = self.new(title="课程", people=[self.colleague], proofs=[evidence(content=content)])
        assert self.doubles_of(one) == [other]

    def bytes_of(self, shown: Evidence) -> Any:
        from evidence.looking import evidence_storage  # noqa: PLC0415 - only here

        with evidence_storage().open(shown.file.path) as stored:
            return [stored.read()]

    def test_recognitions_and_versions_of_one_work_are_no_doubles(self) -> None:
        one = self.new(verified, level="college")
        self.new(continues=one, achieved_on=datetime.date(2024, 6, 2))
        one.correct(by=self.author, reason="名称有误。")
        assert self.doubles_of(one) == []

    def test_what_another_branch_holds_is_named_to_who_sees_both_and_to_nobody_else(self) -> None:
        one = self.new()
        theirs = self.new(branch=self.other_branch, by=user_of(teacher(self.other_branch)), people=None)
        assert (self.doubles_of(one), self.doubles_of(one, operator())) == ([], [theirs])

    def test_a_pair_that_was_looked_at_stays_silent_until_that_is_taken_back(self) -> None:
        one, other = self.new(), self.new()
        said = say_different(other, one, by=self.secretary)
        assert (self.doubles_of(one), self.doubles_of(other)) == ([], [])
        take_difference_back(said, by=self.deputy, reason="看错了。")
        assert self.doubles_of(one) == [other]

    def test_only_who_manages_the_branch_says_that_two_are_different(self) -> None:
        one, other = self.new(), self.new()
        for stranger in (self.author, self.stranger):
            with pytest.raises(RuleError):
                say_different(one, other, by=stranger)
        assert not NotDouble.objects.exists()


class Pages(Doubles):
    def form(self, **fields: Any) -> dict[str, Any]:
        given = {"title": "数控编程精品课程", "category": "course", "level": "provincial", "status": "recognised"}
        return {**given, "achieved_on": "2024-06-01", "people": [self.author.person_id], **fields}

    def test_while_typing_a_notice_names_it(self) -> None:
        one = self.new()
        address = reverse("outcomes:alike")
        typed = {"title": "数控编程精品课程", "achieved_on": "2024-06-03", "people": [self.author.person_id]}
        client = signed_in(self.author)
        assert one.get_absolute_url() in client.get(address, typed).content.decode()
        assert one.get_absolute_url() not in client.get(address, {**typed, "title": "别的课程"}).content.decode()
        assert one.get_absolute_url() not in client.get(address, {"title": "数控编程精品课程"}).content.decode()

    def test_without_javascript_it_is_named_when_it_is_saved_and_a_tick_goes_on(self) -> None:
        self.new()
        client, address = signed_in(self.author), reverse("outcomes:new")
        page = client.post(address, self.form()).content.decode()
        assert ("is_another" in page, "似乎已有" in page, Outcome.objects.count()) == (True, True, 1)
        client.post(address, self.form(is_another="on"))
        assert Outcome.objects.count() == 2

    def test_at_review_the_page_names_it_and_leads_to_both_side_by_side(self) -> None:
        one, other = self.new(submitted), self.new(submitted)
        page = signed_in(self.secretary).get(one.get_absolute_url()).content.decode()
        assert reverse("merge_outcome", args=[other.pk, one.pk]) in page
        author_sees = signed_in(self.author).get(one.get_absolute_url()).content.decode()
        assert (other.get_absolute_url() in author_sees, "/into/" in author_sees) == (True, False)

    def test_the_list_shows_every_pair_once_and_what_was_decided(self) -> None:
        one, two = self.new(), self.new()
        three, four = self.new(title="另一门课程"), self.new(title="“另一门”课程")
        desk, address = signed_in(self.secretary), reverse("doubles_outcome")
        assert desk.get(address).context["pairs"] == [(three, [four]), (one, [two])]
        merge(one, two, by=self.secretary, reason=REASON)
        desk.post(reverse("different_outcome", args=[four.pk, three.pk]))
        context = desk.get(address).context
        assert (context["pairs"], len(context["merges"]), len(context["different"])) == ([], 1, 1)

    def test_a_secretary_merges_in_the_page_and_the_other_address_leads_on(self) -> None:
        one, other = self.new(submitted), self.new(submitted)
        desk, address = signed_in(self.secretary), reverse("merge_outcome", args=[other.pk, one.pk])
        assert other.title in desk.get(address).content.decode()
        assert "reason" in desk.post(address, {"reason": " "}).context["form"].errors
        desk.post(address, {"reason": REASON})
        answer = desk.get(other.get_absolute_url())
        assert (answer.status_code, answer["Location"]) == (302, one.get_absolute_url())
        listed = desk.get(reverse("outcomes:list")).context["object_list"]
        assert [row.pk for row in listed] == [one.pk]

    def test_whoever_entered_the_merged_one_still_finds_the_work(self) -> None:
        clerk = user_of(teacher(self.branch))
        one, other = self.new(people=[self.colleague]), self.new(by=clerk, people=[self.colleague])
        merge(one, other, by=self.secretary, reason=REASON)
        answer = signed_in(clerk).get(other.get_absolute_url(), follow=True)
        assert answer.context["outcome"] == one


class Merging(Doubles):
    def two(self, *sharing: Branch) -> tuple[Outcome, Outcome]:
        """Return two verified records of one course, each with a pairing, people and a file of its own."""
        self.pairs = [teaching_pair(self.branch) for _ in "12"]
        one = self.new(verified, pairings=[self.pairs[0]])
        other = self.new(
            submitted, pairings=self.pairs, people=[self.colleague, self.author.person], title="数控编程精品课程"
        )
        other.shared_with.add(*sharing)
        other.verify(by=self.secretary)
        return one, other

    def test_the_kept_one_has_the_people_credits_files_and_shares_of_both_and_is_sealed(self) -> None:
        one, other = self.two(self.other_branch)
        files = {proof.evidence_id for row in (one, other) for proof in row.proofs.all()}
        merge(one, other, by=self.deputy, reason=REASON)
        assert [c.person for c in one.contributions.order_by("position")] == [self.author.person, self.colleague]
        assert set(one.pairings.values_list("pk", flat=True)) == {pair.pk for pair in self.pairs}
        assert ({proof.evidence_id for proof in one.proofs.all()}, list(one.shared_with.all())) == (
            files,
            [self.other_branch],
        )
        assert (one.review, other.review, other.merged_into) == ("verified", "merged", one)
        assert sound()

    def test_it_counts_once_afterwards_and_credits_of_both_are_told(self) -> None:
        one, other = self.two()
        assert branch_report(self.branch, YEAR)["totals"]["outcomes"] == 2
        merge(one, other, by=self.deputy, reason=REASON)
        report = branch_report(self.branch, YEAR)
        assert (report["totals"]["outcomes"], report["by_form"]["teaching"]["ids"]) == (1, [one.pk])

    def test_undone_each_has_what_it_had_and_counts(self) -> None:
        one, other = self.two()
        before = branch_report(self.branch, YEAR)
        told = [self.all_of(row) for row in (one, other)]
        line = merge(one, other, by=self.deputy, reason=REASON)
        undo_merge(line, by=self.deputy, reason="看错了，是两门课程。")
        again = [Outcome.objects.get(pk=row.pk) for row in (one, other)]
        assert [self.all_of(row) for row in again] == told
        after = branch_report(self.branch, YEAR)
        assert {**after, "generated_at": ""} == {**before, "generated_at": ""}
        assert sound()

    def all_of(self, row: Outcome) -> tuple[Any, ...]:
        return (
            row.review, row.seal, row.work, row.continues_id,
            list(row.contributions.order_by("position").values_list("person", "position")),
            sorted(row.credits.values_list("pairing", flat=True)),
            sorted(row.proofs.values_list("evidence", flat=True)),
            sorted(row.shared_with.values_list("pk", flat=True)),
        )  # fmt: skip

    def test_the_chain_of_the_merged_one_becomes_the_kept_one_s_and_back(self) -> None:
        one = self.new(verified)
        earlier = self.new(verified, level="college", title="校级课程", achieved_on=datetime.date(2023, 6, 1))
        other = self.new(verified, continues=earlier)
        later = self.new(
            verified, level="national", title="国家级课程", achieved_on=datetime.date(2025, 6, 1), continues=other
        )
        line = merge(one, other, by=self.deputy, reason=REASON)
        later.refresh_from_db()
        assert (one.continues, later.continues, list(one.chain())) == (earlier, one, [earlier, one, later])
        all_years = Period(datetime.date(2023, 1, 1), datetime.date(2025, 12, 31))
        assert (sound(), branch_report(self.branch, all_years)["totals"]["outcomes"]) == (True, 1)
        undo_merge(line, by=self.deputy, reason="看错了。")
        one.refresh_from_db()
        assert (one.continues, list(one.chain()), [*other.chain()]) == (None, [one], [earlier, other, later])
        assert sound()

    def test_a_chain_that_would_not_rise_is_refused_by_name(self) -> None:
        one = self.new(verified, level="college")
        other = self.new(verified)
        earlier = self.new(verified, level="college", title="更早", achieved_on=datetime.date(2023, 6, 1))
        other = self.new(verified, continues=earlier)
        with translation.override("en"), self.assertRaisesMessage(RuleError, "would not be higher"):
            merge(one, other, by=self.deputy, reason=REASON)

    def assert_refused(
        self, words: str, other: Outcome, one: Outcome, by: User | None = None, reason: str = REASON
    ) -> None:
        before = [self.all_of(Outcome.objects.get(pk=row.pk)) for row in (one, other)]
        with translation.override("en"), self.assertRaisesMessage(RuleError, words):
            merge(one, other, by=by or self.deputy, reason=reason)
        assert [self.all_of(Outcome.objects.get(pk=row.pk)) for row in (one, other)] == before
        assert not Merge.objects.exists()

    def test_what_speaks_against_it_is_said(self) -> None:
        one, other = self.two()
        draft, award = self.new(), self.new(category="award")
        self.assert_refused("Please write a reason", other, one, reason=" ")
        self.assert_refused("one and the same", one, one)
        self.assert_refused("decides on this", other, one, by=self.author)
        self.assert_refused("decides on this", other, one, by=self.stranger)
        self.assert_refused("the other way round", one, draft)
        self.assert_refused("the same category", award, one)
        other.correct(by=self.author, reason="名称有误。")
        self.assert_refused("is under way", other, one)

    def test_nobody_merges_their_own_record_into_a_verified_one(self) -> None:
        one = self.new(verified, verifier=self.deputy)
        own = self.new(submitted, by=self.secretary)
        self.assert_refused("answers for one of the two", own, one, by=self.secretary)
        merge(one, own, by=self.deputy, reason=REASON)
        assert (own.review, sound()) == ("merged", True)

    def test_what_was_changed_past_the_site_is_not_sealed_anew(self) -> None:
        one, other = self.two()
        Outcome.objects.filter(pk=one.pk).update(level="national")
        one.refresh_from_db()
        self.assert_refused("was changed after it was verified", other, one)

    def test_one_of_two_branches_is_merged_by_who_decides_in_both_and_counts_in_both(self) -> None:
        one = self.new(verified)
        theirs = self.new(verified, branch=self.other_branch, by=user_of(teacher(self.other_branch)), people=None,
                          verifier=self.stranger, pairings=[teaching_pair(self.other_branch)])  # fmt: skip
        self.assert_refused("decides on this", theirs, one)
        merge(one, theirs, by=operator(), reason=REASON)
        counted = [branch_report(branch, YEAR)["totals"]["outcomes"] for branch in (self.branch, self.other_branch)]
        assert (counted, list(one.shared_with.all()), sound()) == ([1, 1], [self.other_branch], True)

    def test_the_ledger_s_row_of_a_merged_one_is_on_record_still(self) -> None:
        one, other = self.new(verified, title="甲课程"), self.new(verified, title="乙课程", people=[self.colleague])
        merge(one, other, by=self.deputy, reason=REASON)
        for title, person in (("甲课程", self.author.person), ("乙课程", self.colleague)):
            found = import_ledger(ledger(title, person.number), self.branch, dry_run=True)
            assert (found.errors, found.unchanged, found.created) == ([], 1, 0), title


class UndoneUntil(Doubles):
    """Something stands on a merge: it is said by name, and nothing moves."""

    def merged(self, make: Any = verified) -> tuple[Outcome, Outcome, Merge]:
        one, other = self.new(make), self.new(make)
        return one, other, merge(one, other, by=self.deputy, reason=REASON)

    def assert_stands(self, line: Merge, words: str) -> None:
        with translation.override("en"), self.assertRaisesMessage(RuleError, words):
            undo_merge(line, by=self.deputy, reason="看错了。")
        assert Merge.objects.get(pk=line.pk).undone_at is None

    def test_a_further_merge(self) -> None:
        one, other, line = self.merged()
        third = self.new(verified)
        further = merge(third, one, by=self.deputy, reason=REASON)
        assert other.survivor == third
        self.assert_stands(line, "merged further")
        undo_merge(further, by=self.deputy, reason="看错了。")
        undo_merge(line, by=self.deputy, reason="看错了。")
        assert sound()

    def test_a_later_verification(self) -> None:
        one, _other, line = self.merged(submitted)
        one.verify(by=self.secretary)
        self.assert_stands(line, "verified since")

    def test_a_revoked_verification(self) -> None:
        one, _other, line = self.merged()
        one.revoke(by=self.deputy, reason="证书有误。")
        self.assert_stands(line, "revoked since")

    def test_a_correction(self) -> None:
        one, _other, line = self.merged()
        one.correct(by=self.author, reason="名称有误。")
        self.assert_stands(line, "correction was begun")

    def test_a_frozen_report_which_stays_and_says_what_was_merged_after_it(self) -> None:
        frozen = freeze_report(self.branch, YEAR, by=self.secretary)
        one, other, line = self.merged()
        address = reverse("outcomes:report", args=[self.branch.code]) + "?year=2024"
        since = signed_in(self.secretary).get(address).context["since"]
        assert list(since.merges) == [(str(other), str(one), line)]
        assert frozen.content["totals"]["outcomes"] == 0
        year = Period.year(2023)
        one, other = (self.new(verified, achieved_on=datetime.date(2023, 6, 1)) for _ in "12")
        line = merge(one, other, by=self.deputy, reason=REASON)
        freeze_report(self.branch, year, by=self.secretary)
        self.assert_stands(line, "was frozen since")

    def test_what_it_moved_was_changed(self) -> None:
        one, other = self.new(), self.new(people=[self.author.person, self.colleague])
        line = merge(one, other, by=self.deputy, reason=REASON)
        one.refresh_from_db()
        one.rewrite(by=self.author, people=[self.author.person], pairings=[])
        self.assert_stands(line, "changed since")
