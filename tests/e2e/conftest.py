"""A real Chromium against the live server, on a phone's screen and on a desk's.

The browser is the machine's own (Debian: `apt-get install chromium`). Where there is none the journeys are skipped
and say so; in CI, which installs it, they fail.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, sync_playwright
from playwright.sync_api import Error as PlaywrightError

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

# Playwright's sync interface keeps an event loop on this thread, and Django then takes every query for one made
# inside async code. The queries of these tests are plain ones.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",  # root, as in CI, has no other way
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",  # a container's /dev/shm is too small for a page
]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
FAILURES = Path(__file__).resolve().parents[2] / "var" / "failures"
WAIT_MS = 40_000  # 300 people are written in 5 seconds, on a machine with nothing else to do


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Leave a picture of each open page of a journey that failed."""
    if call.when != "call" or call.excinfo is None or call.excinfo.errisinstance(pytest.skip.Exception):
        return
    pages = [value for value in getattr(item, "funcargs", {}).values() if isinstance(value, Page)]
    FAILURES.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(pages, start=1):
        name = re.sub(r"\W+", "-", item.name)
        with contextlib.suppress(PlaywrightError):  # a page that died has no picture; the failure itself is told
            page.screenshot(path=FAILURES / f"{name}-{number}.png", full_page=True)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the machine's Chromium, or skip; in CI, fail."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    reason = f"no browser found ({', '.join(BROWSERS)}): install Chromium to run the journeys"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser(chromium: str, django_db_setup: None) -> Iterator[Browser]:
    """Start the browser once for all journeys."""
    migrated = vars(connections["default"])["_test_serialized_contents"]
    with sync_playwright() as playwright:
        # Playwright's greenlet sees another connection than the one on which Django keeps the rows of migrations.
        connections["default"]._test_serialized_contents = migrated
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def _page(browser: Browser, live_server: "LiveServer", size: ViewportSize, *, phone: bool) -> Iterator[Page]:
    """Open a page that fails its test where a script broke or the content security policy stopped something."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport=size,
        is_mobile=phone,
        has_touch=phone,
        accept_downloads=True,
        reduced_motion="reduce",
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def phone_page(browser: Browser, live_server: "LiveServer") -> Iterator[Page]:
    """Open a teacher's phone: 390 × 844, touch."""
    with _page(browser, live_server, PHONE, phone=True) as page:
        yield page


@pytest.fixture
def desk_page(browser: Browser, live_server: "LiveServer") -> Iterator[Page]:
    """Open a secretary's or leader's desktop: 1440 × 900."""
    with _page(browser, live_server, DESK, phone=False) as page:
        yield page
