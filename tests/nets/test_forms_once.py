"""Every form of every page, sent twice and then with other words: once what is the same, and no word is lost.

The forms are those that the pages hold, filled in as a browser would; a new form is sent without a line here.
"""

import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.contrib.messages import ERROR
from django.db import connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organization import middleware
from organization.models import FormReceipt, receipts
from pairings.models import ProgressLog
from tests.conftest import signed_in
from tests.factories.outcomes import picture
from tests.nets import size
from tests.nets.browser import WITHOUT_RECEIPT, SentForm, all_forms, forms_of
from tests.uploads import upload
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db

FIRST, OTHER = "初稿", "另一段话"


@dataclass(frozen=True)
class Sent:
    """What came of sending a form."""

    status: int
    location: str
    page: str
    told: tuple[tuple[int, str], ...]


def send(client: Client, form: SentForm, data: dict[str, Any]) -> Sent:
    """Send a form and say what came of it."""
    response = client.post(form.action, data)
    told = tuple((one.level, str(one.message)) for one in response.wsgi_request._messages._queued_messages)
    return Sent(response.status_code, response.headers.get("Location", ""), response.content.decode(), told)


def tables() -> list[type[models.Model]]:
    """Return the tables that hold what people enter, without receipts and sessions."""
    apart = {"organization.FormReceipt", "sessions.Session"}
    return [model for model in apps.get_models() if model._meta.label not in apart and model._meta.managed]


def ask(parts: list[str]) -> list[tuple[Any, ...]]:
    """Return the rows of many small queries asked in one."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return cursor.fetchall()


def rows() -> Counter[str]:
    """Return how many rows each table holds."""
    return Counter(dict(ask([f"SELECT '{m._meta.label}', count(*) FROM {m._meta.db_table}" for m in tables()])))


def is_kept(word: str) -> bool:
    """Return whether any row holds a word."""
    texts = [
        f"SELECT count(*) FROM {model._meta.db_table} WHERE {one.column} LIKE '%{word}%'"
        for model in tables()
        for one in model._meta.local_concrete_fields
        if isinstance(one, models.CharField | models.TextField)
    ]
    return any(count for (count,) in ask(texts))


def lost_or_doubled(client: Client, form: SentForm, *, all_texts: bool = True) -> tuple[bool, str]:
    """Send a form, the same again, and other words; return whether it was carried out and what is wrong."""
    before, sent = rows(), form.filled_in(FIRST, all_texts=all_texts)
    first = send(client, form, sent)
    if first.status != 302 or any(level == ERROR for level, _words in first.told):
        return lost_or_doubled(client, form, all_texts=False) if all_texts else (False, "")
    once = rows()
    again = send(client, form, sent)
    if rows() != once:
        return True, f"twice: {rows() - once}"
    if once != before and (again.status, again.location) != (302, first.location):
        return True, f"led to {first.location}, then to {again.status} {again.location}"
    if not form.words:
        return True, ""
    other = send(client, form, form.filled_in(OTHER, all_texts=all_texts))
    is_told = any(level == ERROR for level, _words in other.told)
    return True, "" if is_kept(OTHER) or OTHER in other.page or is_told else "other words are dropped"


def cast_net(world: BranchWorld, *only: str) -> tuple[list[str], dict[str, str]]:
    """Return the names of the forms that were carried out, and what is wrong with which."""
    done, wrong = [], {}
    for client, name, form in list(all_forms(world, *only)):  # before any is sent
        if name in WITHOUT_RECEIPT:
            continue
        with transaction.atomic():
            carried_out, problem = lost_or_doubled(client, form)
            transaction.set_rollback(True)
        if carried_out:
            done.append(name)
        if problem:
            wrong[name] = problem
    return done, wrong


def test_the_same_form_counts_once_and_other_words_are_not_lost(world: BranchWorld) -> None:
    done, wrong = cast_net(world)
    assert wrong == {}
    assert len(set(done)) >= size(small=35, large=65), sorted(set(done))


def test_a_form_behind_the_back_button_with_other_words_is_another_log(world: BranchWorld) -> None:
    client, address = signed_in(world.users["teacher"]), reverse("pairings:log", args=[world.rows["pair"].pk])
    [form] = [one for one in forms_of(client.get(address).content.decode(), address) if one.action == address]
    sent = form.filled_in("上午试切", all_texts=False)
    answers = [send(client, form, {**sent, "words": words}) for words in ("上午试切", "上午试切", "下午检测")]
    logs = ProgressLog.objects.filter(pairing=world.rows["pair"].pk, words__in=["上午试切", "下午检测"])
    assert sorted(logs.values_list("words", flat=True)) == ["上午试切", "下午检测"]
    told = [[words for _level, words in one.told] for one in answers]
    assert (told[0], told[1][0], told[2]) == (["进展记录已保存。"], "进展记录已保存。", ["进展记录已保存。"])
    assert "只办理了一次" in told[1][1]


def test_the_same_words_with_another_photo_of_the_same_name_is_another_log(world: BranchWorld) -> None:
    client, address = signed_in(world.users["teacher"]), reverse("pairings:log", args=[world.rows["pair"].pk])
    [form] = [one for one in forms_of(client.get(address).content.decode(), address) if one.action == address]
    sent = form.filled_in("上午试切", all_texts=False)
    photos = [picture(), picture()]
    for content in (photos[0], photos[0], photos[1]):
        send(client, form, {**sent, "words": "上午试切", "photos": upload("现场.png", content)})
    logs = ProgressLog.objects.filter(pairing=world.rows["pair"].pk, words="上午试切").order_by("pk")
    assert [log.photos.count() for log in logs] == [1, 1]
    assert len({log.photos.get().evidence.file_id for log in logs}) == len(photos)


def test_old_receipts_are_cleared_away(world: BranchWorld) -> None:
    old, new = (FormReceipt.objects.create(key=uuid.uuid4()) for _time in range(2))
    FormReceipt.objects.filter(pk=old.pk).update(sent_at=timezone.now() - receipts.KEPT * 2)
    form = receipts.FormInHand(uuid.UUID(int=receipts.CLEARS_EVERY * 7), None)
    form.leave_receipt()
    form.keep_answer("/", [])
    assert {one.pk for one in FormReceipt.objects.all()} == {new.pk, form.key}


@pytest.mark.hole
def test_a_key_that_forgets_what_it_was_used_for_is_found(world: BranchWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "use_of_form", lambda key, _request: key)
    _done, wrong = cast_net(world, "pairings:log", "outcomes:new")
    assert wrong["pairings:log"] == "other words are dropped"


@pytest.mark.hole
def test_a_form_without_a_receipt_is_found(world: BranchWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts.FormInHand, "leave_receipt", lambda _form: None)
    _done, wrong = cast_net(world, "pairings:log", "mentorship:reflect")
    assert "'pairings.ProgressLog': 1" in wrong["pairings:log"]
    assert "'mentorship.Reflection': 1" in wrong["mentorship:reflect"]
