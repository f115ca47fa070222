"""Who may change engagements, as every pairing, and the board of enterprises and their problems."""

from enterprise_service.models import Engagement, Enterprise, Problem
from organization.rules import add_admin_permissions, manages_its_branch, nobody

add_admin_permissions(Engagement, may_write=manages_its_branch, may_delete=nobody)
for on_the_board in (Enterprise, Problem):
    add_admin_permissions(on_the_board, may_write=manages_its_branch, may_delete=manages_its_branch)
