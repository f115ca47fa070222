"""Whatever row names a person, and from whatever copy it is saved: it names who stands for them, or is refused."""

from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model

from organization.merge_kinds import links_to
from organization.models import NamesPeople, Person, RuleError
from organization.moving import link_of
from pairings.models import MatchRule
from tests.factories import student, teacher, teaching_pair
from tests.kept import kept
from tests.world import World, build_world

pytestmark = pytest.mark.django_db
#: A merge alone writes it.
MERGES = "organization.Person.merged_into"
#: What tells of the person alone is not given to somebody else in silence.
REFUSED = {"organization.Membership.person", "organization.PartyStageEntry.person", "organization.User.person"}
LABELS = sorted(set(links_to(Person)) - {MERGES})


@pytest.fixture
def world() -> World:
    return kept(build_world)


def stale_copy(person: Person) -> Person:
    """Return a copy of another record of a person, read before it was merged into theirs."""
    made = teacher if person.kind == Person.Kind.TEACHER else student
    double = made(person.branch, name=person.name)
    double.memberships.all().delete()
    Person._base_manager.filter(pk=double.pk).update(merged_into=person, stage="none")
    return double


def brokered_rule(world: World) -> Model:
    branch = world.own.branch
    named = {"person": teacher(branch), "other": teacher(branch), "brokered_by": teacher(branch)}
    return MatchRule.objects.create(branch=branch, kind="teaching", rule="pin", **named)


def brokered_pair(world: World) -> Model:
    branch = world.own.branch
    return teaching_pair(branch, formation="brokered", brokered_by=teacher(branch)).as_form()


#: Rows that the world has none of.
MADE = {"pairings.MatchRule.brokered_by": brokered_rule, "teaching_pairs.TeachingPair.brokered_by": brokered_pair}


def row_that_names(label: str, world: World) -> Model:
    """Return a row of the world, or one made for it, that names somebody by a relation."""
    model, name = link_of(label)
    rows = model._base_manager.filter(**{f"{name}__isnull": False})
    found = rows.order_by("-pk").first() or MADE[label](world)
    return model._base_manager.get(pk=found.pk)


def saved_from_a_stale_copy(label: str, world: World) -> tuple[Any, Any, bool]:
    """Save a row that names a record merged meanwhile; return who is stored, who stands, and whether it was refused."""
    row, (model, name) = row_that_names(label, world), link_of(label)
    stands = getattr(row, name)
    setattr(row, name, stale_copy(stands))
    try:
        with transaction.atomic():
            row.save()
        refused = False
    except RuleError:
        refused = True
    return getattr(model._base_manager.get(pk=row.pk), name), stands, refused


@pytest.mark.parametrize("label", LABELS)
def test_a_row_names_who_stands_for_somebody_who_was_merged_meanwhile(label: str, world: World) -> None:
    stored, stands, refused = saved_from_a_stale_copy(label, world)
    assert (stored, refused) == (stands, label in REFUSED)


@pytest.mark.hole
def test_a_row_that_names_whoever_it_is_told_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NamesPeople, "name_survivors", lambda _row, _only=None: None)
    for label in set(LABELS) - {"organization.PartyStageEntry.person"}:  # which asks under a lock of its own
        stored, stands, refused = saved_from_a_stale_copy(label, world)
        assert (stored == stands, refused) == (False, False), label
