"""The secretary meets one person on record twice: while adding, on the page, in the list; and answers once."""

import datetime

from django.test import TestCase
from django.urls import reverse
from django.utils import translation

from organization.models import Branch, Merge, NotDouble, Person
from tests.conftest import signed_in
from tests.factories import BranchFactory, log, secretary_of, student, teacher, teaching_pair, user_of

REASON = "名册中登记了两次。"
ADD = reverse("admin:organization_person_add")


def page_of(person: Person) -> str:
    return reverse("admin:organization_person_change", args=[person.pk])


class DeskTest(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.branch: Branch = BranchFactory()
        cls.secretary = secretary_of(cls.branch)
        cls.kept = teacher(cls.branch, name="陈秋实", number="T2012001", phone="13900000001")

    def setUp(self) -> None:
        self.desk = signed_in(self.secretary)
        self.typed = {
            "branch": self.branch.pk,
            "kind": "teacher",
            "name": "陈秋实",
            "number": "L-17",
            "phone": "139 0000 0001",
            **{
                f"{inline}-{what}_FORMS": "0"
                for inline in ("stage_entries", "memberships")
                for what in ("TOTAL", "INITIAL")
            },
        }

    def double(self) -> Person:
        return teacher(self.branch, name="陈秋实", number="L-17", phone="13900000001")

    def test_whoever_adds_somebody_again_is_told_and_goes_on_with_a_tick(self) -> None:
        with translation.override("zh-hans"):
            refused = self.desk.post(ADD, self.typed)
        self.assertContains(refused, "陈秋实 · T2012001")
        assert Person.objects.filter(name="陈秋实").count() == 1
        self.desk.post(ADD, {**self.typed, "is_another": "on"})
        assert Person.objects.get(number="L-17").branch == self.branch

    def test_somebody_of_the_same_name_alone_is_added_without_a_question(self) -> None:
        self.desk.post(ADD, {**self.typed, "phone": ""})
        assert Person.objects.filter(name="陈秋实").count() == 2

    def test_the_page_leads_to_the_comparison_and_to_any_other_record(self) -> None:
        double = self.double()
        page = self.desk.get(page_of(self.kept))
        self.assertContains(page, reverse("merge_person", args=[double.pk, self.kept.pk]))
        self.assertContains(page, reverse("same_as_person", args=[self.kept.pk]))

    def test_another_record_is_found_by_name_and_by_number(self) -> None:
        other = teacher(self.branch, name="何普通", number="T31")
        found = [
            list(self.desk.get(reverse("same_as_person", args=[self.kept.pk]), {"q": words}).context["found"])
            for words in ("何普", "T31", "hpt", "陈秋实", "没有的人")
        ]
        assert found == [[other], [other], [other], [], []]

    def test_what_moves_is_said_before_and_done_after(self) -> None:
        double = self.double()
        people = {"leader": self.secretary.person, "ordinary_teacher": double}
        log(teaching_pair(self.branch, by=self.secretary, people=people), by=user_of(double))
        address = reverse("merge_person", args=[double.pk, self.kept.pk])
        with translation.override("zh-hans"):
            page = self.desk.get(address)
        assert dict(page.context["moves"]) == {"席位": 1, "进展记录": 1, "用户账号": 1, "在支部时间": 1}
        answer = self.desk.post(address, {"reason": REASON})
        assert (answer["Location"], Merge.objects.get().reason) == (page_of(self.kept), REASON)
        assert self.desk.get(page_of(double))["Location"] == page_of(self.kept)
        listed = self.desk.get(reverse("admin:organization_person_changelist")).context["cl"].result_list
        assert double not in listed

    def test_everything_that_speaks_against_it_is_said_at_once(self) -> None:
        double = self.double()
        self.kept.record_stage(stage="full", from_date=datetime.date(2015, 1, 1))
        teaching_pair(self.branch, title="共建甲", people={"leader": self.kept, "ordinary_teacher": double})
        double.record_stage(stage="applicant", from_date=datetime.date(2024, 6, 1))
        page = self.desk.get(reverse("merge_person", args=[double.pk, self.kept.pk]))
        assert len(page.context["problems"]) == 2
        assert self.desk.post(page.request["PATH_INFO"], {"reason": REASON})["Location"] == page_of(self.kept)
        assert Merge.objects.count() == 0

    def test_a_pair_that_is_different_is_answered_from_the_list(self) -> None:
        double = self.double()
        assert [row for row, _others in self.desk.get(reverse("doubles_person")).context["pairs"]] == [self.kept]
        self.desk.post(reverse("different_person", args=[double.pk, self.kept.pk]))
        assert NotDouble.objects.get().kind == "person"
        assert self.desk.get(reverse("doubles_person")).context["pairs"] == []

    def test_the_branch_in_which_a_secretary_only_teaches_is_not_listed(self) -> None:
        elsewhere = BranchFactory(college=self.branch.college)
        colleague = secretary_of(self.branch)
        Person.objects.filter(pk=colleague.person.pk).update(branch=elsewhere)
        for _time in "12":
            student(elsewhere, name="梁志远", class_name="机电2301班")
        assert signed_in(colleague).get(reverse("doubles_person")).context["pairs"] == []
