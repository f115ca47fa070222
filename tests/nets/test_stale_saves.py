"""Of two people who open one row, the second to save is refused and keeps their words, on every edit page there is."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django import forms
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from organization.forms import VersionedFormMixin
from organization.models import Office
from pairing_site.checks import every_form_refuses_a_stale_save
from tests.conftest import signed_in
from tests.nets import LARGE, size
from tests.nets.pages import Address, Field, Form, addresses_of, forms_of, open_forms, world_with_accounts
from tests.test_permissions import ADMIN_PAGES, Page
from tests.world import World

pytestmark = pytest.mark.django_db

#: In the suite each page is edited by the first of these who may; when the net is cast large, by each of them.
WHO = ("teacher", "secretary", "student", "operator")
#: Pages that ask somebody else and save nothing of the row; two who ask at once are tried in tests/test_threads.py.
ASK = {f"{form}:change" for form in ("mentorship", "teaching_pairs", "enterprise_service")}


@dataclass(frozen=True)
class EditPage:
    """A page's form with a version in it, and who opens it."""

    role: str
    address: Address
    number: int
    opened: Form = field(compare=False)

    def __str__(self) -> str:
        return f"{self.address.name} as {self.role}"

    def open(self, client: Client) -> Form:
        """Return the form as it opens now."""
        return open_forms(client, self.address)[self.number]


def edit_pages(world: World, pages: dict[str, Page] | None = None) -> Iterator[EditPage]:
    """Yield every page that edits a row with a version."""
    for address in addresses_of(world.own, pages):
        if address.name in ASK:
            continue
        roles = [role for role in WHO if role in address.page.may and address.page.method == "get"]
        for role in roles if LARGE else roles[:1]:
            for number, form in enumerate(open_forms(signed_in(world.user(role)), address)):
                if any(name.split("-")[-1] == "version" for name in form.names()):
                    yield EditPage(role, address, number, form)


def race(client: Client, page: EditPage, chance: random.Random) -> str:
    """Save two copies of a form, opened at one time, with one field changed, and return what came of the second."""
    opened, again = page.opened, page.open(client)
    changeable = [one for one in opened.fields if one.other(chance) and "__prefix__" not in one.name]
    chance.shuffle(changeable)
    for chosen in changeable:
        first, second = chosen.other(chance), chosen.other(chance)
        if client.post(opened.action, opened.data(**{chosen.name: first})).status_code == 302:
            break  # a field whose other values the rules refuse is no race
    else:
        return "not taken" if changeable else "nothing to change"
    late = client.post(again.action, again.data(**{chosen.name: second}))
    if late.status_code in {403, 404}:
        return "refused"  # the first save took the row out of the user's hands
    if late.status_code != 200:
        return f"{chosen.name}: won" if late.status_code == 302 else f"{chosen.name}: answered {late.status_code}"
    forms = open_forms(client, page.address)  # the first save may have put other forms on the page
    stored = [one.values for form in forms for one in form.fields if one.name == chosen.name]
    if first != second and second in stored:
        return f"{chosen.name}: won"
    return "refused" if keeps(late, chosen, second) else f"{chosen.name}: lost what was typed"


def keeps(late: HttpResponseBase, chosen: Field, typed: list[str]) -> bool:
    """Return whether the form that is shown again holds what was typed."""
    return any(one.name == chosen.name and one.values == typed for form in forms_of(late) for one in form.fields)


def wrong_races(world: World, pages: list[EditPage], times: int, seed: int = 1) -> list[str]:
    """Return each race that went wrong, and each page on which none could be run."""
    wrong, missed, chance = [], set(pages), random.Random(seed)
    for turn in range(times):
        page = pages[turn % len(pages)]
        with transaction.atomic():
            how = race(signed_in(world.user(page.role)), page, chance)
            transaction.set_rollback(True)
        if how in {"refused", "nothing to change"}:
            missed.discard(page)
        elif how != "not taken":
            wrong.append(f"{page}, {how}")
    return [*wrong, *sorted(f"{page}: no copy could be saved" for page in missed)]


def test_no_stale_save_wins_on_any_edit_page() -> None:
    world = world_with_accounts()
    pages = list(edit_pages(world))
    assert wrong_races(world, pages, size(small=len(pages), large=max(600, 3 * len(pages)))) == []
    assert len(pages) > 25


def test_no_form_of_the_site_leaves_the_guard_out() -> None:
    assert every_form_refuses_a_stale_save(None) == []


@pytest.mark.hole
def test_a_form_without_the_guard_stops_the_start() -> None:
    class Unguarded(forms.ModelForm):
        class Meta:
            model = Office
            fields = ("name",)

    assert [one.msg.split(" ")[0].split(".")[-1] for one in every_form_refuses_a_stale_save(None)] == ["Unguarded"]
    Unguarded._meta.model = None  # the class lives on until it is collected


@pytest.mark.hole
def test_the_net_finds_a_page_whose_guard_was_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    world = world_with_accounts()
    monkeypatch.setattr(VersionedFormMixin, "clean", forms.ModelForm.clean)
    name = "admin:organization_office_change"
    pages = list(edit_pages(world, {name: ADMIN_PAGES[name]}))
    assert {one.split(", ")[-1] for one in wrong_races(world, pages, 3)} >= {"name: won"}
