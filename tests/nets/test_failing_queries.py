"""Whichever query of a form fails, all of it is there afterwards, or nothing, and sending it again completes it.

The forms are those that the pages hold, filled in as a browser would. A statement that fails stands for a full disk, a
lost connection, a lock that was not given.
"""

import copy
import logging
import random
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.contrib.messages import ERROR
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from evidence.models import Evidence, StoredFile
from organization.models import all_or_nothing
from pairings.views.pages import LogCreateView
from tests.factories.outcomes import picture
from tests.nets import LARGE, size
from tests.nets.browser import WITHOUT_RECEIPT, SentForm, all_forms, pages
from tests.nets.rows import WRITE
from tests.nets.tables import APART, Tables
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

#: In the suite: so many of our own pages beside those that taught the net something, and every so manieth statement.
TAUGHT = ("imports:detail", "pairings:matching", "pairings:run", "teaching_pairs:workshop", "outcomes:new")
PAGES_TAKEN, EVERY = 12, size(small=13, large=1)
WORD = "断电"


class Failing:
    """Lets the nth statement fail, once; at 0 it only counts. Knows which tables were written, and since when."""

    def __init__(self, nth: int = 0) -> None:
        self.nth = nth
        self.count = 0
        self.tables: set[str] = set()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        if found := WRITE.match(sql):
            self.tables |= {found.group(1)} - APART
        if self.count == self.nth:
            raise OperationalError
        return execute(sql, params, many, context)


@dataclass
class Sending:
    """A form of a page with all that is sent."""

    client: Client
    name: str
    address: str
    sent: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)

    def send(self, failing: Failing) -> bool:
        """Send it while a statement fails, and return whether the answer is that it was carried out.

        The browser keeps the cookies that it had, as the session is put back too.
        """
        files = {name: SimpleUploadedFile("现场.png", content, "image/png") for name, content in self.files.items()}
        self.client.raise_request_exception = False
        cookies, self.client.cookies = self.client.cookies, copy.copy(self.client.cookies)
        with connection.execute_wrapper(failing):
            response = self.client.post(self.address, {**self.sent, **files})
        self.client.cookies = cookies
        told = getattr(response.wsgi_request._messages, "_queued_messages", ())
        return response.status_code == 302 and not any(one.level == ERROR for one in told)


def ways_to_send(client: Client, name: str, form: SentForm) -> Iterator[Sending]:
    """Yield a form filled in more and less: with a picture for each file or none, with a word in each text or few."""
    wanted = [name for name, (kind, _attrs) in form.empty.items() if kind == "file"]
    for files in [dict.fromkeys(wanted, picture()), {}] if wanted else [{}]:
        for all_texts in (True, False):
            sent = {**form.filled_in(WORD, all_texts=all_texts), "form_key": str(uuid.uuid4())}
            yield Sending(client, name, form.action, {one: sent[one] for one in sent if one not in wanted}, files)


@dataclass
class Attempt:
    """One form whose statements fail in turn."""

    sending: Sending
    tables: Tables = field(default_factory=Tables)
    names: set[str] = field(default_factory=set)
    statements: int = 0

    def run(self, nth: int = 0) -> tuple[bool, Failing]:
        """Send the form with new keys, and what is made at random, as they would have been the first time."""
        self.tables.rewind()
        failing = Failing(nth)
        with mock.patch("os.urandom", random.Random(8).randbytes):
            return self.sending.send(failing), failing

    def is_carried_out(self) -> bool:
        """Send it, undo that, and return whether it wrote anything."""
        self.tables.remember()
        with transaction.atomic():
            done, counting = self.run()
            transaction.set_rollback(True)
        self.names, self.statements = counting.tables, counting.count
        return done and bool(self.names)

    def partial(self, every: int) -> Iterator[tuple[int, str]]:
        """Yield each statement that was made to fail, and what was wrong then."""
        before = self.tables.read(self.names)
        with transaction.atomic():
            self.run()
            whole = self.tables.read(self.names)
            transaction.set_rollback(True)
        for nth in range(1, self.statements + 1, every):
            with transaction.atomic():
                yield nth, self._wrong_after(nth, before, whole)
                transaction.set_rollback(True)

    def _wrong_after(self, nth: int, before: dict[str, list[Any]], whole: dict[str, list[Any]]) -> str:
        """Let a statement fail, send the form again, and return what is wrong."""
        _done, failing = self.run(nth)
        if not failing.tables:  # nothing was written, so sending it again is sending it
            return ""
        if foreign := failing.tables - self.names:
            return f"wrote {foreign}, which it does not otherwise"
        once = self.tables.read(self.names)
        if once not in (before, whole):
            return f"left a part: {different(before, once)} of {different(before, whole)}"
        if damaged := self.damaged():
            return f"files that are lost or cut: {damaged}"
        again, _failing = self.run()
        after = self.tables.read(self.names)
        return (
            ""
            if again and after == whole and not self.damaged()
            else f"sent again: {again}, {different(after, whole)} differ"
        )

    def damaged(self) -> list[str]:
        """Return the files that rows name and the disk does not hold as they were, where the form brings any."""
        files = StoredFile.objects.all() if self.sending.files else ()
        return [str(one) for one in files if one.compute_sha256() != one.sha256]


def different(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> list[str]:
    """Return the tables that differ."""
    return [name for name in one if one[name] != other[name]]


@pytest.fixture(autouse=True)
def _no_errors_in_the_log() -> Iterator[None]:
    """Keep the log empty: thousands of errors are what is asked for."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@dataclass
class Result:
    """Which forms were tried, how many statements failed, and where that left neither all nor nothing."""

    forms: set[str] = field(default_factory=set)
    statements: int = 0
    partial: list[str] = field(default_factory=list)


def cast_net(world: BranchWorld, *only: str, every: int = EVERY) -> Result:
    """Let the statements of all forms, or of those on some pages, fail in turn."""
    result = Result()
    with time_machine.travel(timezone.now(), tick=False):
        for client, name, form in all_forms(world, *only):
            if name in WITHOUT_RECEIPT:
                continue
            ways = (Attempt(sending) for sending in ways_to_send(client, name, form))
            attempt = next((one for one in ways if one.is_carried_out()), None)
            if attempt is None:
                continue
            result.forms.add(name)
            for nth, wrong in attempt.partial(every):
                result.statements += 1
                if wrong:
                    result.partial.append(f"{name}: statement {nth} of {attempt.statements} {wrong}")
    return result


def sample(world: BranchWorld) -> list[str]:
    """Return the pages that are tried in the suite: a few of our own, always the same."""
    own = sorted({name for _role, name, _address in pages(world) if not name.startswith("admin:")})
    return [*TAUGHT, *random.Random(8).sample(own, PAGES_TAKEN)]


def test_a_failing_query_leaves_all_or_nothing_and_the_form_can_be_sent_again(world: BranchWorld) -> None:
    result = cast_net(world, *([] if LARGE else sample(world)))
    sys.stdout.write(f"\n{len(result.forms)} forms, {result.statements} failing statements\n")
    assert result.partial == []
    assert len(result.forms) >= size(small=5, large=50), sorted(result.forms)


@pytest.mark.hole
def test_a_form_that_writes_in_two_transactions_is_found(world: BranchWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    in_one = LogCreateView.form_valid

    def in_two(view: Any, form: Any) -> Any:
        photos, form.cleaned_data["photos"] = form.cleaned_data["photos"], []
        response = in_one(view, form)
        with all_or_nothing():
            form.instance._attach(Evidence.objects.take_in(one, by=view.request.user) for one in photos)
        return response

    monkeypatch.setattr(LogCreateView, "form_valid", in_two)
    assert cast_net(world, "pairings:log", every=5).partial
