"""What came with a release needs no audit entry."""

from django.db.models import Q

from mentorship.models import Rubric, RubricItem
from organization.integrity import made_by_migration

made_by_migration(Rubric, Q(branch__isnull=True))
made_by_migration(RubricItem, Q(rubric__branch__isnull=True))
