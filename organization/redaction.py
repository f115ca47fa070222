"""The one way in which words of the audit trail are ever changed: what the law says must be forgotten."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from organization.models.base import RuleError
from organization.models.trail import TrailLink, columns_of
from organization.reach import Account
from organization.signing import sign

BLACKED_OUT = "■■"
#: What of an entry may hold a person's words.
WORDS = ("object_repr", "serialized_data", "changes_text", "changes", "additional_data", "actor_email")
AT_A_TIME = 500


def black_out(text: str) -> str:
    """Return what stands in the place of words that were redacted."""
    return BLACKED_OUT if text else text


def redact(
    entries: QuerySet[LogEntry], *, by: Account | None, reason: str, replace: Callable[[str], str] = black_out
) -> int:
    """Change the words of audit entries, and say in the trail that this was done, by whom and why.

    The links stay as they are, so the chain still proves that nothing else was changed; a redacted entry is signed
    anew beside what it was signed as. Who, when and what kind of change stay. A row's present words must be changed
    (and audited) first: check_integrity holds a row against its newest entry.

    Args:
        entries: which.
        by: who decided it; None for a command.
        reason: why, in words without the person.
        replace: gives for each text of an entry what shall stand there; by default all of it is blacked out.

    Returns:
        How many entries were changed.

    Raises:
        RuleError: when no reason is given, or the database's role may not change the trail.
    """
    if not reason.strip():
        raise RuleError(_("Please write a reason, so that they know what to change."))
    done = 0
    with transaction.atomic():
        rows = entries.order_by("pk").values_list("pk", flat=True)
        pks = list(rows)
        for start in range(0, len(pks), AT_A_TIME):
            done += _redact_some(pks[start : start + AT_A_TIME], by, reason.strip(), replace)
    return done


def _redact_some(pks: list[int], by: Account | None, reason: str, replace: Callable[[str], str]) -> int:
    """Change some entries under one record of the trail."""
    changed = []
    for entry in LogEntry.objects.filter(pk__in=pks, link__isnull=False).select_related("link").order_by("pk"):
        words = {name: _replaced(getattr(entry, name), replace) for name in WORDS}
        if any(words[name] != getattr(entry, name) for name in WORDS):
            for name in WORDS:
                setattr(entry, name, words[name])
            changed.append(entry)
    if not changed:
        return 0
    record = _record(changed, by, reason)
    with permitted():
        for entry in changed:
            entry.link.redacted_by_id = record.pk
            entry.link.redaction = sign("trail redaction", entry.link.redacted_content(columns_of(entry)))
            LogEntry._base_manager.filter(pk=entry.pk).update(**{name: getattr(entry, name) for name in WORDS})
            TrailLink._base_manager.filter(pk=entry.pk).update(redacted_by=record.pk, redaction=entry.link.redaction)
    return len(changed)


def _replaced(value: Any, replace: Callable[[str], str]) -> Any:
    """Return a value with each text in it replaced; names of fields stay."""
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, list):
        return [_replaced(one, replace) for one in value]
    if isinstance(value, dict):
        return {key: _replaced(one, replace) for key, one in value.items()}
    return value


def _record(entries: list[LogEntry], by: Account | None, reason: str) -> LogEntry:
    """Write into the trail which entries are redacted, by whom and why."""
    kind: Any = ContentType.objects.get_for_model(TrailLink)
    pks = [entry.pk for entry in entries]
    return LogEntry.objects.create(
        content_type=kind,
        object_pk=str(pks[0]),
        object_repr=str(TrailLink._meta.verbose_name),
        action=LogEntry.Action.UPDATE,
        actor=by,
        additional_data={"redacted": pks, "reason": reason},
    )


@contextmanager
def permitted() -> Iterator[None]:
    """Let rows of the trail be changed inside the transaction that is open.

    Raises:
        RuleError: when the database's role may not (docs/guide-operator.md: it is then the owner's to do).
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PERMIT[connection.vendor][True])
            yield
            cursor.execute(PERMIT[connection.vendor][False])
    except DatabaseError as error:
        if "permission denied" in str(error):
            raise RuleError(_("Only the owner of the database may redact the audit trail.")) from error
        raise


#: How each database is told that the guard of migration 0005 stands aside, and that it stands there again.
PERMIT = {
    "postgresql": {True: "SET LOCAL pairing.redaction = 'on'", False: "SET LOCAL pairing.redaction = 'off'"},
    "sqlite": {
        True: "INSERT OR IGNORE INTO organization_trailpermit VALUES (1)",
        False: "DELETE FROM organization_trailpermit",
    },
}


def is_redaction_of(record: LogEntry, entry: Model) -> bool:
    """Return whether a record of the trail names an entry as redacted."""
    return entry.pk in (record.additional_data or {}).get("redacted", [])
