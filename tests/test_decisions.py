"""Who may decide, and what was decided stays: in the verbs, whatever page, command or admin action calls them."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from enterprise_service.models import Confirmation, Instalment
from mentorship.models import Project
from organization.models import Branch, Person, RoleAssignment, RuleError, User
from organization.sheets.files import SheetFile
from outcomes.figures import Period
from outcomes.freezing import freeze_report
from outcomes.ledger import import_ledger
from outcomes.models import FrozenReport, Outcome
from pairings.models import Pairing, Seat
from tests.factories import (
    BranchFactory,
    OfficeFactory,
    changed,
    engagement,
    log,
    member,
    mentorship,
    operator,
    outcome,
    secretary_of,
    submitted,
    teacher,
    teaching_pair,
    user_of,
)
from tests.sheets import LEDGER, workbook

pytestmark = pytest.mark.django_db

STARTED = datetime.date(2024, 3, 1)
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _words_in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def branch() -> Branch:
    return BranchFactory()


@pytest.fixture
def secretary(branch: Branch) -> User:
    return secretary_of(branch)


def ledger(folder: Path, achiever: Person) -> Path:
    row = ["省级课程", "课程", "", "省级", "认定", "", "2023-05-04", "省教育厅", "政府", achiever.number, ""]
    return workbook(folder / "成果台账.xlsx", [LEDGER, row])


def led_by(user: User) -> Pairing:
    people = {"leader": user.person, "ordinary_teacher": teacher(user.person.branch)}
    return teaching_pair(user.person.branch, by=user, people=people, approved=False)


class TestApproving:
    def test_whoever_leads_is_refused_and_a_deputy_approves(self, branch: Branch, secretary: User) -> None:
        pair = led_by(secretary)
        with pytest.raises(RuleError, match="A deputy, another secretary or the operator"):
            pair.approve(by=secretary)
        pair.approve(by=secretary_of(branch, RoleAssignment.Role.DEPUTY))
        assert pair.is_active

    def test_the_operator_approves_where_the_only_secretary_leads(self, secretary: User) -> None:
        pair = led_by(secretary)
        pair.approve(by=operator())
        assert pair.is_active

    def test_the_page_offers_no_approval_to_whoever_leads(self, client: Client, secretary: User) -> None:
        pair = led_by(secretary)
        client.force_login(secretary)
        assert reverse("pairings:approve", args=[pair.pk]) not in client.get(pair.get_absolute_url()).content.decode()

    def test_a_teacher_and_another_branch_s_secretary_are_refused(self, branch: Branch) -> None:
        pair = teaching_pair(branch, approved=False)
        for stranger in (user_of(teacher(branch)), secretary_of(BranchFactory(college=branch.college))):
            with pytest.raises(RuleError, match="decides on this"):
                pair.approve(by=stranger)
            with pytest.raises(RuleError, match="decides on this"):
                pair.send_back(by=stranger, reason="请补充。")

    def test_a_secretary_who_enters_for_others_may_approve(self, branch: Branch, secretary: User) -> None:
        pair = teaching_pair(branch, by=secretary, approved=False)
        pair.approve(by=secretary)
        assert (pair.proposed_by, pair.approved_by) == (secretary, secretary)

    def test_nobody_comes_to_sit_in_it_afterwards_by_their_own_decision(self, branch: Branch, secretary: User) -> None:
        pair = teaching_pair(branch, by=secretary, approved=False)
        pair.approve(by=secretary)
        with pytest.raises(RuleError, match="from tomorrow"):
            changed(pair, by=operator(), people={"leader": secretary.person})
        deputy = secretary_of(branch, "deputy")
        with pytest.raises(RuleError, match="You take part in this"):
            changed(pair, by=deputy, people={"leader": deputy.person})
        assert pair.leader != secretary.person


class TestTheDaysOfAPairing:
    def test_its_start_stays_before_its_logs(self, branch: Branch) -> None:
        pair = teaching_pair(branch)
        log(pair, date=STARTED + 9 * DAY)
        pair.refresh_from_db()
        pair.started_on = STARTED + 10 * DAY
        with pytest.raises(ValidationError) as raised:
            pair.full_clean()
        assert list(raised.value.message_dict) == ["started_on"]
        with pytest.raises(RuleError, match="cannot begin later"):
            pair.save()

    def test_its_start_stays_before_results_and_money(self, branch: Branch) -> None:
        team, served = mentorship(branch), engagement(branch, contract_amount_cny=9000)
        project = Project(team=team, track="contest", title="参赛项目")
        project.plan({"college": STARTED + 5 * DAY, "national": STARTED + 90 * DAY})
        project.stages.get(round="college").record_result(result="一等奖", held_on=STARTED + 5 * DAY)
        served.receive(Instalment(amount_cny=100, received_on=STARTED + 5 * DAY))
        for pairing in (team, served):
            pairing.started_on = STARTED + 6 * DAY
            with pytest.raises(RuleError, match="cannot begin later"):
                pairing.save()

    def test_the_seats_of_its_first_day_move_with_its_start(self, branch: Branch) -> None:
        pair = teaching_pair(branch, approved=False)
        pair.started_on = STARTED - 40 * DAY
        pair.save()
        assert {seat.joined_on for seat in pair.seats.all()} == {STARTED - 40 * DAY}

    def test_it_cannot_begin_before_its_leader_was_a_member(self, branch: Branch) -> None:
        people = {"leader": member(teacher(branch), since=STARTED - DAY), "ordinary_teacher": teacher(branch)}
        pair = teaching_pair(branch, people=people, approved=False)
        pair.started_on = STARTED - 2 * DAY
        with pytest.raises(RuleError, match="not everybody"):
            pair.save()

    def test_it_is_not_over_before_what_was_done_in_it(self, branch: Branch) -> None:
        team, secretary = mentorship(branch), secretary_of(branch)
        project = Project(team=team, track="contest", title="参赛项目")
        project.plan({"college": STARTED + 5 * DAY})
        project.stages.get().record_result(result="一等奖", held_on=STARTED + 5 * DAY)
        with pytest.raises(RuleError, match="closing day"):
            team.complete(by=secretary, summary="完成。", on=STARTED + 4 * DAY)
        pair = teaching_pair(branch)
        changed(pair, by=secretary, people={"ordinary_teacher": teacher(branch)}, on=STARTED + 30 * DAY)
        with pytest.raises(RuleError, match="closing day"):
            pair.complete(by=secretary, summary="完成。", on=STARTED + 29 * DAY)

    def test_people_change_on_a_day_of_its_life(self, branch: Branch, secretary: User) -> None:
        pair = teaching_pair(branch)
        for day in (STARTED - DAY, timezone.localdate() + DAY):
            with pytest.raises(RuleError, match="between the pairing's start and today"):
                changed(pair, by=secretary, people={"ordinary_teacher": teacher(branch)}, on=day)


class TestWhatIsOver:
    def test_a_finished_pairing_is_not_rewritten(self, branch: Branch, secretary: User) -> None:
        pair = teaching_pair(branch)
        pair.complete(by=secretary, summary="完成。")
        pair.title = "另一个名字"
        with pytest.raises(RuleError, match="cannot be done now"):
            pair.save()

    def test_a_finished_team_takes_no_result(self, branch: Branch, secretary: User) -> None:
        team = mentorship(branch)
        project = Project(team=team, track="contest", title="参赛项目")
        project.plan({"college": STARTED + 5 * DAY})
        team.end(by=secretary, reason="赛项取消。")
        with pytest.raises(RuleError, match="cannot be done now"):
            project.stages.get().record_result(result="一等奖", held_on=STARTED + 5 * DAY)

    def test_work_that_ended_early_takes_no_money_and_asks_nobody(self, branch: Branch, secretary: User) -> None:
        served = engagement(branch, contract_amount_cny=9000)
        served.receive(Instalment(amount_cny=100, received_on=STARTED))
        link = Confirmation.make(served, by=secretary)
        served.end(by=secretary, reason="企业停产。")
        link.refresh_from_db()
        assert link.state == Confirmation.Refusal.REVOKED
        with pytest.raises(RuleError, match="cannot be done now"):
            served.receive(Instalment(amount_cny=100, received_on=STARTED))
        with pytest.raises(RuleError, match="pairing is over"):
            served.instalments.get().take_back(by=served.leader.user)
        with pytest.raises(RuleError, match="ended early"):
            Confirmation.make(served, by=secretary)

    def test_money_still_comes_when_the_work_is_completed(self, branch: Branch, secretary: User) -> None:
        served = engagement(branch, contract_amount_cny=9000)
        served.complete(by=secretary, summary="交付。", on=STARTED + 30 * DAY)
        served.receive(Instalment(amount_cny=9000, received_on=STARTED + 60 * DAY))
        assert served.received_cny == 9000


class TestPeople:
    def test_a_seated_student_is_not_made_a_teacher(self, branch: Branch) -> None:
        person = mentorship(branch).seat_of("ordinary_student").person
        person.kind = Person.Kind.TEACHER
        with pytest.raises(ValidationError) as raised:
            person.full_clean()
        assert list(raised.value.message_dict) == ["kind"]
        with pytest.raises(RuleError, match="the kind stays"):
            person.save()

    def test_a_seated_person_stays_in_the_college_and_changes_branch_by_moving(self, branch: Branch) -> None:
        person = teaching_pair(branch).leader
        person.branch = BranchFactory()
        with pytest.raises(RuleError, match="stays in it"):
            person.save()
        person.refresh_from_db()
        person.branch = BranchFactory(college=branch.college)
        with pytest.raises(RuleError, match="People move"):
            person.save()
        assert Person.objects.get(pk=person.pk).branch == branch

    def test_a_history_that_contradicts_a_seat_is_refused(self, branch: Branch) -> None:
        pair = teaching_pair(branch)
        leader, colleague = pair.leader, pair.seat_of("ordinary_teacher").person
        with pytest.raises(RuleError, match="contradict"):
            leader.stage_entries.get().delete()
        joined = leader.stage_entries.get()
        joined.from_date = STARTED + DAY
        with pytest.raises(ValidationError) as raised:
            joined.full_clean()
        assert list(raised.value.message_dict) == ["from_date"]
        with pytest.raises(RuleError, match="contradict"):
            joined.save()
        with pytest.raises(ValidationError, match="contradict"):
            colleague.record_stage(stage="probationary", from_date=STARTED - DAY)
        colleague.record_stage(stage="probationary", from_date=STARTED + DAY)
        assert Seat.objects.get(person=colleague).stage_when_seated == "none"

    def test_a_branch_with_people_stays_in_its_college_and_their_office_in_the_branch(self, branch: Branch) -> None:
        teacher(branch)
        branch.college = BranchFactory().college
        with pytest.raises(RuleError, match="stays in its college"):
            branch.save()

    def test_the_desk_says_so_at_the_field_and_keeps_what_was_typed(self, client: Client, branch: Branch) -> None:
        office = OfficeFactory(branch=branch)
        teacher(branch, office=office)
        client.force_login(operator())
        address = reverse("admin:organization_office_change", args=[office.pk])
        sent = {"branch": BranchFactory(college=branch.college).pk, "name": "另一个名称", "version": office.version}
        form = client.post(address, sent).context["adminform"].form
        assert (list(form.errors), form["name"].value()) == (["branch"], "另一个名称")


class TestVerifying:
    def test_whoever_imported_a_ledger_cannot_verify_its_rows(self, branch, secretary, tmp_path) -> None:
        sheet = SheetFile.at(ledger(tmp_path, teacher(branch)))
        assert not import_ledger(sheet, branch, by=secretary).errors
        row = Outcome.objects.get()
        assert (row.submitted_by, row.entered_by) == (secretary, secretary)
        with pytest.raises(RuleError, match="cannot verify"):
            row.verify(by=secretary)
        with pytest.raises(RuleError, match="cannot verify"):
            import_ledger(sheet, branch, by=secretary, verified_by=secretary)
        import_ledger(sheet, branch, verified_by=secretary_of(branch, RoleAssignment.Role.DEPUTY))
        row.refresh_from_db()
        assert row.is_verified

    def test_the_command_submits_in_its_own_name_and_nobody_can_sign_in_with_it(self, branch, secretary, tmp_path):
        sheet = ledger(tmp_path, teacher(branch))
        call_command("import_outcomes", str(sheet), branch=branch.code, verified_by=secretary.username)
        row = Outcome.objects.get()
        assert (row.submitted_by.username, row.verified_by) == ("@command-line", secretary)
        assert (row.submitted_by.is_active, row.submitted_by.has_usable_password()) == (False, False)

    def test_what_nobody_submitted_is_not_verified(self, branch: Branch, secretary: User) -> None:
        sent = submitted(branch)
        Outcome.objects.filter(pk=sent.pk).update(submitted_by=None)
        with pytest.raises(RuleError, match="Nobody is recorded"):
            sent.verify(by=secretary)

    def test_a_teacher_and_another_branch_s_secretary_are_refused(self, branch: Branch) -> None:
        sent = submitted(branch)
        for stranger in (user_of(teacher(branch)), secretary_of(BranchFactory(college=branch.college))):
            with pytest.raises(RuleError, match="decides on this"):
                sent.verify(by=stranger)
            with pytest.raises(RuleError, match="decides on this"):
                sent.send_back(by=stranger, reason="请补充。")

    def test_no_credit_goes_to_a_pairing_that_has_not_begun(self, branch: Branch) -> None:
        with pytest.raises(ValidationError, match="has not begun"):
            outcome(branch, pairings=[teaching_pair(branch, approved=False)])


class TestFreezing:
    def test_only_a_period_that_is_over(self, branch: Branch, secretary: User) -> None:
        this_year = timezone.localdate().year
        for year in (this_year, this_year + 1):
            with pytest.raises(RuleError, match="not over"):
                freeze_report(branch, Period.year(year), by=secretary)
        assert not FrozenReport.objects.exists()

    def test_the_page_says_so_in_words(self, client: Client, branch: Branch, secretary: User) -> None:
        client.force_login(secretary)
        year = timezone.localdate().year
        answer = client.post(reverse("outcomes:freeze", args=[branch.code]) + f"?year={year}", follow=True)
        assert "尚未结束" in answer.content.decode()

    def test_only_by_those_who_manage_the_branch(self, branch: Branch) -> None:
        with pytest.raises(RuleError, match="decides on this"):
            freeze_report(branch, Period.year(2024), by=user_of(teacher(branch)))

    def test_an_overlapping_period_is_frozen_and_said(self, client: Client, branch: Branch, secretary: User) -> None:
        freeze_report(branch, Period.year(2023), by=secretary)
        client.force_login(secretary)
        address = reverse("outcomes:freeze", args=[branch.code]) + "?school_year=2023"
        answer = client.post(address, follow=True)
        assert ("也在已冻结的报告" in answer.content.decode(), FrozenReport.objects.count()) == (True, 1)
        client.post(address, {"despite": "on"})
        assert FrozenReport.objects.count() == 2
