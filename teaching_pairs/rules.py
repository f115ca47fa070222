"""Who may change teaching pairs: as every pairing."""

from organization.rules import add_admin_permissions, manages_its_branch, nobody
from teaching_pairs.models import TeachingPair

add_admin_permissions(TeachingPair, may_write=manages_its_branch, may_delete=nobody)
