"""No page asks the database more often because there are more rows: the same literal number at one row and at three."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import evidence, log, outcome
from tests.world import YEAR, World, build_world

pytestmark = pytest.mark.django_db

LISTS = {
    ("teacher", "home"): 11,
    ("student", "home"): 9,
    ("secretary", "home"): 10,
    ("teacher", "mentorship:list"): 8,
    ("teacher", "teaching_pairs:list"): 8,
    ("teacher", "enterprise_service:list"): 8,
    ("teacher", "pairings:logs"): 9,
    ("teacher", "outcomes:list"): 8,
    ("teacher", "mentorship:new"): 9,
    ("teacher", "teaching_pairs:new"): 9,
    ("teacher", "enterprise_service:new"): 8,
    ("teacher", "outcomes:new"): 12,
    ("leader", "mentorship:list"): 8,
    ("leader", "outcomes:list"): 8,
    ("leader", "dashboard"): 12,
    ("leader", "coverage"): 5,
    ("leader", "outcomes:reports"): 5,
    ("secretary", "admin:index"): 7,
    ("secretary", "admin:organization_person_changelist"): 9,
    ("secretary", "admin:organization_office_changelist"): 8,
    ("secretary", "admin:pairings_progresslog_changelist"): 11,
    ("secretary", "admin:mentorship_mentorshipteam_changelist"): 11,
    ("secretary", "admin:teaching_pairs_teachingpair_changelist"): 11,
    ("secretary", "admin:enterprise_service_enterprise_changelist"): 9,
    ("secretary", "admin:enterprise_service_problem_changelist"): 9,
    ("secretary", "admin:enterprise_service_engagement_changelist"): 11,
    ("secretary", "admin:outcomes_outcome_changelist"): 11,
    ("secretary", "admin:outcomes_subkind_changelist"): 8,
    ("secretary", "admin:outcomes_grade_changelist"): 8,
    ("secretary", "admin:outcomes_frozenreport_changelist"): 8,
    ("operator", "admin:organization_user_changelist"): 5,
    ("operator", "admin:auditlog_logentry_changelist"): 5,
}
DETAILS = {
    ("teacher", "mentorship:detail"): 15,
    ("teacher", "mentorship:edit"): 14,
    ("teacher", "teaching_pairs:detail"): 15,
    ("teacher", "teaching_pairs:edit"): 13,
    ("teacher", "enterprise_service:detail"): 15,
    ("teacher", "enterprise_service:edit"): 11,
    ("teacher", "pairings:log"): 7,
    ("teacher", "pairings:edit_log"): 9,
    ("teacher", "outcomes:detail"): 16,
    ("teacher", "outcomes:edit"): 17,
    ("teacher", "evidence:detail"): 8,
    ("secretary", "admin:organization_person_change"): 12,
    ("secretary", "admin:mentorship_mentorshipteam_change"): 10,
    ("secretary", "admin:teaching_pairs_teachingpair_change"): 11,
    ("secretary", "admin:enterprise_service_engagement_change"): 11,
    ("secretary", "admin:outcomes_outcome_change"): 17,
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


def count_lists(world: World) -> dict[tuple[str, str], int]:
    years = {"dashboard", "coverage"}
    return {
        (role, name): queries(signed_in(world, role), reverse(name) + (f"?year={YEAR}" if name in years else ""))
        for role, name in LISTS
    }


def test_lists_take_the_same_queries_at_one_row_and_at_three() -> None:
    world = build_world()
    assert count_lists(world) == LISTS
    for _ in range(2):
        for branch in (world.own, world.other):
            branch.add_rows()
    assert count_lists(world) == LISTS


def test_details_take_the_same_queries_at_one_part_and_at_three() -> None:
    world = build_world()
    branch, by = world.own, world.own.users["teacher"]
    draft = outcome(branch.branch, by=by, pairings=[branch.rows["team"]])
    for name in ("pair", "engagement"):
        log(branch.rows[name], by=by, photos=[evidence(by)])
    addresses = {
        "mentorship:detail": branch.rows["team"],
        "mentorship:edit": branch.rows["team"],
        "teaching_pairs:detail": branch.rows["pair"],
        "teaching_pairs:edit": branch.rows["pair"],
        "enterprise_service:detail": branch.rows["engagement"],
        "enterprise_service:edit": branch.rows["engagement"],
        "pairings:log": branch.rows["team"],
        "pairings:edit_log": branch.rows["log"],
        "outcomes:detail": draft,
        "outcomes:edit": draft,
        "evidence:detail": branch.rows["evidence"],
        "admin:organization_person_change": branch.rows["person"],
        "admin:mentorship_mentorshipteam_change": branch.rows["team"],
        "admin:teaching_pairs_teachingpair_change": branch.rows["pair"],
        "admin:enterprise_service_engagement_change": branch.rows["engagement"],
        "admin:outcomes_outcome_change": draft,
    }

    def count() -> dict[tuple[str, str], int]:
        return {
            (role, name): queries(signed_in(world, role), reverse(name, args=[addresses[name].pk]))
            for role, name in DETAILS
        }

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
    person = branch.rows["person"]
    person.record_stage(stage="applicant", from_date="2024-01-01")
    person.record_stage(stage="activist", from_date="2024-09-01")
    assert count() == DETAILS


def test_a_report_takes_the_same_queries_whatever_it_counts() -> None:
    world = build_world()
    address = reverse("outcomes:report", args=["OWN"])
    counts = {
        what: queries(signed_in(world, "secretary"), f"{address}?{what}")
        for what in (f"school_year={YEAR - 1}", f"year={YEAR - 5}", f"year={YEAR}")
    }
    assert counts == {"school_year=2023": 10, "year=2019": 10, "year=2024": 8}  # the last one is frozen
