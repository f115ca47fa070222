"""Which files are made in the background, and the making of one: whole, or said to have failed."""

import datetime
import errno
import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import OperationalError
from django.db.models import Count, Sum
from django.utils import timezone, translation

from evidence.durable import forget, write_aside
from evidence.leftovers import DAY, sweeps
from organization.models import Branch, User
from organization.verbs import acting
from outcomes.documents.formats import FORMATS, JSON, ZIP
from outcomes.documents.outlines import OUTLINES, Outline
from outcomes.documents.own_kinds import outline_called
from outcomes.documents.progress import Progress
from outcomes.figures import Period
from outcomes.figures.periods import period_of
from outcomes.freezing import frozen_of
from outcomes.handing import Other, hand_in, is_kept, kept_file
from outcomes.holding import Hold
from outcomes.models import Outcome, OutcomeEvidence, PreparedFile
from outcomes.models.prepared import WithdrawnError, clear, has_room_for, prepared_storage
from outcomes.models.queries import OutcomeQuerySet

logger = logging.getLogger(__name__)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def is_large(
    branch: Branch,
    period: Period,
    outline: Outline,
    format_: str,
    *,
    revision: int | None = None,
    beside: Other | None = None,
) -> bool:
    """Return whether a file takes too long to be waited for (three queries at most).

    Of a live report the verified outcomes are counted, those too that a higher recognition of the same work replaces.
    """
    frozen = frozen_of(branch, period, revision) if is_kept(outline, beside) else None
    if format_ == JSON.slug or kept_file(frozen, FORMATS[format_]):
        return False
    outcomes = _outcomes_of(branch, period.first, period.last)
    if outcomes.count() > settings.PREPARE_FROM_OUTCOMES:
        return True
    if format_ != ZIP.slug and not outline.shows_proofs:
        return False
    files, size = _proofs_of(outcomes)
    return files > settings.PREPARE_FROM_FILES or size > settings.PREPARE_FROM_BYTES


def bytes_of_proofs(row: PreparedFile) -> int:
    """Return how many bytes of proof a pack that is asked for holds, and of any other format none (a query)."""
    if row.format != ZIP.slug:
        return 0
    return _proofs_of(_outcomes_of(row.branch, row.first_day, row.last_day))[1]


def _outcomes_of(branch: Branch, first: datetime.date, last: datetime.date) -> OutcomeQuerySet:
    """Return the outcomes that a report may tell of."""
    return Outcome.objects.verified().of_branches([branch]).achieved_between(first, last)


def _proofs_of(outcomes: OutcomeQuerySet) -> tuple[int, int]:
    """Return how many files prove outcomes, and how many bytes they have (a query)."""
    proofs = OutcomeEvidence.objects.filter(outcome__in=outcomes.values("pk"))
    held = proofs.aggregate(files=Count("pk"), size=Sum("evidence__file__size", default=0))
    return held["files"], held["size"]


def report_in_words(row: PreparedFile) -> str:
    """Return which kind of report a request is for: of a branch's own its name, where it was read `with_kinds`."""
    return str(OUTLINES[row.kind].label) if row.kind in OUTLINES else getattr(row, "own_kind", None) or row.kind


def format_in_words(row: PreparedFile) -> str:
    """Return which format a request is for, or its name where an earlier release made it."""
    return str(FORMATS[row.format].label) if row.format in FORMATS else row.format


def make(row: PreparedFile) -> None:
    """Make the file of a row that was taken up, and say how it ended; nothing half made stays.

    A database that does not answer says nothing of the file: the row is left to its lease and its attempts.
    """
    clear(row.pk, row.stored_name)
    with acting(row.asked_by), translation.override(row.language):
        try:
            _make(row)
            row.replace_earlier()
        except WithdrawnError:
            logger.info("prepared file %s is no longer wanted of this worker", row.pk)
        except OperationalError:
            logger.exception("prepared file %s is left to whoever takes it up next", row.pk)
        except Exception as error:  # whatever else goes wrong is said to whoever waits
            logger.exception("prepared file %s could not be made", row.pk)
            _fail(row, error)


def _make(row: PreparedFile) -> None:
    """Write the file aside, then give it its name and say so.

    Raises:
        WithdrawnError: when it was cancelled, or another has it; what was written is removed.
        OSError: when it cannot be written, or leaves too little room; the same.
    """
    digest, size = hashlib.sha256(), 0

    def write(file: IO[bytes]) -> None:
        nonlocal size
        for chunk in _chunks(row, hold):
            if not has_room_for(len(chunk)):
                raise OSError(errno.ENOSPC, "too little room would be left")
            digest.update(chunk)
            file.write(chunk)
            size += len(chunk)
            hold.go_on()

    storage = prepared_storage()
    with Hold(row) as hold:
        part = write_aside(storage.waiting_folder(), write, flush=storage.flush, prefix=f"{row.pk}-{row.attempts}-")
        try:
            row.finish(part, sha256=digest.hexdigest(), size=size, parts=hold.total)
        finally:
            forget(part)  # it has its name by now, or gets none


def _chunks(row: PreparedFile, hold: Hold) -> Iterator[bytes]:
    """Yield the bytes of the file that was asked for."""
    days = row.beside_days
    beside = (row.beside_branch, period_of(*days)) if row.beside_branch and days else None
    period, outline = period_of(row.first_day, row.last_day), outline_called(row.branch, row.kind)
    progress = Progress(hold.note)
    asked = (row.branch, period, outline, row.format)
    yield from hand_in(*asked, revision=row.revision, beside=beside, progress=progress).chunks


def _fail(row: PreparedFile, error: Exception) -> None:
    """Say that there is no file, unless it is no longer wanted of this worker."""
    is_full = isinstance(error, OSError) and error.errno in NO_ROOM
    try:
        row.fail(PreparedFile.Failure.FULL if is_full else PreparedFile.Failure.BROKEN)
    except WithdrawnError:
        logger.info("prepared file %s is no longer wanted of this worker", row.pk)


@sweeps
def forget_old_files(*, dry_run: bool) -> list[str]:
    """Remove requests whose file was kept long enough, or never came, and what no request names; return what it is."""
    now = timezone.now()
    kept = datetime.timedelta(days=settings.PREPARED_KEPT_DAYS)
    over = PreparedFile.objects.filter(expires_at__lt=now)
    ended = PreparedFile.objects.filter(state__in=("failed", "cancelled"), asked_at__lt=now - kept)
    rows, strays = list((over | ended).order_by("pk")), list(_strays())
    if not dry_run:
        with acting(User.objects.of_the_command_line()):
            for row in rows:
                row.remove()
        for path in strays:
            forget(path)
    return [*(f"prepared {row.pk}" for row in rows), *(path.name for path in strays)]


def _strays() -> Iterator[Path]:
    """Yield files that no ready row names, and parts that nobody writes, when they are older than a day (one query)."""
    storage = prepared_storage()
    rows = PreparedFile.objects.filter(state__in=("ready", "working")).only("pk", "format", "state")
    names = {row.stored_name for row in rows}
    numbers = {str(row.pk) for row in rows if row.state == PreparedFile.State.WORKING}
    yield from (
        Path(storage.path(name)) for name in storage.names() if name not in names and storage.is_older(name, DAY)
    )
    yield from (part for part in storage.leftovers(DAY) if part.name.partition("-")[0] not in numbers)
