"""Every change leaves who, when, and what stood before and after."""

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse

from outcomes.models import Outcome
from pairings.models import Pairing
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db


def newest(row: object, model: type) -> LogEntry:
    return LogEntry.objects.get_for_model(model).filter(object_pk=str(row.pk)).order_by("-pk").first()


def test_an_approval_says_who_and_from_what_to_what(desk: Client, world: BranchWorld) -> None:
    proposal = world.rows["proposal"]
    desk.post(reverse("pairings:approve", args=[proposal.pk]))
    entry = newest(proposal, Pairing)
    assert (entry.actor, entry.changes["status"]) == (world.users["secretary"], ["proposed", "active"])


def test_a_verification_in_the_admin_says_who(desk: Client, world: BranchWorld) -> None:
    row = world.rows["submitted"]
    sent = {"action": "verify", "_selected_action": [row.pk]}
    desk.post(reverse("admin:outcomes_outcome_changelist"), sent)
    entry = newest(row, Outcome)
    assert (entry.actor, entry.changes["review"]) == (world.users["secretary"], ["submitted", "verified"])


def test_a_return_in_the_admin_asks_why_first(desk: Client, world: BranchWorld) -> None:
    row, address = world.rows["submitted"], reverse("admin:outcomes_outcome_changelist")
    sent = {"action": "send_back", "_selected_action": [row.pk]}
    assert desk.post(address, sent).status_code == 200
    row.refresh_from_db()
    assert row.review == "submitted"
    desk.post(address, {**sent, "reason": "证书日期不清"})
    row.refresh_from_db()
    assert (row.review, row.return_reason) == ("returned", "证书日期不清")


def test_a_file_s_bytes_go_only_to_those_who_may_see_them_and_say_their_kind(world: BranchWorld) -> None:
    client = Client()
    client.force_login(world.users["teacher"])
    response = client.get(reverse("evidence:download", args=[world.rows["evidence"].pk]))
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert response["Content-Disposition"].startswith("attachment")
