"""The audit trail as chains: every entry has a link that is signed over the entry and the link before it.

A writer takes whichever chain is free, so nobody waits for anybody; a chain's head counts its links and is signed too,
so that neither a link in the middle nor the newest one can go unnoticed. docs/decisions/trail.md says why so.
"""

import datetime
import ipaddress
import json
import logging
import os
import threading
from collections.abc import Iterable, Mapping
from typing import Any, Self

from auditlog.models import LogEntry, LogEntryManager
from django.db import connection, models, transaction
from django.db.models import Max, Q
from django.db.models.signals import pre_save
from django.utils.translation import gettext_lazy as _

from organization.signing import is_signed, sign
from organization.verbs import writes

logger = logging.getLogger(__name__)

#: How many writers can be at it at once before one waits for another.
CHAINS = 32
#: What of an entry its link is signed over: all of it.
COLUMNS = tuple(field.attname for field in LogEntry._meta.concrete_fields)
JSON_COLUMNS = frozenset(
    field.attname for field in LogEntry._meta.concrete_fields if isinstance(field, models.JSONField)
)


class TrailHead(models.Model):
    """A chain's end: how many links it has, and the signature of the newest."""

    chain = models.PositiveSmallIntegerField(primary_key=True)
    length = models.BigIntegerField(default=0)
    mac = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("end of the audit trail")
        verbose_name_plural = _("ends of the audit trail")

    def __str__(self) -> str:
        return f"{self.chain}: {self.length}"

    @classmethod
    def take(cls) -> Self:
        """Return a chain's head, locked until the transaction ends; which chain, does not matter."""
        hint = (os.getpid() * 31 + threading.get_ident()) % CHAINS if connection.vendor == "postgresql" else 0
        free = cls._base_manager.select_for_update(skip_locked=True)
        head = free.filter(pk=hint).first() or free.order_by("pk").first()
        if head is None and not cls._base_manager.exists():
            cls.begin()
        head = head or cls._base_manager.select_for_update().get(pk=hint)
        if not head.is_sealed:
            # Were it signed again, what somebody took away would no longer show. A number left out shows for ever.
            logger.error("the end of chain %s of the audit trail was tampered with", head.chain)
            newest = TrailLink._base_manager.filter(chain=head.chain).aggregate(newest=Max("number"))["newest"]
            head.length = max(head.length, newest or 0) + 1
        return head

    @classmethod
    def begin(cls) -> None:
        """Make the heads of all chains, empty and signed."""
        heads = [cls(chain=chain, length=0, mac="") for chain in range(CHAINS)]
        for head in heads:
            head.seal = sign("trail head", head._content)
        cls._base_manager.bulk_create(heads, ignore_conflicts=True)

    @property
    def _content(self) -> bytes:
        return f"{self.chain}|{self.length}|{self.mac}".encode()

    @property
    def is_sealed(self) -> bool:
        """Whether the count and the newest link are as the site itself wrote them."""
        return is_signed("trail head", self._content, self.seal)

    @writes
    def append(self, entries: Iterable[LogEntry]) -> list["TrailLink"]:
        """Return new links for entries, not yet saved, and move the end on."""
        links = []
        for entry in entries:
            self.length += 1
            link = TrailLink(entry=entry, chain=self.chain, number=self.length)
            link.content = sign("trail entry", content_of(columns_of(entry)))
            self.mac = link.mac = sign("trail link", link.content_after(self.mac))
            links.append(link)
        return links

    @writes
    def close(self) -> None:
        """Write the new end, signed."""
        self.seal = sign("trail head", self._content)
        type(self)._base_manager.filter(pk=self.pk).update(length=self.length, mac=self.mac, seal=self.seal)


class TrailLink(models.Model):
    """An entry's place in its chain, signed over the entry and over the link before."""

    entry = models.OneToOneField(LogEntry, models.PROTECT, primary_key=True, related_name="link")
    chain = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    content = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)
    redaction = models.CharField(max_length=64, blank=True, default="", db_default="")
    redacted_by = models.ForeignKey(LogEntry, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("link of the audit trail")
        verbose_name_plural = _("links of the audit trail")
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="link_number_once_a_chain")]

    def __str__(self) -> str:
        return f"{self.chain}: {self.number}"

    def content_after(self, previous: str) -> bytes:
        """Return what the link is signed over.

        Args:
            previous: the signature of the link before it; empty for the first.
        """
        return f"{self.chain}|{self.number}|{previous}|{self.entry_id}|{self.content}".encode()

    def redacted_content(self, columns: Mapping[str, Any]) -> bytes:
        """Return what a redacted entry is signed over: its words now, what it was, and who says so."""
        return content_of(columns) + f"|{self.content}|{self.redacted_by_id}".encode()

    def problem_with(self, columns: Mapping[str, Any]) -> str:
        """Return in words how an entry differs from what was signed; empty when it does not."""
        if self.redacted_by_id is None:
            whole = is_signed("trail entry", content_of(columns), self.content)
        else:
            whole = is_signed("trail redaction", self.redacted_content(columns), self.redaction)
        return "" if whole else "this entry is not what was written"


class TrailQuerySet(models.QuerySet[LogEntry]):
    """Entries of the audit trail, each made together with its link."""

    def create(self, **kwargs: Any) -> LogEntry:
        """Write an entry and its link."""
        with transaction.atomic(using=self.db):
            entry = super().create(**kwargs)
            link([entry])
        return entry

    def bulk_create(self, objs: Iterable[LogEntry], *args: Any, **kwargs: Any) -> list[LogEntry]:
        """Write entries and their links, with who is at it, as auditlog adds it to an entry that is saved."""
        entries = list(objs)
        for entry in entries:
            pre_save.send(LogEntry, instance=entry, raw=False, using=self.db, update_fields=None)
        with transaction.atomic(using=self.db):
            entries = super().bulk_create(entries, *args, **kwargs)
            link(entries)
        return entries

    def unlinked(self) -> Self:
        """Return entries that no link was made for."""
        return self.filter(Q(link__isnull=True))


class TrailManager(LogEntryManager.from_queryset(TrailQuerySet)):  # type: ignore[misc]
    """What auditlog itself writes through."""

    def log_m2m_changes(
        self, changed_queryset: Any, instance: Any, operation: str, field_name: str, **kwargs: Any
    ) -> LogEntry | None:
        """Write what was tied or untied by its ids too: a name may be another's tomorrow."""
        pks = sorted(row.pk for row in changed_queryset)
        kwargs.setdefault("additional_data", {"pks": pks})
        return super().log_m2m_changes(changed_queryset, instance, operation, field_name, **kwargs)


def link(entries: Iterable[LogEntry]) -> None:
    """Give saved entries, oldest first, their links; in the transaction that they were written in."""
    with transaction.atomic():
        head = TrailHead.take()
        TrailLink._base_manager.bulk_create(head.append(entries))
        head.close()


def columns_of(entry: LogEntry) -> dict[str, Any]:
    """Return an entry's columns as the database will give them back."""
    columns = {name: getattr(entry, name) for name in COLUMNS}
    for name in JSON_COLUMNS:
        columns[name] = json.loads(json.dumps(columns[name]))
    return columns


def content_of(columns: Mapping[str, Any]) -> bytes:
    """Return an entry's columns as bytes that are the same whenever and wherever it is read."""
    plain = {name: _plain(name, columns[name]) for name in COLUMNS}
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()


def _plain(name: str, value: Any) -> Any:
    """Return a column's value in the one form that it is signed in."""
    if value is None or name in JSON_COLUMNS:
        return value
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    if name == "remote_addr":
        return str(ipaddress.ip_address(value))
    return value if isinstance(value, int) and name != "object_pk" else str(value)
