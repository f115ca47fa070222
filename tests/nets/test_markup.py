"""No word of a user is ever markup: every page, with markup planted in every text of every row, asked by all roles."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html

from enterprise_service.models import Confirmation
from organization.merging import merge, undo_merge
from organization.models import Person
from outcomes.freezing import revise_report
from outcomes.models import Outcome
from teaching_pairs.models import TeachingPair
from tests.conftest import signed_in
from tests.factories import BranchFactory, CollegeFactory, leader_of, operator, outcome
from tests.nets import LARGE
from tests.nets.markup import CANARY, NAME, alive, patched, plant, planted_models, text_fields
from tests.sheets import LEDGER, ROSTER, workbook
from tests.test_permissions import ADMIN_PAGES, BRANCH_ROWS, PAGES, Page
from tests.world import YEAR, World, ask_branch, build_branch

pytestmark = pytest.mark.django_db

#: Columns that refuse markup by themselves.
UNPLANTED = {
    "organization.Person.number",
    "outcomes.Outcome.help_kinds",  # of a list
    "organization.TrailLink.content",  # hashes
    "organization.TrailLink.mac",
    "organization.TrailLink.redaction",
}
ASKING = ("teacher", "student", "secretary", "deputy", "leader", "operator")
#: Whose eyes see most of a page; `make attack` asks as everybody.
SEES_MOST = ("teacher", "operator", "student")
#: Pages without a word of anybody's.
SILENT = {"admin:search", "outcomes:prepared_file"}
#: Asked beside the addresses of the tables: searches, filters and years that put rows on the page.
QUERIES = {
    "dashboard": {"year": YEAR},
    "outcomes:preview": {"year": YEAR, "kind": "case"},
    "outcomes:words": {"year": YEAR, "kind": "case"},
    "outcomes:photos": {"year": YEAR},
    "coverage": {"year": YEAR},
    "outcomes:report": {"year": YEAR},
    "admin:search": {"s": NAME, "extended": "1"},
}


@pytest.fixture
def world() -> World:
    college = CollegeFactory(name="滨江职业技术学院")
    own = build_branch(college, "OWN")
    ask_branch(own, by_branch=BranchFactory(college=college, code="THR", name="第三教工党支部"))
    world = World(own, own, {"leader": leader_of(college), "operator": operator()})
    own.rows["verified"].correct(by=own.users["teacher"], reason="更正。")
    TeachingPair.objects.filter(pk=own.rows["proposal"].pk).update(course="", topic="专题")
    entries = LogEntry.objects.get_for_object(world.own.rows["person"])
    world.own.rows |= {"user": world.own.users["teacher"], "audit": entries.first()}
    link = world.own.rows["link"]
    link.confirm(is_solved=False, rating=4, words="", confirmed_by="林工")
    link.spoke_to(by=world.own.users["secretary"], on=timezone.localdate(), words="属实。")
    own.rows["share"].decline(by=own.users["secretary"], reason="与我支部无关。")
    merged, kept = (outcome(own.branch, title="误并的课程") for _ in "12")
    line = merge(kept, merged, by=own.users["secretary"], reason="重复登记。")
    undo_merge(line, by=own.users["secretary"], reason="误并。")
    outcome(own.branch, title="结对帮扶", category="outreach", helped="山区职业学校")
    revise_report(own.rows["frozen"], by=own.users["secretary"], reason="补充。", despite=True)
    own.rows["link"] = Confirmation.make(own.rows["engagement"], by=own.users["teacher"])
    world.planted = plant()  # type: ignore[attr-defined]
    # What the trail keeps of words: a change of ours made after planting.
    person = Person.objects.get(pk=world.own.rows["person"].pk)
    person.strengths = f"{CANARY}长于{CANARY}"
    person.save()
    return world


def address_of(name: str, page: Page, world: World) -> tuple[str, dict[str, Any]]:
    """Return an address of the own branch's row, and what is asked of it."""
    asked = QUERIES | {"outcomes:alike": typed_again(world.own.rows["draft"])}
    return reverse(name, kwargs=page.keywords(world.own)), page.query | asked.get(name, {})


def typed_again(draft: Outcome) -> dict[str, Any]:
    """Return what a form would hold in which an outcome is typed a second time."""
    people = list(draft.contributions.values_list("person", flat=True))
    return {"branch": draft.branch_id, "title": draft.title, "achieved_on": draft.achieved_on, "people": people}


def askers(page: Page) -> list[str]:
    """Return the roles to ask a page as."""
    inside = [role for role in ASKING if role in page.may and (not page.row or role in page.sees)]
    return inside if LARGE else [role for role in SEES_MOST if role in inside][:1] or inside[:1]


def ask(client: Client, method: str, address: str, data: Any) -> HttpResponseBase:
    """Ask for a page, follow it where it leads, and leave nothing behind."""
    with transaction.atomic():
        response = getattr(client, method)(address, data, follow=True)
        transaction.set_rollback(True)
    return response


def answers(world: World, only: str) -> Iterator[tuple[str, Client, str, HttpResponseBase]]:
    """Yield each page's place, its asker's client, its address and the answer."""
    clients = {role: signed_in(world.user(role)) for role in ASKING}
    for name, page in {**PAGES, **ADMIN_PAGES}.items():
        for role in askers(page) if name.startswith(only) else ():
            address, data = address_of(name, page, world)
            if page.method == "post":
                data = {"reason": CANARY, "summary": CANARY, "origin": CANARY, "form_key": str(uuid.uuid4())}
            yield f"{name} as {role}", clients[role], address, ask(clients[role], page.method, address, data)


def filled_forms(page: str, address: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, address and content of each form of a page, with markup typed where it takes text."""
    document = html.document_fromstring(page)
    for form in document.forms:
        typed = {
            field.get("name"): f"{CANARY}{len(CANARY)}"
            for field in form.iter("input", "textarea")
            if field.get("name") and field.get("type", "text") in {"text", "search", "email", "number", "date"}
        }
        if typed:
            chosen = {name: value for name, value in form.form_values() if name not in typed}
            yield form.method.lower(), form.action or address, chosen | typed


def found_in(response: HttpResponseBase, place: str) -> list[str]:
    """Return what is alive in an answer, with its place."""
    if not response["Content-Type"].startswith("text/html"):
        return []
    return [f"{place}: {found}" for found in alive(response.content.decode())]


def found_on_pages(world: World, only: str = "") -> list[str]:
    """Return what is alive on the pages whose name begins so, and in what they answer to markup typed into them."""
    found = []
    for place, client, address, response in answers(world, only):
        found += found_in(response, place)
        name = place.partition(" ")[0]
        if response["Content-Type"].startswith("text/html"):
            page = response.content.decode()
            if NAME not in page and name not in SILENT:
                found.append(f"{place}: says no planted word, so it proves nothing")
            for method, action, data in filled_forms(page, address) if LARGE or name in PAGES else ():
                found += found_in(ask(client, method, action, data), f"{place}, typed into {action}")
    return found


def test_every_text_of_the_world_holds_markup(world: World) -> None:
    every = {f"{model._meta.label}.{field.name}" for model in planted_models() for field in text_fields(model)}
    # A column that is new stands in a row of tests/world.py, or in a list of tests/nets/markup.py: it holds no words.
    assert every - world.planted == UNPLANTED


def test_no_text_of_any_row_is_alive_on_any_page(world: World) -> None:
    assert found_on_pages(world) == []


def test_no_text_is_alive_on_pages_that_need_no_account(world: World) -> None:
    link, client = world.own.rows["link"], Client(raise_request_exception=False)
    wrong = {"is_solved": CANARY, "rating": CANARY, "words": CANARY, "confirmed_by": CANARY}
    answers = [
        client.get(link.path),
        client.post(link.path, wrong),
        client.get(f"/{CANARY}/", {"next": CANARY}),
        client.get(reverse("account_login"), {"next": f"/{CANARY}"}),
        client.post(reverse("account_login"), {"login": CANARY, "password": CANARY}),
    ]
    assert [found for answer in answers for found in found_in(answer, answer.request["PATH_INFO"])] == []
    assert NAME in answers[1].content.decode()


def test_no_text_is_alive_on_the_pages_that_admin_actions_ask_on(world: World) -> None:
    desk, found, asked = signed_in(world.user("operator")), [], set()
    for model, (row, *_rights) in BRANCH_ROWS.items():
        address = reverse(f"admin:{model}_changelist")
        document = html.document_fromstring(desk.get(address).content)
        for action in document.xpath("//select[@name='action']/option/@value"):
            chosen = {"action": action, "_selected_action": world.own.rows[row].pk}
            response = ask(desk, "post", address, chosen) if action else desk.get(address)
            found += found_in(response, f"{model}: {action}")
            asked.add(action)
    assert (found, {"send_back"} <= asked) == ([], True)


def test_no_cell_of_a_refused_sheet_is_alive(world: World, tmp_path: Path) -> None:
    desk = signed_in(world.user("secretary"))
    for kind, heading in (("roster", ROSTER), ("ledger", LEDGER)):
        sheet = workbook(tmp_path / "sheet.xlsx", [[*heading, CANARY], [CANARY] * (len(heading) + 1)])
        with sheet.open("rb") as file:
            sent = {"branch": world.own.branch.pk, "file": file}
            response = desk.post(reverse("imports:new", args=[kind]), sent, follow=True)
        assert found_in(response, kind) == []
        assert NAME in response.content.decode()


HOLES = {
    "a title that is trusted": ("parts/pairing_row.html", "{{ pairing.title }}", "{{ pairing.title|safe }}", "home"),
    "a help text that is trusted": (
        "bootstrap5/layout/help_text.html", "{{ field.help_text }}", "{{ field.help_text|safe }}", "mentorship:assess"
    ),
    "an attribute without quotes around it": (
        "parts/evidence_tile.html", 'alt="{{ evidence.original_name }}"', "alt={{ evidence.original_name }}",
        "pairings:logs",
    ),
    "words that are run": ("parts/triad.html", 'title="{{ disc.name }}"', 'hx-get="{{ disc.name }}"', "home"),
    "words in a script": (
        "outcomes/detail.html", "{% block content %}", "{% block content %}<script>{{ outcome.title }}</script>",
        "outcomes:detail",
    ),
}  # fmt: skip


@pytest.mark.hole
@pytest.mark.parametrize("hole", HOLES)
def test_the_net_finds_a_hole_in_a_template(world: World, tmp_path: Path, hole: str) -> None:
    template, old, new, only = HOLES[hole]
    with patched(tmp_path, template, old, new):
        assert found_on_pages(world, only) != []
