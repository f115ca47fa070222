"""Passwords: what is taken, what everybody would guess first, and that nobody learns from how long a refusal took."""

import datetime
from collections.abc import Iterator

import pytest
from django.conf import global_settings, settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hashers_by_algorithm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client, override_settings
from django.urls import reverse

from organization.models import User
from organization.passwords import EVERYBODY_S
from tests.conftest import signed_in
from tests.factories import BranchFactory, CollegeFactory, teacher, user_of

CHANGE = "/accounts/password/change/"
LOGIN = "/accounts/login/"


class CountingHasher(PBKDF2PasswordHasher):
    """Django's own, so fast that a test waits for nothing, and counted."""

    algorithm = "counting"
    iterations = 1
    runs = 0

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        type(self).runs += 1
        return super().encode(password, salt, iterations)


@pytest.fixture
def li(db: None) -> User:
    college = CollegeFactory(name="江滨职业技术学院")
    branch = BranchFactory(college=college, code="AMT", name="机电教工党支部")
    person = teacher(
        branch, name="李晓梅", number="20150317", phone="13905550123", email="lxm88@example.edu.cn",
        born_on=datetime.date(1985, 3, 1),
    )  # fmt: skip
    return user_of(person, username="20150317")


def refusals(password: str, user: User) -> list[str]:
    """Return the codes of what is said against a password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [one.code for one in error.error_list]
    return []


@pytest.mark.parametrize(
    "password",
    [
        "lixiaomei88", "lxm20150317", "20150317lxm", "139-0555-0123", "x13905550123", "LiXiaoMei!", "李晓梅123456",
        "19850301", "1985-03-01", "20121212", "amt2026", "dangzhibu2026", "江滨职业技术学院", "机电教工党支部1",
        "1+1+1jiedui", "jiangbin" + "xueyuan1", "pairing2026", "mima1234", "lxm88AMT!!",
    ],
)  # fmt: skip
def test_what_everybody_here_would_try_first_is_refused(li: User, password: str) -> None:
    found = refusals(password, li)
    assert ("password_everybody_s" in found) == (password != "jiangbinxueyuan1")


@pytest.mark.parametrize(
    "password",
    [
        "4718 2093 55",
        "kürbis suppe",
        "四月的风吹过操场很轻",
        "tinte-wolke",
        "abcdefgx",
        "!?#%&+-=",
        "x" * 128,
        "  vorn und hinten  ",
    ],
)
def test_any_composition_and_length_from_eight_is_taken(li: User, password: str) -> None:
    assert refusals(password, li) == []


@pytest.mark.parametrize("password", ["password123", "woaini1314", "qwertyuiop", "147258369", "kurz 12"])
def test_leaked_and_short_ones_are_refused(li: User, password: str) -> None:
    assert {"password_too_common", "password_too_short"} & set(refusals(password, li))


def test_an_account_without_a_person_has_such_words_too(db: None) -> None:
    boss = user_of(username="betreiber")
    assert [refusals(word, boss) for word in ("betreiber1", "secretary2026")] == [
        ["password_too_similar", "password_everybody_s"],
        ["password_everybody_s"],
    ]


def test_the_documented_words_are_those_that_are_refused() -> None:
    said = (settings.BASE_DIR / "docs" / "threats" / "inventory.md").read_text()
    assert [word for word in EVERYBODY_S if f"`{word}`" not in said] == []


def test_a_password_is_compared_as_it_was_typed(li: User) -> None:
    typed = "  Ganz Genau So 17, und zwar ohne dass ein einziges Zeichen nach dem vierundsechzigsten fehlt  "
    sent = {"oldpassword": "20150317", "password1": typed, "password2": typed}
    assert signed_in(li).post(CHANGE, sent).status_code == 302
    tries = [typed, typed.strip(), typed.lower(), typed[:64], typed[:-3]]
    ends = [Client().post(LOGIN, {"login": li.username, "password": one}).status_code for one in tries]
    assert ends == [302, 200, 200, 200, 200]


def test_a_new_password_asks_for_the_old_one(li: User) -> None:
    client = signed_in(li)
    new = {"password1": "tinte wolke 4", "password2": "tinte wolke 4"}
    assert [client.post(CHANGE, {**old, **new}).status_code for old in ({}, {"oldpassword": "falsch"})] == [200, 200]
    li.refresh_from_db()
    assert li.check_password("20150317")


def test_first_passwords_keep_the_rules_and_never_come_twice(db: None) -> None:
    branch = BranchFactory()
    made = [User.objects.open_account(teacher(branch)) for _ in range(20)]
    assert [refusals(password, user) for user, password in made] == [[]] * 20
    assert len({password for _user, password in made}) == 20


@pytest.mark.parametrize(
    ("address", "names", "inside"),
    [(LOGIN, ["password"], False), (CHANGE, ["oldpassword", "password1", "password2"], True)],
)
def test_a_password_s_field_is_masked_and_lets_helpers_in(
    li: User, address: str, names: list[str], inside: bool
) -> None:
    form = (signed_in(li) if inside else Client()).get(address).context["form"]
    fields = [name for name, field in form.fields.items() if field.widget.__class__.__name__ == "PasswordInput"]
    attributes = [form.fields[name].widget.attrs for name in fields]
    assert fields == names
    assert [one["autocomplete"] for one in attributes] == ["current-password", "new-password", "new-password"][
        : len(names)
    ]
    assert [one for one in attributes if {"maxlength", "onpaste", "readonly"} & set(one)] == []


def test_no_account_comes_with_the_site(db: None) -> None:
    User.objects.of_the_command_line()
    usable = [user.username for user in User.objects.all() if user.is_active or user.has_usable_password()]
    assert usable == []


class TestEqualWork:
    """An account that is not there costs the machine as many runs of the hash as one that is."""

    @pytest.fixture(autouse=True)
    def _counted(self, db: None) -> Iterator[None]:
        hashers = [f"{__name__}.CountingHasher"]
        with override_settings(PASSWORD_HASHERS=hashers):
            get_hashers_by_algorithm.cache_clear()
            yield
        get_hashers_by_algorithm.cache_clear()

    def runs(self, client: Client, address: str, sent: dict[str, str]) -> int:
        CountingHasher.runs = 0
        client.post(address, sent)
        return CountingHasher.runs

    def test_every_wrong_sign_in_hashes_once(self) -> None:
        user_of(username="owner")
        shut = user_of(username="shut")
        shut.is_active = False
        shut.save()
        User.objects.of_the_command_line()
        names = ("owner", "nobody", "shut", "@command-line")
        counted = {name: self.runs(Client(), LOGIN, {"login": name, "password": "wrong"}) for name in names}
        assert counted == dict.fromkeys(names, 1)

    @pytest.mark.hole
    def test_the_count_finds_a_door_that_looks_first_whether_there_is_an_account(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def hasty(self: object, request: object, username: str = "", password: str = "", **_rest: str) -> User | None:
            user = User.objects.filter(username=username).first()
            return user if user and user.check_password(password) else None

        monkeypatch.setattr("django.contrib.auth.backends.ModelBackend.authenticate", hasty)
        user_of(username="owner")
        counted = [self.runs(Client(), LOGIN, {"login": name, "password": "wrong"}) for name in ("owner", "nobody")]
        assert counted == [1, 0]


def test_what_is_kept_of_a_password_is_slow_to_guess() -> None:
    source = (settings.BASE_DIR / "pairing_site" / "settings.py").read_text()
    assert ("PASSWORD_HASHERS" in source, global_settings.PASSWORD_HASHERS[0].rpartition(".")[2]) == (
        False,
        "PBKDF2PasswordHasher",
    )
    assert PBKDF2PasswordHasher.iterations >= 600_000
    assert reverse("account_change_password") == CHANGE
