"""A worker's hold on the row whose file it makes: renewed while it works, so that nobody takes it for dead."""

import logging
import threading
import time
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, connection

from outcomes.models import PreparedFile
from outcomes.models.prepared import WithdrawnError

logger = logging.getLogger(__name__)
#: So many seconds lie between two words of a worker on how far it is, at least.
BEAT = 0.5
#: So often the hold is renewed within one lease, whatever the worker is at.
RENEWALS = 3


class Hold:
    """Renews a row's lease from a thread while the file is made, and says how far it is between two steps.

    One step, such as a long PDF, may outlast the lease. Which attempt may finish is not decided here: the row's number
    of attempts does that.

    Raises:
        WithdrawnError: from `note` and `go_on`, when the file is no longer wanted of this worker.
    """

    def __init__(self, row: PreparedFile) -> None:
        self.row, self.done, self.total = row, 0, 1
        self._said_at = -BEAT
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"lease of prepared file {row.pk}", daemon=True)

    def __enter__(self) -> Self:
        self.go_on()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def note(self, done: int, total: int) -> None:
        """Note how many parts are done, and of how many."""
        self.done, self.total = done, total
        self.go_on()

    def go_on(self) -> None:
        """Say how far it is, unless that was said a moment ago."""
        now = time.monotonic()
        if now >= self._said_at + BEAT:
            self._said_at = now
            self.row.renew(done=self.done, total=self.total)

    def _keep(self) -> None:
        """Renew the lease until the file is made, over a connection of the thread's own."""
        try:
            while not self._is_over.wait(settings.PREPARED_LEASE_SECONDS / RENEWALS):
                try:
                    self.row.renew()
                except WithdrawnError:
                    return  # the worker hears it at its next step
                except DatabaseError:  # such as SQLite's one writer being somebody else for long
                    logger.warning("the lease of prepared file %s was not renewed", self.row.pk, exc_info=True)
        finally:
            connection.close()
