"""One person on record twice: seen, merged with everything that names them, and parted again as they were."""

import datetime
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import IntegrityError, models, transaction
from django.test import TestCase
from django.test.utils import isolate_apps
from django.utils import timezone, translation

from mentorship.models import Assessment, AssessmentScore, Reflection, Rubric
from organization import merge_kinds
from organization.integrity import try_all
from organization.merge_kinds import links_to, merge_kind, unspoken
from organization.merging import merge, say_different, take_difference_back, undo_merge
from organization.models import (
    Branch,
    Membership,
    Merge,
    PartyStageEntry,
    Person,
    RoleAssignment,
    RuleError,
    User,
)
from organization.moving import link_of
from organization.personal import anonymise, everything_about
from organization.roster import import_roster
from organization.sheets import SheetFile
from outcomes.figures import Period, branch_report
from outcomes.freezing import freeze_report
from outcomes.ledger import import_ledger
from outcomes.ledger_people import LedgerPeople
from outcomes.models import Outcome, OutcomePerson
from outcomes.since import since_freezing
from pairings.models import ChangeRequest, MatchRule, MatchRun, MatchSeat, ProgressLog, Seat
from teaching_pairs.models import SignUp, Workshop
from tests.factories import (
    BranchFactory,
    OfficeFactory,
    changed,
    engagement,
    log,
    member,
    mentorship,
    operator,
    secretary_of,
    student,
    teacher,
    teaching_pair,
    user_of,
    verified,
)

REASON = "同一位老师登记了两次。"
BACK = "是两个人。"
DAY = datetime.date


def everything() -> dict[str, Any]:
    """Return every column of every row that names a person, of people, accounts and outcomes, by model."""
    models = {link_of(one)[0] for one in links_to(Person)} | {Person, User, Outcome, AssessmentScore}
    hidden = {"version", "standing", "sessions_ended"}  # counts that only rise
    names = {
        model: [one.attname for one in model._meta.concrete_fields if one.attname not in hidden] for model in models
    }
    return {model._meta.label: sorted(map(str, model.objects.values_list(*names[model]))) for model in models}


def broken() -> list[Any]:
    return [found for _name, finding in try_all() for found in finding.broken]


class SeenTest(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.branch: Branch = BranchFactory()
        cls.office = OfficeFactory(branch=cls.branch)
        cls.secretary = secretary_of(cls.branch)
        cls.plain = {"born_on": None}
        cls.one = teacher(cls.branch, name="陈秋实", number="JX-0012", **cls.plain)

    def seen(self, **fields: Any) -> bool:
        """Return whether another record with these fields is taken for a likely double, from both sides and listed."""
        for name, value in fields.pop("has", {}).items():
            setattr(self.one, name, value)
        self.one.save()
        other = teacher(
            fields.pop("branch", self.branch), **{"name": "陈秋实", "number": "T77", **self.plain, **fields}
        )
        people = Person.objects.visible_to(self.secretary)
        found = {
            list(people.likely_doubles_of(self.one)) == [other],
            list(people.likely_doubles_of(other)) == [self.one],
            list(people.with_likely_doubles()) == [self.one],
        }
        assert len(found) == 1
        return found.pop()

    def test_a_name_alone_is_no_sign(self) -> None:
        assert not self.seen()

    def test_the_same_name_and_birthday(self) -> None:
        assert self.seen(has={"born_on": DAY(1980, 1, 2)}, born_on=DAY(1980, 1, 2))

    def test_the_same_name_and_telephone_written_another_way(self) -> None:
        assert self.seen(has={"phone": "139 0000-0001"}, phone="+8613900000001")

    def test_the_same_name_and_office(self) -> None:
        assert self.seen(has={"office": self.office}, office=self.office)

    def test_the_same_name_and_office_of_two_who_were_born_on_different_days(self) -> None:
        shared = {"office": self.office}
        assert not self.seen(has={**shared, "born_on": DAY(1980, 1, 2)}, **shared, born_on=DAY(1990, 1, 2))

    def test_the_same_number_written_another_way(self) -> None:
        assert self.seen(name="陈秋石", number="jx0012")

    def test_the_same_name_with_a_space_and_the_same_mail(self) -> None:
        assert self.seen(name="陈秋 实", has={"email": "a@example.org"}, email="A@example.org")

    def test_empty_telephones_mails_and_classes_are_no_sign(self) -> None:
        assert not self.seen(phone="", email="", class_name="")

    def test_a_student_is_no_double_of_a_teacher(self) -> None:
        self.one.phone = "13900000001"
        self.one.save()
        student(self.branch, name="陈秋实", phone="13900000001")
        assert list(Person.objects.likely_doubles_of(self.one)) == []

    def test_who_is_of_a_branch_that_the_reader_does_not_see_is_not_named(self) -> None:
        self.one.phone = "13900000001"
        self.one.save()
        other = teacher(BranchFactory(college=self.branch.college), name="陈秋实", phone="13900000001")
        assert list(Person.objects.visible_to(self.secretary).likely_doubles_of(self.one)) == []
        assert list(Person.objects.visible_to(operator()).likely_doubles_of(self.one)) == [other]

    def test_a_pair_that_is_different_is_answered_once(self) -> None:
        self.one.phone = "13900000001"
        self.one.save()
        other = teacher(self.branch, name="陈秋实", phone="13900000001")
        said = say_different(self.one, other, by=self.secretary)
        assert list(Person.objects.likely_doubles_of(other)) == list(Person.objects.with_likely_doubles()) == []
        take_difference_back(said, by=self.secretary, reason="又看了一遍。")
        assert list(Person.objects.likely_doubles_of(other)) == [self.one]

    def test_those_who_were_made_anonymous_are_nobody_s_doubles(self) -> None:
        for _time in "12":
            teacher(self.branch, name="已匿名", office=self.office)
        assert list(Person.objects.with_likely_doubles()) == []


class MergedTest(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.branch: Branch = BranchFactory()
        cls.secretary = secretary_of(cls.branch)
        cls.kept = teacher(cls.branch, name="陈秋实", number="T2012001", phone="")
        cls.double = teacher(cls.branch, name="陈秋实", number="L-17", phone="13900000001")

    def setUp(self) -> None:
        """Read both anew: each test changes its own copies."""
        self.kept, self.double = (Person.objects.get(pk=one.pk) for one in (self.kept, self.double))

    def merge(self, double: Person | None = None, kept: Person | None = None, by: User | None = None) -> Merge:
        return merge(kept or self.kept, double or self.double, by=by or self.secretary, reason=REASON)

    def and_back(self, **people: Any) -> Merge:
        """Merge, see that nothing is left behind, part again and see that all is as it was; then merge for good."""
        before = everything()
        line = self.merge(**people)
        kind, double = merge_kind("person"), people.get("double", self.double)
        assert (broken(), kind.what_moves(double)) == ([], [])
        undo_merge(line, by=self.secretary, reason=BACK)
        assert (broken(), everything()) == ([], before)
        for person in (people.get("kept", self.kept), double):
            person.refresh_from_db()
        return self.merge(**people)

    def assert_refused(self, words: str, **people: Any) -> None:
        before = everything()
        with translation.override("en"), self.assertRaisesMessage(RuleError, words):
            self.merge(**people)
        assert everything() == before

    def test_work_goes_to_the_one_who_is_kept(self) -> None:
        member(self.double)
        pair = teaching_pair(self.branch, people={"leader": self.double, "ordinary_teacher": teacher(self.branch)})
        entry = log(pair)
        proved = verified(self.branch, verifier=self.secretary, people=[teacher(self.branch), self.double])
        seal = proved.seal
        self.and_back()
        proved.refresh_from_db()
        assert [seat.person for seat in pair.seats.filter(role="leader")] == [self.kept]
        assert ProgressLog.objects.get(pk=entry.pk).author == proved.contributions.last().person == self.kept
        assert seal != proved.seal
        assert (self.kept.stage, self.double.stage, self.kept.phone) == ("full", "none", "13900000001")

    def test_what_the_kept_one_lacks_comes_from_the_other_and_goes_again(self) -> None:
        Person.objects.filter(pk=self.double.pk).update(strengths="数控编程")
        line = self.merge()
        self.kept.refresh_from_db()
        self.kept.phone = "13900000009"
        self.kept.save()
        undo_merge(line, by=self.secretary, reason=BACK)
        self.kept.refresh_from_db()
        assert (self.kept.phone, self.kept.strengths) == ("13900000009", "")

    def test_the_keys_follow_from_number_and_telephone_however_these_are_written(self) -> None:
        line = self.merge()
        self.kept.refresh_from_db()
        assert self.kept.phone_key == "13900000001"
        undo_merge(line, by=self.secretary, reason=BACK)
        self.kept.refresh_from_db()
        assert (self.kept.phone, self.kept.phone_key) == ("", "")
        self.kept.phone, self.kept.number = "139 0000-0002", "T-2012002"
        self.kept.save(update_fields=["phone", "number"])
        self.kept.refresh_from_db()
        assert (self.kept.phone_key, self.kept.number_key) == ("13900000002", "t2012002")

    def test_no_birthday_and_no_telephone_stand_in_the_line_of_the_merge(self) -> None:
        assert "13900000001" not in str(self.merge().moved)

    def test_who_helped_beside_a_place_of_their_own_had_that_place(self) -> None:
        member(self.kept)
        served = engagement(self.branch, people={"leader": self.kept})
        Seat.objects.create(
            pairing=served.pairing,
            person=self.double,
            role="helper",
            stage_when_seated="none",
            joined_on=DAY(2024, 4, 1),
        )
        self.and_back()
        assert [(seat.person, seat.role) for seat in served.seats.all()] == [(self.kept, "leader")]

    def test_two_in_one_pairing_are_two(self) -> None:
        teaching_pair(self.branch, people={"leader": member(self.kept), "ordinary_teacher": self.double})
        self.assert_refused("as two different people")

    def test_a_student_whose_number_changed_was_replaced_by_himself(self) -> None:
        old, new = (student(self.branch, name="梁志远", number=number) for number in ("2301-01", "230101"))
        account = user_of(old)
        team = mentorship(
            self.branch,
            people={
                "leader": member(teacher(self.branch)),
                "student_member": member(student(self.branch)),
                "ordinary_student": old,
            },
        )
        Reflection.objects.create(team=team, student=old, words="第一次独立编程。")
        for person in (old,):
            self.assessed(team, person, 2)
        request = changed(team, by=self.secretary, on=DAY(2024, 6, 1), people={"ordinary_student": new})
        self.assessed(team, new, 4)
        self.and_back(double=old, kept=new)
        seats = team.seats.filter(role="ordinary_student").order_by("joined_on")
        assert [seat.person for seat in seats] == [new, new]
        assert [one.student for one in Assessment.objects.all()] == [new]
        assert Reflection.objects.get().student == new
        place = request.seats.get()
        assert (place.leaving, place.joining) == (old, new)
        assert User.objects.get(pk=account.pk).person == new

    def assessed(self, team: Any, person: Person, mark: int) -> Assessment:
        rubric = Rubric.objects.filter(is_active=True).first()
        said = Assessment.objects.create(
            team=team,
            student=person,
            moment="start",
            view="mentor",
            rubric=rubric,
            entered_by=self.secretary,
            assessed_on=DAY(2024, 5, 1),
        )
        for item in rubric.items.all():
            AssessmentScore.objects.create(assessment=said, item=item, value=mark)
        return said

    def test_a_student_in_two_teams_is_named_with_both(self) -> None:
        old, new = (student(self.branch, name="梁志远") for _time in "12")
        for title, pupil in (("甲队", old), ("乙队", new)):
            others = {"leader": member(teacher(self.branch)), "student_member": member(student(self.branch))}
            mentorship(self.branch, title=title, people={**others, "ordinary_student": pupil})
        self.assert_refused("乙队、甲队", double=old, kept=new)

    def test_of_two_sign_ups_one_is_left_and_who_was_there_was_there(self) -> None:
        held = Workshop.objects.create(
            branch=self.branch, title="选题培训", held_on=DAY(2024, 4, 1), announced_by=self.secretary
        )
        SignUp.objects.create(workshop=held, person=self.kept, topics="")
        SignUp.objects.create(workshop=held, person=self.double, topics="数控编程", attended=True)
        self.and_back()
        assert list(SignUp.objects.values_list("person", "topics", "attended")) == [(self.kept.pk, "数控编程", True)]

    def test_answers_and_rules_of_the_matching_follow(self) -> None:
        leader, third = member(teacher(self.branch)), teacher(self.branch)
        said = {"branch": self.branch, "kind": "teaching"}
        run, both = (MatchRun.objects.create(**said, created_by=self.secretary) for _time in "12")
        match = run.matches.create(place=1)
        MatchSeat.objects.create(run=run, match=match, person=self.double, role="ordinary_teacher")
        for place, person in enumerate((self.kept, self.double), 1):
            seat = {"match": both.matches.create(place=place), "person": person, "role": "ordinary_teacher"}
            MatchSeat.objects.create(run=both, **seat)
        MatchRule.objects.create(**said, rule="want", person=self.kept)
        MatchRule.objects.create(**said, rule="leave_out", person=self.double)
        MatchRule.objects.create(**said, rule="forbid", person=self.double, other=self.kept)
        MatchRule.objects.create(**said, rule="forbid", person=leader, other=self.double)
        MatchRule.objects.create(**said, rule="pin", person=third, other=leader, brokered_by=self.double)
        self.and_back()
        assert MatchSeat.objects.get(run=run).person == self.kept
        told = MatchSeat.objects.filter(run=both).order_by("match__place").values_list("person", "answer")
        assert list(told) == [(self.kept.pk, "waiting"), (self.double.pk, "declined")]
        rules = MatchRule.objects.order_by("pk").values_list("rule", "person", "other", "brokered_by")
        assert list(rules) == [
            ("want", self.kept.pk, None, None),
            ("forbid", leader.pk, self.kept.pk, None),
            ("pin", third.pk, leader.pk, self.kept.pk),
        ]

    def test_an_open_request_to_replace_one_by_the_other_comes_first(self) -> None:
        pair = teaching_pair(
            self.branch, people={"leader": member(teacher(self.branch)), "ordinary_teacher": self.double}
        )
        by = user_of(pair.leader) if not hasattr(pair.leader, "user") else pair.leader.user
        waiting = ChangeRequest.objects.create(pairing=pair.pairing, asked_by=by, reason="换人。", on=DAY(2024, 6, 1))
        waiting.seats.create(role="ordinary_teacher", leaving=self.double, joining=self.kept)
        self.assert_refused("Decide on it first")

    def test_the_account_comes_along(self) -> None:
        account = user_of(self.double)
        self.and_back()
        account.refresh_from_db()
        assert (account.person, account.is_active) == (self.kept, True)

    def test_of_two_accounts_one_is_closed_and_stays_with_what_it_wrote(self) -> None:
        own, other = user_of(self.kept), user_of(self.double)
        self.and_back()
        own.refresh_from_db()
        other.refresh_from_db()
        assert (own.person, own.is_active, other.person, other.is_active) == (self.kept, True, self.double, False)
        other.is_active = True
        with translation.override("en"), self.assertRaisesMessage(RuleError, "was merged into another"):
            other.save()
        with translation.override("en"), self.assertRaisesMessage(RuleError, "was merged into another"):
            User.objects.open_account(self.double)

    def test_an_open_account_takes_the_place_of_a_closed_one(self) -> None:
        own, other = user_of(self.kept, is_active=False), user_of(self.double)
        self.and_back()
        own.refresh_from_db()
        other.refresh_from_db()
        assert (own.person, other.person) == (self.double, self.kept)

    def test_an_account_with_a_role_is_not_closed_by_a_merge(self) -> None:
        user_of(self.kept)
        RoleAssignment.objects.create(user=user_of(self.double), role="deputy", branch=self.branch)
        self.assert_refused("holds a role")

    def test_times_in_the_branch_are_laid_together(self) -> None:
        first, second, last = DAY(2019, 9, 1), DAY(2021, 9, 1), DAY(2022, 9, 1)
        old = self.double.memberships.get()
        Membership.objects.filter(pk=old.pk).update(joined_on=first, left_on=last, ending="left")
        Membership.objects.filter(person=self.kept).update(joined_on=second)
        with self.captureOnCommitCallbacks():
            line = self.merge()
        assert list(self.kept.memberships.values_list("joined_on", "left_on", "ending")) == [(first, None, "")]
        undo_merge(line, by=self.secretary, reason=BACK)
        assert list(self.kept.memberships.values_list("joined_on", "left_on")) == [(second, None)]
        assert list(self.double.memberships.values_list("joined_on", "left_on")) == [(first, last)]

    def test_two_branches_at_one_time_are_named(self) -> None:
        elsewhere = BranchFactory(college=self.branch.college)
        other = teacher(elsewhere, name="陈秋实")
        self.assert_refused(elsewhere.name, double=other, by=operator())

    def test_who_moved_with_a_new_number_is_kept_where_they_are_now(self) -> None:
        elsewhere = BranchFactory(college=self.branch.college)
        moved = teacher(elsewhere, name="陈秋实")
        by = operator()
        self.double.leave(on=DAY(2023, 9, 1), ending="left", by=by)
        moved.state_joined(on=DAY(2023, 9, 1), by=by)
        self.assert_refused("the other way round", double=moved, kept=self.double, by=by)
        self.merge(double=self.double, kept=moved, by=by)
        assert list(moved.memberships.values_list("branch", "left_on")) == [
            (self.branch.pk, DAY(2023, 9, 1)),
            (elsewhere.pk, None),
        ]

    def test_of_the_same_step_the_earlier_day_counts(self) -> None:
        self.kept.record_stage(stage="full", from_date=DAY(2016, 1, 1))
        self.double.record_stage(stage="activist", from_date=DAY(2013, 1, 1))
        self.double.record_stage(stage="full", from_date=DAY(2015, 1, 1))
        self.double.record_stage(stage="applicant", from_date=timezone.localdate(), basis="undated")
        self.and_back()
        steps = list(PartyStageEntry.objects.filter(person=self.kept).values_list("stage", "from_date"))
        assert steps[:2] == [("activist", DAY(2013, 1, 1)), ("full", DAY(2015, 1, 1))]
        self.kept.refresh_from_db()
        assert self.kept.stage == "full"

    def test_two_ways_into_the_party_that_contradict_each_other_are_named(self) -> None:
        self.kept.record_stage(stage="full", from_date=DAY(2015, 1, 1))
        self.double.record_stage(stage="activist", from_date=DAY(2018, 1, 1))
        self.assert_refused("contradict each other")

    def test_a_seat_that_the_history_of_both_speaks_against_is_named(self) -> None:
        teaching_pair(
            self.branch,
            title="共建甲",
            people={"leader": member(teacher(self.branch)), "ordinary_teacher": self.double},
        )
        member(self.kept)
        self.assert_refused("“共建甲”")

    def test_what_speaks_against_it_is_said(self) -> None:
        pupil = student(self.branch, name="陈秋实")
        self.assert_refused("One is a teacher and the other a student", double=pupil)
        self.assert_refused("Nobody decides on their own record", double=self.double, kept=self.secretary.person)
        self.assert_refused("decides on this", by=user_of(teacher(self.branch)))
        abroad = teacher(BranchFactory(), name="陈秋实")
        self.assert_refused("different colleges", double=abroad, by=operator())
        self.merge()
        self.assert_refused("merged already")

    def test_a_seal_that_does_not_hold_is_not_made_anew(self) -> None:
        proved = verified(self.branch, verifier=self.secretary, people=[self.double], title="省级课程")
        Outcome.objects.filter(pk=proved.pk).update(note="改过。")
        self.assert_refused("省级课程")

    def test_a_report_counts_the_person_once(self) -> None:
        for person in (self.kept, self.double):
            member(person)
            engagement(self.branch, people={"leader": person})
        year = Period.year(2024)
        before = branch_report(self.branch, year)["coverage"]
        self.merge()
        after = branch_report(self.branch, year)["coverage"]
        assert (after["members"], after["paired"]) == (before["members"] - 1, before["paired"] - 1)

    def test_a_report_frozen_before_says_that_two_were_merged_since(self) -> None:
        report = freeze_report(self.branch, Period.year(2024), by=self.secretary)
        line = self.merge()
        told = since_freezing(report, self.secretary).merges
        assert told == [("陈秋实 · L-17", "陈秋实 · T2012001", line)]

    def test_who_was_merged_leads_to_the_one_that_stands_in_one_step(self) -> None:
        third = teacher(self.branch, name="陈秋实")
        first = self.merge()
        second = self.merge(double=self.kept, kept=third)
        self.double.refresh_from_db()
        assert (self.double.merged_into, broken()) == (third, [])
        with translation.override("en"), self.assertRaisesMessage(RuleError, "Undo that first"):
            undo_merge(first, by=self.secretary, reason=BACK)
        undo_merge(second, by=self.secretary, reason=BACK)
        undo_merge(first, by=self.secretary, reason=BACK)
        assert Person.objects.present().filter(name="陈秋实").count() == 3

    def test_a_place_taken_since_by_what_the_other_brought_keeps_them_together(self) -> None:
        member(self.double)
        line = self.merge()
        self.kept.refresh_from_db()
        engagement(self.branch, title="新的服务", people={"leader": self.kept})
        with translation.override("en"), self.assertRaisesMessage(RuleError, "“新的服务”"):
            undo_merge(line, by=self.secretary, reason=BACK)

    def test_what_was_changed_since_is_named(self) -> None:
        pair = teaching_pair(
            self.branch, people={"leader": member(teacher(self.branch)), "ordinary_teacher": self.double}
        )
        line = self.merge()
        changed(pair, by=self.secretary, on=DAY(2024, 6, 1), people={"ordinary_teacher": teacher(self.branch)})
        with translation.override("en"), self.assertRaisesMessage(RuleError, "names somebody else in a place of"):
            undo_merge(line, by=self.secretary, reason=BACK)

    def test_an_outcome_merged_before_is_parted_only_after_its_people(self) -> None:
        one, other = (
            verified(self.branch, verifier=self.secretary, title="课程", people=[self.double]) for _time in "12"
        )
        outcomes = merge(one, other, by=self.secretary, reason=REASON)
        people = self.merge()
        with translation.override("en"), self.assertRaisesMessage(RuleError, "“陈秋实” was merged since"):
            undo_merge(outcomes, by=self.secretary, reason=BACK)
        undo_merge(people, by=self.secretary, reason=BACK)
        undo_merge(outcomes, by=self.secretary, reason=BACK)
        assert broken() == []

    def test_a_merged_record_takes_no_stage_no_time_and_no_place(self) -> None:
        self.merge()
        self.double.refresh_from_db()
        with pytest.raises((RuleError, IntegrityError)), transaction.atomic():
            self.double.record_stage(stage="full", from_date=DAY(2015, 1, 1))
        with translation.override("en"), self.assertRaisesMessage(RuleError, "stands for both"):
            self.double.join(on=DAY(2024, 1, 1), by=operator())

    def test_the_old_number_in_a_roster_finds_the_one_who_is_kept(self) -> None:
        self.merge()
        sheet = self.roster("L-17,陈秋实,教师,群众,副教授")
        result = import_roster(sheet, self.branch)
        self.kept.refresh_from_db()
        assert (result.errors, result.updated, self.kept.title, self.kept.number) == ([], 1, "副教授", "T2012001")
        assert "T2012001 陈秋实" not in result.missing

    def test_both_numbers_in_one_roster_are_one_person(self) -> None:
        self.merge()
        with translation.override("en"):
            result = import_roster(self.roster("T2012001,陈秋实,教师,群众,", "L-17,陈秋实,教师,群众,"), self.branch)
        assert [(one.row, one.message) for one in result.errors] == [
            (3, "Row 2 is about the same person: two records of theirs were merged.")
        ]

    def test_a_number_written_another_way_is_asked_about(self) -> None:
        with translation.override("en"):
            result = import_roster(self.roster("t2012-001,陈秋石,教师,群众,"), self.branch)
        assert [one.message for one in result.errors] == [
            "This looks like the number T2012001 of 陈秋实, written another way."
        ]

    def roster(self, *rows: str) -> SheetFile:
        lines = ("工号,姓名,人员类别,政治面貌,职称", *rows)
        return SheetFile(name="名册.csv", content="\n".join(lines).encode())

    def test_old_number_and_name_in_a_ledger_find_the_one_who_is_kept(self) -> None:
        Person.objects.filter(pk=self.double.pk).update(name="陈秋石")
        self.double.refresh_from_db()
        self.merge()
        people = LedgerPeople(self.branch)
        asked = ("L-17", "陈秋石", "陈秋实", "陈秋石（L-17）", "陈秋实（L-17）", "陈秋实、陈秋石")
        assert [people.read(text) for text in asked] == [[self.kept]] * len(asked)

    def test_a_ledger_s_row_about_the_old_number_is_the_same_row_again(self) -> None:
        lines = "成果名称,类别,级别,获得时间,完成人\n数控编程课程,课程,省级,2024-06-01,L-17"
        sheet = SheetFile(name="台账.csv", content=lines.encode())
        assert import_ledger(sheet, self.branch, by=self.secretary).created == 1
        self.merge()
        assert import_ledger(sheet, self.branch, by=self.secretary).unchanged == 1

    def test_everything_about_a_person_holds_what_was_merged_into_theirs(self) -> None:
        own, other = user_of(self.kept), user_of(self.double)
        people = {"leader": member(self.double), "ordinary_teacher": teacher(self.branch)}
        log(teaching_pair(self.branch, by=other, people=people), by=other)
        self.merge()
        told = everything_about(self.kept)
        assert [one["number"] for one in told["organization.Person"]] == ["T2012001", "L-17"]
        assert [one["username"] for one in told["organization.User"]] == [own.username, other.username]
        assert {one["author"] for one in told["pairings.ProgressLog"]} == {self.kept.pk}
        assert [one["person"] for one in told["pairings.Seat"]] == [self.kept.pk]
        assert everything_about(self.double)["organization.Person"] == told["organization.Person"]

    def test_who_is_made_anonymous_is_so_in_both_records(self) -> None:
        self.double.record_stage(stage="applicant", from_date=DAY(2020, 1, 1), note="金丝雀说明")
        self.kept.record_stage(stage="applicant", from_date=DAY(2019, 1, 1))
        line = self.merge()
        self.kept.refresh_from_db()
        self.kept.leave(on=timezone.localdate(), ending="left", by=self.secretary)
        with translation.override("en"), self.assertRaisesMessage(RuleError, "this one goes with it"):
            anonymise(self.double, by=self.secretary, reason=REASON)
        anonymise(self.kept, by=self.secretary, reason=REASON)
        both = Person.objects.filter(pk__in=[self.kept.pk, self.double.pk])
        assert [(one.name, one.phone, one.number) for one in both.order_by("pk")] == [
            ("已匿名", "", f"X{pk}") for pk in sorted(both.values_list("pk", flat=True))
        ]
        assert "金丝雀" not in str(Merge.objects.get().moved)
        assert broken() == []
        with translation.override("en"), self.assertRaisesMessage(RuleError, "made anonymous since"):
            undo_merge(line, by=self.secretary, reason=BACK)

    def test_whatever_is_left_with_a_merged_record_is_found(self) -> None:
        pair = teaching_pair(self.branch)
        log(pair)
        verified(self.branch, verifier=self.secretary, people=[teacher(self.branch)])
        account = user_of(teacher(self.branch))
        self.merge()
        for row, name in (
            (Seat.objects.last(), "person"),
            (ProgressLog.objects.last(), "author"),
            (Membership.objects.last(), "person"),
            (PartyStageEntry.objects.last(), "person"),
            (OutcomePerson.objects.last(), "person"),
            (account, "person"),
        ):
            was = getattr(row, f"{name}_id")
            type(row).objects.filter(pk=row.pk).update(**{name: self.double})
            left = dict(try_all())["5_nothing_is_left_with_what_was_merged"].broken
            assert [(one["model"], one["id"]) for one in left] == [(row._meta.label, row.pk)]
            type(row).objects.filter(pk=row.pk).update(**{name: was})


def test_every_relation_to_somebody_who_can_be_merged_is_spoken_of() -> None:
    assert unspoken() == []


@pytest.mark.hole
@pytest.mark.parametrize("model", ["organization.Person", "outcomes.Outcome", "enterprise_service.Enterprise"])
def test_a_relation_that_nobody_spoke_of_stops_the_deployment(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = dict(merge_kinds._told[model])
    new = next(iter(said))
    del said[new]
    monkeypatch.setitem(merge_kinds._told, model, said)
    assert unspoken() == [f"{model}: {new}"]
    assert [one.id for one in run_checks()] == ["organization.E002"]


@pytest.mark.hole
def test_a_new_key_to_people_is_seen_without_being_named_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with isolate_apps("organization"):

        class Badge(models.Model):
            """A model of a later release."""

            wearer = models.ForeignKey("organization.Person", models.PROTECT)

            class Meta:
                app_label = "organization"

        link = Badge._meta.get_field("wearer").remote_field
        fields = [*Person._meta.get_fields(include_hidden=True), link]
        monkeypatch.setattr(Person._meta, "get_fields", lambda **_how: fields)
        assert unspoken() == ["organization.Person: organization.Badge.wearer"]
