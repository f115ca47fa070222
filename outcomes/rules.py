"""Who may record, submit, verify and report."""

import rules

from organization import merge_kinds, transitions, ways_back
from organization.models import User
from organization.rules import add_admin_permissions, manages_a_branch, manages_its_branch, nobody
from outcomes.models import (
    FrozenReport,
    Grade,
    Outcome,
    OutcomeEvidence,
    PreparedFile,
    ReportKind,
    ReportSetting,
    Subkind,
    back,
    merging,
)
from outcomes.models.prepared import may_withdraw
from outcomes.models.shares import may_ask
from outcomes.models.transitions import OF_OUTCOMES, OF_SHARES, WITHDRAW
from pairings.rules import is_a_teacher


@rules.predicate
def entered_it(user: User, outcome: Outcome | None) -> bool:
    """The user entered the outcome."""
    return outcome is not None and back.entered_it(user, outcome)


@rules.predicate
def submitted_it(user: User, outcome: Outcome | None) -> bool:
    """The user submitted the outcome."""
    return outcome is not None and back.submitted_it(user, outcome)


@rules.predicate
def oversees_a_branch(user: User) -> bool:
    """The user sees all rows of some branch, by a role or as the operator."""
    return user.is_authenticated and (user.is_operator or user.reach.is_overseer)


@rules.predicate
def says_who_shares_it(user: User, outcome: Outcome | None) -> bool:
    """The user asks other branches whether they share the outcome."""
    return outcome is not None and may_ask(user, outcome)


@rules.predicate
def may_withdraw_it(user: User, row: PreparedFile | None) -> bool:
    """The user asked for the file."""
    return row is not None and may_withdraw(user, row)


add_admin_permissions(Outcome, may_write=manages_its_branch, may_delete=nobody)
add_admin_permissions(OutcomeEvidence, may_write=nobody, may_delete=nobody)
add_admin_permissions(FrozenReport, may_write=nobody, may_delete=nobody)
add_admin_permissions(PreparedFile, may_write=nobody, may_delete=nobody)
for word in (Subkind, Grade):
    add_admin_permissions(word, may_write=manages_its_branch, may_delete=nobody)
add_admin_permissions(ReportKind, may_write=manages_its_branch, may_delete=nobody)
add_admin_permissions(ReportSetting, may_write=manages_its_branch, may_delete=manages_its_branch)

rules.add_perm("outcomes.record_outcome", is_a_teacher | manages_a_branch)
rules.add_perm("outcomes.edit_outcome", manages_its_branch | entered_it)
rules.add_perm("outcomes.submit_outcome", manages_its_branch | entered_it)
rules.add_perm("outcomes.verify_outcome", manages_its_branch & ~submitted_it)
rules.add_perm("outcomes.return_outcome", manages_its_branch)
rules.add_perm("outcomes.correct_outcome", manages_its_branch | entered_it)
rules.add_perm("outcomes.share_outcome", says_who_shares_it)
rules.add_perm("outcomes.answer_share", manages_its_branch)
rules.add_perm("outcomes.freeze_report", manages_its_branch)
rules.add_perm("outcomes.write_report", manages_its_branch)
rules.add_perm("outcomes.withdraw_file", may_withdraw_it)
rules.add_perm("outcomes.see_figures", oversees_a_branch)
ways_back.register(*back.WAYS)
transitions.register(*OF_OUTCOMES, *OF_SHARES, WITHDRAW)
merge_kinds.register(merging.KIND)
