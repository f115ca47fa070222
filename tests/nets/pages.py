"""Every address of the site with a row to put into it, and the forms that its pages hold, as a browser sends them."""

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from auditlog.models import LogEntry
from django.http import HttpResponseBase
from django.test import Client

from tests.kept import kept
from tests.test_permissions import ADMIN_PAGES, PAGES, Page
from tests.world import BranchWorld, World, build_world

LONG_AGO = datetime.date(2024, 5, 1)
TYPED = {"text", "textarea", "search", "email", "tel", "url"}


@dataclass
class Field:
    """One field of a form: its name, kind, what it holds, and what else could be chosen."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    label: str = ""

    def other(self, chance: random.Random) -> list[str] | None:
        """Return another value that the field takes, or None for one that people do not fill in."""
        number = chance.randrange(1, 9)
        if self.kind in TYPED:
            return [f"另写{chance.randrange(10**6)}"]
        if self.kind == "date":
            day = datetime.date.fromisoformat(self.values[0].replace("/", "-")) if any(self.values) else LONG_AGO
            return [
                (day + datetime.timedelta(days=number)).strftime("%Y/%m/%d" if "/" in str(self.values) else "%Y-%m-%d")
            ]
        if self.kind == "number":
            return [str(number)]
        if self.kind in {"select", "radio"}:
            others = [one for one in self.choices if one and [one] != self.values]
            return [chance.choice(others)] if others else None
        return None


@dataclass
class Form:
    """A form of a page: where it goes, and its fields in order."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    def data(self, **changed: list[str]) -> dict[str, list[str]]:
        """Return what a browser would send, with some fields changed."""
        kept = {one.name: one.values for one in self.fields if one.values and "__prefix__" not in one.name}
        return kept | changed

    def names(self) -> list[str]:
        """Return the names of the fields."""
        return [one.name for one in self.fields]


class _Reader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select: Field | None = None
        self._words: Field | None = None

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in given}
        if tag == "form":
            self.forms.append(Form(attrs.get("action", ""), attrs.get("method", "get").lower()))
        if not self.forms or "disabled" in attrs:
            return
        if tag == "option" and self._select is not None:
            value = attrs.get("value", "")
            self._select.choices.append(value)
            if "selected" in attrs:
                self._select.values.append(value)
        elif tag in {"input", "select", "textarea"} and attrs.get("name"):
            self._field(tag, attrs)

    def _field(self, tag: str, attrs: dict[str, str]) -> None:
        kind = attrs.get("type", "text") if tag == "input" else tag
        if "DateField" in attrs.get("class", "") or "vDate" in attrs.get("class", ""):
            kind = "date"
        known = next((one for one in self.forms[-1].fields if one.name == attrs["name"]), None)
        one = known or Field(attrs["name"], kind)
        if known is None and kind not in {"submit", "button", "image", "reset"}:
            self.forms[-1].fields.append(one)
        if kind in {"radio", "checkbox"}:
            one.choices.append(attrs.get("value", "on"))
            if "checked" in attrs:
                one.values.append(attrs.get("value", "on"))
        elif tag == "input" and kind != "file":
            one.values.append(attrs.get("value", ""))
        self._select = one if tag == "select" else self._select
        self._words = one if tag == "textarea" else self._words

    def handle_data(self, data: str) -> None:
        if self._words is not None:
            self._words.values = ["".join(self._words.values) + data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None:
            if not self._select.values and self._select.kind == "select":
                self._select.values = self._select.choices[:1]
            self._select = None
        elif tag == "textarea" and self._words is not None:
            self._words.values = ["".join(self._words.values).removeprefix("\n")]
            self._words = None


def all_forms_of(response: HttpResponseBase) -> list[Form]:
    """Return every form that a page holds."""
    reader = _Reader()
    reader.feed(response.content.decode())
    return reader.forms


def forms_of(response: HttpResponseBase) -> list[Form]:
    """Return the forms that change something, without those of the frame (language, sign-out)."""
    return [one for one in all_forms_of(response) if one.method == "post" and "/language/" not in one.action]


@dataclass(frozen=True)
class Address:
    """An address with rows in it."""

    name: str
    url: str
    page: Page
    branch: str


def world_with_accounts() -> World:
    """Return the world, whose branches name an account and an audit row too."""
    world = kept(build_world)
    for branch in (world.own, world.other):
        branch.rows["user"] = branch.users["teacher"]
        branch.rows["audit"] = LogEntry.objects.get_for_object(branch.rows["person"]).first()
    return world


def addresses_of(branch: BranchWorld, pages: dict[str, Page] | None = None) -> Iterator[Address]:
    """Yield every address of the site, with the branch's rows in it."""
    for name, page in (pages or PAGES | ADMIN_PAGES).items():
        yield Address(name, page.address(name, branch), page, branch.code)


def open_forms(client: Client, address: Address) -> list[Form]:
    """Return the forms that a page shows to whoever is signed in, each with the address it is sent to."""
    response = client.get(address.url)
    if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
        return []
    return [replace(one, action=one.action or address.url) for one in forms_of(response)]
