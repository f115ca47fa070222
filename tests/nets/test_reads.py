"""Looking at a page writes nothing and waits for nobody: on SQLite one writer holds the only lock."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client

from organization.models import Branch
from pairings.models import Pairing
from tests.conftest import signed_in
from tests.factories import operator
from tests.nets.browser import pages
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

#: What takes or asks for a lock; inside a test's own transaction another one shows as a savepoint.
LOCKS = re.compile(r"^\s*(BEGIN|SAVEPOINT|INSERT|UPDATE|DELETE|REPLACE)\b|\bFOR (NO KEY )?UPDATE\b", re.IGNORECASE)
#: Reading a sensitive page and being refused leave a line in the trail: a moment of its own, with nothing else in it.
TRAIL = re.compile(r'"(auditlog_logentry|organization_trail(head|link))"')
#: Pages that write when they are looked at, and why.
WRITES = {
    "outcomes:alike": "writes nothing: Django tries a constraint in a savepoint where a test's transaction is open",
}


class Locks:
    """Collects the statements that take a lock."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.opened = 0  # savepoints that were opened just now

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if LOCKS.search(sql):
            if TRAIL.search(sql):
                while self.seen and self.seen[-1].startswith("SAVEPOINT") and self.opened:
                    self.seen.pop()
                    self.opened -= 1
            else:
                self.opened = self.opened + 1 if sql.startswith("SAVEPOINT") else 0
                self.seen.append(sql[:80])
        elif not TRAIL.search(sql):
            self.opened = 0
        return execute(sql, params, many, context)


def clients_of(world: BranchWorld) -> dict[str, Client]:
    return {name: signed_in(user) for name, user in {**world.users, "operator": operator()}.items()}


def locking(world: BranchWorld, *only: str) -> dict[str, list[str]]:
    """Return what each page that is looked at locked, by the page's name, and nothing of those that locked nothing."""
    clients, found = clients_of(world), {}
    for role, name, address in (page for page in pages(world) if not only or page[1] in only):
        locks = Locks()
        with connection.execute_wrapper(locks):
            clients[role].get(address)
        if locks.seen:
            found[name] = locks.seen
    return found


def test_no_page_that_is_looked_at_takes_a_lock(world: BranchWorld) -> None:
    assert {name: seen for name, seen in locking(world).items() if name not in WRITES} == {}


@pytest.mark.hole
def test_a_page_that_opens_a_transaction_and_one_that_writes_are_found(
    world: BranchWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = admin.site._registry[type(world.rows["person"])]
    view = people.changeform_view

    def in_a_transaction(*args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            return view(*args, **kwargs)

    def that_writes(pairing: Pairing) -> list[str]:
        Branch.objects.filter(pk=pairing.branch_id).update(name="看一眼就改名")
        return []

    monkeypatch.setattr(people, "changeform_view", in_a_transaction)
    monkeypatch.setattr(type(world.rows["pair"]), "open_matters", that_writes)
    found = locking(world, "admin:organization_person_change", "teaching_pairs:detail")
    assert found["admin:organization_person_change"][0].startswith("SAVEPOINT")
    assert found["teaching_pairs:detail"][0].startswith("UPDATE")
