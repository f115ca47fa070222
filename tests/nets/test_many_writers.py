"""Many people at once, over HTTP: some bring nine photos each while others log; nobody is refused, nothing is lost."""

import io
import sys
import threading
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections  # noqa: F401 - the first in a condition below
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from PIL import Image

from pairings.models import LogPhoto, ProgressLog
from tests.factories import BranchFactory, teaching_pair
from tests.nets import size
from tests.nets.browser import forms_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

UPLOADERS, PHOTOS = size(small=2, large=8), size(small=2, large=9)
LOGGERS = size(small=1, large=4)
EDGE = size(small=400, large=3000)


class _Stay(HTTPRedirectHandler):
    """Shows a redirect as it is."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


@dataclass
class Browser:
    """One person's browser, signed in, at one pairing's log form."""

    site: str
    address: str
    cookies: dict[str, str]
    answers: list[int] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def log(self, words: str, photos: list[bytes]) -> None:
        """Open the form, fill it in and send it."""
        page = self._ask(Request(self.site + self.address)).decode()
        [form] = [one for one in forms_of(page, self.address) if "words" in one.fields]
        files = [SimpleUploadedFile(f"{place}.jpg", content, "image/jpeg") for place, content in enumerate(photos)]
        sent = {**form.filled_in("", all_texts=False), "words": words, "photos": files}
        started = time.monotonic()
        body = encode_multipart(BOUNDARY, sent)
        self._ask(Request(self.site + self.address, body, {"Content-Type": MULTIPART_CONTENT, "Referer": self.site}))
        self.waits.append(time.monotonic() - started)

    def _ask(self, request: Request) -> bytes:
        """Send a request with the cookies, and keep those of the answer."""
        request.add_header("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        try:
            response: Any = build_opener(_Stay).open(request, timeout=120)
        except HTTPError as answer:
            response = answer
        for one in response.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(one).items()}
        if request.data is not None:
            self.answers.append(response.status)
        return response.read()


def photo(number: int) -> bytes:
    """Return a photo of its own, as large as a phone's in the large net."""
    noise = Image.effect_noise((EDGE // 4, EDGE // 4), 60 + number).resize((EDGE, EDGE)).convert("RGB")
    file = io.BytesIO()
    noise.save(file, "JPEG", quality=85)
    return file.getvalue()


def browsers_of(site: str) -> list[Browser]:
    """Return a browser for each person, at the log form of a pairing of their own."""
    branch = BranchFactory()
    browsers = []
    for _one in range(UPLOADERS + LOGGERS):
        pair, client = teaching_pair(branch), Client()
        client.force_login(pair.leader.user)
        cookies = {"sessionid": client.cookies["sessionid"].value}
        browsers.append(Browser(site, reverse("pairings:log", args=[pair.pk]), cookies))
    return browsers


def log_while_photos_come(browsers: list[Browser]) -> None:
    """Let the first of them bring photos at one time, and the others log until all of those are there."""
    uploaders, loggers = browsers[:UPLOADERS], browsers[UPLOADERS:]
    pictures = [[photo(who * PHOTOS + place) for place in range(PHOTOS)] for who in range(UPLOADERS)]
    done = threading.Event()

    def keep_logging(browser: Browser) -> None:
        while not done.is_set():
            browser.log(f"第{len(browser.answers)}次记录", [])

    others = [threading.Thread(target=keep_logging, args=[one]) for one in loggers]
    uploads = [
        threading.Thread(target=one.log, args=["现场照片", shots])
        for one, shots in zip(uploaders, pictures, strict=True)
    ]
    for thread in (*others, *uploads):
        thread.start()
    for thread in uploads:
        thread.join()
    done.set()
    for thread in others:
        thread.join()


def test_nobody_is_refused_while_others_bring_photos(live_server: Any) -> None:
    browsers = browsers_of(live_server.url)
    log_while_photos_come(browsers)
    answers = [answer for browser in browsers for answer in browser.answers]
    figures = {
        "logs": len(answers),
        "slowest without photos": round(max(one for browser in browsers[UPLOADERS:] for one in browser.waits), 1),
        "slowest with photos": round(max(one for browser in browsers[:UPLOADERS] for one in browser.waits), 1),
    }
    sys.stdout.write(f"{figures}\n")  # pytest -s shows it
    assert set(answers) == {302}
    assert ProgressLog.objects.count() == len(answers)
    assert LogPhoto.objects.count() == UPLOADERS * PHOTOS


@pytest.mark.hole
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL lets many writers in")
def test_the_net_finds_photos_that_are_looked_at_inside_the_transaction(
    live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach = ProgressLog._attach

    def slowly(log: ProgressLog, photos: Any) -> None:
        time.sleep(1.5 if photos else 0)
        attach(log, photos)

    monkeypatch.setattr(ProgressLog, "_attach", slowly)
    monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "timeout", 0.4)
    browsers = browsers_of(live_server.url)
    log_while_photos_come(browsers)
    assert {answer for browser in browsers for answer in browser.answers} == {302, 500}
