"""Asking for a file that takes long, and asking after those that were left lying."""

import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from organization.models import RuleError, User, all_or_nothing
from organization.verbs import acting, verb
from outcomes.models import PreparedFile
from outcomes.models.prepared import ASKED, has_room_for, may_have
from outcomes.preparing import bytes_of_proofs
from outcomes.tasks import prepare, send

#: So many files one account lets be prepared at a time.
MOST_OPEN = 5


@verb
def ask_for(asked: PreparedFile, *, by: User) -> PreparedFile:
    """Let a file be prepared.

    Args:
        asked: an unsaved row that says what.
        by: who asks.

    Returns:
        The row; the one that is open already when `by` asked for the same before, sent anew when nobody has it in hand.

    Raises:
        RuleError: when `by` does not oversee the branches that it tells of, has asked for many already, or there is no
            room for it.
    """
    if not may_have(by, asked):
        raise RuleError(_("Only whoever sees all of a branch's records has its report prepared."))
    if not has_room_for(bytes_of_proofs(asked)):
        raise RuleError(PreparedFile.Failure.FULL.label)
    asked.asked_by, asked.key = by, asked.what_is_asked()
    with all_or_nothing():
        list(User.objects.filter(pk=by.pk).select_for_update(no_key=True))  # of two at once, the other waits
        mine = list(PreparedFile.objects.open().filter(asked_by=by))
        if same := next((row for row in mine if row.key == asked.key), None):
            if same.state == PreparedFile.State.WAITING or same.is_abandoned:
                send(same.pk)  # whoever was to make it may be gone, and without workers nobody else looks
            return same
        if len(mine) >= MOST_OPEN:
            raise RuleError(_("Several files are being prepared for you already. Please wait for one, or withdraw it."))
        asked.save()
        send(asked.pk)
        # A worker may be killed between taking the task and taking the row.
        send(asked.pk, at=timezone.now() + datetime.timedelta(seconds=settings.PREPARED_LEASE_SECONDS))
    return asked


@verb
def ask_again(row: PreparedFile, *, by: User) -> PreparedFile:
    """Let a file be prepared anew, as it was asked for.

    Raises:
        RuleError: as of `ask_for`.
    """
    return ask_for(PreparedFile(**{name: getattr(row, name) for name in ASKED}), by=by)


def look_after() -> list[PreparedFile]:
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
        is_in_hand = row.leased_until is not None and not row.is_abandoned
        with transaction.atomic():
            send(row.pk, at=row.leased_until if is_in_hand else None)
    kept = PreparedFile.objects.ready().filter(expires_at__gt=timezone.now())
    with acting(User.objects.of_the_command_line()):
        return left + [row for row in kept if row.note_loss()]
