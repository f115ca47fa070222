"""One person's data: taken out whole, and forgotten whole once they have left."""

import datetime
import json

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organization.events import Event, of_event
from organization.integrity import try_all
from organization.models import Person, RoleAssignment, RuleError, User
from organization.personal import ANONYMOUS, anonymise, everything_about
from outcomes.models import FrozenReport, ReportFile
from pairings.models import Pairing, ProgressLog
from tests.conftest import signed_in
from tests.factories import log, operator, teacher, teaching_pair, user_of
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

CANARIES = {
    "name": "欧阳金丝雀",
    "number": "CANARY2046",
    "phone": "13977770046",
    "email": "canary@example.org",
    "strengths": "独一无二的金丝雀长处",
    "needs": "独一无二的金丝雀需求",
    "title": "金丝雀教授",
    "specialty": "金丝雀饲养",
}
REASON = "本人已离校并提出申请。"
BORN = datetime.date(1979, 2, 13)


def places_of(words: tuple[str, ...]) -> list[str]:
    """Return every column of every table, of the libraries too, that holds one of the words; asked in plain SQL."""
    found = []
    escaped = {word: json.dumps(word)[1:-1] for word in words}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    text = str(value)
                    if any(word in text or escaped[word] in text for word in words):
                        found.append(f"{table}.{name}")
    return sorted(set(found))


@pytest.fixture
def leaver(world: BranchWorld) -> Person:
    """Return somebody whose words went everywhere that work carries them, and who has left."""
    secretary = world.users["secretary"]
    person = teacher(world.branch, born_on=BORN, **CANARIES)
    user = user_of(person, username=CANARIES["number"], email=CANARIES["email"])
    people = {"leader": world.users["teacher"].person, "ordinary_teacher": person}
    pair = teaching_pair(world.branch, by=world.users["teacher"], people=people, title="与欧阳金丝雀的课程共建")
    log(pair, by=user, words="欧阳金丝雀试讲，联系 13977770046。")
    client = signed_in(user)
    client.get(reverse("dashboard"))
    Client().post("/accounts/login/", {"login": CANARIES["number"], "password": "wrong"})
    desk = signed_in(secretary)
    person.refresh_from_db()
    person.phone = "13977770047"
    person.save()
    desk.get(reverse("admin:organization_person_change", args=[person.pk]))
    Pairing.objects.get(pk=pair.pk).end(by=secretary, reason="欧阳金丝雀调离。")
    person.refresh_from_db()
    person.leave(on=timezone.localdate(), ending="left", by=secretary)
    return person


WORDS = (*CANARIES.values(), "13977770047")


class TestForgetting:
    def test_no_text_of_any_table_holds_a_word_any_more(self, world: BranchWorld, leaver: Person) -> None:
        before = places_of(WORDS)
        assert len(before) >= 8, before
        assert anonymise(leaver, by=world.users["secretary"], reason=REASON) == 0
        assert places_of(WORDS) == []
        left = Person.objects.get(pk=leaver.pk)
        assert (left.born_on, str(BORN) in str(everything_about(left))) == (None, False)

    def test_the_whole_stays_sound_and_its_counts_as_they_were(self, world: BranchWorld, leaver: Person) -> None:
        counts = {model: model._base_manager.count() for model in apps.get_app_config("pairings").get_models()}
        anonymise(leaver, by=world.users["secretary"], reason=REASON)
        assert {model: model._base_manager.count() for model in counts} == counts
        assert {name: finding.broken for name, finding in try_all() if finding.broken} == {}

    def test_the_account_is_shut_and_says_nobody_s_name(self, world: BranchWorld, leaver: Person) -> None:
        anonymise(leaver, by=world.users["secretary"], reason=REASON)
        user = User.objects.get(person=leaver)
        assert (user.is_active, user.has_usable_password(), user.get_full_name()) == (False, False, ANONYMOUS)

    def test_a_namesake_keeps_the_name(self, world: BranchWorld, leaver: Person) -> None:
        longer, same = (teacher(world.branch, name=CANARIES["name"] + more) for more in ("之", ""))
        anonymise(leaver, by=world.users["secretary"], reason=REASON)
        for person, name in ((longer, CANARIES["name"] + "之"), (same, CANARIES["name"])):
            person.refresh_from_db()
            assert person.name == name
        assert {name: finding.broken for name, finding in try_all() if finding.broken} == {}

    def test_frozen_reports_stand_still(self, world: BranchWorld, leaver: Person) -> None:
        kept = [list(model._base_manager.values()) for model in (FrozenReport, ReportFile)]
        anonymise(leaver, by=world.users["secretary"], reason=REASON)
        assert [list(model._base_manager.values()) for model in (FrozenReport, ReportFile)] == kept

    def test_it_says_who_did_it_and_why(self, world: BranchWorld, leaver: Person) -> None:
        anonymise(leaver, by=world.users["secretary"], reason=REASON)
        (entry,) = of_event(Event.ANONYMISED)
        assert (entry.actor, entry.additional_data["reason"]) == (world.users["secretary"], REASON)

    def test_whoever_is_here_or_sits_somewhere_is_not_forgotten(self, world: BranchWorld) -> None:
        person = world.rows["person"]
        with pytest.raises(RuleError, match="仍在"):
            anonymise(person, by=None, reason=REASON)
        yesterday = timezone.localdate() - datetime.timedelta(days=1)
        person.memberships.update(left_on=yesterday, ending="left")  # past the verb, which asks for the place first
        with pytest.raises(RuleError, match="结对"):
            anonymise(person, by=None, reason=REASON)
        person.refresh_from_db()
        assert person.name != ANONYMOUS

    def test_whoever_holds_a_role_is_not_forgotten(self, world: BranchWorld, leaver: Person) -> None:
        user = User.objects.get(person=leaver)
        RoleAssignment.objects.create(user=user, role=RoleAssignment.Role.DEPUTY, branch=world.branch)
        with pytest.raises(RuleError):
            anonymise(leaver, by=None, reason=REASON)

    def test_the_desk_asks_why_and_then_does_it(self, world: BranchWorld, desk: Client, leaver: Person) -> None:
        address = reverse("admin:organization_person_changelist")
        sent = {"action": "make_anonymous", "_selected_action": [leaver.pk]}
        assert "理由" in desk.post(address, sent).content.decode()
        desk.post(address, {**sent, "reason": REASON})
        leaver.refresh_from_db()
        assert leaver.name == ANONYMOUS

    @pytest.mark.hole
    def test_the_search_finds_a_word_that_was_left(self, world: BranchWorld, leaver: Person) -> None:
        anonymise(leaver, by=world.users["secretary"], reason=REASON)
        log(world.rows["team"], by=world.users["teacher"], words="想起欧阳金丝雀。")
        assert places_of(WORDS) == ["auditlog_logentry.changes", "pairings_progresslog.words"]


class TestTakingOut:
    def test_everything_that_names_the_person_is_in_it(self, leaver: Person) -> None:
        found = everything_about(leaver)
        told = json.dumps(found, ensure_ascii=False)
        assert [word in told for word in (*CANARIES.values(), str(BORN), "试讲")] == [True] * (len(CANARIES) + 2)
        labels = {"organization.Person", "organization.User", "pairings.Seat", "pairings.ProgressLog"}
        assert labels <= set(found)
        assert "md5$" not in told

    def test_a_row_that_names_somebody_as_author_and_as_who_entered_it_is_in_it_once(self, leaver: Person) -> None:
        entry = ProgressLog.objects.get(author=leaver)
        assert (entry.author, entry.entered_by.person) == (leaver, leaver)
        assert [row["id"] for row in everything_about(leaver)["pairings.ProgressLog"]] == [entry.pk]

    def test_one_s_own_comes_as_a_file_that_nobody_keeps(self, world: BranchWorld, teacher_client: Client) -> None:
        answer = teacher_client.get(reverse("own_data"))
        person = world.users["teacher"].person
        assert json.loads(answer.content)["organization.Person"][0]["number"] == person.number
        assert answer["Content-Disposition"].startswith("attachment")
        assert "no-store" in answer["Cache-Control"]
        assert [(entry.actor, entry.object_pk) for entry in of_event(Event.TAKEN_OUT)] == [
            (world.users["teacher"], str(person.pk))
        ]

    def test_nobody_else_s_words_are_in_it(self, world: BranchWorld, leaver: Person) -> None:
        told = json.dumps(everything_about(world.rows["student"]), ensure_ascii=False)
        assert [word for word in WORDS if word in told] == []

    def test_the_secretary_takes_out_a_person_s_and_a_colleague_does_not(
        self, world: BranchWorld, desk: Client, teacher_client: Client
    ) -> None:
        address = reverse("person_data", args=[world.rows["person"].pk])
        assert [client.get(address).status_code for client in (desk, teacher_client)] == [200, 403]

    def test_the_profile_says_what_is_held_and_whom_to_ask(self, world: BranchWorld, teacher_client: Client) -> None:
        Person.objects.filter(pk=world.users["teacher"].person_id).update(phone="13900001111")
        page = teacher_client.get(reverse("profile")).content.decode()
        secretary = world.users["secretary"].person.name
        assert ["13900001111" in page, secretary in page, reverse("own_data") in page] == [True] * 3


def test_the_trail_shows_phones_and_birthdays_to_nobody(world: BranchWorld) -> None:
    person = teacher(world.branch, phone="13812345678", email="lin@example.org", born_on=BORN)
    boss = signed_in(operator())
    entry = apps.get_model("auditlog.LogEntry").objects.get_for_object(person).get()
    page = boss.get(reverse("admin:auditlog_logentry_change", args=[entry.pk])).content.decode()
    assert [text in page for text in ("13812345678", "lin@example.org", "1979")] == [False] * 3
    assert "138****5678" in page


def test_what_the_desk_keeps_to_itself_is_not_handed_to_whom_it_names(world: BranchWorld) -> None:
    rule, user = world.rows["rule"], world.users["teacher"]
    assert rule.person_id == user.person_id
    told = signed_in(user).get(reverse("own_data")).json()
    assert told["pairings.Seat"]
    assert told.get("pairings.MatchRule", []) == []
    assert rule.other.name not in json.dumps(told.get("pairings.MatchRule", []), ensure_ascii=False)
