"""Every column of every model put into every form: what is saved is what the form alone would have saved."""

import random
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import models, transaction
from django.test import Client

from organization.forms import ProfileForm
from tests.conftest import signed_in
from tests.nets import LARGE, size
from tests.nets.pages import Address, Form, addresses_of, open_forms, world_with_accounts
from tests.nets.rows import difference, kept_models, whole_state
from tests.test_permissions import ADMIN_PAGES, PAGES, Page
from tests.world import World

pytestmark = pytest.mark.django_db

WHO = ("teacher", "secretary", "student", "operator")
NOW = "2026-06-01T04:00:00Z"
FILLED_IN = {"date": "2026-05-20", "number": "1", "text": "填写的字", "textarea": "填写的字", "email": "a@example.cn"}


def forms_to_stuff(world: World, pages: dict[str, Page]) -> Iterator[tuple[str, Address, Form]]:
    """Yield each form, and who sees it: the first of those who may, or each when the net is cast large."""
    for address in addresses_of(world.own, pages):
        roles = [role for role in WHO if role in address.page.may and address.page.method == "get"]
        for role in roles if LARGE else roles[:1]:
            for form in open_forms(signed_in(world.user(role)), address):
                if "logout" not in form.action and "search" not in form.action:
                    yield role, address, form


def filled(form: Form, chance: random.Random) -> dict[str, list[str]]:
    """Return what a form holds, with what is empty filled in."""
    data = form.data(form_key=[str(uuid.UUID(int=chance.getrandbits(128)))])
    for one in form.fields:
        if not any(one.values) and one.kind in FILLED_IN and "__prefix__" not in one.name:
            data[one.name] = [FILLED_IN[one.kind]]
        elif not any(one.values) and one.kind in {"select", "radio"} and any(one.choices):
            data[one.name] = [next(choice for choice in one.choices if choice)]
    return data


def stuffing(world: World, form: Form) -> dict[str, list[str]]:
    """Return a value for each column that there is and that the form does not ask for."""
    known = {name.removesuffix("_id") for name in form.names()}
    values: dict[str, list[str]] = {}
    for model in kept_models():
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
            if field.name not in known:
                values[field.name] = values[field.attname if field.concrete else field.name] = [value_for(world, field)]
    values |= {f"{name}_id": value for name, value in values.items() if not name.endswith("_id") and name not in known}
    return {name: value for name, value in values.items() if name not in form.names()}


def value_for(world: World, field: Any) -> str:
    """Return what somebody would put into a column to get more than is theirs."""
    if field.related_model is not None:
        other = [row.pk for row in world.other.rows.values() if isinstance(row, field.related_model)]
        return str(other[0] if other else 1)
    if field.choices:
        return str(list(field.flatchoices)[-1][0])
    kinds = {models.BooleanField: "on", models.DateTimeField: "2020-01-01 10:00", models.DateField: "2020-01-01"}
    found = next((value for kind, value in kinds.items() if isinstance(field, kind)), None)
    return found or ("7" if isinstance(field, models.IntegerField | models.DecimalField) else "塞入的字")


def outcome(client: Client, form: Form, data: dict[str, list[str]]) -> tuple[int, list[str]]:
    """Send a form, and return the answer's status and what it changed, which is undone."""
    before = whole_state()
    with transaction.atomic():
        status = client.post(form.action, data).status_code
        changed = difference(before, whole_state())
        transaction.set_rollback(True)
    return status, changed


def stuffed(world: World, pages: dict[str, Page], *, seed: int = 8) -> tuple[list[str], int]:
    """Return each form by which more was saved than it asks for, and how many forms saved something."""
    wrong, saved, chance = [], 0, random.Random(seed)
    with time_machine.travel(NOW, tick=False):
        for role, address, form in forms_to_stuff(world, pages):
            client, data = signed_in(world.user(role)), filled(form, chance)
            alone = outcome(client, form, data)
            more = outcome(client, form, {**stuffing(world, form), **data, "form_key": [str(uuid.uuid4())]})
            saved += bool(alone[1])
            if alone != more:
                wrong.append(f"{address.name} as {role}: {sorted({*alone[1]} ^ {*more[1]})[:4]} {alone[0]} {more[0]}")
    return wrong, saved


def test_no_form_saves_more_than_it_asks_for() -> None:
    chosen = random.Random(8)
    names = sorted(PAGES | ADMIN_PAGES)
    few = chosen.sample(names, size(small=12, large=len(names)))
    wrong, saved = stuffed(world_with_accounts(), {name: (PAGES | ADMIN_PAGES)[name] for name in few})
    assert wrong == []
    assert saved > size(small=1, large=40)


@pytest.mark.hole
def test_the_net_finds_a_form_that_takes_what_it_does_not_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    clean = ProfileForm.clean

    def taking(form: ProfileForm) -> Any:
        form.instance.title = form.data.get("title", form.instance.title)
        return clean(form)

    monkeypatch.setattr(ProfileForm, "clean", taking)
    wrong, saved = stuffed(world_with_accounts(), {"profile": PAGES["profile"]})
    assert ["title = '塞入的字'" in one for one in wrong] == [True]
    assert saved == 1
