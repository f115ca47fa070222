"""What arrives is bounded while it arrives: per file, per request, and for those who are not signed in."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evidence.looking import evidence_storage
from evidence.models import Evidence
from pairings.models import ProgressLog
from tests.conftest import signed_in
from tests.factories.outcomes import picture
from tests.uploads import PDF, upload
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db


def sent(world: BranchWorld, *photos: SimpleUploadedFile) -> dict[str, Any]:
    return {
        "form_key": str(uuid.uuid4()),
        "activity_type": world.rows["team"].kind_info.activities[0][0],
        "words": "完成六轴机器人工作站联调。",
        "hours": "1.5",
        "date": timezone.localdate().isoformat(),
        "photos": photos,
    }


def address(world: BranchWorld) -> str:
    return reverse("pairings:log", args=[world.rows["team"].pk])


def test_a_file_over_the_limit_is_refused_with_all_that_was_typed_in_view(
    world: BranchWorld, teacher_client: Client, settings
) -> None:
    settings.EVIDENCE_MAX_BYTES = settings.UPLOAD_MAX_BYTES = 1024 * 1024
    before = Evidence.objects.count()
    page = teacher_client.post(
        address(world), sent(world, upload("大.pdf", PDF + bytes(3_000_000)), upload("小.png", picture()))
    )
    said = page.content.decode()
    assert ("文件超过1兆" in said, "完成六轴机器人工作站联调。" in said) == (True, True)
    assert (ProgressLog.objects.filter(words__contains="六轴").count(), Evidence.objects.count()) == (0, before)


def test_no_more_of_a_file_than_the_limit_reaches_the_disk(rf, settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    request = rf.post("/", {"a": upload("大.pdf", bytes(300_000)), "b": upload("小.pdf", PDF)})
    large, small = request.FILES["a"], request.FILES["b"]
    assert (large.size, len(large.read()), large.is_whole) == (300_000, 1001, False)
    assert (small.size, small.read(), small.is_whole) == (len(PDF), PDF, True)


def test_a_request_over_the_limit_is_answered_in_the_frame_without_being_read(
    world: BranchWorld, teacher_client: Client, settings
) -> None:
    settings.EVIDENCE_MAX_REQUEST_BYTES = 2 * 1024 * 1024
    page = teacher_client.post(address(world), sent(world, upload("大.pdf", PDF + bytes(3_000_000))))
    assert page.status_code == 413
    assert ("2 兆" in page.content.decode(), "site-foot" in page.content.decode()) == (True, True)
    assert not page.wsgi_request._read_started


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
def test_whoever_is_not_signed_in_sends_no_more_than_a_form(client: Client, kind: str, settings) -> None:
    body = b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    page = client.generic("POST", reverse("account_login"), body, content_type=kind)
    assert (page.status_code, page.wsgi_request._read_started) == (413, False)


@pytest.mark.parametrize("name", ["a." + "x" * 400, "名" * 300 + ".jpg", "a\x00b.jpg", "/", "..\\..\\x"])
def test_no_name_of_a_file_is_too_strange_to_arrive(world: BranchWorld, teacher_client: Client, name: str) -> None:
    teacher_client.post(address(world), sent(world, upload("x.png", picture())) | {"photos": [named(name)]})
    entry = ProgressLog.objects.filter(words__contains="六轴").get()
    assert entry.photos.get().evidence.original_name.endswith(".png")


def named(name: str) -> SimpleUploadedFile:
    """Return a picture under a name that no file system would take."""
    file = upload("x.png", picture())
    file.__dict__["_name"] = name or "x"
    return file


def test_what_was_refused_leaves_nothing_waiting(world: BranchWorld, teacher_client: Client) -> None:
    storage = evidence_storage()
    before = set(storage.names())
    wrong = sent(world, upload("好.png", picture()), upload("坏.png", b"\x89PNG\r\n\x1a\n"))
    teacher_client.post(address(world), wrong)
    signed_in(world.users["student"]).post(address(world), sent(world, upload("好.png", picture())))
    assert (list(storage.waiting_folder().iterdir()), set(storage.names())) == ([], before)
