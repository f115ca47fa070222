"""Synthetic data is as whole as real data, and bad arguments are refused in a line."""

import itertools
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q

from organization.merge_kinds import all_merge_kinds
from organization.models import Branch, Person
from outcomes.figures import Period, branch_report
from outcomes.models import Outcome
from pairings.models import Pairing, ProgressLog
from tests.outcomes.counting import count_in_sql, told

pytestmark = pytest.mark.django_db


def test_it_makes_what_was_asked_and_every_invariant_holds() -> None:
    out = StringIO()
    call_command("generate_load", pairings=20, logs=70, outcomes=30, branches=3, seed=7, json=True, stdout=out)
    assert json.loads(out.getvalue()) == {"branches": 3, "pairings": 20, "logs": 70, "outcomes": 30}
    assert (Pairing.objects.count(), ProgressLog.objects.count(), Outcome.objects.count()) == (20, 70, 30)
    assert Pairing.objects.filter(status="completed").count() == 3
    assert Outcome.objects.filter(continues__isnull=False).count() == 6
    assert Outcome.objects.filter(review="superseded", correction__isnull=False).count() == 3
    assert Outcome.objects.filter(status="cultivating").count() == 3
    assert Outcome.objects.filter(shared_with__isnull=False).count() == 1
    models = [kind.model_class for kind in all_merge_kinds()]
    unlike = [model.__name__ for model in models if model.objects.filter(likeness="").exists()]
    assert (unlike, Person.objects.filter(Q(number_key="") | Q(pinyin="")).count()) == ([], 0)
    for branch, year in itertools.product(Branch.objects.all(), (2023, 2024, 2025, 2026)):
        period = Period.year(year)
        assert told(branch_report(branch, period)) == count_in_sql([branch.pk], period.first, period.last)
    found = StringIO()
    call_command("check_integrity", json=True, stdout=found)
    assert [check for check in json.loads(found.getvalue())["checks"] if check["broken"]] == []


def test_the_same_seed_gives_the_same_outcomes() -> None:
    for _ in range(2):
        call_command("generate_load", pairings=6, logs=0, outcomes=9, branches=1, seed=3, stdout=StringIO())
    rows = list(Outcome.objects.order_by("pk").values_list("category", "level", "achieved_on"))
    assert rows[:9] == rows[9:]


@pytest.mark.parametrize("arguments", [("--pairings", "-1"), ("--branches", "0"), ("--pairings", "0"), ("--logs", "x")])
def test_what_cannot_be_is_refused(arguments: tuple[str, str]) -> None:
    with pytest.raises(CommandError) as raised:
        call_command("generate_load", *arguments)
    assert (raised.value.returncode, Pairing.objects.count()) == (2, 0)
