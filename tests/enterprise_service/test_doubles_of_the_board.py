"""One enterprise entered twice, one problem posted twice: seen, merged with all work on them, and parted again."""

import pytest
from django.test import TestCase
from django.urls import reverse
from django.utils import translation

from enterprise_service.models import Engagement, Enterprise, Problem
from organization.integrity import try_all
from organization.likeness import of_company
from organization.merging import merge, undo_merge
from organization.models import Branch, RuleError
from tests.conftest import signed_in
from tests.factories import BranchFactory, engagement, member, secretary_of, teacher, user_of

REASON = "同一家企业登记了两次。"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("佳锐精密有限公司", "佳锐精密有限责任公司"),
        ("佳锐精密（广州）股份有限公司", "佳锐精密(广州)公司"),
        ("恒拓模塑集团", "恒拓 模塑集团有限公司"),
    ],
)
def test_names_of_one_company_are_alike(one: str, other: str) -> None:
    assert of_company(one) == of_company(other) != ""


class Doubles(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.branch: Branch = BranchFactory()
        cls.secretary = secretary_of(cls.branch)
        cls.author = user_of(member(teacher(cls.branch)))
        cls.one = Enterprise.objects.create(branch=cls.branch, name="佳锐精密有限公司")
        cls.other = Enterprise.objects.create(branch=cls.branch, name="佳锐精密有限责任公司")

    def served(self, enterprise: Enterprise, title: str = "夹具定位不准") -> Engagement:
        asked = Problem.objects.create(enterprise=enterprise, title=title)
        return engagement(self.branch, problem=asked)

    def sound(self) -> bool:
        return [found for _name, finding in try_all() for found in finding.broken] == []

    def test_another_branch_s_enterprise_is_no_double(self) -> None:
        Enterprise.objects.create(branch=BranchFactory(college=self.branch.college), name="佳锐精密公司")
        assert list(Enterprise.objects.likely_doubles_of(self.one)) == [self.other]

    def test_whoever_adds_it_again_is_told_and_goes_on_with_a_tick(self) -> None:
        client, address = signed_in(self.author), reverse("enterprise_service:new_enterprise")
        assert client.post(address, {"name": "佳锐精密公司"}).context["form"].doubles == [self.one, self.other]
        assert Enterprise.objects.count() == 2
        client.post(address, {"name": "佳锐精密公司", "is_another": "on"})
        assert Enterprise.objects.count() == 3

    def test_the_kept_one_has_the_problems_and_the_work_of_both_and_back(self) -> None:
        work = self.served(self.other)
        line = merge(self.one, self.other, by=self.secretary, reason=REASON)
        work = Engagement.objects.get(pk=work.pk)
        assert (work.problem.enterprise, work.counterpart, self.sound()) == (self.one, self.one.name, True)
        listed = signed_in(self.author).get(reverse("enterprise_service:enterprises")).context["object_list"]
        assert list(listed) == [self.one]
        answer = signed_in(self.author).get(self.other.get_absolute_url())
        assert answer["Location"] == self.one.get_absolute_url()
        undo_merge(line, by=self.secretary, reason="是两家公司。")
        work = Engagement.objects.get(pk=work.pk)
        assert (work.problem.enterprise, work.counterpart, self.sound()) == (self.other, self.other.name, True)

    def test_two_problems_become_one_that_somebody_works_on(self) -> None:
        asked = Problem.objects.create(enterprise=self.one, title="夹具定位不准")
        work = self.served(self.one, "夹具 定位不准")
        taken = Problem.objects.get(pk=work.problem_id)
        assert list(Problem.objects.likely_doubles_of(asked)) == [taken]
        line = merge(asked, taken, by=self.secretary, reason="重复发布。")
        assert (Engagement.objects.get(pk=work.pk).problem, asked.status, self.sound()) == (asked, "taken", True)
        with translation.override("en"), self.assertRaisesMessage(RuleError, "stands for this one"):
            taken.reopen()
        undo_merge(line, by=self.secretary, reason="是两个难题。")
        asked.refresh_from_db()
        assert (Engagement.objects.get(pk=work.pk).problem, asked.status, self.sound()) == (taken, "open", True)

    def test_what_speaks_against_it_is_said(self) -> None:
        one, two = (Problem.objects.get(pk=self.served(self.one, title).problem_id) for title in ("甲", "乙"))
        theirs = Problem.objects.create(enterprise=self.other, title="甲")
        with translation.override("en"):
            with self.assertRaisesMessage(RuleError, "A pairing works on each of the two"):
                merge(two, one, by=self.secretary, reason=REASON)
            with self.assertRaisesMessage(RuleError, "different enterprises"):
                merge(one, theirs, by=self.secretary, reason=REASON)
            with self.assertRaisesMessage(RuleError, "decides on this"):
                merge(self.one, self.other, by=self.author, reason=REASON)

    def test_a_name_changed_since_keeps_the_merge_from_being_undone(self) -> None:
        self.served(self.other)
        line = merge(self.one, self.other, by=self.secretary, reason=REASON)
        kept = Enterprise.objects.get(pk=self.one.pk)
        kept.name = "佳锐精密制造有限公司"
        kept.save()
        with translation.override("en"), self.assertRaisesMessage(RuleError, "changed since"):
            undo_merge(line, by=self.secretary, reason="是两家公司。")

    def test_what_is_left_with_a_merged_enterprise_or_problem_is_found(self) -> None:
        one, other = (Problem.objects.create(enterprise=self.one, title="夹具定位不准") for _time in "12")
        work = self.served(self.one, "另一个难题")
        merge(one, other, by=self.secretary, reason="重复发布。")
        merge(self.one, self.other, by=self.secretary, reason=REASON)
        assert self.sound()
        Engagement.objects.filter(pk=work.pk).update(problem=other)
        Problem.objects.filter(pk=one.pk).update(enterprise=self.other)
        Problem.objects.filter(pk=other.pk).update(status="open")
        left = dict(try_all())["5_nothing_is_left_with_what_was_merged"].broken
        assert [(row["model"], row["id"]) for row in left] == [
            ("enterprise_service.Problem", one.pk),
            ("enterprise_service.Engagement", work.pk),
            ("enterprise_service.Problem", other.pk),
        ]
