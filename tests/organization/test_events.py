"""What leaves a line in the audit trail without changing a row, and what never stands in it."""

import logging
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse

from enterprise_service.models import Confirmation
from organization.events import BOUNDS, Event, of_event
from organization.logs import HideTokens
from organization.models import User
from tests.conftest import signed_in
from tests.factories import operator, teacher, user_of
from tests.test_permissions import addresses
from tests.world import YEAR, BranchWorld

LOGIN = "/accounts/login/"
HIDDEN = "S3CRET-typed-into-the-wrong-field"


def lines(event: Event) -> list[tuple[User | None, str, str | None]]:
    """Return who, about which row, and from where, of each entry of an event."""
    return [(one.actor, one.object_pk, one.remote_addr) for one in of_event(event).order_by("pk")]


def post(client: Client, address: str, sent: dict[str, Any] | None = None, **headers: Any) -> int:
    return client.post(address, sent or {}, REMOTE_ADDR="10.0.0.1", **headers).status_code


@pytest.fixture
def owner(db: None) -> User:
    return user_of(username="owner")


@pytest.mark.django_db
class TestSignIn:
    def test_coming_in_and_leaving_say_who_and_from_where(self, owner: User) -> None:
        client = Client()
        post(client, LOGIN, {"login": "owner", "password": "owner"}, HTTP_X_FORWARDED_FOR="203.0.113.9")
        post(client, reverse("account_logout"))
        line = [(owner, str(owner.pk), "10.0.0.1")]
        assert (lines(Event.SIGNED_IN), lines(Event.SIGNED_OUT)) == (line, line)

    def test_leaving_by_the_desk_s_door_says_so_too(self, world: BranchWorld, desk: Client) -> None:
        post(desk, reverse("admin:logout"))
        assert [who for who, *_ in lines(Event.SIGNED_OUT)] == [world.users["secretary"]]

    def test_a_wrong_password_names_the_account_and_nothing_that_was_typed(self, owner: User) -> None:
        post(Client(), LOGIN, {"login": "owner", "password": HIDDEN})
        post(Client(), LOGIN, {"login": HIDDEN, "password": HIDDEN})
        assert lines(Event.SIGN_IN_FAILED) == [(None, str(owner.pk), "10.0.0.1"), (None, "", "10.0.0.1")]
        kept = str(list(LogEntry.objects.values_list("object_repr", "changes", "additional_data")))
        assert HIDDEN not in kept

    def test_nobody_fills_the_trail_from_outside(self, db: None) -> None:
        for n in range(30):
            post(Client(), LOGIN, {"login": f"nobody{n}", "password": "x"})
        assert len(lines(Event.SIGN_IN_FAILED)) == BOUNDS[Event.SIGN_IN_FAILED][0]

    def test_a_new_password_is_noted_however_it_came(self, owner: User) -> None:
        boss = operator()
        sent = {"oldpassword": "owner", "password1": "ganz neu 17", "password2": "ganz neu 17"}
        post(signed_in(owner), reverse("account_change_password"), sent)
        again = {"password1": "wieder neu 18", "password2": "wieder neu 18"}
        post(signed_in(boss), reverse("admin:auth_user_password_change", args=[owner.pk]), again)
        assert lines(Event.PASSWORD_CHANGED) == [
            (owner, str(owner.pk), "10.0.0.1"),
            (boss, str(owner.pk), "10.0.0.1"),
        ]


@pytest.mark.django_db
class TestRefusals:
    def test_what_is_not_theirs_is_noted(self, world: BranchWorld, teacher_client: Client) -> None:
        who = world.users["teacher"]
        teacher_client.get(reverse("dashboard"))
        teacher_client.get(reverse("mentorship:detail", args=[987654]))
        teacher_client.get("/no/such/page/")
        said = of_event(Event.REFUSED).order_by("pk").values_list("actor", "additional_data__status")
        assert list(said) == [(who.pk, 403), (who.pk, 404)]

    def test_a_forged_form_is_noted_without_the_link_it_was_sent_to(self, world: BranchWorld) -> None:
        path = world.rows["link"].path
        assert Client(enforce_csrf_checks=True).post(path, {}).status_code == 403
        (entry,) = of_event(Event.REFUSED)
        assert entry.additional_data["path"] == "/enterprise-service/confirm/…/"


#: The sensitive pages as somebody may read them: who, and which row.
READERS = {
    "mentorship:assess": ("secretary", {"pk": "team", "student": "student", "moment": "start"}),
    "mentorship:story": ("secretary", {"pk": "team"}),
    "evidence:download": ("secretary", {"pk": "evidence"}),
    "evidence:file": ("secretary", {"pk": "evidence"}),
    "coverage": ("secretary", {}),
    "imports:detail": ("secretary", {"pk": "sheet"}),
    "imports:marked": ("secretary", {"pk": "refused_sheet"}),
    "outcomes:report": ("secretary", {"code": "branch"}),
    "outcomes:download": ("secretary", {"code": "branch", "kind": "json"}),
    "outcomes:preview": ("secretary", {"code": "branch"}),
    "admin:organization_person_changelist": ("secretary", {}),
    "admin:organization_person_change": ("secretary", {"object_id": "person"}),
    "admin:organization_person_history": ("secretary", {"object_id": "person"}),
    "outcomes:prepared_file": ("secretary", {"pk": "prepared"}),
    "admin:outcomes_frozenreport_change": ("secretary", {"object_id": "frozen"}),
}


def address_of(world: BranchWorld, name: str) -> str:
    """Return the address of a sensitive page of the world's rows."""
    given = {}
    for key, value in READERS[name][1].items():
        row = world.rows.get(value)
        given[key] = value if row is None else (row.code if key == "code" else row.pk)
    return reverse(name, kwargs=given)


@pytest.mark.django_db
class TestReadings:
    def test_every_sensitive_page_says_who_read_it(self, world: BranchWorld) -> None:
        silent = []
        for name, (role, _given) in READERS.items():
            before = of_event(Event.READ).count()
            period = {} if "admin:" in name else {"year": YEAR}
            answer = signed_in(world.users[role]).get(address_of(world, name), period)
            entry = of_event(Event.READ).order_by("-pk").first()
            said = (of_event(Event.READ).count() - before, entry and entry.actor, answer.status_code)
            if said != (1, world.users[role], 200):
                silent.append((name, said))
        assert silent == []

    def test_the_table_names_pages_that_exist_and_all_of_them_are_tried(self) -> None:
        named = set(settings.SENSITIVE_PAGES)
        assert named - set(addresses(get_resolver())) == set()
        assert {name for name in named - set(READERS) if "logentry" not in name} == set()
        assert all(apps.get_model(label) for label in settings.SENSITIVE_PAGES.values())

    def test_one_s_own_photo_leaves_no_line(self, world: BranchWorld, teacher_client: Client) -> None:
        teacher_client.get(address_of(world, "evidence:download"))
        assert lines(Event.READ) == []

    def test_the_guide_names_every_sensitive_page(self) -> None:
        guide = (settings.BASE_DIR / "docs" / "guide-operator.md").read_text()
        assert [name for name in settings.SENSITIVE_PAGES if f"`{name}`" not in guide] == []


@pytest.mark.django_db
class TestFirstPasswords:
    @pytest.fixture
    def opened(self, world: BranchWorld, desk: Client) -> tuple[Client, str, str]:
        """Open an account at the desk and return the desk, the sign-in name and the first password."""
        person = teacher(world.branch, number="T999")
        sent = {"action": "open_accounts", "_selected_action": [person.pk]}
        answer = desk.post(reverse("admin:organization_person_changelist"), sent)
        ((account, password),) = answer.context["opened"]
        assert (answer.status_code, password in answer.content.decode()) == (200, True)
        assert "no-store" in answer["Cache-Control"]
        return desk, account.username, password

    def test_it_stands_on_one_answer_and_nowhere_else(self, opened: tuple[Client, str, str]) -> None:
        desk, _name, password = opened
        jar = " ".join(morsel.OutputString() for morsel in desk.cookies.values())
        again = desk.get(reverse("admin:organization_person_changelist")).content.decode()
        trail = str(list(LogEntry.objects.values_list("object_repr", "changes", "additional_data")))
        assert [password in text for text in (jar, str(dict(desk.session)), again, trail)] == [False] * 4

    def test_nothing_opens_before_it_is_changed(self, opened: tuple[Client, str, str]) -> None:
        _desk, name, password = opened
        own = Client()
        assert post(own, LOGIN, {"login": name, "password": password}) == 302
        change = reverse("account_change_password")
        for address in ("/", reverse("outcomes:list"), reverse("profile"), reverse("admin:index")):
            assert own.get(address)["Location"] == change
        same = {"oldpassword": password, "password1": password, "password2": password}
        assert post(own, change, same) == 200
        assert own.get("/")["Location"] == change
        assert post(own, change, same | {"password1": "eigenes 2026 x", "password2": "eigenes 2026 x"}) == 302
        assert own.get("/").status_code == 200

    def test_a_password_that_the_operator_made_is_one_too(self, owner: User) -> None:
        boss = signed_in(operator())
        again = {"password1": "wieder neu 18", "password2": "wieder neu 18"}
        post(boss, reverse("admin:auth_user_password_change", args=[owner.pk]), again)
        new = {"username": "later", "usable_password": "true", "password1": "erst mal 44", "password2": "erst mal 44"}
        new |= {"role_assignments-TOTAL_FORMS": "0", "role_assignments-INITIAL_FORMS": "0"}
        post(boss, reverse("admin:organization_user_add"), new)
        assert list(User.objects.filter(must_change_password=True).values_list("username", flat=True)) == [
            "owner",
            "later",
        ]


@pytest.mark.django_db
class TestTokens:
    def test_a_link_stands_in_no_log(self, world: BranchWorld, caplog: pytest.LogCaptureFixture) -> None:
        link = world.rows["link"]
        link.revoke()
        token = link.token
        caplog.handler.addFilter(HideTokens())
        with caplog.at_level(logging.DEBUG):
            assert Client().get(link.path).status_code == 410
            assert Client().get(f"{link.path}x/y").status_code == 404
            assert Client(enforce_csrf_checks=True).post(link.path).status_code == 403
        said = " ".join([*(record.getMessage() for record in caplog.records), caplog.text])
        assert (token in said, "/enterprise-service/confirm/…" in said) == (False, True)

    def test_every_handler_of_the_log_hides_them(self) -> None:
        handlers = settings.LOGGING["handlers"]
        assert [name for name, handler in handlers.items() if "hide_tokens" not in handler.get("filters", [])] == []

    def test_the_link_s_page_tells_nobody_its_address(self, world: BranchWorld) -> None:
        assert Client().get(world.rows["link"].path)["Referrer-Policy"] == "strict-origin"
        assert Client().get("/enterprise-service/confirm/forged/")["Referrer-Policy"] == "strict-origin"

    def test_the_trail_holds_no_link(self, world: BranchWorld, teacher_client: Client) -> None:
        link = Confirmation.make(world.rows["engagement"], by=world.users["teacher"])
        Client().get(link.path)
        link.revoke()
        Client().get(link.path)
        kept = str(list(LogEntry.objects.values_list("object_repr", "changes", "additional_data")))
        assert [part in kept for part in (link.nonce, link.token)] == [False, False]


def test_texts_that_are_no_link_stay() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "at /static/css/%s for %d", ("a" * 30 + ".css", 3), None)
    HideTokens().filter(record)
    assert record.getMessage() == f"at /static/css/{'a' * 30}.css for 3"
