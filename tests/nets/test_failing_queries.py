"""Whichever query of a form fails, all of it is there afterwards, or nothing, and sending it again completes it.

A statement that fails stands for a full disk, a lost connection, a lock that was not given.
"""

import datetime
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from evidence.models import Evidence
from organization.models import all_or_nothing
from pairings.views.pages import LogCreateView
from tests.conftest import signed_in
from tests.factories.outcomes import picture
from tests.nets import size
from tests.world import YEAR, BranchWorld

pytestmark = pytest.mark.django_db


class Failing:
    """Lets the nth statement fail, once; at 0 it only counts."""

    def __init__(self, nth: int = 0) -> None:
        self.nth = nth
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        if self.count == self.nth:
            raise OperationalError
        return execute(sql, params, many, context)


def state() -> dict[str, tuple[int, int]]:
    """Return how many rows each table holds and how often they were edited, and how many seats are taken."""
    parts = ["SELECT 'seats taken', count(*), 0 FROM pairings_seat WHERE left_on IS NULL"]
    for model in (one for one in apps.get_models() if one._meta.label != "sessions.Session" and one._meta.managed):
        edits = "coalesce(sum(version), 0)" if "version" in {one.name for one in model._meta.local_fields} else "0"
        parts.append(f"SELECT '{model._meta.label}', count(*), {edits} FROM {model._meta.db_table}")
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {name: (count, edited) for name, count, edited in cursor.fetchall()}


def forms(world: BranchWorld) -> dict[str, tuple[str, str, Callable[[], dict[str, Any]]]]:
    """Return by name who sends what where: the verbs by which most is written."""
    rows = world.rows

    def of(name: str, row: models.Model) -> str:
        return reverse(name, args=[row.pk])

    entry = {
        "activity_type": rows["team"].kind_info.activities[0][0],
        "date": "2024-05-07",
        "words": "联调工作站。",
        "hours": "1",
    }
    first_year = f"{reverse('outcomes:freeze', args=[world.code])}?year={YEAR - 1}"
    return {
        "approve": ("secretary", of("pairings:approve", rows["proposal"]), dict),
        "complete": ("secretary", of("pairings:complete", rows["team"]), lambda: {"summary": "按计划完成。"}),
        "verify": ("secretary", of("outcomes:verify", rows["submitted"]), dict),
        "correct": ("teacher", of("outcomes:correct", rows["verified"]), lambda: {"reason": "级别有误。"}),
        "freeze": ("secretary", first_year, dict),
        "log": (
            "teacher",
            of("pairings:log", rows["team"]),
            lambda: {**entry, "photos": [SimpleUploadedFile(f"{n}.png", picture()) for n in "12"]},
        ),
        "answer": ("teacher", of("pairings:answer", rows["match"]), lambda: {"accept": "yes"}),
        "instalment": (
            "teacher",
            of("enterprise_service:new_instalment", rows["engagement"]),
            lambda: {"amount_cny": "10", "received_on": datetime.date(YEAR, 8, 1).isoformat()},
        ),
    }


def send(client: Client, address: str, sent: dict[str, Any], failing: Failing) -> int:
    """Send a form while a statement fails, and return the answer's status."""
    for file in sent.get("photos", ()):
        file.seek(0)
    with connection.execute_wrapper(failing):
        return client.post(address, sent).status_code


def partial_states(world: BranchWorld, *only: str, every: int = 1) -> tuple[Counter[str], list[str]]:
    """Return how many statements of each form failed in turn, and where that left neither all nor nothing."""
    tried: Counter[str] = Counter()
    partial = []
    for name, (role, address, data) in forms(world).items():
        if only and name not in only:
            continue
        client = signed_in(world.users[role])
        client.raise_request_exception = False
        sent, before, counting = {**data(), "form_key": str(uuid.uuid4())}, state(), Failing()
        with transaction.atomic():
            assert send(client, address, sent, counting) == 302
            whole = state()
            transaction.set_rollback(True)
        assert whole != before, name
        for nth in range(1, counting.count + 1, every):
            with transaction.atomic():
                send(client, address, sent, Failing(nth))
                once = state()
                again = send(client, address, sent, Failing())
                if once not in (before, whole) or (again, state()) != (302, whole):
                    partial.append(f"{name}: statement {nth} of {counting.count}")
                transaction.set_rollback(True)
            tried[name] += 1
    return tried, partial


def test_a_failing_query_leaves_all_or_nothing_and_the_form_can_be_sent_again(world: BranchWorld) -> None:
    tried, partial = partial_states(world, every=size(small=17, large=1))
    assert (sorted(tried), partial) == (sorted(forms(world)), [])


@pytest.mark.hole
def test_a_form_that_writes_in_two_transactions_is_found(world: BranchWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    in_one = LogCreateView.form_valid

    def in_two(view: Any, form: Any) -> Any:
        photos, form.cleaned_data["photos"] = form.cleaned_data["photos"], []
        response = in_one(view, form)
        with all_or_nothing():
            form.instance._attach(Evidence.objects.take_in(one, by=view.request.user) for one in photos)
        return response

    monkeypatch.setattr(LogCreateView, "form_valid", in_two)
    _tried, partial = partial_states(world, "log", every=5)
    assert partial
