"""What somebody types into an address is answered, whatever it is, and never by an error page of ours."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import signed_in
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

NAMES = (
    "branch", "match", "problem", "pairing", "enterprise", "page", "ids", "q", "status", "urgency", "scale", "kind",
    "activity_type", "from", "to", "year", "school_year", "date_min", "date_max", "overdue", "counted", "granted",
    "category", "level", "review", "achieved_on", "title", "course",
)  # fmt: skip
VALUES = ("²", "\x00", "9" * 40, "-1", "' OR 1=1 --", "2024-13-45", "\ud800", "名" * 3000)
PAGES = (
    "home", "dashboard", "coverage", "mentorship:list", "mentorship:new", "teaching_pairs:list", "teaching_pairs:new",
    "teaching_pairs:workshops", "enterprise_service:list", "enterprise_service:new", "enterprise_service:board",
    "enterprise_service:new_problem", "enterprise_service:enterprises", "enterprise_service:findings",
    "pairings:logs", "outcomes:list", "outcomes:new", "outcomes:reports",
)  # fmt: skip
ANSWERS = {200, 302, 400, 404}


@pytest.mark.parametrize("value", VALUES, ids=[f"value{number}" for number, _value in enumerate(VALUES)])
def test_no_query_is_an_error_page(world: BranchWorld, value: str) -> None:
    desk = signed_in(world.users["secretary"])
    query = dict.fromkeys(NAMES, value.encode("utf-8", "surrogatepass"))
    addresses = [reverse(name) for name in PAGES]
    addresses += [reverse("pairings:matching", args=["teaching"]), world.rows["run"].get_absolute_url()]
    addresses += [reverse("outcomes:report", args=[world.code])]
    answers = {address: desk.get(address, query).status_code for address in addresses}
    assert {address: code for address, code in answers.items() if code not in ANSWERS} == {}


@pytest.mark.parametrize("number", ["0", "9" * 18, "9" * 40])
def test_no_number_of_a_row_is_an_error_page(desk: Client, number: str) -> None:
    addresses = [
        f"/mentorship/{number}/",
        f"/teaching-pairs/workshops/{number}/",
        f"/enterprise-service/problems/{number}/",
        f"/pairings/proposals/{number}/",
        f"/outcomes/{number}/",
        "/enterprise-service/confirm/%00/",
    ]
    assert {address: desk.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 404)


def test_no_posted_number_is_an_error_page(desk: Client, world: BranchWorld) -> None:
    rule, workshop = reverse("pairings:add_rule", args=["teaching"]), world.rows["workshop"]
    for value in ("²", "9" * 40, "\x00", "x"):
        sent = {"branch": value, "rule": value, "person": value, "other": value, "run": value, "present": value}
        codes = {
            desk.post(rule, sent).status_code,
            desk.post(rule, {**sent, "branch": world.code}).status_code,
            desk.post(reverse("teaching_pairs:attendance", args=[workshop.pk]), sent).status_code,
            desk.post(reverse("pairings:answer", args=[world.rows["match"].pk]), {"accept": value}).status_code,
        }
        assert codes <= ANSWERS
