"""Whatever an address changes leaves a line in the audit trail about the very rows that it changed.

Generated over the table of all addresses: each that is posted to is posted to as everybody who may, and each table that
was written is looked for in the trail.
"""

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organization.models import User
from pairings.models import MatchSeat
from tests.conftest import signed_in
from tests.factories import user_of
from tests.kept import kept
from tests.nets import size
from tests.test_permissions import PAGES, Page
from tests.world import BranchWorld, build_own

pytestmark = pytest.mark.django_db
WRITES = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
#: Tables that hold nothing of the work: how a form, a session or a try went, and the trail itself.
NO_WORK = {"django_session", "django_admin_log", "organization_formreceipt", "organization_throttle"}
TRAIL = ("auditlog_", "organization_trail")
#: Derived from other rows, which are in the trail themselves.
DERIVED = {"outcomes_rollup", "pairings_pairing"}


def tables_written(queries: list[dict[str, str]]) -> set[str]:
    """Return the tables of the work that were written."""
    found = {match[1] for query in queries if (match := WRITES.match(query["sql"]))}
    return {table for table in found - NO_WORK if not table.startswith(TRAIL)}


def tables_in_trail(since: int) -> set[str]:
    """Return the tables of the rows that the trail speaks of since an entry, and those of their parents."""
    kinds = {entry.content_type for entry in LogEntry.objects.filter(pk__gt=since).select_related("content_type")}
    models: set[type[Model]] = {model for kind in kinds if (model := kind.model_class())}
    models |= {parent for model in models for parent in model._meta.get_parent_list()}
    tables = {model._meta.db_table for model in models}
    return tables | {field.m2m_db_table() for model in models for field in model._meta.many_to_many}


def silent_tables(act: Callable[[], object]) -> set[str]:
    """Do something, undo it, and return the tables that it wrote without a line in the trail."""
    last = LogEntry.objects.order_by("-pk").first()
    with transaction.atomic():
        with CaptureQueriesContext(connection) as captured:
            act()
        silent = tables_written(captured.captured_queries) - tables_in_trail(last.pk if last else 0) - DERIVED
        transaction.set_rollback(True)
    return silent


def posts(world: BranchWorld) -> Iterator[tuple[str, Callable[[], HttpResponseBase]]]:
    """Yield each address that is posted to, as each who may."""
    for name, page in PAGES.items():
        if page.method == "post":
            for role in [role for role in page.may if role in world.users][: size(small=2, large=9)]:
                client = signed_in(world.users[role])
                yield f"{name} as {role}", lambda page=page, client=client, name=name: ask(world, name, page, client)


def ask(world: BranchWorld, name: str, page: Page, client: Client) -> HttpResponseBase:
    """Post to an address what the verb behind it asks for."""
    sent = {
        "reason": "请补充材料。",
        "summary": "按计划完成。",
        "origin": "stage",
        "accept": "yes",
        "form_key": str(uuid.uuid4()),
        "rule": "forbid",
        "person": world.users["teacher"].person_id,
        "other": world.users["deputy"].person_id,
        "year": "2023",
    }
    return client.post(page.address(name, world), sent)


@pytest.fixture
def world(db: None) -> BranchWorld:

    world = kept(build_own)
    world.users["operator"] = user_of(is_superuser=True)
    return world


def test_every_address_that_changes_something_leaves_a_line(world: BranchWorld) -> None:
    silent = {what: tables for what, act in posts(world) if (tables := silent_tables(act))}
    assert silent == {}


def test_the_verbs_were_reached(world: BranchWorld) -> None:
    reached = set()
    for what, act in posts(world):
        with transaction.atomic():
            with CaptureQueriesContext(connection) as captured:
                act()
            transaction.set_rollback(True)
        if tables_written(captured.captured_queries):
            reached.add(what.split(" as ")[0])
    asked = {name for name, page in PAGES.items() if page.method == "post"}
    assert len(reached) >= len(asked) // 2, sorted(asked - reached)


SIGN_IN_EVENTS = (
    lambda client: client.post("/accounts/login/", {"login": "owner", "password": "owner"}),
    lambda client: client.post("/accounts/login/", {"login": "owner", "password": "wrong"}),
    lambda client: (client.force_login(User.objects.get(username="owner")), client.post(reverse("account_logout"))),
    lambda client: (client.force_login(User.objects.get(username="owner")), client.get(reverse("dashboard"))),
    lambda client: (
        client.force_login(User.objects.get(username="owner")),
        client.post(
            reverse("account_change_password"),
            {"oldpassword": "owner", "password1": "ganz neu 17", "password2": "ganz neu 17"},
        ),
    ),
)


@pytest.mark.parametrize("act", SIGN_IN_EVENTS)
def test_everything_about_signing_in_leaves_a_line(db: None, act: Callable[[Client], object]) -> None:
    user_of(username="owner")
    before = LogEntry.objects.count()
    act(Client())
    assert LogEntry.objects.count() > before


@pytest.mark.hole
def test_a_model_that_nobody_follows_is_found(world: BranchWorld) -> None:
    options = {name: value for name, value in auditlog._registry[MatchSeat].items() if name.endswith("fields")}
    auditlog.unregister(MatchSeat)
    try:
        silent = [tables for what, act in posts(world) if (tables := silent_tables(act))]
    finally:
        auditlog.register(MatchSeat, **options)
    assert any(MatchSeat._meta.db_table in tables for tables in silent)


@pytest.mark.hole
def test_a_write_past_the_trail_is_found(world: BranchWorld) -> None:
    def change_unseen() -> None:
        apps.get_model("organization.Person").objects.filter(pk=world.rows["person"].pk).update(phone="13800000000")

    assert silent_tables(change_unseen) == {"organization_person"}
