"""What the pages of a branch say, word by word: never another branch's row, in lists, choices, exports or searches."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.kept import kept
from tests.world import YEAR, World, build_world

pytestmark = pytest.mark.django_db

YEAR_QUERY = f"?year={YEAR}"
PEOPLE_CHOICES = "?app_label=organization&model_name=user&field_name=person"

PAGES = (
    reverse("home"),
    *(reverse(f"{form}:list") for form in ("mentorship", "teaching_pairs", "enterprise_service")),
    reverse("pairings:logs"),
    reverse("outcomes:list"),
    reverse("teaching_pairs:workshops"),
    *(reverse(f"enterprise_service:{page}") for page in ("board", "enterprises", "findings")),
)
FORMS = (
    *(reverse(f"{form}:new") for form in ("mentorship", "teaching_pairs", "enterprise_service")),
    reverse("outcomes:new"),
    reverse("enterprise_service:new_problem"),
)
MATCHING = tuple(reverse("pairings:matching", args=[kind]) for kind in ("teaching", "mentorship"))
FIGURES = (
    reverse("dashboard") + YEAR_QUERY,
    reverse("coverage") + YEAR_QUERY,
    reverse("outcomes:reports"),
)
DESK = (
    reverse("admin:index"),
    reverse("admin:autocomplete") + PEOPLE_CHOICES,
    reverse("imports:new", args=["roster"]),
    reverse("imports:new", args=["ledger"]),
    reverse("admin:organization_person_add"),
    reverse("admin:enterprise_service_problem_add"),
    reverse("admin:outcomes_subkind_add"),
    *(
        reverse(f"admin:{model}_changelist")
        for model in (
            "organization_person", "organization_office", "organization_branch", "pairings_progresslog",
            "organization_synonym", "organization_tag", "mentorship_rubric", "teaching_pairs_workshop",
            "mentorship_mentorshipteam", "teaching_pairs_teachingpair", "enterprise_service_enterprise",
            "enterprise_service_problem", "enterprise_service_engagement", "outcomes_outcome", "outcomes_subkind",
            "outcomes_grade", "outcomes_frozenreport", "outcomes_preparedfile", "imports_sheetimport",
        )
    ),
)  # fmt: skip
LOOKED_AT = {
    "teacher": (*PAGES, *FORMS),
    "student": PAGES,
    "secretary": (*PAGES, *FORMS, *FIGURES, *MATCHING, *DESK),
    "deputy": (*PAGES, *FORMS, *FIGURES, *MATCHING, *DESK),
}
#: Say no branch's words to the operator either: one stands for all, and the other is a count.
SAY_LITTLE = {reverse("home"), reverse("admin:index"), reverse("coverage") + YEAR_QUERY}


#: Random letters, among which a branch's code stands now and then: tokens of forms and signed links.
RANDOM = re.compile(r'value="[A-Za-z0-9]{64}"|/confirm/[^\s<"]+')


def said(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return RANDOM.sub("", response.content.decode())


@pytest.fixture
def world() -> World:
    return kept(build_world)


@pytest.mark.parametrize("role", LOOKED_AT)
def test_no_page_says_a_word_of_another_branch(client: Client, world: World, role: str) -> None:
    client.force_login(world.user(role))
    leaking = [address for address in LOOKED_AT[role] if world.other.code in said(client, address)]
    assert not leaking, leaking


def test_the_same_pages_would_say_them_if_the_door_stood_open(client: Client, world: World) -> None:
    client.force_login(world.user("operator"))
    silent = [
        address for address in {*LOOKED_AT["secretary"]} - SAY_LITTLE if world.other.code not in said(client, address)
    ]
    assert silent == []


@pytest.mark.parametrize("kind", ["json", "docx"])
def test_a_report_of_another_branch_does_not_exist(client: Client, world: World, kind: str) -> None:
    client.force_login(world.user("secretary"))
    address = reverse("outcomes:download", args=[world.other.code, kind]) + YEAR_QUERY
    assert client.get(address).status_code == 404


def test_a_choice_of_another_branch_is_refused_when_it_is_typed_in(client: Client, world: World) -> None:
    client.force_login(world.user("teacher"))
    stolen = {
        "title": "借用他支部的人",
        "course": "数控编程",
        "formation": "self_formed",
        "started_on": "2024-03-01",
        "leader": world.other.users["teacher"].person_id,
        "ordinary_teacher": world.other.rows["person"].pk,
    }
    response = client.post(reverse("teaching_pairs:new"), stolen)
    assert sorted(response.context["form"].errors) == ["leader", "ordinary_teacher"]


def test_a_frozen_report_s_records_open_no_row_of_another_branch(client: Client, world: World) -> None:
    client.force_login(world.user("secretary"))
    for branch, found in ((world.own, [world.own.rows["verified"]]), (world.other, None)):
        page = client.get(reverse("outcomes:list"), {"frozen": branch.rows["frozen"].pk, "part": "0"})
        rows = list(page.context["object_list"])
        assert rows == found if found is not None else world.other.rows["verified"] not in rows


def test_party_stages_are_said_to_the_desk_and_to_nobody_else(client: Client, world: World) -> None:
    stages = ("中共党员", "正式党员", "预备党员", "入党积极分子")
    for role in ("teacher", "student"):
        client.force_login(world.user(role))
        shown = [address for address in LOOKED_AT[role] if any(stage in said(client, address) for stage in stages)]
        assert shown == [], role
    client.force_login(world.user("secretary"))
    assert "正式党员" in said(client, reverse("admin:organization_person_changelist"))
