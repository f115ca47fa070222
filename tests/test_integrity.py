"""check_integrity names what is broken: for each invariant the data is broken on purpose, past every form and verb.

What the database itself refuses (see test_constraints.py) is first let in by dropping the constraint.
"""

import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import CheckConstraint, Model
from django.utils import timezone

from enterprise_service.models import Engagement
from evidence.looking import evidence_storage
from organization.integrity import try_all
from organization.models import PartyStageEntry, Person
from organization.redaction import permitted
from outcomes.freezing import revise_report
from outcomes.models import OutcomeCredit
from outcomes.models.prepared import prepared_storage
from pairings.models import Pairing, Seat
from teaching_pairs.models import TeachingPair, Workshop
from tests.factories import BranchFactory, engagement, evidence, teaching_pair, verified
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

Break = Callable[[BranchWorld], Model]
BREAKS: dict[str, Break] = {}


def breaks(name: str) -> Callable[[Break], Break]:
    """Register a way to break an invariant; it returns the row that must be named."""

    def keep(way: Break) -> Break:
        BREAKS[name] = way
        return way

    return keep


def without(model: type[Model], name: str) -> None:
    """Drop a constraint, as a hand in the database would; the test's own transaction puts it back."""
    constraint = next(one for one in model._meta.constraints if one.name == name)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(str(constraint.remove_sql(model, connection.schema_editor())))
        elif isinstance(constraint, CheckConstraint):
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute(f'DROP INDEX "{name}"')


@pytest.fixture(autouse=True)
def _checks_are_back() -> Iterator[None]:
    """SQLite's pragma outlives the transaction."""
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def put(row: Model, **values: Any) -> Model:
    """Write values past save(), verbs and audit."""
    type(row)._base_manager.filter(pk=row.pk).update(**values)
    return row


@breaks("1_active_pairing_has_its_one_and_one_and_one")
def _a_seat_is_empty(world: BranchWorld) -> Model:
    world.rows["pair"].seats.filter(role="ordinary_teacher").delete()
    return Pairing.objects.get(pk=world.rows["pair"].pk)


@breaks("1_seats_hold_the_right_stage")
def _the_leader_was_no_member(world: BranchWorld) -> Model:
    without(Seat, "member_seat_needs_a_member")
    return put(world.rows["pair"].seats.get(role="leader"), stage_when_seated="none")


@breaks("1_seats_fit_their_people")
def _a_student_teaches(world: BranchWorld) -> Model:
    seat = world.rows["team"].seats.get(role="ordinary_student")
    put(seat.person, kind="teacher")
    return seat


@breaks("1_seats_agree_with_the_history")
def _a_history_was_rewritten(world: BranchWorld) -> Model:
    seat = world.rows["pair"].seats.get(role="leader")
    PartyStageEntry.objects.filter(person=seat.person).update(from_date="2025-01-01")
    return seat


@breaks("1_people_are_where_their_branch_is")
def _a_person_of_nowhere(world: BranchWorld) -> Model:
    return put(world.rows["person"], college=BranchFactory().college)


@breaks("1_everybody_belongs_where_the_newest_time_says")
def _moved_past_the_verb(world: BranchWorld) -> Model:
    return put(world.rows["membership"], branch=BranchFactory(college=world.branch.college))


@breaks("1_times_in_branches_do_not_overlap")
def _here_before_having_left(world: BranchWorld) -> Model:
    person = world.rows["membership"].person
    again = person.join(on=timezone.localdate(), by=world.users["secretary"])
    return put(again, joined_on="2024-06-01")


@breaks("12_approver_takes_no_part")
def _approved_by_oneself(world: BranchWorld) -> Model:
    pair = world.rows["pair"]
    put(Pairing.objects.get(pk=pair.pk), approved_by=world.users["teacher"])
    return pair.seats.get(role="leader")


@breaks("12_pairing_s_days_are_in_order")
def _a_start_after_the_logs(world: BranchWorld) -> Model:
    put(Pairing.objects.get(pk=world.rows["team"].pk), started_on="2024-09-01")
    return world.rows["log"]


@breaks("12_change_was_decided_by_another")
def _a_change_that_lets_its_decider_in(world: BranchWorld) -> Model:
    place = world.rows["changed"].seats.get()
    put(place, joining=world.users["secretary"].person)
    return place.request


@breaks("12_changed_seats_are_as_was_decided")
def _another_seat_than_was_decided(world: BranchWorld) -> Model:
    return put(world.rows["changed"].seats.get(), taken=None)


@breaks("12_steps_tell_where_a_pairing_stands")
def _a_pairing_that_nobody_approved(world: BranchWorld) -> Model:
    pairing = Pairing.objects.get(pk=world.rows["pair"].pk)
    pairing.life_steps.all()._raw_delete(pairing.life_steps.db)
    return pairing


@breaks("12_results_and_assessments_lie_in_their_team_s_life")
def _a_result_out_of_time(world: BranchWorld) -> Model:
    return put(world.rows["stage"], result="一等奖", held_on="2023-01-01")


@breaks("12_money_and_links_belong_to_work_that_began")
def _money_before_the_work(world: BranchWorld) -> Model:
    return put(world.rows["instalment"], received_on="2023-01-01")


@breaks("5_credits_go_to_pairings_that_began")
def _credit_in_advance(world: BranchWorld) -> Model:
    return OutcomeCredit.objects.create(outcome=world.rows["draft"], pairing_id=world.rows["proposal"].pk)


@breaks("6_what_was_submitted_names_who_submitted_it")
def _nobody_submitted(world: BranchWorld) -> Model:
    return put(world.rows["submitted"], submitted_by=None)


@breaks("7_frozen_period_was_over")
def _frozen_too_early(world: BranchWorld) -> Model:
    return put(world.rows["frozen"], last_day="2099-12-31")


@breaks("12_what_has_happened_lies_behind")
def _money_of_tomorrow(world: BranchWorld) -> Model:
    return put(world.rows["instalment"], received_on="2099-12-31")


@breaks("12_nobody_joined_before_eighteen")
def _a_member_of_twelve(world: BranchWorld) -> Model:
    person = world.users["teacher"].person
    put(person, born_on="2003-03-01")
    return person.stage_entries.get()


@breaks("12_logs_say_an_activity_of_their_form")
def _a_log_of_another_form(world: BranchWorld) -> Model:
    return put(world.rows["log"], activity_type="talent")


@breaks("12_marks_are_of_their_rubric")
def _a_mark_for_another_ability(world: BranchWorld) -> Model:
    item = world.rows["rubric"].items.create(name="别的能力")
    return put(world.rows["assessment"].scores.first(), item=item)


@breaks("12_words_are_of_their_category")
def _a_grade_of_another_category(world: BranchWorld) -> Model:
    return put(world.rows["draft"], grade=world.rows["grade"])


@breaks("2_pair_comes_of_its_branch_s_workshop")
def _a_workshop_of_strangers(world: BranchWorld) -> Model:
    held = Workshop.objects.create(
        branch=BranchFactory(), title="别家研讨", held_on="2024-01-05", announced_by=world.users["secretary"]
    )
    return put(world.rows["pair"], workshop=held)


@breaks("3_no_more_was_received_than_agreed")
def _a_smaller_contract(world: BranchWorld) -> Model:
    return put(world.rows["engagement"], contract_amount_cny=10)


@breaks("1_every_pairing_has_one_child_of_its_kind")
def _a_bare_parent(world: BranchWorld) -> Model:
    return put(Pairing.objects.get(pk=world.rows["pair"].pk), kind="mentorship")


@breaks("1_stage_is_what_the_history_says")
def _a_stage_out_of_nowhere(world: BranchWorld) -> Model:
    return put(world.rows["person"], stage="full")


@breaks("2_teaching_pair_has_a_course_or_a_topic")
def _both(world: BranchWorld) -> Model:
    without(TeachingPair, "pair_has_a_course_or_a_topic")
    return put(world.rows["pair"], topic="另有课题")


@breaks("3_engagement_names_its_problem_s_enterprise")
def _another_enterprise(world: BranchWorld) -> Model:
    Pairing.objects.filter(pk=world.rows["engagement"].pk).update(counterpart="别家企业")
    return world.rows["engagement"]


@breaks("3_problem_is_under_one_open_engagement")
def _two_on_one_problem(world: BranchWorld) -> Model:
    without(Engagement, "one_open_engagement_a_problem")
    second = engagement(world.branch)
    put(second, problem=world.rows["problem"])
    return world.rows["problem"]


@breaks("4_student_sits_in_one_open_team")
def _two_teams(world: BranchWorld) -> Model:
    without(Seat, "one_open_student_seat_a_person")
    other = world.add_rows()["team"]
    put(other.seats.get(role="ordinary_student"), person=world.rows["student"])
    return world.rows["student"]


@breaks("4_closed_pairing_has_no_open_seat")
def _still_sitting(world: BranchWorld) -> Model:
    Pairing.objects.filter(pk=world.rows["pair"].pk).update(status="ended", closed_on="2024-12-01")
    return world.rows["pair"].seats.first()


@breaks("5_credits_stay_in_branches_that_share")
def _credit_for_strangers(world: BranchWorld) -> Model:
    strange = teaching_pair(BranchFactory())
    return OutcomeCredit.objects.create(outcome=world.rows["draft"], pairing_id=strange.pk)


@breaks("5_nothing_is_left_with_what_was_merged")
def _credit_for_what_was_merged(world: BranchWorld) -> Model:
    return OutcomeCredit.objects.create(outcome=world.rows["merged"], pairing_id=world.rows["pair"].pk)


@breaks("6_verified_outcome_is_proved_and_sealed")
def _a_locked_row_was_changed(world: BranchWorld) -> Model:
    return put(world.rows["verified"], level="national")


@breaks("6_correction_has_a_reason")
def _both_versions_count(world: BranchWorld) -> Model:
    first = world.rows["verified"]
    second = verified(world.branch, verifier=world.users["secretary"])
    return put(second, corrects=first, correction_reason="更正")


@breaks("7_revision_stands_beside_what_it_revises")
def _revision_of_a_later_number(world: BranchWorld) -> Model:
    second = revise_report(world.rows["frozen"], by=world.users["secretary"], reason="补报。", despite=True)
    return put(second, revision=3)


@breaks("7_frozen_report_is_as_it_was")
def _figures_were_polished(world: BranchWorld) -> Model:
    return put(world.rows["frozen"], figures=world.rows["frozen"].figures.replace('"count": 1', '"count": 9'))


@breaks("8_stored_bytes_match_their_hash")
def _other_bytes(world: BranchWorld) -> Model:
    stored = world.rows["evidence"].file
    evidence_storage().delete(stored.path)
    evidence_storage().save(stored.path, ContentFile(b"other bytes"))
    return stored


@breaks("9_every_row_is_what_the_audit_says")
def _made_in_silence(world: BranchWorld) -> Model:
    quiet = Person(
        branch=world.branch, college=world.branch.college, kind="teacher", name="无痕", number="T0", pinyin="wuhen"
    )
    return Person.objects.bulk_create([quiet])[0]


@breaks("9_ties_are_what_the_audit_says")
def _shared_in_silence(world: BranchWorld) -> Model:
    draft = world.rows["draft"]
    draft.shared_with.through.objects.create(outcome_id=draft.pk, branch_id=BranchFactory().pk)
    return draft


@breaks("9_trail_is_a_whole_chain")
def _an_entry_was_polished(world: BranchWorld) -> Model:
    entry = LogEntry.objects.get_for_object(world.rows["submitted"]).first()
    with permitted():
        return put(entry, object_repr="别的成果")


@breaks("9_every_entry_has_its_link")
def _an_entry_slipped_in(world: BranchWorld) -> Model:
    entry = LogEntry.objects.get_for_object(world.rows["submitted"]).first()
    entry.pk = None
    entry.save()
    return entry


@breaks("10_chain_rises_without_loop_or_fork")
def _a_chain_that_falls(world: BranchWorld) -> Model:
    higher = verified(world.branch, verifier=world.users["secretary"], level="national")
    return put(world.rows["draft"], continues=higher, work=higher.work, level="college")


@breaks("11_last_log_is_the_newest")
def _a_forgotten_log(world: BranchWorld) -> Model:
    pairing = Pairing.objects.get(pk=world.rows["pair"].pk)
    return put(pairing, last_logged_on="2020-01-01")


@breaks("11_every_upload_is_held_by_a_row")
def _a_loose_upload(world: BranchWorld) -> Model:
    return evidence(world.users["teacher"])


@breaks("11_prepared_files_are_whole")
def _other_bytes_of_a_prepared_file(world: BranchWorld) -> Model:
    row = world.rows["prepared"]
    prepared_storage().save(row.stored_name, ContentFile(b"other bytes"))
    return row


def named(model: type[Model], pk: object, broken: list[dict]) -> bool:
    return any(row["model"] == model._meta.label and str(row["id"]) == str(pk) for row in broken)


def test_whole_data_is_clean(world: BranchWorld) -> None:
    out = StringIO()
    call_command("check_integrity", json=True, stdout=out)
    found = json.loads(out.getvalue())
    assert (found["ok"], [check["name"] for check in found["checks"] if check["broken"]]) == (True, [])


def test_every_check_has_a_way_to_break_it_but_those_that_data_cannot_break() -> None:
    assert {name for name, _finding in try_all()} - set(BREAKS) == {"5_every_work_counts_once", "9_trail_is_guarded"}


@pytest.mark.parametrize("name", BREAKS)
def test_what_was_broken_is_named(world: BranchWorld, name: str) -> None:
    row = BREAKS[name](world)
    out = StringIO()
    with pytest.raises(CommandError) as raised:
        call_command("check_integrity", json=True, stdout=out)
    assert raised.value.returncode == 1
    checks = {check["name"]: check["broken"] for check in json.loads(out.getvalue())["checks"]}
    assert named(type(row), row.pk, checks[name]), checks
