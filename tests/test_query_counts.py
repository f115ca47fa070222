"""No page asks the database more often because there are more rows: the same literal number at one row and at three."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enterprise_service.models import Confirmation, Instalment, Problem
from mentorship.models import Assessment, Project, Reflection
from pairings.models import Match, MatchSeat
from teaching_pairs.models import SignUp
from tests.factories import BranchFactory, evidence, log, member, outcome, teacher
from tests.kept import kept
from tests.world import YEAR, BranchWorld, World, build_world

pytestmark = pytest.mark.django_db

#: Ten of them, where a page is one of settings.SENSITIVE_PAGES, are the line that the reader leaves in the audit trail.
LISTS = {
    ("teacher", "home"): 16,
    ("student", "home"): 10,
    ("secretary", "home"): 25,
    ("secretary", "pairings:changes"): 11,
    ("teacher", "mentorship:list"): 8,
    ("teacher", "teaching_pairs:list"): 8,
    ("teacher", "enterprise_service:list"): 8,
    ("teacher", "pairings:logs"): 10,
    ("secretary", "pairings:contradictions"): 29,
    ("teacher", "outcomes:list"): 9,
    ("teacher", "mentorship:new"): 8,
    ("teacher", "teaching_pairs:new"): 9,
    ("teacher", "enterprise_service:new"): 9,
    ("teacher", "outcomes:new"): 11,
    ("teacher", "teaching_pairs:workshops"): 6,
    ("teacher", "enterprise_service:board"): 6,
    ("teacher", "enterprise_service:enterprises"): 6,
    ("teacher", "enterprise_service:findings"): 5,
    ("teacher", "profile"): 8,
    ("secretary", "doubles_outcome"): 22,
    ("secretary", "doubles_enterprise"): 7,
    ("secretary", "doubles_problem"): 10,
    ("secretary", "doubles_person"): 15,
    ("leader", "mentorship:list"): 8,
    ("leader", "outcomes:list"): 9,
    ("leader", "dashboard"): 25,
    ("leader", "coverage"): 18,
    ("leader", "outcomes:reports"): 5,
    ("leader", "outcomes:figures"): 3,
    ("secretary", "admin:index"): 7,
    ("secretary", "admin:organization_person_changelist"): 19,
    ("secretary", "admin:organization_office_changelist"): 8,
    ("secretary", "admin:pairings_progresslog_changelist"): 11,
    ("secretary", "admin:mentorship_mentorshipteam_changelist"): 11,
    ("secretary", "admin:teaching_pairs_teachingpair_changelist"): 11,
    ("secretary", "admin:enterprise_service_enterprise_changelist"): 9,
    ("secretary", "admin:enterprise_service_problem_changelist"): 9,
    ("secretary", "admin:enterprise_service_engagement_changelist"): 11,
    ("secretary", "admin:enterprise_service_confirmationsetting_changelist"): 8,
    ("secretary", "admin:organization_synonym_changelist"): 9,
    ("secretary", "admin:organization_tag_changelist"): 8,
    ("secretary", "admin:mentorship_rubric_changelist"): 8,
    ("secretary", "admin:imports_sheetimport_changelist"): 11,
    ("secretary", "admin:teaching_pairs_workshop_changelist"): 9,
    ("secretary", "admin:outcomes_outcome_changelist"): 11,
    ("secretary", "admin:outcomes_reportkind_changelist"): 9,
    ("secretary", "admin:outcomes_reportsetting_changelist"): 8,
    ("secretary", "admin:outcomes_subkind_changelist"): 8,
    ("secretary", "admin:outcomes_grade_changelist"): 8,
    ("secretary", "admin:outcomes_frozenreport_changelist"): 8,
    ("operator", "admin:organization_user_changelist"): 5,
    ("operator", "admin:auditlog_logentry_changelist"): 15,
}
DETAILS = {
    ("teacher", "mentorship:detail"): 34,
    ("teacher", "mentorship:edit"): 8,
    ("teacher", "mentorship:change"): 14,
    ("teacher", "teaching_pairs:detail"): 29,
    ("teacher", "teaching_pairs:edit"): 10,
    ("teacher", "teaching_pairs:change"): 13,
    ("teacher", "enterprise_service:detail"): 31,
    ("teacher", "enterprise_service:edit"): 8,
    ("teacher", "enterprise_service:change"): 15,
    ("teacher", "mentorship:story"): 34,
    ("teacher", "teaching_pairs:story"): 21,
    ("teacher", "teaching_pairs:milestones"): 8,
    ("teacher", "teaching_pairs:workshop"): 13,
    ("secretary", "pairings:run"): 10,
    ("secretary", "pairings:matching"): 12,
    ("teacher", "enterprise_service:story"): 20,
    ("teacher", "outcomes:pairing_paper"): 13,
    ("secretary", "outcomes:person_year"): 11,
    ("secretary", "enterprise_service:spoke"): 6,
    ("teacher", "enterprise_service:problem"): 9,
    ("teacher", "enterprise_service:enterprise"): 10,
    ("teacher", "pairings:log"): 7,
    ("teacher", "pairings:edit_log"): 9,
    ("secretary", "imports:detail"): 16,
    ("secretary", "imports:undo"): 8,
    ("teacher", "outcomes:detail"): 25,
    ("teacher", "outcomes:edit"): 18,
    ("teacher", "evidence:detail"): 10,
    ("secretary", "take_back_log"): 5,
    ("secretary", "take_back_photo"): 5,
    ("teacher", "take_back_answer"): 5,
    ("secretary", "take_back_proposal"): 11,
    ("secretary", "take_back_decision"): 7,
    ("secretary", "take_back_reflection"): 5,
    ("secretary", "take_back_sign_up"): 5,
    ("secretary", "take_back_instalment"): 8,
    ("secretary", "take_back_result"): 8,
    ("secretary", "take_back_assessment"): 5,
    ("secretary", "take_back_draft"): 6,
    ("teacher", "take_back_submission"): 5,
    ("secretary", "take_back_verification"): 8,
    ("secretary", "take_back_return"): 5,
    ("secretary", "take_back_proof"): 8,
    ("secretary", "take_back_file"): 31,
    ("secretary", "pairings:explain"): 8,
    ("secretary", "take_back_explanation"): 5,
    ("secretary", "take_back_spoken"): 7,
    ("secretary", "take_back_leave"): 6,
    ("secretary", "take_back_change"): 16,
    ("secretary", "take_back_pairing_file"): 5,
    ("secretary", "take_back_report_file"): 5,
    ("secretary", "take_back_merge"): 14,
    ("secretary", "take_back_not_double"): 7,
    ("secretary", "take_back_share"): 5,
    ("secretary", "merge_outcome"): 22,
    ("secretary", "merge_person"): 20,
    ("secretary", "same_as_person"): 10,
    ("secretary", "admin:organization_person_change"): 26,
    ("secretary", "admin:mentorship_mentorshipteam_change"): 9,
    ("secretary", "admin:teaching_pairs_teachingpair_change"): 11,
    ("secretary", "admin:enterprise_service_engagement_change"): 11,
    ("secretary", "admin:outcomes_outcome_change"): 14,
}


def queries(client: Client, address: str) -> int:
    """Return how many queries a page takes, once the content types are known."""
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def signed_in(world: World, role: str) -> Client:
    client = Client()
    client.force_login(world.user(role))
    return client


def add_parts(branch: BranchWorld) -> None:
    """Give the first rows' pages more of what they already hold one of."""
    rows, by = branch.rows, branch.users["teacher"]
    rows["pair"].plan({step.step: (datetime.date(YEAR, 5, 1), None) for step in rows["pair"].steps()})
    for place in "23":
        project = Project(team=rows["team"], track="contest", title=f"项目{place}")
        project.plan(dict.fromkeys(("college", "provincial", "national"), datetime.date(YEAR, 6, 1)))
        Reflection.objects.create(team=rows["team"], student=rows["student"], words="又一次。")
        rows["engagement"].receive(Instalment(amount_cny=10, received_on=datetime.date(YEAR, 7, 1)))
        Confirmation.make(rows["engagement"], by=by)
        Problem.objects.create(enterprise=rows["enterprise"], title=f"难题{place}")
        colleague = teacher(branch.branch)
        SignUp.objects.create(workshop=rows["workshop"], person=colleague)
        match = Match.objects.create(run=rows["match"].run, place=10 + int(place))
        MatchSeat.objects.create(run=match.run, match=match, role="ordinary_teacher", person=colleague)
        MatchSeat.objects.create(run=match.run, match=match, role="leader", person=member(teacher(branch.branch)))
    for moment in ("middle", "end"):
        assessment = Assessment(
            team=rows["team"],
            student=rows["student"],
            moment=moment,
            view="mentor",
            rubric=rows["assessment"].rubric,
        )
        assessment.record(by=by, marks=dict.fromkeys((item.pk for item in assessment.rubric.items.all()), 4))


def add_long_day(branch: BranchWorld) -> None:
    """Let the teacher's logs of one day contradict one another, as many more of them do by themselves."""
    log(branch.rows["pair"], by=branch.users["teacher"], hours=Decimal(20))


def count_lists(world: World) -> dict[tuple[str, str], int]:
    years = {"dashboard", "coverage"}
    return {
        (role, name): queries(signed_in(world, role), reverse(name) + (f"?year={YEAR}" if name in years else ""))
        for role, name in LISTS
    }


def test_lists_take_the_same_queries_at_one_row_and_at_three() -> None:
    world = kept(build_world)
    add_long_day(world.own)
    assert count_lists(world) == LISTS
    for _ in range(2):
        for branch in (world.own, world.other):
            branch.add_rows()
    assert count_lists(world) == LISTS


def test_details_take_the_same_queries_at_one_part_and_at_three() -> None:
    world = kept(build_world)
    branch, by = world.own, world.own.users["teacher"]
    draft = outcome(branch.branch, by=by, pairings=[branch.rows["team"]])
    for name in ("pair", "engagement"):
        log(branch.rows[name], by=by, photos=[evidence(by)])
    add_long_day(branch)
    addresses = {
        "mentorship:detail": branch.rows["team"],
        "mentorship:edit": branch.rows["team"],
        "mentorship:change": branch.rows["team"],
        "teaching_pairs:detail": branch.rows["pair"],
        "teaching_pairs:edit": branch.rows["pair"],
        "teaching_pairs:change": branch.rows["pair"],
        "enterprise_service:detail": branch.rows["engagement"],
        "enterprise_service:edit": branch.rows["engagement"],
        "enterprise_service:change": branch.rows["engagement"],
        "mentorship:story": branch.rows["team"],
        "teaching_pairs:story": branch.rows["pair"],
        "teaching_pairs:milestones": branch.rows["pair"],
        "teaching_pairs:workshop": branch.rows["workshop"],
        "pairings:run": branch.rows["match"].run,
        "enterprise_service:story": branch.rows["engagement"],
        "outcomes:pairing_paper": branch.rows["team"],
        "outcomes:person_year": branch.rows["person"],
        "enterprise_service:spoke": branch.rows["link"],
        "enterprise_service:problem": branch.rows["problem"],
        "enterprise_service:enterprise": branch.rows["enterprise"],
        "pairings:log": branch.rows["team"],
        "pairings:edit_log": branch.rows["log"],
        "imports:detail": branch.rows["refused_sheet"],
        "imports:undo": branch.rows["sheet"],
        "outcomes:detail": draft,
        "outcomes:edit": draft,
        "evidence:detail": branch.rows["evidence"],
        "take_back_leave": branch.rows["membership"],
        "take_back_log": branch.rows["log"],
        "take_back_photo": branch.rows["photo"],
        "take_back_answer": branch.rows["answer"],
        "take_back_proposal": branch.rows["proposal"],
        "take_back_decision": branch.rows["team"],
        "take_back_reflection": branch.rows["reflection"],
        "take_back_sign_up": branch.rows["signup"],
        "take_back_instalment": branch.rows["instalment"],
        "take_back_result": branch.rows["stage"],
        "take_back_assessment": branch.rows["assessment"],
        "take_back_draft": draft,
        "take_back_submission": branch.rows["submitted"],
        "take_back_verification": branch.rows["verified"],
        "take_back_return": branch.rows["returned"],
        "take_back_proof": branch.rows["proof"],
        "take_back_file": branch.rows["evidence"],
        "pairings:explain": branch.rows["engagement"],
        "take_back_explanation": branch.rows["explanation"],
        "take_back_spoken": branch.rows["link"],
        "take_back_change": branch.rows["changed"],
        "take_back_pairing_file": branch.rows["pairing_file"],
        "take_back_report_file": branch.rows["report_file"],
        "take_back_merge": branch.rows["merge"],
        "take_back_not_double": branch.rows["not_double"],
        "take_back_share": branch.rows["share"],
        "same_as_person": branch.rows["person"],
        "admin:organization_person_change": branch.rows["person"],
        "admin:mentorship_mentorshipteam_change": branch.rows["team"],
        "admin:teaching_pairs_teachingpair_change": branch.rows["pair"],
        "admin:enterprise_service_engagement_change": branch.rows["engagement"],
        "admin:outcomes_outcome_change": draft,
    }

    def address_of(name: str) -> str:
        if name == "pairings:matching":
            return reverse(name, args=["teaching"])
        if name == "pairings:explain":
            return reverse(name, args=["money-without-contract", addresses[name].pk])
        two = {"merge_outcome": ("twin", "draft"), "merge_person": ("namesake", "person")}.get(name, ())
        return reverse(name, args=[branch.rows[row].pk for row in two] or [addresses[name].pk])

    def count() -> dict[tuple[str, str], int]:
        return {(role, name): queries(signed_in(world, role), address_of(name)) for role, name in DETAILS}

    assert count() == DETAILS
    more = [branch.add_rows() for _ in range(2)]
    for rows in more:
        for name in ("team", "pair", "engagement"):
            log(branch.rows[name], by=by, photos=[evidence(by), evidence(by)])
        draft.rewrite(
            by=by,
            people=[by.person, rows["person"], rows["student"]],
            pairings=[branch.rows["team"], rows["team"], rows["pair"]],
            evidence=[evidence(by), evidence(by)],
        )
    add_parts(branch)
    person = branch.rows["person"]
    person.record_stage(stage="applicant", from_date="2024-01-01")
    person.record_stage(stage="activist", from_date="2024-09-01")
    assert count() == DETAILS


def test_a_report_takes_the_same_queries_whatever_it_counts() -> None:
    world = kept(build_world)
    address = reverse("outcomes:report", args=["OWN"])
    counts = {
        what: queries(signed_in(world, "secretary"), f"{address}?{what}")
        for what in (f"school_year={YEAR - 1}", f"year={YEAR - 5}", f"year={YEAR}")
    }
    assert counts == {"school_year=2023": 48, "year=2019": 48, "year=2024": 54}  # the last one is frozen


def test_the_list_behind_a_figure_takes_the_same_queries_at_one_row_and_at_three() -> None:
    world = kept(build_world)
    asked = [
        ("leader", "elements"),
        ("leader", "growth"),
        ("secretary", "money_received"),
        ("secretary", "growth"),
        ("operator", "growth"),
    ]

    def count() -> list[int]:
        addresses = [(role, f"{reverse('outcomes:figure', args=[slug])}?year={YEAR}") for role, slug in asked]
        return [queries(signed_in(world, role), address) for role, address in addresses]

    assert count() == [7, 5, 8, 8, 7]
    for _ in range(2):
        world.own.add_rows()
        BranchFactory(college=world.own.branch.college)
    assert count() == [7, 5, 8, 8, 7]
