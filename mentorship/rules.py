"""Who may change mentorship teams: as every pairing."""

from mentorship.models import MentorshipTeam
from organization.rules import add_admin_permissions, manages_its_branch, nobody

add_admin_permissions(MentorshipTeam, may_write=manages_its_branch, may_delete=nobody)
