"""A secretary asks for a large pack, sees how far it is, goes away, and downloads it once a worker has made it."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from outcomes.models import PreparedFile
from outcomes.tasks import prepare
from tests.e2e.steps import fits, follow, sign_in
from tests.factories import BranchFactory, secretary_of, verified

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.mark.parametrize("screen", ["phone_page", "desk_page"])
def test_a_large_pack_is_prepared_and_downloaded(
    request: pytest.FixtureRequest, screen: str, tmp_path: Path, settings
) -> None:
    page: Page = request.getfixturevalue(screen)
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.PREPARE_FROM_OUTCOMES = 0
    branch = BranchFactory(code="PRE")
    secretary = secretary_of(branch)
    verified(branch, verifier=secretary)
    sign_in(page, secretary.username)
    page.goto("/reports/PRE/?year=2024")
    follow(page.locator("a[href*='/zip/']").first)
    assert fits(page)
    follow(page.get_by_role("button", name="准备文件"))
    expect(page.get_by_text("排队等待")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="撤回申请").focus()
    page.evaluate("window.isStillHere = true")
    row = PreparedFile.objects.get()
    prepare.call(row.pk)
    expect(page.get_by_text("可以下载")).to_be_visible()  # the page looked anew, and nobody was moved
    expect(page.get_by_role("link", name="下载")).to_be_focused()
    assert page.evaluate("window.isStillHere")
    assert fits(page)
    follow(page.get_by_role("link", name="已准备文件"))
    assert fits(page)
    with page.expect_download() as sent:
        page.get_by_role("link", name="下载").click()
    sent.value.save_as(tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        assert (pack.testzip(), "manifest.json" in pack.namelist()) == (None, True)
