"""The work that a worker does: files that take long (`manage.py db_worker`, or at once where there is none)."""

import datetime
from functools import partial

from django.db import transaction
from django_tasks import task

from organization.verbs import acting
from outcomes.models import PreparedFile
from outcomes.preparing import make


@task()
def prepare(pk: int) -> None:
    """Make a file that waits, or that a worker who is gone has left; do nothing when it is in good hands."""
    with transaction.atomic():
        row = PreparedFile.objects.locked(pk)
        if row is None:
            return
        with acting(row.asked_by):
            is_mine = row.take_up()
        if row.leased_until:
            send(pk, at=row.leased_until)
    if is_mine:
        make(row)


def send(pk: int, *, at: datetime.datetime | None = None) -> None:
    """Let a worker look at a row, with the commit of the transaction that is open.

    Args:
        pk: of the row.
        at: when; at once, unless it is said. Without a worker nobody looks later: `take_up_files` does.
    """
    if prepare.get_backend().supports_defer:
        (prepare.using(run_after=at) if at else prepare).enqueue(pk)
    elif at is None:
        transaction.on_commit(partial(prepare.enqueue, pk))
