"""A file is looked at once, and before the form's transaction begins: on SQLite that holds the only write lock."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from evidence import looking
from pairings.models import ProgressLog
from tests.conftest import signed_in
from tests.factories.outcomes import picture
from tests.kept import kept
from tests.world import build_own


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_photos_are_decoded_once_and_outside_any_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    world = kept(build_own)
    team = world.rows["team"]
    sent = {
        "form_key": str(uuid.uuid4()),
        "activity_type": team.kind_info.activities[0][0],
        "words": "完成六轴机器人工作站联调。",
        "hours": "1.5",
        "date": timezone.localdate().isoformat(),
        "photos": [SimpleUploadedFile(f"{place}.png", picture()) for place in range(3)],
    }
    looked: list[bool] = []
    accept = looking.accept

    def spy(upload):
        looked.append(connection.in_atomic_block)
        return accept(upload)

    monkeypatch.setattr(looking, "accept", spy)
    signed_in(world.users["teacher"]).post(reverse("pairings:log", args=[team.pk]), sent)
    entry = ProgressLog.objects.get(words=sent["words"])
    assert (entry.photos.count(), looked) == (3, [False, False, False])
