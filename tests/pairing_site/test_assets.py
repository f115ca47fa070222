"""What a deployment collects holds every asset that a page asks for."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse

from tests.conftest import signed_in
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db
MANIFEST = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}


def test_pages_and_desk_find_their_assets_among_those_collected(
    world: BranchWorld, desk: Client, tmp_path: Path
) -> None:
    team, pair = world.rows["team"], world.rows["pair"]
    addresses = [
        "/",
        reverse("dashboard"),
        team.get_absolute_url(),
        reverse("mentorship:story", args=[team.pk]),
        reverse("admin:index"),
        reverse("admin:organization_person_changelist"),
        reverse("admin:organization_person_add"),
        reverse("imports:new", args=["roster"]),
        reverse("admin:teaching_pairs_teachingpair_change", args=[pair.pk]),
    ]
    with override_settings(STATIC_ROOT=tmp_path, STORAGES={**settings.STORAGES, "staticfiles": MANIFEST}):
        call_command("collectstatic", interactive=False, verbosity=0)
        answers = {address: desk.get(address).status_code for address in addresses}
        strangers = Client().get(reverse("account_login"))
        missing = signed_in(world.users["teacher"]).get("/nowhere/")
    assert answers == dict.fromkeys(addresses, 200)
    assert (strangers.status_code, missing.status_code) == (200, 404)
    assert not (tmp_path / "vendor/echarts/echarts.js").exists()
