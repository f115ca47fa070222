"""What every verb of the machine stands on: the rows and people it draws from, and what is tried after each step."""

import datetime
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, ClassVar

import hypothesis.strategies as st
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from enterprise_service.models.confirmation import LinkRefusedError
from organization.models import Branch, Person, RuleError, User
from organization.verbs import acting
from pairings.models import Pairing
from tests.factories.pairings import STARTED
from tests.nets.verbs.watch import TRAIL, WRITES, Watch, all_broken, tables

REFUSALS = (RuleError, ValidationError, LinkRefusedError)
AROUND_THE_START, AROUND_TODAY = (-400, -30, -1, 0, 1, 10, 40, 200), (-30, -1, 0, 1, 400)

day = st.one_of(
    st.sampled_from(AROUND_THE_START).map(lambda days: STARTED + datetime.timedelta(days=days)),
    st.sampled_from(AROUND_TODAY).map(lambda days: timezone.localdate() + datetime.timedelta(days=days)),
)
number = st.integers(min_value=0, max_value=89)
words = st.sampled_from(["按计划完成。", "请补充材料。", " ", ""])
maybe = st.booleans()


def pick(rows: QuerySet[Any], place: int, fitting: Q | None = None) -> Any:
    """Return one of the rows, two times of three one that fits where there is any; None where there are none."""
    found = list(rows.filter(fitting).distinct().order_by("pk")) if fitting and place % 3 else []
    found = found or list(rows.order_by("pk"))
    return found[place // 3 % len(found)] if found else None


class Machine(RuleBasedStateMachine):
    """Carries out steps on a world that each example finds as it was built."""

    #: What the examples begin with; `tests/nets/verbs/world.py` builds it.
    branch: ClassVar[Branch]
    users: ClassVar[list[User]]
    people: ClassVar[list[Person]]
    built: ClassVar[Watch]
    #: How often each verb was let through and refused, over all examples.
    tally: ClassVar[Counter[tuple[str, str]]]

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.watch = self.built.again()

    def teardown(self) -> None:
        """Try every invariant as a whole, and leave the world as it was built."""
        try:
            broken = {} if connection.needs_rollback else all_broken()
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)
        assert not broken, broken

    def user(self, place: int) -> User:
        return User.objects.get(pk=self.users[place % len(self.users)].pk)

    def person(self, place: int) -> Person:
        return Person.objects.get(pk=self.people[place % len(self.people)].pk)

    def pairing(self, place: int, *fitting: str) -> Any:
        """Return a pairing, rather one of a status that the verb asks for."""
        return pick(Pairing.objects.all(), place, Q(status__in=fitting)).as_form()

    def attempt(self, verb: Callable[[], object], *, by: User | None, told: bool = True) -> bool:
        """Carry a verb out as somebody, try what must hold after it, and return whether it was let through.

        Args:
            verb: what is done.
            by: in whose name, which the trail must say.
            told: whether the verb is told; else a request would say it.
        """
        newest = self.watch.rows["auditlog_logentry"]
        refused: Exception | None = None
        with tables(WRITES) as written, nullcontext() if told else acting(by):
            try:
                verb()
            except REFUSALS as error:
                refused = error
        changed, other_words = self.watch.changed(written)
        self.tally[sys._getframe(1).f_code.co_name, "refused" if refused else "through"] += 1
        if refused:
            left = changed - TRAIL if isinstance(refused, LinkRefusedError) else changed
            assert not left, f"refused ({refused}), and yet something was left in {sorted(left)}"
            return False
        if other_words:
            who = set(self.watch.lines_since(newest))
            assert who == {by.pk if by else None}, f"{sorted(other_words)} changed, and the trail says by {who}"
        broken = self.watch.broken(changed)
        assert not broken, broken
        return True


def run(machine: type[Machine], *, examples: int, steps: int, **more: Any) -> None:
    """Run the machine; hypothesis prints the steps that broke something.

    Args:
        machine: with its world.
        examples: how often it begins anew.
        steps: how many verbs at most one example carries out.
        more: settings of hypothesis.
    """
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a step costs too much to look for the shortest way
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            **more,
        ),
    )


def only(machine: type[Machine], steps: tuple[str, ...]) -> type[Machine]:
    """Return the machine with these steps alone, so that a seeded hole is near."""
    return type("OnlySome", (machine,), dict.fromkeys(verbs_of(machine) - set(steps)))


def verbs_of(machine: type[Machine]) -> set[str]:
    """Return the names of the machine's steps."""
    return {name for name in dir(machine) if hasattr(getattr(machine, name), "hypothesis_stateful_rule")}
