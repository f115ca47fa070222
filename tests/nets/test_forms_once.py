"""Every form of every page, sent twice and then with other words: once what is the same, and no word is lost.

The forms are those that the pages hold, filled in as a browser would; a new form is sent without a line here.
"""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.messages import ERROR
from django.db import models, transaction
from django.db.models import Q
from django.test import Client
from django.urls import resolve
from django.utils.http import urlsplit

from tests.conftest import signed_in
from tests.factories import operator
from tests.nets.browser import SentForm, forms_of, pages
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

#: Forms that leave no receipt, and why the same again does no harm.
WITHOUT_RECEIPT = {
    "account_logout": "signs out, which nobody can do twice",
    "admin:logout": "the same",
    "set_language": "chooses a language, in a cookie",
    "account_reauthenticate": "asks for the password again, and writes only into the session",
    "account_change_password": "the old password is wrong the second time",
    "admin:password_change": "the same",
    "admin:auth_user_password_change": "sets the same password again",
}
FIRST, OTHER = "初稿", "另一段话"


@dataclass(frozen=True)
class Sent:
    """What came of sending a form."""

    status: int
    location: str
    page: str
    told: tuple[tuple[int, str], ...]


def send(client: Client, form: SentForm, data: dict[str, Any]) -> Sent:
    """Send a form and say what came of it."""
    response = client.post(form.action, data)
    told = tuple((one.level, str(one.message)) for one in response.wsgi_request._messages._queued_messages)
    return Sent(response.status_code, response.headers.get("Location", ""), response.content.decode(), told)


def rows() -> Counter[str]:
    """Return how many rows each table holds, receipts and sessions apart."""
    apart = {"organization.FormReceipt", "sessions.Session"}
    tables = (model for model in apps.get_models() if model._meta.label not in apart and model._meta.managed)
    return Counter({model._meta.label: model._base_manager.count() for model in tables})


def is_kept(word: str) -> bool:
    """Return whether any row of ours holds a word."""
    for model in apps.get_models():
        texts = [f for f in model._meta.concrete_fields if isinstance(f, models.CharField | models.TextField)]
        holds = Q()
        for one in texts:
            holds |= Q(**{f"{one.name}__contains": word})
        if texts and model._meta.label != "organization.FormReceipt" and model._base_manager.filter(holds).exists():
            return True
    return False


def lost_or_doubled(client: Client, form: SentForm) -> tuple[bool, str]:
    """Send a form, the same again, and other words; return whether it was carried out and what is wrong."""
    before, sent = rows(), form.filled_in(FIRST)
    first = send(client, form, sent)
    carried_out = first.status == 302 and not any(level == ERROR for level, _words in first.told)
    if not carried_out:
        return False, ""
    once = rows()
    again = send(client, form, sent)
    if rows() != once:
        return True, f"twice: {rows() - once}"
    if once != before and (again.status, again.location) != (302, first.location):
        return True, f"led to {first.location}, then to {again.status} {again.location}"
    if not form.words:
        return True, ""
    other = send(client, form, form.filled_in(OTHER))
    is_told = any(level == ERROR for level, _words in other.told)
    return True, "" if is_kept(OTHER) or OTHER in other.page or is_told else "other words are dropped"


def all_forms(world: BranchWorld) -> list[tuple[Client, str, SentForm]]:
    """Return client, name and form of each form of each page; one that stands on several pages once."""
    clients = {name: signed_in(user) for name, user in {**world.users, "operator": operator()}.items()}
    found: dict[Any, tuple[Client, str, SentForm]] = {}
    for role, _name, address in pages(world):
        response = clients[role].get(address)
        if response.status_code != 200 or "html" not in response["Content-Type"]:
            continue
        for form in forms_of(response.content.decode(), address):
            name = resolve(urlsplit(form.action).path).view_name
            for number, button in enumerate(form.buttons or [("", "")]):
                one = replace(form, fields={**form.fields, **({button[0]: [button[1]]} if button[0] else {})})
                found.setdefault((name, number, frozenset(one.fields)), (clients[role], name, one))
    return list(found.values())


def cast_net(world: BranchWorld, every: int = 1) -> tuple[list[str], dict[str, str]]:
    """Return the names of the forms that were carried out, and what is wrong with which."""
    done, wrong = [], {}
    for client, name, form in all_forms(world)[::every]:
        if name in WITHOUT_RECEIPT:
            continue
        with transaction.atomic():
            carried_out, problem = lost_or_doubled(client, form)
            transaction.set_rollback(True)
        if carried_out:
            done.append(name)
        if problem:
            wrong[name] = problem
    return done, wrong


def test_the_same_form_counts_once_and_other_words_are_not_lost(world: BranchWorld) -> None:
    done, wrong = cast_net(world)
    assert wrong == {}
    assert len(done) >= 40
