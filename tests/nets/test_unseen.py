"""Saving a form as it stands changes nothing, not even what its user cannot see: every choice among rows, every page.

To each field a row is given that it does not offer to the user; the page is opened, and sent as a browser would.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.db import connection, models, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse

from organization import forms as organization_forms
from outcomes.models import Outcome, OutcomeCredit
from teaching_pairs.models import SignUp
from tests.conftest import signed_in
from tests.factories import CollegeFactory, teacher
from tests.nets.browser import forms_of
from tests.test_permissions import ADMIN_PAGES, PAGES
from tests.world import World, ask_branch, build_branch

pytestmark = pytest.mark.django_db
Held = dict[str, list[int]]

#: What the net must have tried, whatever else it finds.
TRIED = {
    ("outcomes:edit", "pairings"),
    ("outcomes:edit", "continues"),
}


@pytest.fixture
def college(db: None) -> World:
    college = CollegeFactory()
    world = World(build_branch(college, "OWN"), build_branch(college, "OTH"), {})
    ask_branch(world.own, by_branch=world.other.branch)
    draft = world.own.rows["draft"]
    Outcome._base_manager.filter(pk=draft.pk).update(level="national")  # so that it can continue another one
    return world


def form_of(client: Client, address: str) -> tuple[Any, str]:
    """Return the form of an existing row that a page shows, and the page."""
    response = client.get(address)
    context = response.context if response.status_code == 200 and response.context is not None else {}
    shown = context["adminform"].form if "adminform" in context else context.get("form")
    is_of_row = isinstance(shown, forms.ModelForm) and shown.instance.pk
    return (shown if is_of_row else None), response.content.decode() if response.status_code == 200 else ""


def held_by(row: models.Model, name: str) -> list[int]:
    """Return the keys of what a row holds in a field, in their order where they have one."""
    stored = type(row)._base_manager.get(pk=row.pk)
    field = row._meta.get_field(name)
    if not field.many_to_many:
        return [getattr(stored, field.attname)]
    links = field.remote_field.through._base_manager.filter(**{field.m2m_field_name(): row.pk})
    return list(links.order_by("pk").values_list(f"{field.m2m_reverse_field_name()}_id", flat=True))


def give_unseen(form: Any, name: str) -> None:
    """Give the form's row another one in a field that the field does not offer."""
    field, row = form.instance._meta.get_field(name), form.instance
    offered = form.fields[name].queryset.values_list("pk", flat=True)
    itself = [row.pk] if isinstance(row, field.related_model) else []
    others = field.related_model._base_manager.exclude(pk__in=[*offered, *itself])
    unseen = others.filter(**({"review": "verified"} if field.related_model is Outcome else {})).first()
    if unseen is None:
        raise DatabaseError
    if field.many_to_many:
        ends = {f"{field.m2m_field_name()}_id": row.pk, f"{field.m2m_reverse_field_name()}_id": unseen.pk}
        field.remote_field.through._base_manager.create(**ends)
    else:
        type(row)._base_manager.filter(pk=row.pk).update(**{name: unseen})


def choices(college: World) -> Iterator[tuple[Client, str, str, str]]:
    """Yield client, page, address and field of every choice among rows in a form of a row that is there."""
    for role in ("teacher", "secretary"):
        client = signed_in(college.own.users[role])
        for name, page in {**PAGES, **ADMIN_PAGES}.items():
            is_edited = page.row and (":edit" in name or name.endswith(("_change", ":milestones", ":result")))
            if not is_edited or role not in page.may or (role == "secretary" and not page.at_desk):
                continue
            if name == "admin:outcomes_outcome_change":
                address = reverse(name, args=[college.own.rows["draft"].pk])
            else:
                address = page.address(name, college.own)
            form, _page = form_of(client, address)
            for field in form.fields if form else ():
                model_fields = {one.name for one in form.instance._meta.get_fields()}
                if isinstance(form.fields[field], forms.ModelChoiceField) and field in model_fields:
                    yield client, name, address, field


def loses(client: Client, address: str, field: str) -> bool | None:
    """Return whether sending a form as it stands loses what its user does not see; None when it is not carried out."""
    give_unseen(form_of(client, address)[0], field)
    form, page = form_of(client, address)
    if form is None:
        return None  # the row itself went out of sight
    before = held_by(form.instance, field)
    sent = next(one for one in forms_of(page, address) if set(one.fields) & {"version"})
    if client.post(sent.action, sent.fields).status_code != 302:
        return None  # a rule speaks against it
    return held_by(form.instance, field) != before


def cast_net(college: World) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the pages and fields that were tried, and those that lost something."""
    tried, lost = set(), set()
    for client, name, address, field in list(choices(college)):
        with transaction.atomic():
            try:
                with transaction.atomic():
                    came_of_it = loses(client, address, field)
                    connection.check_constraints()
            except DatabaseError:
                came_of_it = None  # nothing is unseen there, or no row may hold it
            transaction.set_rollback(True)
        if came_of_it is not None:
            tried.add((name, field))
        if came_of_it:
            lost.add((name, field))
    return tried, lost


def test_what_the_editor_was_not_offered_survives_a_save(college: World) -> None:
    tried, lost = cast_net(college)
    assert (lost, TRIED - tried) == (set(), set())


def test_a_credit_that_a_teacher_does_not_see_stays_and_the_others_go(college: World) -> None:
    draft, client = college.own.rows["draft"], signed_in(college.own.users["teacher"])
    OutcomeCredit.objects.create(outcome=draft, pairing_id=college.other.rows["pair"].pk)
    address = reverse("outcomes:edit", args=[draft.pk])
    [sent] = [one for one in forms_of(form_of(client, address)[1], address) if "version" in one.fields]
    own = str(college.own.rows["team"].pk)
    assert client.post(address, {**sent.fields, "pairings": [own], "note": "改一句话"}).status_code == 302
    assert held_by(draft, "pairings") == [college.other.rows["pair"].pk, int(own)]


def test_who_signed_up_after_the_list_was_opened_is_not_called_absent(college: World) -> None:
    workshop, client = college.own.rows["workshop"], signed_in(college.own.users["secretary"])
    type(workshop)._base_manager.filter(pk=workshop.pk).update(held_on="2024-05-01")
    address = reverse("teaching_pairs:workshop", args=[workshop.pk])
    [sent] = [one for one in forms_of(client.get(address).content.decode(), address) if "attendance" in one.action]
    late = SignUp.objects.create(workshop=workshop, person=teacher(college.own.branch))
    assert client.post(sent.action, {**sent.fields, "present": sent.fields["listed"][:1]}).status_code == 302
    came = {one.pk: one.attended for one in workshop.signups.all()}
    first, second = map(int, sent.fields["listed"])
    assert came == {first: True, second: False, late.pk: None}


def test_people_keep_their_places_around_those_who_are_not_shown() -> None:
    with_unseen = organization_forms.with_unseen
    assert with_unseen(["c", "a"], held=["a", "X", "c", "Y"], shown=["a", "c"]) == ["c", "X", "a", "Y"]
    assert with_unseen([], held=["a", "X"], shown=["a"]) == ["X"]


@pytest.mark.hole
def test_a_form_that_forgets_what_it_did_not_show_is_found(college: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(organization_forms.KeepsUnseenMixin, "_held_rows", lambda _form: {})
    monkeypatch.setattr("outcomes.forms.OutcomeForm._held_rows", lambda _form: {})
    _tried, lost = cast_net(college)
    assert lost >= TRIED
