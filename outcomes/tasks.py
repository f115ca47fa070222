"""The work that a worker does: files that take long (`manage.py db_worker`, or at once where there is none)."""

import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from organization.models import Branch, RuleError, User, all_or_nothing
from organization.verbs import acting, verb
from outcomes.models import PreparedFile
from outcomes.preparing import make

#: So many files one account lets be prepared at a time.
MOST_OPEN = 5


@task()
def prepare(pk: int) -> None:
    """Make a file that waits, or that a worker who is gone has left; do nothing when it is in good hands."""
    with transaction.atomic():
        row = PreparedFile.objects.locked(pk)
        if row is None:
            return
        with acting(row.asked_by):
            is_mine = row.begin()
        if row.leased_until:
            _send(pk, at=row.leased_until)
    if is_mine:
        make(row)


def _send(pk: int, *, at: datetime.datetime | None = None) -> None:
    """Let a worker look at a row, with the commit of the transaction that is open.

    Args:
        pk: of the row.
        at: when; at once, unless it is said. Without a worker nobody looks later: `take_up_files` does.
    """
    if prepare.get_backend().supports_defer:
        (prepare.using(run_after=at) if at else prepare).enqueue(pk)
    elif at is None:
        transaction.on_commit(partial(prepare.enqueue, pk))


@verb
def ask_for(asked: PreparedFile, *, by: User) -> PreparedFile:
    """Let a file be prepared.

    Args:
        asked: an unsaved row that says what.
        by: who asks.

    Returns:
        The row; the one that is open already when `by` asked for the same before.

    Raises:
        RuleError: when `by` does not oversee the branches that it tells of, or has asked for many already.
    """
    _must_oversee(by, asked)
    asked.asked_by, asked.key = by, asked.what_is_asked()
    with all_or_nothing():
        list(User.objects.filter(pk=by.pk).select_for_update(no_key=True))  # of two at once, the other waits
        mine = list(PreparedFile.objects.open().filter(asked_by=by))
        if same := [row for row in mine if row.key == asked.key]:
            return same[0]
        if len(mine) >= MOST_OPEN:
            raise RuleError(_("Several files are being prepared for you already. Please wait for one, or withdraw it."))
        asked.save()
        _send(asked.pk)
        # A worker may be killed between taking the task and taking the row.
        _send(asked.pk, at=timezone.now() + datetime.timedelta(seconds=settings.PREPARED_LEASE_SECONDS))
    return asked


def _must_oversee(by: User, asked: PreparedFile) -> None:
    """Refuse whoever could not download the file themselves.

    Raises:
        RuleError: when they could not.
    """
    told = {asked.branch_id, asked.beside_branch_id} - {None}
    if Branch.objects.overseen_by(by).filter(pk__in=told).count() != len(told):
        raise RuleError(_("Only whoever sees all of a branch's records has its report prepared."))


@verb
def ask_again(row: PreparedFile, *, by: User) -> PreparedFile:
    """Let a file be prepared anew, as it was asked for.

    Raises:
        RuleError: as of `ask_for`.
    """
    names = (
        "branch", "first_day", "last_day", "kind", "format", "revision",
        "beside_branch", "beside_first_day", "beside_last_day", "language",
    )  # fmt: skip
    return ask_for(PreparedFile(**{name: getattr(row, name) for name in names}), by=by)


def take_up() -> list[PreparedFile]:
    """Let a worker look at what is open and no task is on its way for, and note which ready files are gone.

    Returns:
        The rows that something was done about.
    """
    queued = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=prepare.module_path)
    later = {result.args_kwargs["args"][0] for result in queued}
    due = {result.args_kwargs["args"][0] for result in queued.ready()}
    waiting = PreparedFile.State.WAITING
    left = [row for row in PreparedFile.objects.open() if row.pk not in (due if row.state == waiting else later)]
    for row in left:
        lasts = row.leased_until is not None and row.leased_until > timezone.now()
        with transaction.atomic():
            _send(row.pk, at=row.leased_until if lasts else None)
    ready = PreparedFile.objects.filter(state=PreparedFile.State.READY)
    with acting(User.objects.of_the_command_line()):
        return left + [row for row in ready if row.lose()]
