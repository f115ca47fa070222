"""Sessions: new at each sign-in, over at a known time, and ended for good where they are ended."""

import datetime

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from organization.events import Event, of_event
from organization.models import User
from tests.factories import BranchFactory, operator, secretary_of, teacher, user_of

LOGIN, CHANGE = "/accounts/login/", "/accounts/password/change/"
HOUR = datetime.timedelta(hours=1)
MORNING = datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.UTC)

pytestmark = pytest.mark.django_db


def signed_in(user: User, password: str = "") -> Client:
    """Sign in by the page, as people do."""
    client = Client()
    assert client.post(LOGIN, {"login": user.username, "password": password or user.username}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    """Return whether the home page is shown, and not the sign-in."""
    return client.get("/").status_code == 200


@pytest.fixture
def owner() -> User:
    return user_of(teacher(BranchFactory()), username="owner")


class TestBeginning:
    def test_a_sign_in_begins_a_new_session_and_ends_the_one_before(self, owner: User) -> None:
        client = Client()
        client.get(LOGIN)
        client.cookies["sessionid"] = "a" * 32
        client.post(LOGIN, {"login": "owner", "password": "owner"})
        first = client.session.session_key
        other = user_of(username="other")
        client.post(reverse("account_logout"))
        client.post(LOGIN, {"login": other.username, "password": "other"})
        assert (first != "a" * 32, client.session.session_key != first) == (True, True)
        assert list(Session.objects.values_list("pk", flat=True)) == [client.session.session_key]

    def test_the_password_once_more_gives_it_a_new_key(self, owner: User) -> None:
        client = signed_in(owner)
        before = client.session.session_key
        assert client.post(reverse("account_reauthenticate"), {"password": "owner"}).status_code == 302
        assert (client.session.session_key == before, Session.objects.filter(pk=before).exists()) == (False, False)

    def test_its_key_is_random_and_stands_in_a_cookie_that_no_script_reads(self, owner: User) -> None:
        keys = {signed_in(owner).cookies["sessionid"].value for _ in range(5)}
        cookie = signed_in(owner).cookies["sessionid"]
        assert ({len(key) for key in keys}, len(keys)) == ({32}, 5)
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


class TestEnd:
    def test_it_ends_two_weeks_after_the_sign_in_whatever_is_done(self, owner: User) -> None:
        with time_machine.travel(MORNING, tick=False) as clock:
            client = signed_in(owner)
            found = []
            for _day in range(16):
                clock.shift(datetime.timedelta(hours=23))
                session = client.session
                session["touched"] = found
                session.save()
                found.append(is_in(client))
        assert found == [True] * 14 + [False] * 2

    def test_whoever_reads_about_others_is_signed_out_after_eight_hours_of_rest(self) -> None:
        with time_machine.travel(MORNING, tick=False) as clock:
            client = signed_in(secretary_of(BranchFactory()))
            for _time in range(3):
                clock.shift(7 * HOUR)
                assert is_in(client)
            clock.shift(8.1 * HOUR)
            assert not is_in(client)
        assert (Session.objects.count(), of_event(Event.SIGNED_OUT).get().additional_data["why"]) == (0, "rest")

    def test_a_teacher_s_phone_may_rest_overnight(self, owner: User) -> None:
        with time_machine.travel(MORNING, tick=False) as clock:
            client = signed_in(owner)
            clock.shift(30 * HOUR)
            assert is_in(client)

    def test_a_stolen_key_without_the_mark_of_its_last_use_opens_nothing(self) -> None:
        boss = operator()
        client, other = signed_in(boss), signed_in(boss)
        thief = Client()
        thief.cookies["sessionid"] = client.cookies["sessionid"].value
        thief.cookies["seen"] = other.cookies["seen"].value
        assert not is_in(thief)

    def test_the_mark_is_written_no_oftener_than_it_must_be(self) -> None:
        with time_machine.travel(MORNING, tick=False) as clock:
            client = signed_in(operator())
            assert "seen" not in client.get("/dashboard/").cookies
            clock.shift(HOUR)
            assert "seen" in client.get("/dashboard/").cookies

    def test_leaving_ends_it_at_the_server_and_empties_the_device(self, owner: User) -> None:
        client = signed_in(owner)
        kept = client.cookies["sessionid"].value
        answer = client.post(reverse("account_logout"))
        thief = Client()
        thief.cookies["sessionid"] = kept
        assert (answer["Clear-Site-Data"], Session.objects.count(), is_in(thief)) == ('"storage"', 0, False)

    def test_leaving_by_the_desk_s_door_empties_the_device_too(self) -> None:
        client = signed_in(secretary_of(BranchFactory()))
        assert client.post(reverse("admin:logout"))["Clear-Site-Data"] == '"storage"'
        assert not is_in(client)


class TestEndedByOthers:
    def test_an_account_that_was_shut_and_opened_again_finds_no_old_session(self, owner: User) -> None:
        client = signed_in(owner)
        for is_active in (False, True):
            owner.is_active = is_active
            owner.save()
        assert not is_in(client)
        assert is_in(signed_in(owner))

    def test_a_new_password_ends_all_sessions_but_the_one_it_was_made_in(self, owner: User) -> None:
        elsewhere, here = signed_in(owner), signed_in(owner)
        sent = {"oldpassword": "owner", "password1": "tinte wolke 4", "password2": "tinte wolke 4"}
        assert here.post(CHANGE, sent).status_code == 302
        assert [is_in(client) for client in (elsewhere, here)] == [False, True]

    def test_a_password_that_the_operator_makes_ends_all(self, owner: User) -> None:
        client = signed_in(owner)
        again = {"password1": "tinte wolke 4", "password2": "tinte wolke 4"}
        signed_in(operator()).post(reverse("admin:auth_user_password_change", args=[owner.pk]), again)
        assert not is_in(client)

    def test_the_operator_signs_accounts_out_everywhere(self, owner: User) -> None:
        client, bystander = signed_in(owner), signed_in(user_of(teacher(BranchFactory()), username="bystander"))
        boss = signed_in(operator())
        sent = {"action": "sign_out_everywhere", "_selected_action": [owner.pk]}
        assert boss.post(reverse("admin:organization_user_changelist"), sent).status_code == 302
        assert [is_in(one) for one in (client, bystander, boss)] == [False, True, True]
        assert is_in(signed_in(owner))
