"""Every page that a role reaches by its links: Chinese without an English word, English with no Chinese but data.

Data in the world's rows is Chinese, and the codes, numbers, sign-in names and file names in it are Latin.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.utils import translation

from outcomes.models import Grade, Subkind
from tests.kept import kept
from tests.world import World, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ROLES = ("teacher", "student", "secretary", "leader", "operator")
SAID_BY_ATTRIBUTES = ("placeholder", "title", "alt", "aria-label", "data-confirm")
#: Latin on a Chinese page: data, and the one word that is written in its own language.
LATIN_DATA = re.compile(
    r"https?://\S+|(OWN|OTH|THR)\d*|user\d+|T\d{6}|[\w.-]*\.(png|pdf|docx|json|xlsx|csv)\b|\b(Word|PDF|Excel|JSON|KB)\b|English|LDAP|\b(Control|Command|Mac)\b|md5(_\w+)?|[A-Za-z0-9]+\*+|\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b"
)
LATIN = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile(r"[\u3400-\u9fff]+")
#: An audit entry shows values as they were recorded.
RAW_VALUES = "/admin/auditlog/logentry/n/change/"
#: The same words once more: another order, counts beside the filters, a window on its own.
REORDERED = re.compile(r"[?&](_facets|o|_popup|_changelist_filters)=?")
LEFT_ALONE = ("/language/", "/accounts/logout/", "/static/", "/admin/logout/", "/admin/jsi18n/")


class Page(HTMLParser):
    """What a page says to its reader, and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.silent: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        is_icon = "material-symbols-outlined" in (given.get("class") or "")
        if tag in ("script", "style", "template") or (is_icon and tag == "span"):
            self.silent.append(tag)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        self.words += [given[name] for name in SAID_BY_ATTRIBUTES if given.get(name)]
        if tag == "input" and given.get("type") in ("submit", "button"):
            self.words.append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.words.append(data.strip())


def shape(address: str) -> str:
    """Return what pages of one kind have in common: numbers and values do not make another page."""
    parts = urlsplit(address)
    keys = sorted({pair.split("=")[0] for pair in parts.query.split("&") if pair})
    return re.sub(r"\d+", "n", re.sub(r"/(OWN|OTH)/", "/code/", parts.path)) + "?" + "&".join(keys)


def crawl(client: Client) -> Iterator[tuple[str, Page]]:
    """Yield every kind of page that can be reached from the home page."""
    waiting, seen = ["/"], set()
    while waiting:
        address = waiting.pop(0)
        response = client.get(address, follow=True)
        if "text/html" not in response.get("Content-Type", ""):
            continue
        assert response.status_code == 200, f"{address} on {waiting}"
        page = Page(response.content.decode())
        yield address, page
        for link in page.links:
            target = urldefrag(urljoin(address, link)).url
            is_ours = target.startswith("/") and not target.startswith(LEFT_ALONE) and not REORDERED.search(target)
            if is_ours and shape(target) not in seen:
                seen.add(shape(target))
                waiting.append(target)


@pytest.fixture
def world() -> World:
    return kept(build_world)


@pytest.mark.parametrize("role", ROLES)
def test_no_english_word_on_a_chinese_page(client: Client, world: World, role: str) -> None:
    client.force_login(world.user(role))
    english_names = {word.name_en for model in (Subkind, Grade) for word in model.objects.all()}
    found = {
        f"{shape(address)}: {word}"
        for address, page in crawl(client)
        for said in page.words
        if said not in english_names and not shape(address).startswith(RAW_VALUES)
        for word in LATIN.findall(LATIN_DATA.sub(" ", said))
    }
    assert not found, "\n".join(sorted(found)[:80])


def own_data(world: World) -> set[str]:
    """Return every Chinese run that stands in the world's rows."""

    found: set[str] = set()
    for model in apps.get_models():
        for row in model._base_manager.all()[:500]:
            texts = [str(value) for value in vars(row).values() if isinstance(value, str | dict | list)] + [str(row)]
            found |= {run for text in texts for run in CHINESE.findall(text)}
    return found | {run[0] for run in found}  # a disc of the triad holds a name's first character


@pytest.mark.parametrize("role", ROLES)
def test_no_chinese_word_on_an_english_page_but_data(client: Client, world: World, role: str) -> None:
    client.force_login(world.user(role))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with translation.override("en"):
        data = own_data(world) | {"中文界面"}
    found = {
        f"{shape(address)}: {run}"
        for address, page in crawl(client)
        for said in page.words
        for run in CHINESE.findall(said)
        if run not in data
    }
    assert not found, "\n".join(sorted(found)[:80])


@pytest.mark.parametrize("address", ["/accounts/login/", "/nowhere/", "/admin/nowhere/"])
def test_pages_for_strangers_are_chinese_too(client: Client, address: str) -> None:
    page = Page(client.get(address, follow=True).content.decode())
    assert [said for said in page.words if LATIN.search(LATIN_DATA.sub(" ", said))] == []
