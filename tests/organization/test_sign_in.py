"""Signing in: who guesses is slowed, and nobody can shut the door to the others."""

import datetime
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.checks import run_checks
from django.test import Client, RequestFactory
from django.urls import reverse

from organization.addresses import client_address
from organization.models import Throttle, User
from tests.conftest import signed_in
from tests.factories import user_of

LOGIN = "/accounts/login/"
FREE_TRIES = 4


def sign_in(
    username: str, password: str, *, client: Client | None = None, address: str = "10.0.0.1", **headers: Any
) -> tuple[str, int]:
    """Try a password and return how it ended, with the seconds to wait where there are any."""
    answer = (client or Client()).post(LOGIN, {"login": username, "password": password}, REMOTE_ADDR=address, **headers)
    if answer.status_code == 302:
        return "in", 0
    return ("wrong", 0) if answer.status_code == 200 else ("wait", int(answer["Retry-After"]))


def behind_proxy(address: str) -> dict[str, Any]:
    """Return what the documented proxy says about a client that forges the header besides."""
    return {"address": "127.0.0.1", "HTTP_X_FORWARDED_FOR": f"203.0.113.250, {address}"}


@pytest.fixture
def _stopped() -> Iterator[None]:
    """Stop the clock: what is counted here are tries, not how fast the machine is."""
    with time_machine.travel(datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture(autouse=True)
def _same_key_everywhere(settings: object) -> None:
    """Count with one key: under a machine's own, one in 400, two of the wrong ones here have the same fingerprint."""
    settings.SECRET_KEY = "the key of these tests alone, the same on every machine"


@pytest.fixture
def owner(db: None) -> User:
    return user_of(username="owner")


class TestAddress:
    """The right-most hop that is no proxy of ours."""

    @pytest.mark.parametrize(
        ("proxies", "forwarded", "peer", "expected"),
        [
            (0, "203.0.113.9", "10.0.0.1", "10.0.0.1"),
            (0, None, "", None),
            (0, "203.0.113.9", "", None),
            (1, "203.0.113.9", "127.0.0.1", "203.0.113.9"),
            (1, "1.1.1.1, 203.0.113.9", "127.0.0.1", "203.0.113.9"),
            (1, "1.1.1.1, 203.0.113.9", "", "203.0.113.9"),
            (1, None, "10.0.0.1", "10.0.0.1"),
            (1, None, "", None),
            (1, "unknown", "127.0.0.1", "127.0.0.1"),
            (1, "203.0.113.9:4711", "127.0.0.1", "203.0.113.9"),
            (1, "[2001:db8::7]:4711", "127.0.0.1", "2001:db8::7"),
            (1, "::ffff:203.0.113.9", "127.0.0.1", "203.0.113.9"),
            (1, "fe80::1%eth0", "127.0.0.1", "127.0.0.1"),
            (2, "1.1.1.1, 203.0.113.9, 10.9.9.9", "127.0.0.1", "203.0.113.9"),
            (2, "203.0.113.9", "127.0.0.1", "127.0.0.1"),
            (1, ", ,", "127.0.0.1", "127.0.0.1"),
        ],
    )
    def test_the_client_is_the_last_hop_that_is_not_trusted(
        self, proxies: int, forwarded: str | None, peer: str, expected: str | None, settings: object
    ) -> None:
        settings.TRUSTED_PROXIES = proxies
        headers: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded is not None else {}
        assert client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **headers)) == expected

    def test_a_proxy_that_nobody_counted_stops_a_deployment(self, settings: object) -> None:
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        settings.TRUSTED_PROXIES = 0
        said = {message.id for message in run_checks(tags=["security"], include_deployment_checks=True)}
        settings.TRUSTED_PROXIES = 1
        later = {message.id for message in run_checks(tags=["security"], include_deployment_checks=True)}
        assert said - later == {"organization.W001"}


@pytest.mark.django_db
@pytest.mark.usefixtures("_stopped")
class TestNobodyElseIsShutOut:
    """The figures of the fault, each as it was met."""

    def test_eleven_wrong_ones_behind_a_proxy_refuse_nobody_else(self, owner: User, settings: object) -> None:
        settings.TRUSTED_PROXIES = 1
        tries = [sign_in(f"somebody{n}", "wrong", **behind_proxy("203.0.113.7")) for n in range(11)]
        assert tries == [("wrong", 0)] * 11
        assert sign_in("owner", "owner", **behind_proxy("203.0.113.8")) == ("in", 0)
        assert sign_in("owner", "owner", **behind_proxy("203.0.113.7")) == ("in", 0)

    def test_forty_two_right_ones_within_seconds_are_all_let_in(self, db: None, settings: object) -> None:
        settings.TRUSTED_PROXIES = 1
        people = [user_of(username=f"person{n}") for n in range(42)]
        apart = [
            sign_in(user.username, user.username, **behind_proxy(f"203.0.113.{n}")) for n, user in enumerate(people)
        ]
        together = [sign_in(user.username, user.username, **behind_proxy("203.0.113.99")) for user in people]
        assert apart + together == [("in", 0)] * 84

    def test_wrong_ones_by_anybody_lock_no_account(self, owner: User) -> None:
        for n in range(30):
            sign_in("owner", f"wrong{n}", address="10.6.6.6")
        assert sign_in("owner", "owner", address="10.0.0.2") == ("in", 0)

    def test_a_known_device_is_let_in_whoever_guesses_and_from_wherever(self, owner: User) -> None:
        own = Client()
        assert sign_in("owner", "owner", client=own) == ("in", 0)
        own.post(reverse("account_logout"))
        for n in range(120):
            sign_in("owner", f"wrong{n}", address=f"10.7.{n % 20}.1")
        assert sign_in("owner", "owner", address="10.0.0.3")[0] == "wait"
        assert sign_in("owner", "owner", client=own, address="10.0.0.3") == ("in", 0)

    def test_another_port_in_the_host_header_gives_no_more_guesses(self, owner: User, settings: object) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        tries = [sign_in("owner", f"wrong{n}", HTTP_HOST=f"testserver:{8000 + n}") for n in range(9)]
        assert [how for how, _ in tries] == ["wrong"] * (FREE_TRIES + 1) + ["wait"] * 4

    def test_a_client_without_an_address_signs_in_and_locks_nobody_out(self, owner: User) -> None:
        for n in range(12):
            assert sign_in("owner", f"wrong{n}", address="") == ("wrong", 0)
        assert sign_in("owner", "owner", address="") == ("in", 0)


@pytest.mark.django_db
@pytest.mark.usefixtures("_stopped")
class TestGuessingIsSlow:
    """From the fifth wrong one on each costs twice the time of the one before."""

    def test_the_wait_doubles_up_to_five_minutes(self, owner: User) -> None:
        waits = []
        with time_machine.travel(datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.UTC), tick=False) as clock:
            for n in range(16):
                assert sign_in("owner", f"wrong{n}") == ("wrong", 0)
                wait = Throttle.seconds_left("owner", "10.0.0.1")
                waits.append(wait)
                clock.shift(wait)
        assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]

    def test_a_right_password_is_not_looked_at_while_it_is_too_soon(self, owner: User) -> None:
        for n in range(8):
            with time_machine.travel(datetime.timedelta(minutes=10 * n), tick=False):
                sign_in("owner", f"wrong{n}")
        with time_machine.travel(datetime.timedelta(minutes=70, seconds=1), tick=False):
            assert sign_in("owner", "owner") == ("wait", 7)
        with time_machine.travel(datetime.timedelta(minutes=70, seconds=10), tick=False):
            assert sign_in("owner", "owner") == ("in", 0)
            assert Throttle.seconds_left("owner", "10.0.0.1") == 0

    def test_the_same_wrong_password_again_counts_once(self, owner: User) -> None:
        assert [sign_in("owner", "an old one") for _ in range(12)] == [("wrong", 0)] * 12

    def test_one_address_that_tries_many_accounts_is_slowed(self, owner: User) -> None:
        ends = [sign_in(f"person{n}", "Sommer2026", address="10.8.8.8") for n in range(110)]
        assert ends[:100] == [("wrong", 0)] * 100
        assert ends[-1][0] == "wait"
        assert sign_in("owner", "owner", address="10.8.8.9") == ("in", 0)

    def test_a_network_of_ipv6_is_one_address(self, owner: User) -> None:
        tries = [sign_in("owner", f"wrong{n}", address=f"2001:db8:1:2::{n:x}") for n in range(8)]
        assert [how for how, _ in tries] == ["wrong"] * 5 + ["wait"] * 3
        assert sign_in("owner", "owner", address="2001:db8:1:3::1") == ("in", 0)

    @pytest.mark.parametrize("spelt", ["OWNER", " owner ", "ｏｗｎｅｒ"])
    def test_another_spelling_of_the_name_is_the_same_account(self, owner: User, spelt: str) -> None:
        for n in range(5):
            sign_in("owner", f"wrong{n}")
        assert sign_in(spelt, "wrong again")[0] == "wait"

    def test_an_account_that_does_not_exist_is_answered_alike(self, owner: User) -> None:
        ends = [[sign_in(name, f"wrong{n}") for n in range(7)] for name in ("owner", "nobody")]
        assert ends[0] == ends[1]
        words = [
            re.sub(r'value="[^"]*"', "", Client().post(LOGIN, {"login": name, "password": "x"}).content.decode())
            for name in ("owner", "nobody")
        ]
        assert words[0] == words[1]

    def test_a_cookie_of_another_account_or_by_another_hand_is_no_known_device(self, owner: User) -> None:
        mallory = Client()
        user_of(username="mallory")
        sign_in("mallory", "mallory", client=mallory)
        own = Client()
        sign_in("owner", "owner", client=own)
        (theirs,) = (name for name in mallory.cookies if name.startswith("device"))
        (name,) = (name for name in own.cookies if name.startswith("device"))
        forged = Client()
        forged.cookies[name] = mallory.cookies[theirs].value
        for n in range(5):
            sign_in("owner", f"wrong{n}", address="10.0.0.66")
        assert sign_in("owner", "owner", client=forged, address="10.0.0.66")[0] == "wait"
        assert (own.cookies[name]["httponly"], own.cookies[name]["samesite"]) == (True, "Lax")

    def test_old_counts_go_away(self, owner: User) -> None:
        for n in range(20):
            sign_in(f"person{n}", "wrong")
        with time_machine.travel(datetime.timedelta(days=3)):
            sign_in("another", "wrong", address="10.0.0.77")
            assert Throttle.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.usefixtures("_stopped")
class TestRefusal:
    """A page in the reader's language that says how long."""

    def shut(self) -> None:
        for n in range(9):
            with time_machine.travel(datetime.timedelta(minutes=10 * n), tick=False):
                sign_in("owner", f"wrong{n}")

    @pytest.mark.parametrize(
        ("language", "words", "frame"),
        [("zh-hans", "请在 16 秒后再试", "跳到正文"), ("en", "Please try again in 16 seconds", "Skip to the content")],
    )
    def test_it_says_how_long_inside_the_frame(self, owner: User, language: str, words: str, frame: str) -> None:
        self.shut()
        client = Client()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        with time_machine.travel(datetime.timedelta(minutes=80, milliseconds=500), tick=False):
            answer = client.post(LOGIN, {"login": "owner", "password": "owner"}, REMOTE_ADDR="10.0.0.1")
        page = answer.content.decode()
        assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"].split(",")[0]) == (
            429,
            "16",
            "no-store",
        )
        assert words in page
        assert frame in page

    @pytest.mark.parametrize(
        ("address", "field", "fields"),
        [
            ("account_change_password", "oldpassword", {"password1": "ganz neu 17", "password2": "ganz neu 17"}),
            ("account_reauthenticate", "password", {}),
        ],
    )
    def test_a_borrowed_session_guesses_as_slowly(
        self, owner: User, address: str, field: str, fields: dict[str, str]
    ) -> None:
        client = signed_in(owner)
        codes = [client.post(reverse(address), {field: f"wrong{n}", **fields}).status_code for n in range(8)]
        assert codes == [200] * 5 + [429] * 3
        assert owner.check_password("owner")

    def test_a_desk_s_own_password_page_is_no_second_door(self, db: None) -> None:
        client = signed_in(user_of(username="boss", is_superuser=True))
        answer = client.post(reverse("admin:password_change"), {"old_password": "guess"})
        assert (answer.status_code, answer["Location"]) == (302, reverse("account_change_password"))


@pytest.mark.django_db
def test_a_forged_header_is_recorded_nowhere_and_breaks_nothing(owner: User) -> None:
    from auditlog.models import LogEntry  # noqa: PLC0415 - beside its only use

    client = signed_in(user_of(username="boss", is_superuser=True))
    headers: dict[str, Any] = {
        "HTTP_X_FORWARDED_FOR": "no address at all, 203.0.113.250",
        "HTTP_X_FORWARDED_PORT": "99999999999",
        "HTTP_X_CORRELATION_ID": "x" * 3000,
        "REMOTE_ADDR": "10.0.0.5",
    }
    client.post(reverse("admin:organization_college_add"), {"name": "新学院"}, **headers)
    entry = LogEntry.objects.get(object_repr="新学院")
    assert (entry.remote_addr, entry.remote_port, entry.cid) == ("10.0.0.5", None, None)


class UnixConnection(http.client.HTTPConnection):
    """A connection to a server that listens on a file."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self.path))


@pytest.fixture
def socket_path(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Start gunicorn on a unix socket with a database of its own."""
    root = Path(settings.BASE_DIR)
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "SECRET_KEY": "a key of this test alone, long enough",
        "DEBUG": "on",
        "ALLOWED_HOSTS": "localhost",
        "HTTPS": "off",
    }

    def start(**given: str) -> Path:
        at = tmp_path / "gunicorn.sock"
        inside = {**environment, **given}
        run = [sys.executable, "manage.py"]
        subprocess.run([*run, "migrate", "--verbosity", "0"], cwd=root, env=inside, check=True)
        make = "from organization.models import User; User.objects.create_user('owner', password='owner')"
        subprocess.run([*run, "shell", "-c", make], cwd=root, env=inside, check=True, capture_output=True)
        serve = [sys.executable, "-m", "gunicorn", "pairing_site.wsgi:application", "--bind", f"unix:{at}"]
        started.append(subprocess.Popen([*serve, "--log-level", "error"], cwd=root, env=inside))
        for _ in range(300):
            if at.exists():
                return at
            time.sleep(0.1)
        raise AssertionError("gunicorn did not start")

    yield start
    for process in started:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def post_over(path: Path, password: str, forwarded: str | None) -> int:
    """Sign the owner in through the socket and return the status."""
    connection = UnixConnection(path)
    connection.request("GET", LOGIN)
    answer = connection.getresponse()
    page, cookie = answer.read().decode(), answer.getheader("Set-Cookie", "").split(";")[0]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None
    body = urllib.parse.urlencode({"login": "owner", "password": password, "csrfmiddlewaretoken": token[1]})
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", LOGIN, body, headers | ({"X-Forwarded-For": forwarded} if forwarded else {}))
    return connection.getresponse().status


def test_people_sign_in_over_a_unix_socket(socket_path: Callable[..., Path]) -> None:
    path = socket_path(TRUSTED_PROXIES="1")
    codes = [post_over(path, f"wrong{n}", "203.0.113.9") for n in range(5)]
    while codes[-1] == 200 and len(codes) < 14:  # a try that takes longer than the first waits is taken in
        codes.append(post_over(path, f"wrong{len(codes)}", "203.0.113.9"))
    assert (codes[:5], codes[-1]) == ([200] * 5, 429)
    assert post_over(path, "owner", "203.0.113.10") == 302
    assert post_over(path, "owner", None) == 302
