"""However large a file, the web process holds little of it: it goes from the network to the disk in pieces."""

import uuid
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evidence import looking
from pairings.models import ProgressLog
from tests.uploads import PDF, large_jpeg
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db
BOUNDARY = "x" * 20
#: What a request costs besides, such as templates that are read the first time.
SLACK_MB = 12


def posted(world: BranchWorld, name: str, content: bytes) -> bytes:
    """Return the body of a log's form with one file."""
    fields = {
        "form_key": str(uuid.uuid4()),
        "activity_type": world.rows["team"].kind_info.activities[0][0],
        "words": "完成六轴机器人工作站联调。",
        "hours": "1.5",
        "date": timezone.localdate().isoformat(),
    }
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}' for key, value in fields.items()
    ]
    parts.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename="{name}"\r\n\r\n')
    return "\r\n".join(parts).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def peak_mb() -> float:
    """Return the most memory that this process has held since the peak was forgotten."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def grown_by(client: Client, world: BranchWorld, body: Path) -> float:
    """Return by how many MB this process grows while it answers the form."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak, as proc(5) says
    before = peak_mb()
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    with body.open("rb") as file:
        client.request(
            REQUEST_METHOD="POST",
            CONTENT_TYPE=kind,
            CONTENT_LENGTH=str(body.stat().st_size),
            **{"PATH_INFO": reverse("pairings:log", args=[world.rows["team"].pk]), "wsgi.input": file},
        )
    return peak_mb() - before


def padded_pdf(megabytes: int) -> bytes:
    return PDF.replace(b"trailer", b"%" + bytes(megabytes << 20) + b"\ntrailer")


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells a process's peak")
@pytest.mark.parametrize(
    ("name", "make"),
    [("40.jpg", lambda: large_jpeg(40)), ("50.jpg", lambda: large_jpeg(50)), ("19.pdf", lambda: padded_pdf(19))],
)
def test_the_web_process_grows_by_little(
    world: BranchWorld, teacher_client: Client, tmp_path: Path, name: str, make
) -> None:
    teacher_client.get(reverse("pairings:log", args=[world.rows["team"].pk]))
    body = tmp_path / "body"
    body.write_bytes(posted(world, name, make()))
    grown = grown_by(teacher_client, world, body)
    print(f"{name}: the web process grew by {grown:.1f} MB")  # noqa: T201 - the figures of docs/threat-model.md
    assert (grown < SLACK_MB, ProgressLog.objects.filter(words__contains="六轴").count()) == (True, 1)


@pytest.mark.hole
def test_the_net_finds_a_file_that_is_held(
    world: BranchWorld, teacher_client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept, held = looking.accept, []

    def careless(upload):
        held.append(upload.read() * 8)  # more than the process has lying idle
        return accept(upload)

    monkeypatch.setattr(looking, "accept", careless)
    body = tmp_path / "body"
    body.write_bytes(posted(world, "19.pdf", padded_pdf(19)))
    assert grown_by(teacher_client, world, body) > SLACK_MB
