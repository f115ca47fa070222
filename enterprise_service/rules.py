"""Who may change engagements, as every pairing, and the board of enterprises and their problems."""

import rules

from enterprise_service.models import Confirmation, ConfirmationSetting, Engagement, Enterprise, Problem, back
from enterprise_service.models.merging import KINDS
from organization import merge_kinds
from organization.models import User
from organization.rules import add_admin_permissions, manages_a_branch, manages_its_branch, nobody
from organization.ways_back import register
from pairings.rules import is_a_teacher, leads_it


@rules.predicate
def teaches_in_its_branch(user: User, row: Enterprise | Problem | None) -> bool:
    """The user teaches in the branch of the row."""
    return row is not None and user.is_authenticated and user.is_teacher and user.reach.own_branch_id == row.branch_id


@rules.predicate
def stands_for_it(user: User, link: Confirmation | None) -> bool:
    """The user manages the branch and takes no part in the work that the enterprise confirmed."""
    return link is not None and user.is_authenticated and back.stands_for_it(user, link)


add_admin_permissions(Engagement, may_write=manages_its_branch, may_delete=nobody)
for on_the_board in (Enterprise, Problem, ConfirmationSetting):
    add_admin_permissions(on_the_board, may_write=manages_its_branch, may_delete=manages_its_branch)
rules.add_perm("enterprise_service.read_board", rules.is_authenticated)
rules.add_perm("enterprise_service.post_on_board", is_a_teacher | manages_a_branch)
rules.add_perm("enterprise_service.edit_board", manages_its_branch | teaches_in_its_branch)
rules.add_perm("enterprise_service.keep_contract", manages_its_branch | leads_it)
rules.add_perm("enterprise_service.mark_spoken", stands_for_it)
register(*back.WAYS)
for merged in KINDS:
    merge_kinds.register(merged)
