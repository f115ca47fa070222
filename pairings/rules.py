"""Who may propose, log, approve and close."""

import rules

from organization import transitions, ways_back
from organization.models import User
from organization.rules import add_admin_permissions, manages_a_branch, manages_its_branch, nobody
from pairings.models import ChangeRequest, MatchRule, MatchRun, Pairing, ProgressLog, Seat, back
from pairings.models.transitions import OF_CHANGES, OF_PAIRINGS


@rules.predicate
def is_a_teacher(user: User) -> bool:
    """The user teaches."""
    return user.is_authenticated and user.is_teacher


@rules.predicate
def sits_in_it(user: User, pairing: Pairing | None) -> bool:
    """The user has an open seat in the pairing."""
    return pairing is not None and user.is_authenticated and pairing.seats_person(user.person_id)


@rules.predicate
def leads_it(user: User, pairing: Pairing | None) -> bool:
    """The user is the pairing's leading party member."""
    return pairing is not None and back.leads_it(user, pairing)


@rules.predicate
def proposed_it(user: User, pairing: Pairing | None) -> bool:
    """The user made the proposal."""
    return pairing is not None and back.proposed_it(user, pairing)


@rules.predicate
def is_undecided(user: User, pairing: Pairing | None) -> bool:
    """The pairing was not approved yet."""
    return pairing is not None and pairing.status in (Pairing.Status.PROPOSED, Pairing.Status.RETURNED)


@rules.predicate
def wrote_it(user: User, log: ProgressLog | None) -> bool:
    """The user wrote the log, or entered it for its author."""
    return log is not None and back.wrote_log(user, log)


@rules.predicate
def manages_its_pairing(user: User, log: ProgressLog | None) -> bool:
    """The user is secretary or deputy of the branch of the log's pairing."""
    return log is not None and user.is_authenticated and user.manages(log.branch_id)


@rules.predicate
def asked_for_it(user: User, request: ChangeRequest | None) -> bool:
    """The user asked for the change."""
    return request is not None and request.asked_by_id == user.pk


@rules.predicate
def decides_on_change(user: User, request: ChangeRequest | None) -> bool:
    """The user decides on the change: manages the branch, did not ask for it and takes no part."""
    return request is not None and user.is_authenticated and back.decides_on_change(user, request)


can_log = manages_its_branch | (is_a_teacher & sits_in_it)

add_admin_permissions(Pairing, may_write=manages_its_branch, may_delete=nobody)
add_admin_permissions(ProgressLog, may_write=manages_its_pairing, may_delete=nobody)
for model in (MatchRun, MatchRule):
    add_admin_permissions(model, may_write=nobody, may_delete=nobody, may_look=manages_its_branch)
add_admin_permissions(Seat, may_write=nobody, may_delete=nobody)

rules.add_perm("pairings.propose_pairing", is_a_teacher | manages_a_branch)
rules.add_perm("pairings.edit_pairing", manages_its_branch | leads_it | (proposed_it & is_undecided))
rules.add_perm("pairings.approve_pairing", manages_its_branch & ~sits_in_it)
rules.add_perm("pairings.return_pairing", manages_its_branch)
rules.add_perm("pairings.resubmit_pairing", manages_its_branch | leads_it | proposed_it)
rules.add_perm("pairings.log_pairing", can_log)
rules.add_perm("pairings.edit_log", manages_its_pairing | wrote_it)
rules.add_perm("pairings.close_pairing", manages_its_branch | leads_it | (proposed_it & is_undecided))
rules.add_perm("pairings.see_changes", manages_a_branch)
rules.add_perm("pairings.change_pairing_after_approval", manages_its_branch | leads_it)
rules.add_perm("pairings.decide_change", decides_on_change)
rules.add_perm("pairings.withdraw_change", asked_for_it)
rules.add_perm("pairings.run_matching", manages_its_branch)
rules.add_perm("pairings.see_contradictions", manages_a_branch)
ways_back.register(*back.WAYS)
transitions.register(*OF_PAIRINGS, *OF_CHANGES)
