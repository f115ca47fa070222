"""Every page of the site for the rows of one branch, and the forms in it as a browser would send them."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

from auditlog.models import LogEntry
from django.test import Client
from django.urls import resolve
from django.utils.http import urlsplit

from tests.conftest import signed_in
from tests.factories import operator
from tests.nets import size
from tests.test_permissions import ADMIN_PAGES, PAGES
from tests.world import BranchWorld

#: Who is asked first where several may.
ASKED = ("secretary", "teacher", "student", "operator")
#: Forms that leave no receipt, and why the same again does no harm.
WITHOUT_RECEIPT = {
    "account_logout": "signs out, which nobody can do twice",
    "admin:logout": "the same",
    "set_language": "chooses a language, in a cookie",
    "account_reauthenticate": "asks for the password again, and writes only into the session",
    "account_change_password": "the old password is wrong the second time",
    "admin:password_change": "the same",
    "admin:auth_user_password_change": "sets the same password again",
}


def pages(branch: BranchWorld) -> Iterator[tuple[str, str, str]]:
    """Yield role, name and address of every page, each as the first of ASKED who gets in."""
    branch.rows.setdefault("user", branch.users["teacher"])
    branch.rows.setdefault("audit", LogEntry.objects.get_for_object(branch.rows["person"]).latest("pk"))
    for name, page in {**PAGES, **ADMIN_PAGES}.items():
        role = next((role for role in ASKED if role in page.may), "operator")
        yield role, name, page.address(name, branch)


@dataclass
class SentForm:
    """A form of a page: where it goes, what it would send as it stands, and what a person would still fill in."""

    action: str
    method: str = "get"
    fields: dict[str, list[str]] = field(default_factory=dict)
    empty: dict[str, tuple[str, dict[str, str | None]]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """Return the fields into which one writes in plain words."""
        return [name for name, (kind, attrs) in self.empty.items() if _takes_words(kind, attrs)]

    def filled_in(self, word: str, *, all_texts: bool = True) -> dict[str, list[str]]:
        """Return what is sent when everything that must be filled in is, with a word in each text, or each needed."""
        sent = {name: list(values) for name, values in self.fields.items()}
        for name, (kind, attrs) in self.empty.items():
            if _takes_words(kind, attrs) and (all_texts or "required" in attrs):
                sent[name] = ["".join(sent.get(name, [])) + word]
            elif not any(sent.get(name, [])) and "required" in attrs:
                sent[name] = [VALUES[kind](attrs)]
        return sent


def _takes_words(kind: str, attrs: dict[str, str | None]) -> bool:
    """Return whether people write into a field in plain words; the admin's dates are texts too."""
    return kind == "textarea" or (kind == "text" and "vDate" not in (attrs.get("class") or ""))


VALUES = {
    "date": lambda _attrs: datetime.date(2024, 6, 3).isoformat(),
    "text": lambda _attrs: datetime.date(2024, 6, 3).isoformat(),  # the admin's dates
    "number": lambda attrs: attrs.get("min") or "1",
    "select": lambda attrs: attrs.get("first") or "",
    "radio": lambda attrs: attrs.get("value") or "",
    "email": lambda _attrs: "a@example.cn",
    "password": lambda _attrs: "correct-horse-7",
    "file": lambda _attrs: "",
    "tel": lambda _attrs: "1",
    "checkbox": lambda attrs: attrs.get("value") or "on",
}


class _Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[SentForm] = []
        self.form: SentForm | None = None
        self.select: tuple[str, dict[str, str | None]] | None = None
        self.textarea = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        attrs = dict(attributes)
        if tag == "form":
            self.form = SentForm(attrs.get("action") or "", (attrs.get("method") or "get").lower())
            self.found.append(self.form)
        elif self.form is not None:
            getattr(self, f"_{tag}", lambda _attrs: None)(attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self._end_select()
        elif tag == "textarea":
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.textarea and self.form is not None:
            self.form.fields[self.textarea] = [data.removeprefix("\n").removeprefix("\r\n")]

    def _input(self, attrs: dict[str, str | None]) -> None:
        name, kind = attrs.get("name"), (attrs.get("type") or "text").lower()
        if not name or "disabled" in attrs or self.form is None:
            return
        if kind == "submit":
            self.form.buttons.append((name, attrs.get("value") or ""))
            return
        if kind in ("checkbox", "radio"):
            if "checked" in attrs:
                self.form.fields.setdefault(name, []).append(attrs.get("value") or "on")
        elif kind != "file":
            self.form.fields.setdefault(name, []).append(attrs.get("value") or "")
        if kind != "hidden":
            self.form.empty.setdefault(name, (kind, attrs))

    def _button(self, attrs: dict[str, str | None]) -> None:
        if self.form is not None and attrs.get("name"):
            self.form.buttons.append((str(attrs["name"]), attrs.get("value") or ""))

    def _textarea(self, attrs: dict[str, str | None]) -> None:
        if self.form is not None and attrs.get("name") and "disabled" not in attrs:
            self.textarea = str(attrs["name"])
            self.form.fields.setdefault(self.textarea, [""])
            self.form.empty[self.textarea] = ("textarea", attrs)

    def _select(self, attrs: dict[str, str | None]) -> None:
        if attrs.get("name") and "disabled" not in attrs:
            self.select = (str(attrs["name"]), attrs)

    def _option(self, attrs: dict[str, str | None]) -> None:
        if self.select is None or self.form is None:
            return
        name, of = self.select
        value = attrs.get("value") or ""
        if value:
            of.setdefault("first", value)
        if "selected" in attrs:
            self.form.fields.setdefault(name, []).append(value)

    def _end_select(self) -> None:
        if self.select is None or self.form is None:
            return
        name, of = self.select
        if "multiple" not in of:
            self.form.fields.setdefault(name, [""])
        self.form.empty[name] = ("select", of)
        self.select = None


def forms_of(page: str, address: str) -> list[SentForm]:
    """Return the forms of a page that change something, each with the address it goes to."""
    parser = _Forms()
    parser.feed(page)
    for form in parser.found:
        form.action = form.action or address
    return [form for form in parser.found if form.method == "post"]


def all_forms(world: BranchWorld, *only: str) -> Iterator[tuple[Client, str, SentForm]]:
    """Yield client, name and form of each form of each page; one that stands on several pages once.

    In the suite these are our own pages and some of the admin's, which are all made alike.
    """
    clients = {name: signed_in(user) for name, user in {**world.users, "operator": operator()}.items()}
    found: set[Any] = set()
    admin_pages = 0
    for role, page, address in pages(world):
        admin_pages += page.startswith("admin:")
        is_left_out = page.startswith("admin:") and admin_pages % size(small=6, large=1)
        if page not in only if only else is_left_out:
            continue
        response = clients[role].get(address)
        if response.status_code != 200 or "html" not in response["Content-Type"]:
            continue
        for form in forms_of(response.content.decode(), address):
            name = resolve(urlsplit(form.action).path).view_name
            for number, button in enumerate(form.buttons or [("", "")]):
                one = replace(form, fields={**form.fields, **({button[0]: [button[1]]} if button[0] else {})})
                if (known := (name, number, frozenset(one.fields))) not in found:
                    found.add(known)
                    yield clients[role], name, one
