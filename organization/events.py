"""What leaves a line in the audit trail though it changes no row: signing in and out, refusals, and what was read."""

import datetime
from typing import Any, cast

from auditlog.context import auditlog_value
from auditlog.models import LogEntry
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organization.reach import Account

MINUTE = datetime.timedelta(minutes=1)


class Event(TextChoices):
    """What happened."""

    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Wrong password")
    SLOWED = "slowed", _("Had to wait for the next try")
    SIGNED_OUT = "signed_out", _("Signed out")
    PASSWORD_CHANGED = "password_changed", _("New password")
    REFUSED = "refused", _("Was refused")
    LINK_REFUSED = "link_refused", _("A confirmation link was refused")
    READ = "read", _("Read")
    TAKEN_OUT = "taken_out", _("Took out a person's data")
    ANONYMISED = "anonymised", _("Made a person anonymous")


#: How many a minute are kept of one account or address, and of all together: nobody fills the disk from outside.
BOUNDS = {
    Event.SIGN_IN_FAILED: (20, 120),
    Event.SLOWED: (5, 60),
    Event.REFUSED: (20, 120),
    Event.LINK_REFUSED: (30, 120),
    Event.READ: (300, 3000),
}


def record(
    event: Event,
    *,
    by: Account | None = None,
    about: Model | None = None,
    kind: type[Model] | None = None,
    **facts: Any,
) -> LogEntry | None:
    """Write what happened into the audit trail; who and from where are the request's, unless `by` says more.

    Args:
        event: what happened.
        by: who did it, where the request does not know yet or no longer.
        about: the row that it happened to.
        kind: the model that it happened to, where there is no one row.
        facts: whatever else is worth knowing, and never a password or a token.

    Returns:
        The entry, or None when so many came in this minute that the first ones say enough.
    """
    if not _has_room(event, by):
        return None
    happened_to = about or kind or apps.get_model(settings.AUTH_USER_MODEL)
    pk = about.pk if about is not None else facts.pop("pk", "")
    return LogEntry.objects.create(
        content_type=cast("Any", ContentType.objects.get_for_model(cast("Any", happened_to))),
        object_pk=str(pk)[:255],
        object_id=pk if isinstance(pk, int) else None,
        object_repr=str(about or "")[:200],
        action=LogEntry.Action.ACCESS,
        actor=cast("Any", by),
        additional_data={"event": event.value, **facts},
    )


def of_event(event: Event) -> "QuerySet[LogEntry]":
    """Return the entries of an event."""
    return LogEntry.objects.filter(action=LogEntry.Action.ACCESS, additional_data__event=event.value)


def _has_room(event: Event, by: Account | None) -> bool:
    """Return whether an entry is to be kept, by how many there were in the last minute."""
    if event not in BOUNDS:
        return True
    of_one, of_all = BOUNDS[event]
    lately = of_event(event).filter(timestamp__gt=timezone.now() - MINUTE)
    told = auditlog_value.get({})
    actor = by or told.get("actor")
    mine = lately.filter(actor=actor) if actor else lately.filter(actor=None, remote_addr=told.get("remote_addr"))
    return mine.count() < of_one and lately.count() < of_all
