"""The audit trail: each entry is linked, the database keeps it, and only a recorded redaction changes its words."""

import threading
from io import StringIO
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Count, Max, ProtectedError
from django.test import Client, override_settings
from django.urls import reverse

from organization.integrity import try_all
from organization.models import Person, RuleError, TrailHead, TrailLink
from organization.redaction import BLACKED_OUT, permitted, redact
from organization.trail import audited_update
from tests.factories import BranchFactory, operator, teacher
from tests.world import BranchWorld

KEY = settings.SIGNING_KEY


def broken_in_the_trail() -> list[tuple[str, Any, str]]:
    return [
        (row["model"], row["id"], row["problem"])
        for name, found in try_all()
        if name.startswith("9_")
        for row in found.broken
    ]


@pytest.mark.django_db
def test_every_entry_has_its_link_in_an_unbroken_chain(world: BranchWorld) -> None:
    assert LogEntry.objects.count() == TrailLink.objects.count() > 100
    chains = TrailLink.objects.values("chain").annotate(links=Count("pk"), newest=Max("number"))
    assert all(chain["links"] == chain["newest"] for chain in chains)
    assert broken_in_the_trail() == []


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["auditlog_logentry", "organization_traillink"])
@pytest.mark.parametrize("statement", ["DELETE FROM {table}", "UPDATE {table} SET {column} = 'x'", "TRUNCATE {table}"])
def test_the_database_refuses_to_change_or_remove_an_entry(table: str, statement: str) -> None:
    if statement.startswith("TRUNCATE") and connection.vendor == "sqlite":
        pytest.skip("SQLite knows no TRUNCATE")
    teacher(BranchFactory())
    connection.check_constraints()  # what waits for the end of the transaction would refuse a TRUNCATE before the guard
    column = "object_repr" if table == "auditlog_logentry" else "mac"
    more = " CASCADE" if statement.startswith("TRUNCATE") else ""
    with pytest.raises(IntegrityError, match="never changed or removed"), transaction.atomic():
        connection.cursor().execute(statement.format(table=table, column=column) + more)
    assert broken_in_the_trail() == []


@pytest.mark.django_db
def test_a_savepoint_that_was_rolled_back_leaves_no_gap() -> None:
    branch = BranchFactory()
    for _ in "12":
        with transaction.atomic():
            teacher(branch)
            transaction.set_rollback(True)
        teacher(branch)
    assert broken_in_the_trail() == []


@pytest.mark.django_db
def test_words_are_redacted_once_recorded_and_the_chain_holds(world: BranchWorld) -> None:
    person = world.rows["person"]
    name, by = person.name, world.users["secretary"]
    person.name = "已注销"
    person.save()
    named = LogEntry.objects.get_for_object(person).filter(object_repr__contains=name)
    touched = list(named.values_list("pk", flat=True))
    count = redact(named, by=by, reason="本人要求删除", replace=lambda text: text.replace(name, "已注销"))
    assert (count, named.count()) == (len(touched), 0)
    record = LogEntry.objects.order_by("pk").last()
    assert (record.actor, record.additional_data) == (by, {"redacted": sorted(touched), "reason": "本人要求删除"})
    assert broken_in_the_trail() == []


@pytest.mark.django_db
def test_a_redaction_blacks_all_words_out_and_needs_a_reason(world: BranchWorld) -> None:
    entries = LogEntry.objects.get_for_object(world.rows["reflection"])
    with pytest.raises(RuleError):
        redact(entries, by=None, reason=" ")
    assert redact(entries, by=None, reason="误传") == entries.count() == 1
    entry = entries.get()
    assert (entry.object_repr, entry.changes["words"]) == (BLACKED_OUT, [BLACKED_OUT, BLACKED_OUT])


@pytest.mark.django_db
def test_the_chain_believes_an_earlier_key_only_while_it_is_named(world: BranchWorld) -> None:
    with override_settings(SIGNING_KEY="another", SIGNING_KEY_FALLBACKS=[]):
        assert len(broken_in_the_trail()) > 100
    with override_settings(SIGNING_KEY="another", SIGNING_KEY_FALLBACKS=[KEY]):
        world.rows["person"].title = "教授"
        world.rows["person"].save()
        assert broken_in_the_trail() == []


@pytest.mark.django_db
@pytest.mark.hole
def test_an_end_that_was_rolled_back_shows_even_after_the_next_entry() -> None:
    branch = BranchFactory()
    teacher(branch)
    head = TrailHead.objects.exclude(length=0).get()
    cut = TrailLink.objects.get(chain=head.chain, number=head.length - 1)
    with permitted():
        tail = TrailLink.objects.get(chain=head.chain, number=head.length)
        TrailLink.objects.filter(pk=tail.pk).delete()
        LogEntry.objects.filter(pk=tail.pk).delete()
    TrailHead.objects.filter(pk=head.pk).update(length=cut.number, mac=cut.mac)
    teacher(branch)
    assert any("missing" in problem for _model, _pk, problem in broken_in_the_trail())


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_writers_at_one_moment_wait_for_nobody_and_keep_the_chains() -> None:
    branch = BranchFactory()
    errors: list[Exception] = []
    gate = threading.Barrier(6)

    def write() -> None:
        try:
            gate.wait()
            for _ in range(5):
                with transaction.atomic():
                    teacher(branch)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (errors, Person.objects.count(), broken_in_the_trail()) == ([], 30, [])


@pytest.mark.django_db
def test_a_change_in_bulk_leaves_what_stood_before_and_after(world: BranchWorld) -> None:
    people = Person.objects.filter(pk__in=[world.rows["person"].pk, world.rows["student"].pk])
    assert audited_update(people, specialty="数控技术") == 2
    entry = LogEntry.objects.get_for_object(world.rows["student"]).order_by("pk").last()
    assert entry.changes == {"specialty": ["", "数控技术"]}
    assert broken_in_the_trail() == []


@pytest.mark.django_db
def test_who_did_something_is_never_forgotten(world: BranchWorld) -> None:
    secretary, boss = world.users["secretary"], Client()
    desk = Client()
    desk.force_login(secretary)
    desk.post(reverse("pairings:approve", args=[world.rows["proposal"].pk]))
    with pytest.raises(ProtectedError):
        secretary.delete()
    boss.force_login(operator())
    answer = boss.post(reverse("admin:organization_user_delete", args=[secretary.pk]), {"post": "yes"})
    secretary.refresh_from_db()
    assert (answer.status_code, LogEntry.objects.filter(actor=secretary).exists()) == (200, True)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="roles are PostgreSQL's")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE auditlog_logentry SET object_repr = 'x'",
        "DELETE FROM auditlog_logentry",
        "TRUNCATE auditlog_logentry CASCADE",
        "UPDATE organization_traillink SET mac = 'x'",
        "DELETE FROM organization_traillink",
        "ALTER TABLE auditlog_logentry DISABLE TRIGGER ALL",
        "DROP TRIGGER trail_is_kept ON auditlog_logentry",
    ],
)
def test_the_application_s_role_adds_to_the_trail_and_can_do_nothing_else(world: BranchWorld, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE pairing_app")
        call_command("restrict_database_role", "pairing_app", stdout=StringIO())
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE pairing_app")
        try:
            teacher(world.branch)
            assert broken_in_the_trail() == []
            cursor.execute("SET LOCAL pairing.redaction = 'on'")
            with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
                cursor.execute(statement)
            cursor.execute("SET LOCAL pairing.redaction = 'off'")
            with pytest.raises(RuleError):
                redact(LogEntry.objects.get_for_object(world.rows["reflection"]), by=None, reason="误传")
            assert broken_in_the_trail() == []
        finally:
            cursor.execute("RESET ROLE")


@pytest.mark.django_db
def test_a_role_is_restricted_in_a_line_or_refused_in_one() -> None:
    with pytest.raises(CommandError) as raised:
        call_command("restrict_database_role", "nobody_of_this_name")
    assert (raised.value.returncode, "\n" in str(raised.value)) == (2, False)
