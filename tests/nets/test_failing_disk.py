"""Every nth operation on a file fails, or the process dies there: nothing half done is ever taken for a whole file."""

import errno
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from evidence import durable, looking
from evidence.leftovers import sweep
from evidence.looking import accept_bytes, evidence_storage, put
from evidence.models import Evidence, StoredFile
from evidence.storage import DurableStorage
from tests.nets import size
from tests.uploads import PDF, picture_as

OPERATIONS = {"open", "os.rename", "os.mkdir", "os.chmod", "tempfile.mkstemp"}
DIED = 9


class Plan:
    """Which operation fails next, and how; none while nothing is planned."""

    def __init__(self) -> None:
        self.folder, self.nth, self.done = "", 0, 0
        self.fail: Callable[[], None] = lambda: None

    def count(self, event: str, path: object) -> None:
        if self.folder and event in OPERATIONS and str(path).startswith(self.folder):
            self.done += 1
            if self.done == self.nth:
                self.fail()


plan = Plan()
# A hook cannot be taken away again; without a plan it does nothing.
sys.addaudithook(lambda event, args: plan.count(event, args[0] if args else ""))


@contextmanager
def failing(nth: int, fail: Callable[[], None]) -> Iterator[None]:
    """Let the nth operation in the evidence folder fail."""
    plan.folder, plan.nth, plan.done, plan.fail = str(evidence_storage().location), nth, 0, fail
    try:
        yield
    finally:
        plan.folder = ""


def no_space() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def broken_disk() -> None:
    raise OSError(errno.EIO, "Input/output error")


def die() -> None:
    os._exit(DIED)


@pytest.fixture
def storage(tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> DurableStorage:
    """Give the test an evidence folder of its own that is flushed, and let flushing fail like the rest."""
    options = {"location": tmp_path / "evidence"}
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {"BACKEND": "evidence.storage.DurableStorage", "OPTIONS": options},
    }
    flush = os.fsync

    def flushed(number: int) -> None:
        plan.count("os.rename", plan.folder)
        flush(number)

    monkeypatch.setattr(os, "fsync", flushed)
    return evidence_storage()


def keep(content: bytes) -> str:
    """Keep bytes as a row would, and return their hash."""
    accepted = accept_bytes(content, "x")
    name = StoredFile(sha256=accepted.file.sha256)
    if accepted.thumbnail:
        put(accepted.thumbnail, name.thumbnail_path)
    put(accepted.file, name.path)
    return accepted.file.sha256


def refusal_of(content: bytes) -> str:
    """Take bytes in, and return why they were not taken: nothing where they were."""
    try:
        Evidence.objects.take_in_bytes(content, name="证书")
    except ValidationError as refused:
        return refused.code
    return ""


def partial(storage: DurableStorage) -> list[str]:
    """Return the files whose bytes are not those of their hash, and thumbnails that are cut."""
    wrong = []
    for name in storage.names():
        content = Path(storage.path(name)).read_bytes()
        is_whole = content.endswith(b"\xff\xd9") if "thumbnail" in name else hashlib.sha256(content).hexdigest() in name
        wrong += [] if is_whole else [name]
    return wrong


def died_at(nth: int, content: bytes) -> bool:
    """Keep bytes in a process that dies at its nth operation; return whether it came so far."""
    if not (child := os.fork()):
        with failing(nth, die):
            keep(content)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == DIED


CONTENTS = (PDF, picture_as("PNG", (32, 32)))


@pytest.mark.parametrize("content", CONTENTS, ids=["pdf", "picture"])
@pytest.mark.parametrize("fail", [no_space, broken_disk])
@pytest.mark.django_db
def test_no_failing_operation_leaves_a_part(storage: DurableStorage, content: bytes, fail: Callable[[], None]) -> None:
    nth = 0
    while True:
        nth += 1
        with failing(nth, fail):
            if not (why := refusal_of(content)):
                break
        assert why == "unstored"
        assert (partial(storage), Evidence.objects.count()) == ([], 0)
        assert not storage.exists("incoming") or storage.listdir("incoming")[1] == []
    assert nth > 5
    assert (partial(storage), Evidence.objects.get().file.compute_sha256()) == ([], Evidence.objects.get().file.sha256)


@pytest.mark.parametrize("content", CONTENTS, ids=["pdf", "picture"])
def test_a_process_that_dies_leaves_a_part_to_sweep_and_none_under_a_hash(
    storage: DurableStorage, content: bytes
) -> None:
    nth = 0
    while died_at(nth := nth + 1, content):
        assert partial(storage) == []
        died_at(nth, content)  # and again, over what the first one left
        assert partial(storage) == []
    assert nth > 5
    sha256 = keep(content)
    assert StoredFile(sha256=sha256).compute_sha256() == sha256


@pytest.mark.django_db
def test_what_the_dead_left_is_swept_once_it_is_a_day_old(storage: DurableStorage) -> None:
    kept = Evidence.objects.take_in_bytes(CONTENTS[1], name="证书")
    died_at(5, PDF)
    keep(PDF)  # a refused form's file: whole, and named by no row
    left = [
        *storage.waiting_folder().iterdir(),
        Path(storage.path(StoredFile(sha256=hashlib.sha256(PDF).hexdigest()).path)),
    ]
    assert sweep(storage) == []  # an upload under way is as young
    for path in [*left, Path(storage.path(kept.file.path)), Path(storage.path(kept.file.thumbnail_path))]:
        os.utime(path, (1, 1))
    assert (len(sweep(storage, dry_run=True)), all(path.exists() for path in left)) == (len(left), True)
    sweep(storage)
    assert ([path for path in left if path.exists()], sorted(storage.names())) == (
        [],
        sorted([kept.file.path, kept.file.thumbnail_path]),
    )


@pytest.mark.parametrize("room", range(0, 2000, size(small=400, large=25)))
def test_a_disk_that_fills_in_mid_write_leaves_nothing(storage: DurableStorage, room: int) -> None:
    content = PDF + os.urandom(4000)

    def filled() -> None:
        import resource  # noqa: PLC0415 - in the child only

        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        try:
            keep(content)
        except ValidationError as refused:
            os._exit(0 if refused.code == "unstored" else 1)
        os._exit(2)

    assert in_child(filled) == 0
    assert (list(storage.names()), list(storage.waiting_folder().iterdir())) == ([], [])
    assert StoredFile(sha256=keep(content)).compute_sha256() != ""


def in_child(act: Callable[[], None]) -> int:
    if not (child := os.fork()):
        try:
            act()
        finally:
            os._exit(3)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.hole
def test_the_net_finds_a_writer_that_writes_under_the_name_itself(
    storage: DurableStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(part: Path, path: Path, *, flush: bool = True) -> None:
        content = part.read_bytes()
        with path.open("wb") as file:
            file.write(content[:10])
            file.flush()
            os.fsync(file.fileno())
            file.write(content[10:])
        part.unlink()

    monkeypatch.setattr("evidence.storage.move_whole", careless)
    found = []
    nth = 0
    while died_at(nth := nth + 1, PDF):
        found += partial(storage)
    assert found


@pytest.mark.hole
def test_the_net_finds_a_storage_that_takes_what_exists_for_whole(
    storage: DurableStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = StoredFile(sha256=hashlib.sha256(PDF).hexdigest()).path
    durable.make_folder(Path(storage.path(name)).parent)
    Path(storage.path(name)).write_bytes(PDF[:10])
    put_anew = looking.put
    monkeypatch.setattr(
        sys.modules[__name__], "put", lambda waiting, name: None if storage.exists(name) else put_anew(waiting, name)
    )
    keep(PDF)
    assert partial(storage) == [name]
    monkeypatch.undo()
    keep(PDF)
    assert partial(storage) == []
