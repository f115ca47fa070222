"""Every answer says what it is, no address echoes a request, and no error or redirect tells or leads a stranger on."""

import re
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from django.urls import path, reverse

from evidence.models import Evidence
from tests.conftest import signed_in
from tests.factories import operator, user_of
from tests.nets import LARGE
from tests.nets.test_headers import addresses
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

#: What an answer's beginning must be, by the kind that it says it is.
BEGINNINGS = {
    "application/x-pem-file": rb"-----BEGIN PUBLIC KEY-----",
    "text/html": rb"\s*<!doctype html",
    "text/javascript": rb"'use strict'",
    "application/json": rb"[{\[]",
    "application/pdf": rb"%PDF-",
    "application/zip": rb"PK",
    "application/vnd.openxmlformats": rb"PK",
    "image/png": rb"\x89PNG",
    "image/jpeg": rb"\xff\xd8\xff",
}
#: Fragments that a page of ours asks for and puts into itself: HTML without a page around it.
FRAGMENTS = {reverse("outcomes:alike")}
EVERYWHERE = {"object": ("object-src 'none'", "default-src 'none'"), "base": ("base-uri 'none'",)}


@pytest.fixture
def whole(world: BranchWorld) -> BranchWorld:
    """Return the world with the rows that the addresses name besides."""
    world.users["operator"] = operator()
    world.rows |= {"user": world.users["teacher"], "audit": world.branch}
    return world


def wrong_with(response: HttpResponseBase, address: str) -> Iterator[str]:
    """Yield what is wrong with an answer's kind and policy."""
    said, policy = response.get("Content-Type", ""), response.get("Content-Security-Policy", "")
    body = b"".join(response) if response.streaming else response.content
    if body:
        if said.startswith("text/") and "charset=utf-8" not in said.lower().replace('"', ""):
            yield f"{address}: {said} without its charset"
        known = next((begins for kind, begins in BEGINNINGS.items() if said.startswith(kind)), None)
        is_fragment = address in FRAGMENTS and re.match(rb"\s*<div ", body)
        if not is_fragment and (known is None or not re.match(known, body, re.IGNORECASE)):
            yield f"{address}: {said} begins with {body[:12]!r}"
    yield from (
        f"{address}: no policy of its {name}"
        for name, any_of in EVERYWHERE.items()
        if not any(one in policy for one in any_of)
    )


def all_wrong(world: BranchWorld) -> list[str]:
    """Return what is wrong with the answers: to a stranger everywhere, to the operator on our own pages; and echoes."""
    found = []
    stranger, boss = Client(), signed_in(world.users["operator"])
    for address in addresses(world):
        found += wrong_with(stranger.get(address), address)
        if LARGE or not address.startswith("/admin/"):
            found += wrong_with(boss.get(address), address)
        echo = stranger.trace(address, headers={"x-secret": "SECRET-of-a-header"})
        found += [f"{address}: echoes"] if echo.status_code == 200 or b"SECRET" in echo.content else []
    return found


def test_every_answer_is_what_it_says(whole: BranchWorld) -> None:
    assert all_wrong(whole) == []


@pytest.mark.hole
def test_the_net_finds_an_answer_that_is_something_else() -> None:
    page = HttpResponse(b"<!doctype html>", content_type="text/plain")
    assert [one.partition(": ")[2] for one in wrong_with(page, "/x/")] == [
        "text/plain without its charset",
        "text/plain begins with b'<!doctype ht'",
        "no policy of its object",
        "no policy of its base",
    ]


def test_a_file_s_name_is_said_so_that_no_header_breaks(world: BranchWorld, teacher_client: Client) -> None:
    row = world.rows["evidence"]
    Evidence.objects.filter(pk=row.pk).update(original_name='获奖"; filename=evil.html 证书.png')
    answer = teacher_client.get(reverse("evidence:download", args=[row.pk]))
    said = answer["Content-Disposition"]
    assert said.startswith("attachment; filename*=utf-8''%E8%8E%B7%E5%A5%96%22%3B%20filename%3Devil.html")
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_to_another_site(world: BranchWorld, elsewhere: str) -> None:
    owner = user_of(username="owner")
    inside = signed_in(owner)
    answers = [
        Client().post("/accounts/login/", {"login": "owner", "password": "owner", "next": elsewhere}),
        inside.post("/language/", {"language": "en", "next": elsewhere}),
        inside.post("/accounts/reauthenticate/", {"password": "owner", "next": elsewhere}),
        inside.post("/accounts/logout/", {"next": elsewhere}),
    ]
    assert [
        answer.get("Location")
        for answer in answers
        if "evil" in answer.get("Location", "") or "alert" in answer.get("Location", "")
    ] == []
    assert {answer.status_code for answer in answers} == {302}


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the password of the database is S3CRET-PASSWORD")


urlpatterns = [path("breaks/", breaks)]


def test_an_error_nobody_foresaw_tells_nothing(world: BranchWorld, caplog: pytest.LogCaptureFixture) -> None:
    client = signed_in(world.users["teacher"])
    client.raise_request_exception = False
    with override_settings(ROOT_URLCONF="tests.nets.test_answers"):
        answer = client.get("/breaks/")
    page = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert [word in page for word in ("S3CRET", "RuntimeError", "Traceback", "test_answers")] == [False] * 4
    assert "S3CRET-PASSWORD" in caplog.text
