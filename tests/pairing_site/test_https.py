"""What a site that is served as documented, behind HTTPS, tells the browser."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tests.factories import operator
from tests.pairing_site.test_deployment import run

HOST = "pairing.example.edu.cn"
DEPLOYED = {
    "ALLOWED_HOSTS": HOST,
    "BEHIND_PROXY": "on",
    "HTTPS": "on",
    "SECRET_KEY": "a key of this test alone, long enough to be one, and then some more",
    "TRUSTED_PROXIES": "1",
}
#: The settings that speak of cookies and of HTTPS.
SAID = """
import json
from pairing_site import settings
names = [name for name in dir(settings) if "COOKIE" in name or name.startswith("SECURE_")]
print(json.dumps({name: getattr(settings, name) for name in [*names, "ALLOWED_HOSTS", "TRUSTED_PROXIES"]}))
"""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Read the settings of a site whose environment is the documented one."""
    return json.loads(run(tmp_path_factory.mktemp("served"), "-c", SAID, **DEPLOYED).stdout)


@pytest.fixture
def _served(deployed: dict[str, Any]) -> Iterator[None]:
    """Answer as that site does."""
    with override_settings(**deployed):
        yield


def browser(scheme: str) -> Client:
    return Client(headers={"host": HOST, "x-forwarded-proto": scheme, "x-forwarded-for": "10.1.1.1"})


@pytest.mark.django_db
@pytest.mark.usefixtures("_served")
def test_every_cookie_is_this_host_s_alone_and_no_script_s() -> None:
    boss, client = operator(), browser("https")
    client.post("/accounts/login/", {"login": boss.username, "password": boss.username})
    client.get("/accounts/password/change/")
    client.post("/language/", {"language": "en"})
    new = {"password1": "tinte wolke 4", "password2": "tinte wolke 4"}
    client.post("/accounts/password/change/", {"oldpassword": boss.username, **new})
    names = sorted(name.partition("device_")[0] + "device_" * ("device_" in name) for name in client.cookies)
    expected = ["csrftoken", "device_", "django_language", "messages", "seen", "sessionid"]
    assert names == [f"__Host-{name}" for name in expected]
    wanted = {"secure": True, "httponly": True, "samesite": "Lax", "path": "/", "domain": ""}
    found = {name: {key: morsel[key] for key in wanted} for name, morsel in client.cookies.items()}
    assert found == dict.fromkeys(found, wanted)


@pytest.mark.django_db
@pytest.mark.usefixtures("_served")
def test_browsers_ask_over_https_for_a_year() -> None:
    pages = ("/", "/accounts/login/", "/nothing/", "/healthz", "/enterprise-service/confirm/forged/")
    said = {page: browser("https").get(page).get("Strict-Transport-Security") for page in pages}
    assert said == dict.fromkeys(pages, "max-age=31536000")


@pytest.mark.django_db
@pytest.mark.usefixtures("_served")
def test_people_are_sent_to_https_and_a_watcher_is_answered() -> None:
    answers = [browser("http").get(page) for page in ("/", "/healthz", "/healthz/")]
    assert (answers[0].status_code, answers[0]["Location"]) == (301, f"https://{HOST}/")
    assert [answer["Content-Type"] for answer in answers[1:]] == ["application/json"] * 2


def test_a_style_sheet_stands_in_no_other_page() -> None:
    middleware = ["django.middleware.security.SecurityMiddleware", "whitenoise.middleware.WhiteNoiseMiddleware"]
    with override_settings(MIDDLEWARE=middleware, WHITENOISE_USE_FINDERS=True, WHITENOISE_AUTOREFRESH=True):
        answer = Client().get("/static/css/frame.css")
    kept = {name: answer.get(name) for name in ("Cross-Origin-Resource-Policy", "X-Content-Type-Options")}
    assert kept == {"Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff"}
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["Content-Type"] == 'text/css; charset="utf-8"'


def test_no_folder_is_listed_and_no_file_beside_the_site_is_served() -> None:
    middleware = ["whitenoise.middleware.WhiteNoiseMiddleware", *settings.MIDDLEWARE]
    with override_settings(MIDDLEWARE=middleware, WHITENOISE_USE_FINDERS=True, WHITENOISE_AUTOREFRESH=True):
        paths = ("/static/", "/static/css/", "/.git/HEAD", "/static/../.env", "/data/db.sqlite3", "/styleguide/")
        codes = {path: Client().get(path).status_code for path in paths}
    assert {code for code in codes.values() if code not in (302, 404)} == set()


def test_debugging_is_off_unless_it_is_asked_for(tmp_path: Path) -> None:
    says = ("-c", "from pairing_site import settings; print(settings.DEBUG)")
    assert run(tmp_path, *says, SECRET_KEY="x" * 60).stdout == "False\n"
