"""Every answer of every address carries the headers that keep it private and still, however it was asked for."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from django.urls import reverse

from tests.conftest import signed_in
from tests.factories import operator
from tests.kept import kept
from tests.nets import LARGE
from tests.test_permissions import ADMIN_PAGES, PAGES, PUBLIC
from tests.world import BranchWorld, build_own

pytestmark = pytest.mark.django_db

EXPECTED = {
    "Cache-Control": "no-store, private",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
STRICTER = {"Referrer-Policy": "strict-origin"}
#: What no policy allows on our own pages; the admin's Alpine evaluates text (docs/decisions/admin-policy.md).
FORBIDDEN = ("script-src * ", "'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "http:", "https:")


@pytest.fixture
def world() -> BranchWorld:
    world = kept(build_own)
    world.users["operator"] = operator()
    world.rows |= {"user": world.users["teacher"], "audit": world.branch}
    return world


def addresses(world: BranchWorld) -> Iterator[str]:
    """Yield every address of the site, of a row where it names one."""
    for name, page in {**PAGES, **ADMIN_PAGES}.items():
        yield reverse(name, kwargs=page.keywords(world))
    yield from (reverse(name) for name in PUBLIC if name not in {"styleguide", "enterprise_service:confirm"})
    yield world.rows["link"].path
    yield from ("/enterprise-service/confirm/forged/", "/nothing/here/", "/admin/nothing/here/")


def missing(response: HttpResponseBase, address: str) -> list[str]:
    """Return what an answer's headers lack."""
    # A link that is a right in itself is told to nobody, nor is it to our own pages.
    lacks = [name for name, value in EXPECTED.items() if response.get(name) not in (value, STRICTER.get(name, value))]
    policy = response.get("Content-Security-Policy", "")
    lacks += [f"policy without {one}" for one in ("default-src", "frame-ancestors") if one not in policy]
    allowed = {part.split()[0]: part for part in policy.split("; ") if part}
    scripts = allowed.get("script-src", allowed.get("default-src", "'unsafe-inline'"))
    eval_too = ("'unsafe-eval'",) if address.startswith("/admin/") else ()
    lacks += [f"policy with {one}" for one in FORBIDDEN if one in scripts and one not in eval_too]
    return [f"{address} ({response.status_code}): {one}" for one in lacks]


def all_missing(world: BranchWorld) -> list[str]:
    """Return what the answers lack: to a stranger everywhere; inside, to the operator on our own pages."""
    clients = {"stranger": Client(), "operator": signed_in(world.users["operator"])}
    if LARGE:
        clients |= {role: signed_in(user) for role, user in world.users.items()}
    found = []
    for address in addresses(world):
        for role, client in clients.items():
            if LARGE or role == "stranger" or not address.startswith("/admin/"):
                found += missing(client.get(address), address)
        found += missing(clients["stranger"].delete(address), address)
    return found


def test_every_answer_carries_the_headers(world: BranchWorld) -> None:
    assert all_missing(world) == []


@pytest.mark.hole
@pytest.mark.parametrize(
    ("layer", "lacks"),
    [
        ("pairing_site.middleware.PrivateAnswersMiddleware", "Cache-Control"),
        ("csp.middleware.CSPMiddleware", "policy without frame-ancestors"),
        ("django.middleware.security.SecurityMiddleware", "X-Content-Type-Options"),
        ("django.middleware.clickjacking.XFrameOptionsMiddleware", "X-Frame-Options"),
        ("django_permissions_policy.PermissionsPolicyMiddleware", "Permissions-Policy"),
    ],
)
def test_the_net_finds_a_layer_that_is_gone(layer: str, lacks: str) -> None:
    with override_settings(MIDDLEWARE=[name for name in settings.MIDDLEWARE if name != layer]):
        found = missing(Client().get(reverse("account_login")), "/accounts/login/")
    assert any(one.endswith(f": {lacks}") for one in found)


def test_a_method_that_an_address_does_not_take_is_answered_in_words(world: BranchWorld) -> None:
    client = signed_in(world.users["secretary"])
    response = client.get(reverse("pairings:approve", args=[world.rows["proposal"].pk]))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "请返回上一页，重新打开页面" in response.content.decode()
