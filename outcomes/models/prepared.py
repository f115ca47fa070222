"""Files that were asked for and take long: made by a worker, kept whole for some days, then removed."""

import datetime
import hashlib
import json
import os
import shutil
from functools import partial
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evidence.durable import LEFTOVER, forget
from evidence.storage import DurableStorage
from organization.models import Branch, RuleError, User, all_or_nothing
from organization.verbs import verb, writes
from outcomes.models.prepared_queries import PreparedFileQuerySet, lease
from outcomes.models.transitions import WITHDRAW, FileState

#: A file whose worker was killed so many times is not tried again.
MOST_ATTEMPTS = 3
#: So many ready files of one account are kept; a newer one takes the place of the oldest.
MOST_READY = 10
#: What a row says of a file that is there.
OF_THE_FILE = ("size", "sha256", "ready_at", "expires_at")
#: What tells two requests apart.
ASKED = (
    "branch_id", "first_day", "last_day", "kind", "format", "revision",
    "beside_branch_id", "beside_first_day", "beside_last_day", "language",
)  # fmt: skip


class WithdrawnError(Exception):
    """What is being made was cancelled, or another worker makes it by now."""


def prepared_storage() -> DurableStorage:
    """Return the folder of prepared files, which is never served by itself."""
    return cast("DurableStorage", storages["prepared"])


class PreparedFile(models.Model):
    """A document or pack that somebody asked for: how far it is, and the file once it is there.

    A worker holds the row by its attempt and until `leased_until`; whoever comes later takes it up anew, and what the
    earlier one still writes gets no name.
    """

    State = FileState

    class Failure(models.TextChoices):
        """Why there is no file."""

        STOPPED = "stopped", _("The server stopped several times while the file was being prepared.")
        FULL = "full", _("The server has no room for the file. Please tell whoever runs it.")
        BROKEN = "broken", _("The file could not be written. Whoever runs the server finds the reason in its log.")
        LOST = "lost", _("The file is no longer on the server.")
        OUTDATED = (
            "outdated",
            _("Records behind it were taken back or made anonymous since. Please have it prepared anew."),
        )

    OPEN = WITHDRAW.allowed

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to"))
    kind = models.CharField(_("kind of report"), max_length=20)
    format = models.CharField(_("format"), max_length=10)
    revision = models.PositiveSmallIntegerField(_("revision"), null=True, blank=True)
    beside_branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("set beside the branch")
    )
    beside_first_day = models.DateField(_("set beside, from"), null=True, blank=True)
    beside_last_day = models.DateField(_("set beside, to"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10)
    key = models.CharField(max_length=64, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    asked_at = models.DateTimeField(_("requested at"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    leased_until = models.DateTimeField(_("in hand until"), null=True, blank=True)
    done = models.PositiveIntegerField(_("parts done"), default=0)
    total = models.PositiveIntegerField(_("parts"), default=0)
    failure = models.CharField(_("why there is no file"), max_length=10, choices=Failure.choices, blank=True)
    size = models.PositiveBigIntegerField(_("size"), null=True, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)

    objects = PreparedFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("prepared file")
        verbose_name_plural = _("prepared files")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["asked_by", "key"],
                condition=Q(state__in=("waiting", "working")),
                name="prepared_once_at_a_time",
                violation_error_message=_("This file is being prepared already."),
            ),
            models.CheckConstraint(
                condition=(Q(state="ready", size__isnull=False, ready_at__isnull=False, expires_at__isnull=False))
                & Q(sha256__regex=r"^[0-9a-f]{64}$")
                | ~Q(state="ready") & Q(size=None, ready_at=None, expires_at=None, sha256=""),
                name="prepared_ready_has_its_file",
            ),
            models.CheckConstraint(
                condition=Q(state="working", leased_until__isnull=False, attempts__gt=0)
                | ~Q(state="working") & Q(leased_until=None),
                name="prepared_in_hand_while_working",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(failure="") | ~Q(state="failed") & Q(failure=""),
                name="prepared_failed_says_why",
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="prepared_done_within_total"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="prepared_days_in_order"),
            models.CheckConstraint(
                condition=Q(beside_branch=None, beside_first_day=None, beside_last_day=None)
                | Q(beside_branch__isnull=False, beside_first_day__isnull=False, beside_last_day__isnull=False)
                & Q(beside_last_day__gte=F("beside_first_day")),
                name="prepared_beside_is_whole",
            ),
        ]
        indexes = [
            # Somebody's list.
            models.Index(fields=["asked_by", "-asked_at"], name="prepared_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self._meta.verbose_name} {self.first_day}–{self.last_day}"

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("outcomes:prepared", args=[self.pk])

    @property
    def file_name(self) -> str:
        """Return what it is called where it is downloaded (may query the branch)."""
        version = f"-r{self.revision}" if self.revision else ""
        return f"{self.branch.code}-{self.kind}-{self.first_day}-{self.last_day}{version}.{self.format}"

    @property
    def stored_name(self) -> str:
        """Return where the storage keeps it: one name for all attempts, so that there never is a second copy."""
        return f"{self.pk}.{self.format}"

    @property
    def beside_days(self) -> tuple[datetime.date, datetime.date] | None:
        """Return the first and the last day of the period that it is set beside, where there is one."""
        first, last = self.beside_first_day, self.beside_last_day
        return (first, last) if first and last else None

    @property
    def is_open(self) -> bool:
        """Whether it waits or is being made."""
        return self.state in self.OPEN

    @property
    def is_expired(self) -> bool:
        """Whether it is no longer kept, removed already or not."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_downloadable(self) -> bool:
        """Whether the file can be had."""
        return self.state == self.State.READY and not self.is_expired

    @property
    def is_abandoned(self) -> bool:
        """Whether a worker had it and has said nothing for too long."""
        return self.leased_until is not None and self.leased_until <= timezone.now()

    @property
    def is_left_lying(self) -> bool:
        """Whether it has waited so long, or been silent so long, that perhaps nobody is about to make it."""
        return self.is_abandoned or (self.state == self.State.WAITING and timezone.now() - self.asked_at > lease())

    @property
    def percent(self) -> int:
        """Return how much of it is done, rounded down."""
        return 100 * self.done // self.total if self.total else 0

    def what_is_asked(self) -> str:
        """Return the name of what is asked for, alike for two who ask for the same."""
        told = {name: str(getattr(self, name)) for name in ASKED}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @writes
    def take_up(self) -> bool:
        """Take the locked row in hand when it waits, or whoever had it is gone; return whether it is to be made."""
        if self.state != self.State.WAITING and not self.is_abandoned:
            return False
        if self.attempts >= MOST_ATTEMPTS:
            self.end(self.State.FAILED, failure=self.Failure.STOPPED)
            return False
        self.state, self.attempts, self.done, self.total = self.State.WORKING, self.attempts + 1, 0, 0
        self.leased_until = timezone.now() + lease()
        self.save(update_fields=["state", "attempts", "done", "total", "leased_until"])
        return True

    @writes
    def renew(self, **parts: int) -> None:
        """Say that it is still in hand; not in the trail, for nobody decides it.

        Args:
            parts: how far it is, as `done` and `total`, where that is to be said too.

        Raises:
            WithdrawnError: when it was cancelled, or another has it.
        """
        mine = type(self).objects.filter(pk=self.pk, state=self.State.WORKING, attempts=self.attempts)
        if not mine.update(leased_until=timezone.now() + lease(), **parts):
            raise WithdrawnError

    @writes
    def finish(self, part: Path, *, sha256: str, size: int, parts: int) -> None:
        """Give the file its name and say that it is ready, both or neither.

        Raises:
            WithdrawnError: when it was cancelled, or another has it.
            OSError: when the file cannot be renamed.
        """
        storage = prepared_storage()
        with transaction.atomic():
            row = self._mine()
            row.state, row.leased_until, row.ready_at = self.State.READY, None, timezone.now()
            row.done, row.total, row.sha256, row.size = parts, parts, sha256, size
            row.expires_at = row.ready_at + datetime.timedelta(days=settings.PREPARED_KEPT_DAYS)
            row.save(update_fields=["state", "leased_until", "done", "total", *OF_THE_FILE])
            storage.adopt(part, row.stored_name)

    @writes
    def fail(self, failure: Failure) -> None:
        """Say why there is no file.

        Raises:
            WithdrawnError: when it was cancelled, or another has it.
        """
        with transaction.atomic():
            self._mine().end(self.State.FAILED, failure=failure)

    def _mine(self) -> "PreparedFile":
        """Return the row under lock while this attempt has it.

        Raises:
            WithdrawnError: when it does not.
        """
        row = PreparedFile.objects.locked(self.pk)
        if row is None or (row.state, row.attempts) != (self.State.WORKING, self.attempts):
            raise WithdrawnError
        return row

    @verb
    def withdraw(self, *, by: User) -> None:
        """Withdraw the request; a worker that makes it stops at its next part.

        Raises:
            RuleError: when `by` did not ask for it, or it is over already.
        """
        with all_or_nothing():
            row = PreparedFile.objects.locked(self.pk)
            if row is not None and not may_withdraw(by, row):
                raise RuleError(_("Only whoever asked for the file withdraws the request."))
            if row is None or not row.is_open:
                raise RuleError(_("The file is no longer being prepared."))
            row.end(self.State.CANCELLED)

    @writes
    def note_loss(self) -> bool:
        """Say that the file is gone when a ready one has none; return whether it is."""
        if self.lies_whole():
            return False
        with transaction.atomic():
            row = PreparedFile.objects.locked(self.pk)
            is_lost = row is not None and row.state == self.State.READY and not row.lies_whole()
            if row is not None and is_lost:
                row.end(self.State.FAILED, failure=self.Failure.LOST)
        return is_lost

    def opened(self) -> File | None:
        """Return the file, open, or None when it is not there as it was made."""
        try:
            file = prepared_storage().open(self.stored_name)
        except FileNotFoundError:
            return None
        if os.fstat(file.fileno()).st_size == self.size:
            return file
        file.close()
        return None

    def lies_whole(self) -> bool:
        """Return whether the file is there as it was made."""
        file = self.opened()
        if file is not None:
            file.close()
        return file is not None

    @writes
    def end(self, state: FileState, *, failure: str = "") -> None:
        """Write that it is over without a file, and remove what was written of it with the commit."""
        self.state, self.failure, self.leased_until = state, failure, None
        self.size, self.sha256, self.ready_at, self.expires_at = None, "", None, None
        self.save(update_fields=["state", "failure", "leased_until", *OF_THE_FILE])
        transaction.on_commit(partial(clear, self.pk, self.stored_name))

    @writes
    def replace_earlier(self) -> None:
        """Remove the asker's earlier files of the same thing, and their oldest ones beyond those that are kept."""
        ready = PreparedFile.objects.ready().filter(asked_by=self.asked_by_id).order_by("-ready_at", "-pk")
        kept: set[str] = set()
        for row in ready:
            if row.key in kept or len(kept) == MOST_READY:
                row.remove()
            else:
                kept.add(row.key)

    @writes
    def remove(self) -> None:
        """Remove the row, and the file with the commit."""
        pk, name = self.pk, self.stored_name
        with transaction.atomic():
            self.delete()
            transaction.on_commit(partial(clear, pk, name))


def has_room_for(size: int) -> bool:
    """Return whether so many bytes more leave the room on the disk below which the site counts as unwell."""
    return shutil.disk_usage(prepared_storage().waiting_folder()).free - size >= settings.HEALTH_MIN_FREE_BYTES


def clear(pk: int, name: str) -> None:
    """Remove what any attempt wrote of a file; whoever still writes it gets no name for it."""
    storage = prepared_storage()
    for part in storage.waiting_folder().glob(f"{pk}-*{LEFTOVER}"):
        forget(part)
    storage.delete(name)


def may_have(user: Any, row: PreparedFile) -> bool:
    """Return whether somebody may have a file: who oversees every branch that it tells of (a query)."""
    told = {row.branch_id, row.beside_branch_id} - {None}
    return Branch.objects.overseen_by(user).filter(pk__in=told).count() == len(told)


def may_withdraw(user: Any, row: PreparedFile) -> bool:
    """Return whether somebody may withdraw a request: whoever asked, since others have files of their own."""
    return row.asked_by_id == user.pk
