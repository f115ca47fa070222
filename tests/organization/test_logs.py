"""The log: one line a record, in UTC, whatever words came in; no key in it, not even in a traceback."""

import datetime
import logging
import logging.config
import re
import sys
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from organization.logs import WholeLines
from tests.factories import user_of

TOKEN = "Abc-def_0123456789:Abcdefghijklmn"
LINE = re.compile(r"2026-03-02T08:00:00\.000Z (?:WARNING|ERROR|INFO) [\w.]+ .*")


def formatter() -> logging.Formatter:
    """Return the formatter that the settings name."""
    logging_: Any = settings.LOGGING
    given = logging_["formatters"]["plain"]
    return logging.config.DictConfigurator({"version": 1}).configure_formatter(given)


def record_of(message: str, *args: object, error: str = "") -> logging.LogRecord:
    info = None
    if error:
        try:
            int(error)
        except ValueError:
            info = sys.exc_info()
    return logging.LogRecord("pairings", logging.WARNING, "", 1, message, args, info)


@pytest.mark.parametrize("smuggled", ["\n", "\r\n", "\x85", "\u2028", "\x1b[2J", "\x00", "\u202e"])
def test_nobody_s_words_begin_a_line_of_the_log(smuggled: str) -> None:
    words = f"x{smuggled}2026-03-02 08:00:00 INFO organization operator signed in"
    with time_machine.travel(datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.UTC), tick=False):
        written = formatter().format(record_of("unreadable request: %s", words, error=words))
    first, *traceback = written.split("\n")
    assert LINE.fullmatch(first) is not None
    assert all(line.startswith("    | ") for line in traceback)
    assert not re.search(r"[\r\x00\x1b\x85\u2028\u202e]", written)


@pytest.mark.hole
def test_django_s_own_formatter_would_let_them() -> None:
    written = logging.Formatter("{asctime} {message}", style="{").format(record_of("%s", "x\nINFO signed in"))
    assert "INFO signed in" in written.split("\n")


def test_a_moment_is_said_in_utc_whatever_the_site_s_zone(settings: object) -> None:
    moment = datetime.datetime(2026, 3, 2, 23, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
    with time_machine.travel(moment, tick=False):
        assert formatter().format(record_of("x")).startswith("2026-03-02T15:30:00.000Z ")


def test_a_traceback_says_no_link() -> None:
    written = formatter().format(record_of("x", error=f"at /enterprise-service/confirm/{TOKEN}/ and on"))
    assert (TOKEN in written, "/enterprise-service/confirm/…/" in written) == (False, True)


def test_every_handler_writes_so() -> None:
    handlers = settings.LOGGING["handlers"]
    written = {name: (one["class"], one["formatter"]) for name, one in handlers.items()}
    assert written == {"console": ("logging.StreamHandler", "plain")}
    assert type(formatter()) is WholeLines


@pytest.mark.django_db
def test_a_password_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    owner = user_of(username="owner")
    with caplog.at_level(logging.DEBUG):
        client = Client()
        client.post(reverse("account_login"), {"login": "owner", "password": "S3CRET falsch"})
        client.post(reverse("account_login"), {"login": "owner", "password": "owner"})
        new = {"oldpassword": "S3CRET alt", "password1": "S3CRET neu 1", "password2": "S3CRET neu 1"}
        client.post(reverse("account_change_password"), new)
        client.post(reverse("account_change_password"), {**new, "oldpassword": "owner"})
    owner.refresh_from_db()
    assert (owner.check_password("S3CRET neu 1"), "S3CRET" in caplog.text) == (True, False)
