"""Which prepared files there are: seen by whom, waiting, in hand, ready, telling of a branch."""

import datetime
from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from organization.models import ScopedQuerySet
from organization.reach import Reach
from organization.verbs import writes
from outcomes.models.kinds import ReportKind
from outcomes.models.transitions import WITHDRAW, FileState


def lease() -> datetime.timedelta:
    """Return how long a worker that says nothing is believed to be alive."""
    return datetime.timedelta(seconds=settings.PREPARED_LEASE_SECONDS)


class PreparedFileQuerySet(ScopedQuerySet):
    """Prepared files: seen by whoever oversees the branch, and the branch that it is set beside."""

    def branch_scope(self, reach: Reach) -> Q:
        """Return the condition for files that tell of no branch but those whose rows the user sees."""
        beside = Q(beside_branch__in=reach.oversees) | Q(beside_branch__college__in=reach.leads)
        return super().branch_scope(reach) & (Q(beside_branch=None) | beside)

    def with_kinds(self) -> Self:
        """Read with each row what its branch calls the kind of report, where it is the branch's own."""
        kinds = ReportKind.objects.filter(branch=OuterRef("branch"), code=OuterRef("kind"))
        return self.annotate(own_kind=Subquery(kinds.values("name")[:1]))

    def open(self) -> Self:
        """Return those that wait or are being made."""
        return self.filter(state__in=WITHDRAW.allowed)

    def ready(self) -> Self:
        """Return those whose file is there, kept long enough already or not."""
        return self.filter(state=FileState.READY)

    def telling_of(self, branches: Iterable[int]) -> Self:
        """Return those that tell of any of the branches, given by number, or are set beside one."""
        return self.filter(Q(branch__in=branches) | Q(beside_branch__in=branches))

    def is_anybody_at_work(self) -> bool:
        """Return whether a worker has any of them in hand, or had a moment ago (a query)."""
        now = timezone.now()
        return self.filter(Q(leased_until__gt=now) | Q(ready_at__gt=now - lease())).exists()

    @writes
    def outdate(self) -> list[int]:
        """End the ready ones and those in hand: what stands in them is to stand nowhere any more.

        Returns:
            The numbers of those that wait. They have read nothing yet, and stay; their rows are locked, so that no
            worker takes them up before the transaction that is open has ended.
        """
        waiting = []
        for row in self.filter(state__in=(*WITHDRAW.allowed, FileState.READY)).locking().order_by("pk"):
            if row.state == FileState.WAITING:
                waiting.append(row.pk)
            else:
                row.end(FileState.FAILED, failure=row.Failure.OUTDATED)
        return waiting

    def locking(self) -> Self:
        """Lock the rows that are read, and nothing that they point to."""
        return self.select_for_update(no_key=True, of=("self",)).select_related("asked_by")

    def locked(self, pk: int) -> Any:
        """Return a row as it stands, to be written in the transaction that is open, or None."""
        return self.locking().filter(pk=pk).first()
