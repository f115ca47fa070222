"""The questions that lists and figures ask of pairings."""

import datetime
from typing import Self

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from organization.models import ScopedQuerySet
from organization.reach import Reach


class PairingQuerySet(ScopedQuerySet):
    """Pairings of all forms; people see those they sit in or proposed."""

    def own_rows(self, reach: Reach) -> Q:
        """Return the pairings in which the user has or had a seat, or that the user proposed."""
        seats = self.model.seats.rel.related_model.objects.filter(person=reach.person_id)
        return Q(pk__in=seats.values("pairing")) | Q(proposed_by=reach.account_id)

    def open(self) -> Self:
        """Return the pairings that are not over: proposed, returned or active."""
        return self.filter(status__in=self.model.OPEN)

    def active(self) -> Self:
        """Return the approved pairings that are not over."""
        return self.filter(status=self.model.Status.ACTIVE)

    def active_on(self, day: datetime.date) -> Self:
        """Return the pairings that had started by a day and were not over on it."""
        started = self.filter(approved_at__isnull=False, started_on__lte=day)
        return started.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day))

    def closed_between(self, first: datetime.date, last: datetime.date) -> Self:
        """Return the pairings completed or ended in a period, both days included."""
        return self.filter(approved_at__isnull=False, closed_on__range=(first, last))

    def waiting(self) -> Self:
        """Return the proposals that a secretary has to decide on."""
        return self.filter(status=self.model.Status.PROPOSED)

    def quiet(self, today: datetime.date | None = None) -> Self:
        """Return the active pairings without a log in the last QUIET_AFTER_DAYS days."""
        since = (today or timezone.localdate()) - datetime.timedelta(days=settings.QUIET_AFTER_DAYS)
        heard = Coalesce("last_logged_on", "started_on")
        return self.active().annotate(heard_on=heard).filter(heard_on__lt=since)

    def with_people(self) -> Self:
        """Fetch what a list shows of each pairing: its branch and who sits in it."""
        return self.select_related("branch").prefetch_related("seats__person")
