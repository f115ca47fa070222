"""A rule that is taken out of a verb is missed: the machine finds what it let through, each time in few steps."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import pytest

from mentorship.models import MentorshipTeam
from organization.models import User, people
from outcomes.models import Outcome, OutcomeCredit
from outcomes.models import outcome as outcomes
from pairings.models import ChangeRequest, life, matching, pairing
from tests.nets import size
from tests.nets.verbs.machine import only, run, verbs_of
from tests.nets.verbs.world import Verbs, build

pytestmark = pytest.mark.django_db


def nothing(*args: object, **kwargs: Any) -> list[str]:
    """Refuse nothing, and do nothing."""
    return []


@contextmanager
def anyhow(team: MentorshipTeam) -> Iterator[MentorshipTeam]:
    """Yield the team, whatever state it is in."""
    yield team


@dataclass(frozen=True)
class Hole:
    """A rule that is taken out, the steps among which the machine has to find it missing, and what it finds then."""

    owner: object
    rule: str
    without: object
    steps: tuple[str, ...]
    found: str


#: The nearest come first, which the suite looks for.
HOLES = {
    "a history contradicts a seat": Hole(
        people, "problems_of_history", nothing, ("remove_stage",), "1_seats_agree_with_the_history"
    ),
    "a seated student is made a teacher": Hole(
        people, "problems_of_person", nothing, ("change_kind",), "1_seats_fit_their_people"
    ),
    "a refused verb has written": Hole(
        pairing, "all_or_nothing", nullcontext, ("propose",), "something was left in .*pairings_pairing"
    ),
    "a verified outcome is rewritten": Hole(
        Outcome, "EDITABLE", tuple(Outcome.Review), ("rewrite_outcome",), "6_verified_outcome|was_editable"
    ),
    "a stranger verifies": Hole(User, "must_manage", nothing, ("verify",), "verified by a stranger"),
    "a pairing that has not begun takes credit": Hole(
        OutcomeCredit, "clean", nothing, ("record_outcome",), "5_credits_"
    ),
    "a chain falls": Hole(outcomes, "chain_problems", lambda *_two: iter(()), ("record_outcome",), "10_chain_rises"),
    "a verb writes past the trail": Hole(
        matching, "audit_made", nothing, ("work_out_a_proposal", "publish"), "9_every_row_is_what_the_audit_says"
    ),
    "who takes part approves": Hole(
        life,
        "check_approver",
        lambda pairing, by: by.must_manage(pairing.branch_id),
        ("propose", "approve"),
        "takes part|12_approver_takes_no_part",
    ),
    "a stranger decides on a proposal": Hole(User, "must_manage", nothing, ("send_back",), "returned by a stranger"),
    "it is over before what was done": Hole(
        life, "check_closing_day", nothing, ("log", "complete"), "12_pairing_s_days_are_in_order"
    ),
    "its start moves past its logs": Hole(
        life, "problem_with_start", nothing, ("log", "edit"), "12_pairing_s_days|12_money_and_links"
    ),
    "people change on any day": Hole(
        life,
        "check_day_of_change",
        nothing,
        ("ask_for_others", "ask_for_helpers", "decide_on_change"),
        "12_pairing_s_days",
    ),
    "whoever asked decides": Hole(
        ChangeRequest,
        "check_decider",
        nothing,
        ("ask_for_others", "ask_for_other_work", "decide_on_change"),
        "decided by|12_change_was_decided_by_another",
    ),
    "a finished team takes results": Hole(MentorshipTeam, "while_active", anyhow, ("record_result",), "12_results_and"),
    "what was corrected still counts": Hole(
        Outcome, "_be_superseded", nothing, ("verify",), "6_correction_has_a_reason"
    ),
}


@pytest.fixture
def machine() -> type[Verbs]:
    return build()


def missed(machine: type[Verbs], hole: Hole, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return in which words the machine finds a rule missing; none when it does not."""
    with monkeypatch.context() as patch:
        patch.setattr(hole.owner, hole.rule, hole.without)
        try:
            run(only(machine, hole.steps), examples=40, steps=25, derandomize=True)
        except AssertionError as error:
            return str(error)
    return ""


@pytest.mark.hole
def test_each_rule_that_was_taken_out_is_missed(machine: type[Verbs], monkeypatch: pytest.MonkeyPatch) -> None:
    assert verbs_of(machine).issuperset(step for hole in HOLES.values() for step in hole.steps)
    tried = list(HOLES)[: size(small=8, large=len(HOLES))]
    found = {name: missed(machine, HOLES[name], monkeypatch) for name in tried}
    assert {name: words for name, words in found.items() if not re.search(HOLES[name].found, words)} == {}
