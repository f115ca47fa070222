"""What a form refuses, save() alone refuses too: the rule stands at the row's own door."""

import datetime
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enterprise_service.models import Instalment
from mentorship.models import Assessment
from organization.integrity import try_all
from organization.models import PartyStageEntry, Person, RuleError
from outcomes.models import Outcome
from pairings.models import Pairing, ProgressLog
from teaching_pairs.models import Milestone
from tests.factories import BranchFactory, member, teacher
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

#: Days on which something has happened, and a row that holds one.
HAPPENED: dict[tuple[type[Model], str], Callable[[BranchWorld], Model]] = {
    (PartyStageEntry, "from_date"): lambda world: world.users["teacher"].person.stage_entries.get(),
    (Person, "born_on"): lambda world: world.rows["person"],
    (ProgressLog, "date"): lambda world: world.rows["log"],
    (Pairing, "closed_on"): lambda world: world.rows["pair"],
    (Assessment, "assessed_on"): lambda world: world.rows["assessment"],
    (Milestone, "done_on"): lambda world: world.rows["pair"].milestones.get(step="outline"),
    (Instalment, "received_on"): lambda world: world.rows["instalment"],
    (Outcome, "achieved_on"): lambda world: world.rows["draft"],
}


@pytest.fixture
def tomorrow() -> datetime.date:
    """Return the day after the one on which the test runs."""
    return timezone.localdate() + datetime.timedelta(days=1)


@pytest.mark.parametrize("place", HAPPENED, ids=lambda place: f"{place[0].__name__}.{place[1]}")
def test_a_day_to_come_is_refused_where_something_has_happened(
    world: BranchWorld, tomorrow: datetime.date, place: tuple[type[Model], str]
) -> None:
    name, row = place[1], HAPPENED[place](world)
    setattr(row, name, tomorrow)
    with pytest.raises(ValidationError) as raised:
        row.save(update_fields=[name])
    assert list(raised.value.message_dict) == [name]
    assert type(row).objects.filter(**{name: tomorrow}).count() == 0


class TestNobodyJoinsBeforeEighteen:
    @pytest.fixture
    def young(self) -> Person:
        """Return somebody who is seventeen in 2015, of whom no step is known."""
        return teacher(BranchFactory(), born_on=datetime.date(1998, 3, 1))

    def test_by_a_step_of_the_history(self, young: Person) -> None:
        entry = PartyStageEntry(person=young, stage="full", from_date=datetime.date(2015, 7, 1))
        with pytest.raises(RuleError):
            entry.save()
        young.refresh_from_db()
        assert (young.stage, young.stage_entries.count()) == ("none", 0)

    def test_by_another_date_of_birth(self) -> None:
        person = member(teacher(BranchFactory()))
        person.born_on = datetime.date(1998, 3, 1)
        with pytest.raises(ValidationError) as raised:
            person.full_clean()
        assert list(raised.value.message_dict) == ["born_on"]
        with pytest.raises(RuleError):
            person.save()
        person.refresh_from_db()
        assert person.born_on == datetime.date(1985, 3, 1)


def test_a_contract_of_less_than_was_received_is_refused(world: BranchWorld) -> None:
    served = world.rows["engagement"]
    served.contract_amount_cny = 999
    with pytest.raises(RuleError):
        served.save()
    served.refresh_from_db()
    assert served.contract_amount_cny == 50_000


def test_a_result_of_a_day_to_come_is_named(world: BranchWorld, tomorrow: datetime.date) -> None:
    stage = world.rows["stage"]
    stage.result, stage.held_on = "一等奖", tomorrow
    stage.save()
    broken = {name: [row["id"] for row in finding.broken] for name, finding in try_all() if finding.broken}
    assert broken == {"12_results_and_assessments_lie_in_their_team_s_life": [stage.pk]}


def test_a_word_stays_in_its_category(world: BranchWorld, desk: Client) -> None:
    word = world.rows["grade"]
    sent = {"branch": world.branch.pk, "category": "honour", "name": "改名", "position": 1, "is_active": "on"}
    address = reverse("admin:outcomes_grade_change", args=[word.pk])
    assert desk.post(address, {**sent, "version": word.version}).status_code == 302
    word.refresh_from_db()
    assert (word.name, word.category) == ("改名", "award")
