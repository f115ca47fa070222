"""A stored file that is lost or damaged is answered in words, named to the operator, and mended by the next upload."""

import errno
import json
import logging
import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from evidence.durable import write_whole
from evidence.integrity import hashes
from evidence.looking import evidence_storage
from evidence.models import Evidence, StoredFile
from tests.factories.outcomes import picture
from tests.uploads import PDF, upload
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db


def lose(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "lost":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 2])


def on_disk(name: str) -> Path:
    return Path(evidence_storage().path(name))


@pytest.mark.parametrize("how", ["lost", "cut"])
@pytest.mark.parametrize("address", ["file", "download"])
def test_a_damaged_file_is_answered_in_words_and_named_in_the_log(
    world: BranchWorld, desk: Client, how: str, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    evidence = world.rows["evidence"]
    lose(on_disk(evidence.file.path), how)
    with caplog.at_level(logging.ERROR, "evidence"):
        page = desk.get(reverse(f"evidence:{address}", args=[evidence.pk]))
    assert (page.status_code, "这份文件已损坏" in page.content.decode(), "site-foot" in page.content.decode()) == (
        410,
        True,
        True,
    )
    said = [record.getMessage() for record in caplog.records if record.name == "evidence.models"]
    assert (len(said), evidence.file.sha256 in said[0], evidence.original_name in said[0]) == (1, True, False)


@pytest.mark.parametrize("how", ["lost", "cut"])
def test_a_damaged_thumbnail_is_no_half_picture(world: BranchWorld, desk: Client, how: str) -> None:
    evidence = world.rows["evidence"]
    lose(on_disk(evidence.file.thumbnail_path), how)
    assert desk.get(reverse("evidence:thumbnail", args=[evidence.pk])).status_code == 410
    assert [row["problem"] for row in hashes().broken] == [f"{evidence.file.sha256}: its thumbnail is gone or damaged"]


def test_the_page_of_a_damaged_file_says_so_and_shows_who_holds_it(world: BranchWorld, desk: Client) -> None:
    evidence = world.rows["evidence"]
    whole = desk.get(evidence.get_absolute_url()).content.decode()
    lose(on_disk(evidence.file.path), "lost")
    damaged = desk.get(evidence.get_absolute_url()).content.decode()
    assert ["这份文件已损坏" in page for page in (whole, damaged)] == [False, True]
    assert world.rows["verified"].title in damaged


@pytest.mark.parametrize("content", [PDF, picture()])
@pytest.mark.parametrize("how", ["lost", "cut"])
def test_the_next_upload_of_the_same_bytes_mends_what_is_damaged(content: bytes, how: str) -> None:
    first = Evidence.objects.take_in(upload("证书", content), by=None)
    lose(on_disk(first.file.path), how)
    assert len(hashes().broken) == 1
    second = Evidence.objects.take_in(upload("证书", content), by=None)
    assert (second.file, hashes().broken, StoredFile.objects.count()) == (first.file, [], 1)


def test_saving_a_name_again_writes_it_anew() -> None:
    storage = evidence_storage()
    for content in (b"a part", b"the whole file"):
        assert storage.save("aa/bb/name", ContentFile(content)) == "aa/bb/name"
    with storage.open("aa/bb/name") as file:
        assert file.read() == b"the whole file"
    assert list(storage.waiting_folder().iterdir()) == []


def test_a_report_that_cannot_be_written_leaves_the_old_one(world: BranchWorld, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(b"the old one")
    path.chmod(0o640)

    def fails():
        yield b"half of"
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_whole(path, fails())
    assert ([one.name for one in tmp_path.iterdir()], path.read_bytes()) == (["report.json"], b"the old one")
    call_command("branch_report", world.code, "--year", "2024", "--format", "json", "--output", str(path))
    assert (json.loads(path.read_bytes())["branch"]["code"], path.stat().st_mode & 0o777) == (world.code, 0o640)


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, [b"words"])
    assert (os.read(reader, 9), pipe.is_fifo()) == (b"words", True)
    os.close(reader)
