"""Every address × method × person, own or other branch: no word of the other one is said, no row of it changes."""

import io
import random
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponseBase
from django.test import Client

from organization import transition_views
from organization.models import ScopedQuerySet
from tests.conftest import signed_in
from tests.nets import size
from tests.nets.markup import text_fields
from tests.nets.pages import Address, addresses_of, open_forms, world_with_accounts
from tests.nets.rows import Writes, difference, kept_models, rows_of, state_of
from tests.test_permissions import ADMIN_PAGES, PAGES, Page
from tests.world import World

pytestmark = pytest.mark.django_db

CANARY = "ZQXVOTH"
OF_THE_BRANCH = ("teacher", "student", "secretary", "deputy")
METHODS = ("get", "post", "head", "put", "patch", "delete", "options")
SAID = {"reason": "请补充材料。", "summary": "按计划完成。", "origin": "stage", "accept": "yes"}


@pytest.fixture
def world() -> World:
    world = world_with_accounts()
    assert len(plant(world)) > 40
    return world


def plant(world: World) -> set[str]:
    """Put the canary into every text of the other branch's rows, past the forms; return the columns that hold it."""
    planted = set()
    for model in kept_models():
        fields = [one for one in text_fields(model) if one.get_internal_type() in {"CharField", "TextField"}]
        for field in fields:
            for pk in rows_of(model, world.other.branch).values_list("pk", flat=True):
                try:
                    with transaction.atomic():
                        model._base_manager.filter(pk=pk).update(**{field.attname: f"{CANARY}{pk}"[: field.max_length]})
                except (DatabaseError, ValidationError):
                    continue  # the database holds it still, as it does a frozen report
                planted.add(f"{model._meta.label}.{field.name}")
    for row in world.other.rows.values():
        row.refresh_from_db()
    return planted


def cases(world: World, pages: dict[str, Page]) -> list[tuple[str, bool, Address, str]]:
    """Return every person, whether the row is of the own branch, address and method."""
    return [
        (role, branch is world.own, address, method)
        for branch in (world.own, world.other)
        for address in addresses_of(branch, pages)
        for role in OF_THE_BRANCH
        for method in METHODS
    ]


def words_of(response: HttpResponseBase) -> str:
    """Return all that a response says, of archives and office files what lies in them."""
    body = b"".join(response.streaming_content) if getattr(response, "streaming", False) else response.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"".join(name.encode() + archive.read(name) for name in archive.namelist())
    return f"{response.headers}{body.decode('utf-8', 'replace')}"


def sent_to(client: Client, address: Address, chance: random.Random) -> dict[str, Any]:
    """Return one of the page's forms, or what the verbs ask for."""
    forms = open_forms(client, address) if address.page.method == "get" else []
    data = chance.choice(forms).data() if forms else {}
    return {**SAID, **data, "form_key": str(uuid.UUID(int=chance.getrandbits(128)))}


def wrongs(world: World, pages: dict[str, Page], *, seed: int = 8, at_most: int | None = None) -> Iterator[str]:
    """Yield each request that said a word of the other branch, or changed a row that it may not."""
    chance = random.Random(seed)
    clients = {role: signed_in(world.user(role)) for role in OF_THE_BRANCH}
    asked = cases(world, pages)
    for role, is_own, address, method in chance.sample(asked, min(at_most or len(asked), len(asked))):
        data = sent_to(clients[role], address, chance) if method == "post" else {}
        may_write = method == "post" and address.page.answer_to(role, own_branch=is_own) == "in"
        place = f"{address.name} as {role}, {method}, {'own' if is_own else 'other'}"
        writes = Writes()
        before = state_of(world.other.branch) if may_write else {}
        with transaction.atomic():
            with connection.execute_wrapper(writes):
                response = getattr(clients[role], method)(
                    address.url,
                    data,
                    **({} if method in {"get", "post", "head"} else {"content_type": "application/json"}),
                )
            if CANARY in words_of(response):
                yield f"{place}: says a word of the other branch"
            if writes.tables and not may_write:
                yield f"{place}: writes {sorted(writes.tables)}"
            if may_write and writes.tables:
                yield from (f"{place}: changes {one}" for one in difference(before, state_of(world.other.branch)))
            transaction.set_rollback(True)


def test_nobody_reads_a_word_or_changes_a_row_across_the_branches(world: World) -> None:
    assert list(wrongs(world, PAGES | ADMIN_PAGES, at_most=size(small=120, large=1_000_000))) == []


@pytest.mark.hole
def test_the_net_finds_a_door_that_stands_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScopedQuerySet, "visible_to", lambda rows, user: rows.all())
    found = list(wrongs(world, {"enterprise_service:board": PAGES["enterprise_service:board"]}, at_most=20))
    assert any("says a word" in one for one in found)


@pytest.mark.hole
def test_the_net_finds_a_verb_that_asks_no_rule(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transition_views, "require", lambda *asked: None)
    found = list(wrongs(world, {"pairings:complete": PAGES["pairings:complete"]}))
    assert {one.split(": writes")[0] for one in found} == {"pairings:complete as student, post, own"}
