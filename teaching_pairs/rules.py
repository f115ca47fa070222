"""Who may change teaching pairs and workshops."""

import rules

from organization.rules import add_admin_permissions, manages_its_branch, nobody
from organization.ways_back import register
from teaching_pairs.models import TeachingPair, Workshop
from teaching_pairs.models.back import SIGN_UP

add_admin_permissions(TeachingPair, may_write=manages_its_branch, may_delete=nobody)
add_admin_permissions(Workshop, may_write=manages_its_branch, may_delete=manages_its_branch)
rules.add_perm("teaching_pairs.read_workshop", rules.is_authenticated)
register(SIGN_UP)
