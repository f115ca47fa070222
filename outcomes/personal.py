"""What keeps its words when a person is made anonymous: a decision was sealed over them."""

from django.db.models import Q

from organization.personal import keep_as_decided
from outcomes.models import FrozenReport, Outcome, ReportFile

keep_as_decided(FrozenReport, lambda: Q(pk__isnull=False))
keep_as_decided(ReportFile, lambda: Q(pk__isnull=False))
# One that was verified and then merged can come back as it was.
keep_as_decided(Outcome, lambda: Q(review__in=Outcome.LOCKED) | Q(review=Outcome.Review.MERGED) & ~Q(seal=""))
