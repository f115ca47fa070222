"""What was decided stays decided: after approval people, work and contract change by a decision of their own."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from enterprise_service.models import Confirmation, Engagement, Instalment
from organization.integrity import try_all
from organization.models import Branch, RuleError, User
from organization.personal import anonymise, everything_about
from organization.trail import audited_delete
from pairings.models import ChangeRequest, Pairing, PairingStep
from pairings.models.asking import ask_for_changes
from teaching_pairs.models import TeachingPair
from tests.conftest import signed_in
from tests.factories import (
    BranchFactory,
    engagement,
    log,
    member,
    mentorship,
    operator,
    problem,
    secretary_of,
    student,
    teacher,
    teaching_pair,
    user_of,
)
from tests.factories.pairings import STARTED

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
WHEN = STARTED + 60 * DAY
REASON = "原搭档调离本系。"


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def branch() -> Branch:
    return BranchFactory()


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


@pytest.fixture
def lead(branch: Branch) -> User:
    return user_of(member(teacher(branch, name="林组长")))


@pytest.fixture
def pair(branch: Branch, lead: User) -> TeachingPair:
    """Return an approved teaching pair that builds a course."""
    people = {"leader": lead.person, "ordinary_teacher": teacher(branch, name="何普通")}
    return teaching_pair(branch, by=lead, people=people)


def broken() -> list[str]:
    return [name for name, finding in try_all() if finding.broken]


def sitting(pairing: Pairing, role: str = "ordinary_teacher") -> str:
    seat = Pairing.objects.get(pk=pairing.pk).seat_of(role)
    return seat.person.name if seat else ""


def ask(pairing: Pairing, by: User, **what: Any) -> ChangeRequest:
    """Return the one request that comes of asking."""
    what = {"on": WHEN, "reason": REASON, **what}
    [request] = ask_for_changes(type(pairing).objects.get(pk=pairing.pk), by=by, **what)
    return request


class TestAskingForAChange:
    def test_the_old_holds_until_it_is_decided(self, pair: TeachingPair, lead: User, branch: Branch) -> None:
        request = ask(pair, lead, people={"ordinary_teacher": teacher(branch, name="高新来")})
        assert (request.state, request.asked_by, request.reason) == ("open", lead, REASON)
        assert sitting(pair) == "何普通"
        [difference] = request.differences()
        assert (str(difference.label), difference.old, difference.new) == ("Ordinary teacher", "何普通", "高新来")

    def test_people_and_course_are_decided_each_by_itself(
        self, pair: TeachingPair, lead: User, secretary: User, branch: Branch
    ) -> None:
        both = ask_for_changes(
            pair,
            by=lead,
            reason=REASON,
            on=WHEN,
            people={"ordinary_teacher": teacher(branch, name="高新来")},
            values={"course": "机器人编程", "topic": ""},
        )
        assert [request.subject for request in both] == ["people", "work"]
        both[1].approve(by=secretary)
        assert (TeachingPair.objects.get(pk=pair.pk).course, sitting(pair)) == ("机器人编程", "何普通")

    def test_one_change_of_a_subject_waits_at_a_time(self, pair: TeachingPair, lead: User, branch: Branch) -> None:
        ask(pair, lead, people={"ordinary_teacher": teacher(branch)})
        with pytest.raises(ValidationError, match="waits for its decision"):
            ask(pair, lead, people={"ordinary_teacher": teacher(branch)})
        assert ChangeRequest.objects.count() == 1

    def test_the_database_holds_that_too(self, pair: TeachingPair, lead: User) -> None:
        request = ask(pair, lead, values={"course": "机器人编程"})
        request.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            ChangeRequest.objects.bulk_create([request])

    def test_what_would_break_a_rule_is_refused_at_once(self, pair: TeachingPair, lead: User, branch: Branch) -> None:
        with pytest.raises(ValidationError) as refused:
            ask(pair, lead, people={"ordinary_teacher": member(teacher(branch))})
        assert list(refused.value.message_dict) == ["ordinary_teacher"]
        with pytest.raises(ValidationError):
            ask(pair, lead, values={"course": ""})
        assert (ChangeRequest.objects.count(), sitting(pair), broken()) == (0, "何普通", [])

    def test_who_asks_is_not_told_somebody_s_party_stage(self, pair: TeachingPair, lead: User, branch: Branch) -> None:
        with pytest.raises(ValidationError) as refused:
            ask(pair, lead, people={"ordinary_teacher": member(teacher(branch))})
        assert refused.value.messages == ["This person cannot take this place now; the branch secretary can say why."]

    def test_nothing_new_is_no_request(self, pair: TeachingPair, lead: User) -> None:
        with pytest.raises(RuleError, match="how it stands already"):
            ask(pair, lead, people={"ordinary_teacher": pair.seat_of("ordinary_teacher").person})

    def test_a_colleague_who_does_not_lead_does_not_ask(self, pair: TeachingPair, branch: Branch) -> None:
        ordinary = user_of(pair.seat_of("ordinary_teacher").person)
        with pytest.raises(RuleError, match="Who leads the pairing"):
            ask(pair, ordinary, values={"course": "机器人编程"})

    def test_it_counts_from_a_day_of_the_pairing_s_life(self, pair: TeachingPair, lead: User) -> None:
        for day in (STARTED - DAY, timezone.localdate() + DAY):
            with pytest.raises(RuleError, match="between the pairing's start and today"):
                ask(pair, lead, on=day, values={"course": "机器人编程"})

    def test_a_proposal_is_simply_changed(self, branch: Branch, lead: User) -> None:
        people = {"leader": lead.person, "ordinary_teacher": teacher(branch)}
        proposal = teaching_pair(branch, by=lead, people=people, approved=False)
        with pytest.raises(RuleError, match="Only an approved pairing"):
            ask(proposal, lead, values={"course": "机器人编程"})
        proposal.course = "机器人编程"
        proposal.rewrite(by=lead, people={"ordinary_teacher": teacher(branch, name="高新来")})
        assert (proposal.seats.count(), sitting(proposal)) == (2, "高新来")


class TestNothingGoesPastIt:
    def test_a_save_with_another_course_is_refused(self, pair: TeachingPair) -> None:
        pair.course = "机器人编程"
        with pytest.raises(RuleError, match="decided with the approval"):
            pair.save()

    def test_people_are_not_exchanged_by_the_proposal_s_verb(
        self, pair: TeachingPair, lead: User, branch: Branch
    ) -> None:
        with pytest.raises(RuleError, match="decided with the approval"):
            pair.change_people(by=lead, people={"ordinary_teacher": teacher(branch)})
        with pytest.raises(RuleError, match="that cannot be done now"):
            pair.seat(teacher(branch), role="ordinary_teacher")

    def test_the_contract_s_amount_neither(self, branch: Branch) -> None:
        served = engagement(branch, contract_amount_cny=1000)
        served.contract_amount_cny = Decimal(2000)
        with pytest.raises(RuleError, match="decided with the approval"):
            served.rewrite(by=secretary_of(branch))

    def test_the_edit_page_asks_for_words_only_and_leads_to_the_request(self, pair: TeachingPair, lead: User) -> None:
        page = signed_in(lead).get(reverse("teaching_pairs:edit", args=[pair.pk]))
        fields = set(page.context["form"].fields)
        assert fields == {
            "title",
            "aim",
            "started_on",
            "due_on",
            "pattern",
            "formation",
            "brokered_by",
            "workshop",
            "version",
        }
        assert reverse("teaching_pairs:change", args=[pair.pk]) in page.content.decode()

    def test_what_was_slipped_into_the_form_changes_nothing(
        self, pair: TeachingPair, lead: User, branch: Branch
    ) -> None:
        sent = {
            "title": "新题目", "started_on": "2024-03-01", "formation": "self_formed", "version": pair.version,
            "course": "偷换的课程", "ordinary_teacher": teacher(branch).pk,
        }  # fmt: skip
        signed_in(lead).post(reverse("teaching_pairs:edit", args=[pair.pk]), sent)
        stored = TeachingPair.objects.get(pk=pair.pk)
        assert (stored.title, stored.course, sitting(pair)) == ("新题目", "数控编程", "何普通")

    def test_the_aim_stays_the_team_s_own_to_write(self, pair: TeachingPair, lead: User) -> None:
        pair.aim = "建成校级精品课程。"
        pair.rewrite(by=lead)
        assert TeachingPair.objects.get(pk=pair.pk).aim == "建成校级精品课程。"

    def test_a_start_after_the_first_log_is_refused(self, pair: TeachingPair, lead: User) -> None:
        log(pair, date=STARTED + 9 * DAY, by=lead)
        pair.refresh_from_db()
        pair.started_on = STARTED + 10 * DAY
        with pytest.raises(ValidationError, match="cannot begin later"):
            pair.rewrite(by=lead)

    def test_the_desk_shows_what_was_decided_and_offers_no_field(self, pair: TeachingPair, secretary: User) -> None:
        page = signed_in(secretary).get(reverse("admin:teaching_pairs_teachingpair_change", args=[pair.pk]))
        assert not {"course", "topic"} & set(page.context["adminform"].form.fields)


class TestDeciding:
    def test_an_approval_carries_it_out_and_the_seat_that_was_left_stays(
        self, pair: TeachingPair, lead: User, secretary: User, branch: Branch
    ) -> None:
        request = ask(pair, lead, people={"ordinary_teacher": teacher(branch, name="高新来")})
        request.approve(by=secretary)
        assert (request.state, request.decided_by, sitting(pair)) == ("approved", secretary, "高新来")
        [former] = Pairing.objects.get(pk=pair.pk).former_seats
        assert (former.person.name, former.joined_on, former.left_on) == ("何普通", STARTED, WHEN)
        assert broken() == []

    def test_a_refusal_says_why_and_changes_nothing(self, pair: TeachingPair, lead: User, secretary: User) -> None:
        request = ask(pair, lead, values={"course": "", "topic": "学徒制研究"})
        with pytest.raises(RuleError, match="write a reason"):
            request.refuse(by=secretary, reason=" ")
        request.refuse(by=secretary, reason="课程已列入年度计划。")
        assert (request.state, request.decision_reason) == ("refused", "课程已列入年度计划。")
        assert TeachingPair.objects.get(pk=pair.pk).subject == "数控编程"

    def test_who_asked_takes_it_back_before_it_is_decided(
        self, pair: TeachingPair, lead: User, secretary: User
    ) -> None:
        request = ask(pair, lead, values={"course": "机器人编程"})
        with pytest.raises(RuleError, match="Only whoever asked"):
            request.withdraw(by=secretary)
        request.withdraw(by=lead)
        with pytest.raises(RuleError, match="that cannot be done now"):
            request.approve(by=secretary)
        assert TeachingPair.objects.get(pk=pair.pk).course == "数控编程"

    def test_nobody_decides_on_their_own(self, branch: Branch, pair: TeachingPair, secretary: User) -> None:
        request = ask(pair, secretary, values={"course": "机器人编程"})
        with pytest.raises(RuleError, match="You asked for this"):
            request.approve(by=secretary)
        for joining in (secretary_of(branch, "deputy"),):
            other = ask(pair, secretary, people={"leader": joining.person})
            with pytest.raises(RuleError, match="You take part"):
                other.approve(by=joining)
        request.approve(by=operator())
        assert broken() == []

    def test_a_stranger_decides_on_nothing(self, branch: Branch, pair: TeachingPair, lead: User) -> None:
        request = ask(pair, lead, values={"course": "机器人编程"})
        for stranger in (user_of(teacher(branch)), secretary_of(BranchFactory(college=branch.college))):
            with pytest.raises(RuleError, match="decides on this"):
                request.approve(by=stranger)

    def test_what_no_longer_fits_is_told_in_words(
        self, branch: Branch, pair: TeachingPair, lead: User, secretary: User
    ) -> None:
        newcomer = teacher(branch)
        request = ask(pair, lead, people={"ordinary_teacher": newcomer})
        newcomer.record_stage(stage="probationary", from_date=WHEN - DAY)
        with pytest.raises(RuleError, match="does not fit any more"):
            request.approve(by=secretary)
        assert (ChangeRequest.objects.get().state, sitting(pair), broken()) == ("open", "何普通", [])

    def test_a_student_who_sits_elsewhere_by_now_is_in_the_way(self, branch: Branch, secretary: User) -> None:
        team, pupil = mentorship(branch), student(branch)
        request = ask(team, team.leader.user, people={"ordinary_student": pupil})
        mentorship(
            branch,
            people={
                "leader": member(teacher(branch)),
                "student_member": member(student(branch)),
                "ordinary_student": pupil,
            },
        )
        with pytest.raises(RuleError):
            request.approve(by=secretary)
        assert broken() == []

    def test_it_lapses_when_the_pairing_is_over(self, pair: TeachingPair, lead: User, secretary: User) -> None:
        request = ask(pair, lead, values={"course": "机器人编程"})
        Pairing.objects.get(pk=pair.pk).complete(by=lead, summary="完成。")
        request.refresh_from_db()
        assert (request.state, ChangeRequest.objects.waiting().count(), broken()) == ("lapsed", 0, [])


class TestAnEngagement:
    def test_another_problem_is_taken_and_the_first_is_open_again(self, branch: Branch, secretary: User) -> None:
        served, wanted = engagement(branch), problem(branch, title="主轴振动")
        link = Confirmation.make(served, by=secretary)
        first = served.problem
        ask(served, served.leader.user, values={"problem": wanted}).approve(by=secretary)
        served = Engagement.objects.get(pk=served.pk)
        for row in (first, wanted, link):
            row.refresh_from_db()
        assert (served.problem, served.counterpart) == (wanted, wanted.enterprise.name)
        assert (first.status, wanted.status, link.revoked_at is None, broken()) == ("open", "taken", False, [])

    def test_a_problem_that_others_took_meanwhile_is_told(self, branch: Branch, secretary: User) -> None:
        served, wanted = engagement(branch), problem(branch)
        request = ask(served, served.leader.user, values={"problem": wanted})
        engagement(branch, problem=wanted)
        with pytest.raises(RuleError, match="not open any more"):
            request.approve(by=secretary)
        assert broken() == []

    def test_an_amount_below_what_was_received_is_refused(self, branch: Branch, secretary: User) -> None:
        served = engagement(branch, contract_amount_cny=1000)
        lead = served.leader.user
        request = ask(served, lead, values={"contract_amount_cny": Decimal(700)})
        served.receive(Instalment(amount_cny=800, received_on=WHEN))
        with pytest.raises(RuleError, match="received already"):
            request.approve(by=secretary)
        served.refresh_from_db()
        assert served.contract_amount_cny == 1000

    def test_helpers_join_and_leave_by_a_decision(self, branch: Branch, secretary: User) -> None:
        served, one, two = engagement(branch), teacher(branch, name="甲"), teacher(branch, name="乙")
        lead = served.leader.user
        ask(served, lead, helpers=[one, two]).approve(by=secretary)
        ask(served, lead, helpers=[two], on=WHEN + DAY).approve(by=secretary)
        seats = {seat.person.name: seat.left_on for seat in served.seats.filter(role="helper")}
        assert seats == {"甲": WHEN + DAY, "乙": None}


class TestABranchThatRecords:
    @pytest.fixture(autouse=True)
    def _records(self, branch: Branch) -> None:
        branch.changes = Branch.Changes.RECORDED
        branch.save()

    def test_it_is_carried_out_at_once_and_waits_to_be_looked_at(
        self, pair: TeachingPair, lead: User, secretary: User
    ) -> None:
        request = ask(pair, lead, values={"course": "机器人编程"})
        assert (request.state, TeachingPair.objects.get(pk=pair.pk).course) == ("recorded", "机器人编程")
        assert list(ChangeRequest.objects.at_desk_of(secretary).waiting()) == [request]
        request.see(by=secretary)
        assert (request.decided_by, list(ChangeRequest.objects.waiting())) == (secretary, [])

    def test_nobody_seats_themselves_that_way(self, pair: TeachingPair, secretary: User) -> None:
        with pytest.raises(RuleError, match="Nobody seats themselves"):
            ask(pair, secretary, people={"leader": secretary.person})

    def test_its_secretary_says_so_at_the_desk_and_nothing_else_of_the_branch(
        self, branch: Branch, secretary: User
    ) -> None:
        address = reverse("admin:organization_branch_change", args=[branch.pk])
        client = signed_in(secretary)
        form = client.get(address).context["adminform"].form
        assert set(form.fields) == {"changes", "version"}
        client.post(address, {"changes": "decided", "name": "另一个名字", "version": branch.version})
        stored = Branch.objects.get(pk=branch.pk)
        assert (stored.changes, stored.name) == ("decided", branch.name)


class TestADecisionByMistake:
    def test_an_approval_is_undone_while_nothing_stands_on_it(
        self, pair: TeachingPair, lead: User, secretary: User, branch: Branch
    ) -> None:
        request = ask(pair, lead, people={"ordinary_teacher": teacher(branch, name="高新来")})
        request.approve(by=secretary)
        request.undo(by=secretary, reason="看错了人。")
        assert (request.state, sitting(pair), pair.seats.count(), broken()) == ("open", "何普通", 2, [])

    def test_not_once_the_newcomer_has_work_in_it(
        self, pair: TeachingPair, lead: User, secretary: User, branch: Branch
    ) -> None:
        newcomer = user_of(teacher(branch))
        request = ask(pair, lead, people={"ordinary_teacher": newcomer.person})
        request.approve(by=secretary)
        log(TeachingPair.objects.get(pk=pair.pk), by=newcomer, date=WHEN + DAY)
        with pytest.raises(RuleError, match="has work in it already"):
            request.undo(by=secretary, reason="看错了人。")

    def test_a_refusal_is_undone_too(self, pair: TeachingPair, lead: User, secretary: User) -> None:
        request = ask(pair, lead, values={"course": "机器人编程"})
        request.refuse(by=secretary, reason="点错了。")
        request.undo(by=secretary, reason="点错了。")
        request.approve(by=secretary)
        assert TeachingPair.objects.get(pk=pair.pk).course == "机器人编程"

    def test_an_engagement_goes_back_to_its_problem(self, branch: Branch, secretary: User) -> None:
        served, wanted = engagement(branch), problem(branch)
        first = served.problem
        request = ask(served, served.leader.user, values={"problem": wanted})
        request.approve(by=secretary)
        request.undo(by=secretary, reason="选错了难题。")
        first.refresh_from_db()
        assert (Engagement.objects.get(pk=served.pk).problem, first.status, broken()) == (first, "taken", [])

    def test_of_two_changes_the_later_is_undone_first(self, pair: TeachingPair, lead: User, secretary: User) -> None:
        first = ask(pair, lead, values={"course": "机器人编程"})
        first.approve(by=secretary)
        ask(pair, lead, values={"course": "工业视觉"}).approve(by=secretary)
        with pytest.raises(RuleError, match="later change first"):
            first.undo(by=secretary, reason="选错了。")

    def test_who_asked_does_not_undo_the_refusal(self, pair: TeachingPair, branch: Branch, secretary: User) -> None:
        request = ask(pair, secretary, values={"course": "机器人编程"})
        request.refuse(by=secretary_of(branch, "deputy"), reason="不同意。")
        with pytest.raises(RuleError, match="Only who it belongs to"):
            request.undo(by=secretary, reason="再看看。")


class TestOnThePages:
    def test_a_teacher_proposes_a_change_and_sees_what_stands_now(
        self, pair: TeachingPair, lead: User, branch: Branch
    ) -> None:
        newcomer, client = teacher(branch, name="高新来"), signed_in(lead)
        address = reverse("teaching_pairs:change", args=[pair.pk])
        form = client.get(address).context["form"]
        assert set(form.fields) == {"course", "topic", "leader", "ordinary_teacher", "on", "reason", "version"}
        assert "何普通" in form.fields["ordinary_teacher"].help_text
        sent = {"course": "数控编程", "leader": lead.person_id, "ordinary_teacher": newcomer.pk, "on": "2024-05-01"}
        refused = client.post(address, {**sent, "version": pair.version})
        assert list(refused.context["form"].errors) == ["reason"]
        client.post(address, {**sent, "version": pair.version, "reason": REASON})
        page = client.get(pair.get_absolute_url()).content.decode()
        assert all(words in page for words in ("高新来", REASON, "审批前仍按原内容执行"))
        assert ChangeRequest.objects.get().on == datetime.date(2024, 5, 1)

    def test_what_a_rule_refuses_stands_at_its_field_with_all_that_was_typed(
        self, pair: TeachingPair, lead: User, branch: Branch
    ) -> None:
        sent = {
            "course": "数控编程",
            "topic": "又一个课题",
            "leader": lead.person_id,
            "on": "2024-05-01",
            "reason": REASON,
        }
        sent |= {"ordinary_teacher": pair.seat_of("ordinary_teacher").person_id, "version": pair.version}
        form = signed_in(lead).post(reverse("teaching_pairs:change", args=[pair.pk]), sent).context["form"]
        assert (list(form.errors), form["reason"].value()) == (["course"], REASON)

    def test_the_desk_counts_what_waits_and_its_list_is_as_long(
        self, pair: TeachingPair, lead: User, secretary: User, branch: Branch
    ) -> None:
        request = ask(pair, lead, people={"ordinary_teacher": teacher(branch, name="高新来")})
        other = teaching_pair(BranchFactory(college=branch.college))
        ask(other, other.leader.user, values={"course": "别的支部"})
        client = signed_in(secretary)
        [figure] = [one for one in client.get("/").context["desk"] if one.url == reverse("pairings:changes")]
        page = client.get(figure.url)
        assert (figure.value, list(page.context["object_list"])) == (1, [request])
        assert all(words in page.content.decode() for words in ("何普通", "高新来", REASON))
        client.post(reverse("pairings:approve_change", args=[request.pk]), {"queue": "1"})
        assert (sitting(pair), list(client.get(figure.url).context["object_list"])) == ("高新来", [])

    def test_who_asked_finds_no_button_to_decide(self, pair: TeachingPair, secretary: User) -> None:
        request = ask(pair, secretary, values={"course": "机器人编程"})
        page = signed_in(secretary).get(reverse("pairings:changes")).content.decode()
        shown = [reverse(f"pairings:{verb}_change", args=[request.pk]) in page for verb in ("approve", "withdraw")]
        assert shown == [False, True]

    def test_a_replaced_member_stays_on_the_page_and_in_the_story_with_both_dates_and_the_reason(
        self, pair: TeachingPair, lead: User, secretary: User, branch: Branch
    ) -> None:
        ask(pair, lead, people={"ordinary_teacher": teacher(branch, name="高新来")}).approve(by=secretary)
        client = signed_in(lead)
        for address in (pair.get_absolute_url(), reverse("teaching_pairs:story", args=[pair.pk])):
            page = client.get(address).content.decode()
            section = page.split("曾经参加的成员")[1].split("</section>")[0]
            assert all(words in section for words in ("何普通", "2024年3月1日至2024年4月30日", REASON))

    def test_the_student_who_joined_the_party_stays_the_team_s_success(self, branch: Branch, secretary: User) -> None:
        team = mentorship(branch)
        pupil = team.seat_of("ordinary_student").person
        pupil.record_stage(stage="probationary", from_date=STARTED + 30 * DAY)
        ask(team, team.leader.user, people={"ordinary_student": student(branch)}).approve(by=secretary)
        page = signed_in(secretary).get(team.get_absolute_url()).content.decode()
        section = page.split("曾经参加的成员")[1].split("</section>")[0]
        assert "加入时为群众，现为预备党员：已发展入党" in section
        assert f"{pupil.name}的入党历程" in page.replace("\n", "").replace("  ", "")
        seen = signed_in(team.leader.user).get(team.get_absolute_url()).content.decode()
        assert "预备党员" not in seen.split("曾经参加的成员")[1].split("</section>")[0]


class TestTheStoryOfAPairing:
    def told(self, pairing: Pairing) -> list[str]:
        return [str(step.what) for step in pairing.life_steps.order_by("at", "pk")]

    def test_every_step_stays_with_its_reason_who_and_when(self, branch: Branch, lead: User, secretary: User) -> None:
        people = {"leader": lead.person, "ordinary_teacher": teacher(branch)}
        pair = teaching_pair(branch, by=lead, people=people, approved=False)
        for reason in ("请写明目标。", "请换课程。"):
            pair.send_back(by=secretary, reason=reason)
            pair.resubmit(by=lead)
        pair.approve(by=secretary)
        ask(pair, lead, values={"course": "机器人编程"}).refuse(by=secretary, reason="课程已列入计划。")
        pair.complete(by=lead, summary="完成任务。")
        pair.undo_decision(by=secretary, reason="还有一次公开课。")
        returned = ["returned", "resubmitted"]
        assert self.told(pair) == ["proposed", *returned, *returned, "approved", "asked", "refused", "completed"]
        with translation.override("zh-hans"):
            page = signed_in(lead).get(pair.get_absolute_url()).content.decode()
        story = page.split('class="timeline"')[1].split("</ol>")[0]
        said = ("请写明目标。", "请换课程。", REASON, "课程已列入计划。", "完成任务。", "还有一次公开课。")
        places = [story.index(words) for words in said]
        assert (places, "机器人编程" in story) == (sorted(places), True)
        assert story.count(secretary.get_full_name()) == 5

    def test_a_step_is_never_rewritten(self, pair: TeachingPair) -> None:
        step = pair.life_steps.first()
        step.words = "另一番话"
        with pytest.raises(RuleError, match="stays written"):
            step.save()

    def test_what_lived_before_steps_were_kept_has_them_from_its_rows_and_the_trail(
        self, branch: Branch, lead: User, secretary: User
    ) -> None:
        people = {"leader": lead.person, "ordinary_teacher": teacher(branch)}
        pair = teaching_pair(branch, by=lead, people=people, approved=False)
        pair.send_back(by=secretary, reason="请写明目标。")
        pair.resubmit(by=lead)
        pair.approve(by=secretary)
        pair.complete(by=lead, summary="完成任务。")
        kept = self.told(pair)
        audited_delete(PairingStep.objects.all())
        import_module("pairings.migrations.0007_steps_of_the_past").write_steps(apps, None)
        assert self.told(pair) == kept
        assert pair.life_steps.get(what="returned").words == "请写明目标。"
        assert broken() == []


def test_what_is_kept_of_a_replaced_member_is_handed_over_to_them(
    pair: TeachingPair, lead: User, secretary: User, branch: Branch
) -> None:
    left = user_of(pair.seat_of("ordinary_teacher").person)
    ask(pair, lead, people={"ordinary_teacher": teacher(branch)}).approve(by=secretary)
    [row] = everything_about(left.person)["pairings.ChangedSeat"]
    assert REASON in row["row"]


def test_nobody_named_in_an_open_change_is_made_anonymous(
    pair: TeachingPair, lead: User, secretary: User, branch: Branch
) -> None:
    newcomer = teacher(branch)
    ask(pair, lead, people={"ordinary_teacher": newcomer})
    newcomer.leave(on=timezone.localdate(), ending="left", by=secretary)
    with pytest.raises(RuleError, match="waits for its decision"):
        anonymise(newcomer, by=secretary, reason="本人申请。")
