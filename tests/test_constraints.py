"""The database itself holds the rules: each is tried past forms, verbs and clean()."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.utils import timezone

from evidence.models import StoredFile
from imports.models import SheetImport
from organization.models import PartyStageEntry, Person, RoleAssignment, Tag, TrailLink
from outcomes.models import (
    FrozenReport,
    HandOver,
    Outcome,
    OutcomeCredit,
    OutcomeEvidence,
    OutcomePerson,
    ReportPhoto,
    ReportProse,
    Subkind,
)
from pairings.models import LogPhoto, Pairing, PairingFile, ProgressLog, Seat
from tests.factories import engagement, leader_of, member, student
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db


def again(row: Model, **changes: Any) -> None:
    """Insert a copy of a row."""
    copy = type(row)._base_manager.get(pk=row.pk)
    for name, value in changes.items():
        setattr(copy, name, value)
    copy.pk = None
    type(row)._base_manager.bulk_create([copy])


def put(row: Model, **values: Any) -> None:
    """Write values past save() and clean()."""
    type(row)._base_manager.filter(pk=row.pk).update(**values)


def pairing(world: BranchWorld, name: str) -> Pairing:
    return Pairing.objects.get(pk=world.rows[name].pk)


def seat(world: BranchWorld, name: str, role: str) -> Seat:
    return world.rows[name].seats.get(role=role)


def second_team(world: BranchWorld) -> Seat:
    return world.add_rows()["team"].seats.get(role="ordinary_student")


def leave_out_twice(world: BranchWorld) -> None:
    put(world.rows["rule"], rule="leave_out", other=None)
    again(world.rows["rule"])


def confirmed(world: BranchWorld) -> Model:
    world.rows["link"].confirm(is_solved=True, rating=3, words="", confirmed_by="生产部林工")
    return world.rows["link"]


def second_link(world: BranchWorld) -> None:
    kind, first = ContentType.objects.first(), TrailLink.objects.first()
    [entry] = QuerySet(LogEntry).bulk_create([LogEntry(content_type=kind, object_pk="1", object_repr="", action=0)])
    told = {"content": first.content, "mac": first.mac}
    TrailLink.objects.bulk_create([TrailLink(entry=entry, chain=first.chain, number=first.number, **told)])


TRIES: dict[str, Callable[[BranchWorld], None]] = {
    "branch_name_once_in_a_college": lambda w: again(w.branch, code="NEW"),
    "office_name_once_in_a_branch": lambda w: again(w.rows["office"]),
    "person_number_once_in_a_college": lambda w: again(w.rows["person"]),
    "one_stage_entry_a_day": lambda w: again(PartyStageEntry.objects.first()),
    "stage_entry_is_a_stage": lambda w: put(PartyStageEntry.objects.first(), stage="hero"),
    "one_open_membership_a_person": lambda w: again(w.rows["person"].memberships.get()),
    "membership_left_after_joined": lambda w: put(w.rows["membership"], joined_on=datetime.date(2025, 1, 1)),
    "membership_ended_somehow": lambda w: put(w.rows["membership"], ending=""),
    "role_has_its_place": lambda w: put(RoleAssignment.objects.filter(role="secretary").first(), branch=None),
    "branch_role_once": lambda w: again(RoleAssignment.objects.filter(role="secretary").first()),
    "college_role_once": lambda w: again(RoleAssignment.objects.filter(role="leadership").first()),
    "link_number_once_a_chain": second_link,
    "prepared_once_at_a_time": lambda w: again(w.rows["waiting_file"]),
    "prepared_ready_has_its_file": lambda w: put(w.rows["prepared"], sha256=""),
    "prepared_in_hand_while_working": lambda w: put(w.rows["waiting_file"], state="working"),
    "prepared_failed_says_why": lambda w: put(w.rows["waiting_file"], state="failed"),
    "prepared_done_within_total": lambda w: put(w.rows["waiting_file"], done=1),
    "prepared_days_in_order": lambda w: put(w.rows["prepared"], last_day=datetime.date(2000, 1, 1)),
    "prepared_beside_is_whole": lambda w: put(w.rows["prepared"], beside_branch=w.branch),
    "prose_days_in_order": lambda w: put(ReportProse.objects.first(), last_day=datetime.date(2000, 1, 1)),
    "report_kind_code_once_in_a_branch": lambda w: again(w.rows["report_kind"], name="另一类"),
    "report_kind_name_once_in_a_branch": lambda w: again(w.rows["report_kind"], code="another"),
    "report_kind_code_is_not_shipped": lambda w: put(w.rows["report_kind"], code="annual"),
    "report_kind_section_once": lambda w: again(w.rows["report_kind"].parts.first(), position=9),
    "report_kind_own_section_has_a_heading": lambda w: put(w.rows["report_kind"].parts.last(), heading=""),
    "photo_once_a_report": lambda w: again(ReportPhoto.objects.first()),
    "report_photo_days_in_order": lambda w: put(ReportPhoto.objects.first(), last_day=datetime.date(2000, 1, 1)),
    "report_photo_has_a_place": lambda w: put(ReportPhoto.objects.first(), place=7),
    "stored_file_has_a_sha256": lambda w: put(StoredFile.objects.first(), sha256="../../etc/passwd"),
    "pairing_closed_on_when_over": lambda w: put(pairing(w, "pair"), status="ended"),
    "pairing_active_only_when_approved": lambda w: put(pairing(w, "proposal"), status="active"),
    "pairing_due_after_start": lambda w: put(pairing(w, "pair"), due_on=datetime.date(2000, 1, 1)),
    "pairing_closed_after_start": lambda w: put(
        pairing(w, "pair"), status="ended", closed_on=datetime.date(2000, 1, 1)
    ),
    "one_open_seat_a_role": lambda w: again(seat(w, "pair", "leader"), person=member(student(w.branch))),
    "one_open_seat_a_person": lambda w: again(seat(w, "engagement", "leader"), role="helper"),
    "one_open_student_seat_a_person": lambda w: put(second_team(w), person=w.rows["student"]),
    "member_seat_needs_a_member": lambda w: put(seat(w, "team", "student_member"), stage_when_seated="candidate"),
    "ordinary_seat_needs_a_non_member": lambda w: put(seat(w, "pair", "ordinary_teacher"), stage_when_seated="full"),
    "seat_left_after_joined": lambda w: put(seat(w, "pair", "leader"), left_on=datetime.date(2000, 1, 1)),
    "seat_stays_after_joined": lambda w: put(seat(w, "pair", "leader"), stays_until=datetime.date(2000, 1, 1)),
    "log_hours_in_a_day": lambda w: put(w.rows["log"], hours="25"),
    "log_element_words_need_a_kind": lambda w: put(w.rows["log"], element_kind=""),
    "photo_once_a_log": lambda w: again(LogPhoto.objects.first()),
    "pair_has_a_course_or_a_topic": lambda w: put(w.rows["pair"], topic="另有课题"),
    "brokered_pair_names_its_broker": lambda w: put(w.rows["pair"], formation="brokered"),
    "step_once_a_pair": lambda w: again(w.rows["pair"].milestones.first()),
    "milestone_has_a_day": lambda w: put(w.rows["pair"].milestones.first(), planned_on=None, done_on=None),
    "sign_up_once": lambda w: again(w.rows["workshop"].signups.first()),
    "synonym_once_in_the_system": lambda w: [put(w.rows["synonym"], branch=None), again(w.rows["synonym"])],
    "synonym_once_in_a_branch": lambda w: again(w.rows["synonym"]),
    "tag_once_in_the_system": lambda w: again(Tag.objects.filter(branch=None).first()),
    "tag_once_in_a_branch": lambda w: again(w.rows["tag"]),
    "match_rule_names_two_or_one": lambda w: put(w.rows["rule"], other=w.rows["rule"].person),
    "only_a_kept_pair_is_brokered": lambda w: put(w.rows["rule"], brokered_by=w.rows["person"]),
    "taken_or_left_out_once": leave_out_twice,
    "match_rule_once": lambda w: again(w.rows["rule"]),
    "match_place_once": lambda w: again(w.rows["match"]),
    "match_role_once": lambda w: again(w.rows["match"].seats.first(), person=w.rows["student"]),
    "person_once_in_a_proposal": lambda w: again(w.rows["match"].seats.first(), role="helper"),
    "file_once_a_pairing": lambda w: again(
        PairingFile.objects.create(pairing=w.rows["pair"], evidence=w.rows["evidence"])
    ),
    "round_once_a_project": lambda w: again(w.rows["stage"]),
    "stage_is_a_round": lambda w: put(w.rows["stage"], round="galactic"),
    "ability_once_in_a_rubric": lambda w: again(w.rows["assessment"].rubric.items.first()),
    "assessed_once_a_moment": lambda w: again(w.rows["assessment"]),
    "mark_once_an_ability": lambda w: again(w.rows["assessment"].scores.first()),
    "mark_from_1_to_5": lambda w: put(w.rows["assessment"].scores.first(), value=6),
    "instalment_is_positive": lambda w: put(w.rows["instalment"], amount_cny=0),
    "confirmation_is_whole": lambda w: put(w.rows["link"], is_solved=True),
    "rating_from_1_to_4": lambda w: put(confirmed(w), rating=5),
    "revoked_link_confirms_nothing": lambda w: put(confirmed(w), revoked_at=timezone.now()),
    "confirmation_says_how_it_was_given": lambda w: put(confirmed(w), how=""),
    "spoken_of_what_was_confirmed": lambda w: put(w.rows["link"], spoken_words="属实。"),
    "one_open_change_a_subject": lambda w: again(w.rows["change"]),
    "change_decided_by_somebody": lambda w: put(w.rows["change"], state="approved"),
    "change_decided_by_another": lambda w: put(w.rows["changed"], decided_by=w.users["teacher"]),
    "change_refused_with_a_reason": lambda w: put(w.rows["changed"], state="refused"),
    "changed_seat_has_somebody": lambda w: put(w.rows["change"].seats.get(), leaving=None, joining=None),
    "changed_seat_goes_to_another": lambda w: put(
        w.rows["change"].seats.get(), leaving=w.rows["person"], joining=w.rows["person"]
    ),
    "contradiction_answered_once": lambda w: again(w.rows["explanation"]),
    "contradiction_answered_with_a_reason": lambda w: put(w.rows["explanation"], reason=""),
    "handed_over_once": lambda w: [
        HandOver.objects.create(outcome=w.rows[name], pairing=w.rows["pair"], origin="stage-1")
        for name in ("draft", "submitted")
    ],
    "enterprise_once_in_a_branch": lambda w: again(w.rows["enterprise"]),
    "one_open_engagement_a_problem": lambda w: put(engagement(w.branch), problem=w.rows["problem"]),
    "contract_amount_not_negative": lambda w: put(w.rows["engagement"], contract_amount_cny="-1"),
    "merged_outcome_has_one_that_stands_for_it": lambda w: put(w.rows["draft"], merged_into=w.rows["verified"]),
    "merged_person_has_no_stage": lambda w: put(w.rows["merged_person"], stage="full"),
    "merged_once": lambda w: again(w.rows["merge"]),
    "merged_into_another": lambda w: put(w.rows["merge"], merged=w.rows["merge"].kept),
    "merge_undone_by_somebody_for_a_reason": lambda w: put(w.rows["merge"], undone_reason="误并。"),
    "no_double_once": lambda w: again(w.rows["not_double"]),
    "no_double_in_order": lambda w: put(w.rows["not_double"], second=0),
    "share_asked_once": lambda w: again(w.rows["share"]),
    "share_answered_by_somebody": lambda w: put(w.rows["share"], state="agreed"),
    "row_once_a_sheet_import": lambda w: again(w.rows["sheet"].rows.first()),
    "written_import_says_who_and_when": lambda w: put(w.rows["sheet"], written_at=None),
    "undone_import_says_who_when_and_why": lambda w: put(w.rows["sheet"], undo_reason="误读。"),
    "verified_outcome_has_verifier_and_seal": lambda w: put(w.rows["draft"], review="verified"),
    "verifier_is_not_submitter": lambda w: put(
        w.rows["verified"], verified_by_id=Outcome.objects.get(pk=w.rows["verified"].pk).submitted_by_id
    ),
    "awards_and_honours_are_recognised": lambda w: put(w.rows["draft"], category="award", status="cultivating"),
    "correction_has_a_reason": lambda w: put(w.rows["draft"], corrects=w.rows["verified"]),
    "outcome_not_its_own_sequel": lambda w: put(w.rows["draft"], continues=w.rows["draft"]),
    "one_sequel_an_outcome": lambda w: [
        put(w.rows[name], continues=w.rows["verified"]) for name in ("draft", "submitted")
    ],
    "person_once_an_outcome": lambda w: again(OutcomePerson.objects.first()),
    "credit_once_a_pairing": lambda w: again(OutcomeCredit.objects.first()),
    "evidence_once_an_outcome": lambda w: again(OutcomeEvidence.objects.first()),
    "ledger_row_counts_from_1": lambda w: put(OutcomeEvidence.objects.first(), ledger_row=0),
    "quantity_has_a_unit": lambda w: put(w.rows["draft"], unit="colleges"),
    "hours_of_volunteering": lambda w: put(w.rows["draft"], hours=3),
    "helped_by_outreach": lambda w: put(w.rows["draft"], helped="山区职业技术学院"),
    "kinds_of_help_in_order": lambda w: put(w.rows["draft"], category="outreach", help_kinds="talent,staff"),
    "subkind_unit_is_a_unit": lambda w: put(w.rows["subkind"], unit="metres"),
    "volunteering_in_attendances": lambda w: put(w.rows["subkind"], category="volunteering", unit="hours"),
    "report_frozen_once": lambda w: again(w.rows["frozen"]),
    "report_revised_for_a_reason": lambda w: put(w.rows["frozen"], revision=1),
    "report_revised_once": lambda w: [
        again(w.rows["frozen"], revises=w.rows["frozen"], revision=number, reason="改正。") for number in (1, 2)
    ],
    "report_days_in_order": lambda w: put(w.rows["frozen"], last_day=datetime.date(2000, 1, 1)),
    "report_file_name_once": lambda w: again(w.rows["frozen"].files.first()),
    "subkind_once_in_the_system": lambda w: again(Subkind.objects.filter(branch=None).first()),
    "subkind_once_in_a_branch": lambda w: again(w.rows["subkind"]),
    "grade_once_in_the_system": lambda w: again(type(w.rows["grade"]).objects.filter(branch=None).first()),
    "grade_once_in_a_branch": lambda w: again(w.rows["grade"]),
}
OURS = (Person, Pairing, Outcome, StoredFile, ProgressLog, FrozenReport, SheetImport)


def refusal(world: BranchWorld, name: str) -> str:
    """Return what the database says to a try, which leaves nothing behind."""
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        TRIES[name](world)
    return str(raised.value)


def test_the_database_refuses_each_by_its_constraint(world: BranchWorld) -> None:
    leader_of(world.branch.college)
    said = {name: refusal(world, name) for name in TRIES}
    # SQLite names the columns of a unique constraint, not the constraint.
    assert {name: words for name, words in said.items() if name not in words and "UNIQUE" not in words} == {}


def test_every_constraint_is_tried() -> None:
    ours = {model._meta.app_label for model in OURS}
    ours |= {"mentorship", "teaching_pairs", "enterprise_service"}
    named = {
        constraint.name
        for model in apps.get_models()
        if model._meta.app_label in ours
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint | UniqueConstraint)
    }
    assert named == set(TRIES)
