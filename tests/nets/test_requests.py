"""Requests made at random over every address, method, person, query, body, header and cookie: none stops the site."""

import os
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from django import forms
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections, transaction
from django.http import HttpRequest, HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import reverse

from organization import admin_site
from pairing_site.handler import BoundedHandler
from pairings.filters import LogFilter
from tests.conftest import signed_in
from tests.nets import hostile, size
from tests.nets.cost import MEGABYTE, Cost, measured
from tests.nets.hostile import METHODS, Grammar, Request
from tests.nets.pages import Form, addresses_of, all_forms_of, world_with_accounts
from tests.test_permissions import ROLES
from tests.world import World

pytestmark = pytest.mark.django_db

#: Seconds of processor, and of the clock where each process has a processor to itself: neighbours slow it down.
LONGEST_SECONDS = 5
LARGEST = 256 * MEGABYTE
SEED = 8
#: Those who get in at most doors come most often.
MOSTLY = (*ROLES, *("operator",) * 8, *("secretary",) * 6, "teacher", "teacher")
#: What is sent to addresses that only take a POST, whose forms stand on other pages.
SAID = {"reason": ["请补充材料。"], "summary": ["按计划完成。"], "on": [""], "origin": ["stage"], "accept": ["yes"]}


def crowd() -> float:
    """Return how many processes share a processor now; one where there are enough."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@dataclass
class Attack:
    """What came of the requests: how many of each status, and those that stopped something."""

    statuses: dict[int, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    longest: float = 0.0
    largest: tuple[int, str] = (0, "")

    def add(self, request: Request, status: int, cost: Cost) -> bool:
        """Count a request, and return whether it stopped something."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.slowest = max(self.slowest, cost.seconds)
        self.longest = max(self.longest, cost.clock)
        self.largest = max(self.largest, (max(cost.here, cost.child), str(request)))
        lasts = cost.seconds > LONGEST_SECONDS or cost.clock > LONGEST_SECONDS * crowd()
        return status >= 500 or lasts or max(cost.here, cost.child) > LARGEST

    def __str__(self) -> str:
        return (
            f"{sorted(self.statuses.items())}, the slowest {self.slowest:.2f} s of processor and {self.longest:.2f} s "
            f"of the clock, {len(self.failures)} failures, the largest {self.largest[0] / MEGABYTE:.0f} MB: "
            f"{self.largest[1]}"
        )


class Site(BoundedHandler):
    """The site as a server calls it, which asks for the tokens of forms now and then."""

    asks_for_tokens = False

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[str] = []

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        request._dont_enforce_csrf_checks = not self.asks_for_tokens
        return super().get_response(request)

    def answer(self, environ: dict[str, Any]) -> int:
        """Return the status of the answer after reading the whole of it."""
        for signal in (request_started, request_finished):  # a test's connection stays open, as for Django's own client
            signal.disconnect(close_old_connections)
        response = self(environ, lambda status, headers, exc_info=None: self.statuses.append(status))
        for _part in response:
            pass
        response.close()
        return int(self.statuses.pop().split()[0])


class Environ(RequestFactory):
    """Makes what a server hands over, where Django's own makes the request of it."""

    def request(self, **given: Any) -> dict[str, Any]:
        return self._base_environ(**given)


class Attacker:
    """Sends requests of a grammar as every role, each in a transaction of its own that is undone."""

    def __init__(self, world: World, seed: int, only: str = "") -> None:
        self.grammar = Grammar(seed)
        self.chance = random.Random(seed)
        self.clients = {role: Client() if role == "anonymous" else signed_in(world.user(role)) for role in ROLES}
        self.site = Site()
        self.urls = [
            address.url
            for branch in (world.own, world.other)
            for address in addresses_of(branch)
            if only in address.name
        ] + ([] if only else list(self._other_urls(world)))
        self.forms: dict[str, list[Form]] = {}
        self.caught: list[str] = []

    def _other_urls(self, world: World) -> Iterator[str]:
        """Yield the addresses that no table of permissions holds."""
        yield from (reverse(name) for name in ("account_login", "account_inactive", "set_language", "healthz"))
        yield from (
            "/healthz",
            "/admin/login/",
            "/admin/logout/",
            "/admin/nothing/",
            "/static/css/frame.css",
            "/nothing/",
        )
        yield reverse("enterprise_service:confirm", args=[world.own.rows["link"].token])
        yield from (f"/admin/r/{a}/{b}/" for a in ("1", "9", "null", "9" * 30) for b in ("1", "null", "9" * 30, "-1"))

    def made(self) -> Request:
        """Return the next request."""
        url = self.chance.choice(self.urls)
        request = Request(self.chance.choice(METHODS), *url.partition("?")[::2])
        forms = self._forms(url)
        if request.method != "POST" or self.chance.random() < 0.2:
            request.query = self.grammar.query([name for form in forms for name in form.names()])
        if self.chance.random() < 0.1:
            request.path = self.grammar.path(request.path)
        if request.method not in {"GET", "HEAD"}:
            posts = [form.data() for form in forms if form.method == "post" and "/language/" not in form.action]
            self.grammar.body(request, self.grammar.typed(self.chance.choice(posts or [SAID])))
        return self.grammar.dressed(request)

    def _forms(self, url: str) -> list[Form]:
        """Return the forms and filter bars that the operator, or the branch's teacher, sees on a page, read once."""
        if url not in self.forms:
            answers = (self.clients[role].get(url) for role in ("operator", "teacher"))
            self.forms[url] = next((all_forms_of(one) for one in answers if is_page(one)), [])
        return self.forms[url]

    def send(self, role: str, request: Request) -> int:
        """Send a request and undo what it did; return its status."""
        self.site.asks_for_tokens = self.chance.random() < 0.05
        session = self.clients[role].cookies.get("sessionid")
        cookies = [f"sessionid={session.value}"] if session else []
        headers = {"HTTP_COOKIE": "; ".join([*cookies, request.cookies]), **request.headers}
        path = f"{quote(request.path, safe='/%')}?{request.query}"
        environ = Environ().generic(request.method, path, request.body, as_in_wsgi(request.content_type))
        environ |= {name: as_in_wsgi(value) for name, value in headers.items()}
        with transaction.atomic():
            status = self.site.answer(environ)
            transaction.set_rollback(True)
        return status

    def attack(self, times: int) -> Attack:
        """Send so many requests, and return what came of them."""
        result = Attack()
        for _ in range(times):
            role, request = self.chance.choice(MOSTLY), self.made()
            status, cost = self.weighed(role, request)
            if cost.seconds <= LONGEST_SECONDS < cost.clock:  # a stutter of the machine is none of the request's
                status, cost = self.weighed(role, request)
            if result.add(request, status, cost):
                result.failures.append(f"{status} after {cost}, {role}: {request} {' '.join(self.caught)}")
        return result

    def weighed(self, role: str, request: Request) -> tuple[int, Cost]:
        """Send a request, and return its status and what it cost."""
        status = 599
        self.caught.clear()

        def call() -> None:
            nonlocal status
            try:
                status = self.send(role, request)
            except Exception:
                self.caught.append(last_words())

        cost = measured(call)
        return status, cost


def is_page(response: HttpResponseBase) -> bool:
    """Return whether a response is a page, which may hold forms."""
    return response.status_code == 200 and response["Content-Type"].startswith("text/html")


def as_in_wsgi(value: str) -> str:
    """Return a header as a server hands it over: each byte a character (PEP 3333)."""
    return value.encode("utf-8", "surrogatepass").decode("latin-1")


@pytest.fixture
def world() -> World:
    return world_with_accounts()


def attacked(world: World, times: int, seed: int = SEED, only: str = "") -> Attack:
    """Return what came of so many requests, with the last line of each exception beside them."""
    attacker = Attacker(world, seed, only)

    def keep(sender: object, request: HttpRequest | None = None, **kwargs: Any) -> None:
        attacker.caught.append(last_words())

    got_request_exception.connect(keep)
    try:
        return attacker.attack(times)
    finally:
        got_request_exception.disconnect(keep)


def last_words() -> str:
    """Return what went wrong just now, and where."""
    kind, error, trace = sys.exc_info()
    places = [f"{one.filename.rsplit('/site-packages/', 1)[-1]}:{one.lineno}" for one in traceback.extract_tb(trace)]
    return f"{kind.__name__ if kind else ''}: {str(error)[:120]} @ {' < '.join(places[-1:-5:-1])}"


def test_no_request_stops_the_site(world: World) -> None:
    result = attacked(world, size(small=200, large=20_000), seed=int(os.environ.get("SEED", SEED)))
    sys.stdout.write(f"{result}\n")
    assert not result.failures, "\n".join(result.failures)


@pytest.mark.hole
def test_the_net_finds_a_page_that_converts_what_comes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Anything(forms.CharField):
        def __init__(self, *, min_value: int, max_value: int, **kwargs: Any) -> None:
            super().__init__(**kwargs)

    monkeypatch.setattr(hostile, "NAMES", ("pairing", "q"))
    assert attacked(world, 300, only="pairings:logs").failures == []
    monkeypatch.setattr(LogFilter.base_filters["pairing"], "field_class", Anything)
    assert attacked(world, 300, only="pairings:logs").failures


@pytest.mark.hole
def test_the_net_finds_an_admin_that_takes_any_address(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_site, "why_desk", lambda request: "")
    monkeypatch.setattr(hostile, "NAMES", ("date__year", "date__month", "id__in", "p"))
    assert attacked(world, 600, only="progresslog_changelist").failures


def busy() -> None:
    """Keep the processor for a second."""
    until = time.process_time() + 1
    while time.process_time() < until:
        pass


def waiting() -> None:
    """Let a second of the clock pass, as a slow query does."""
    time.sleep(1)


def swelling() -> None:
    """Hold more than a request may."""
    bytes(b"x" * (LARGEST + MEGABYTE))


@pytest.mark.hole
@pytest.mark.parametrize(("harm", "longest"), [(busy, 0.9), (waiting, 0.9), (swelling, 60)])
def test_the_net_finds_a_page_that_lasts_or_swells(
    world: World, monkeypatch: pytest.MonkeyPatch, harm: Callable[[], None], longest: float
) -> None:
    rows = LogFilter.qs.fget

    def harmful(asked: LogFilter) -> object:
        harm()
        return rows(asked)

    monkeypatch.setattr(LogFilter, "qs", property(harmful))
    monkeypatch.setattr("tests.nets.test_requests.LONGEST_SECONDS", longest)
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    assert attacked(world, 12, only="pairings:logs").failures
