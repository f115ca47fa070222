"""Photos of the work in a report: chosen by the secretary, with captions and in order; gone with the log's photo."""

import datetime
import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from docx import Document

from evidence.models import Evidence
from organization.models import RuleError
from outcomes.documents.outlines import CASE
from outcomes.documents.parts import Picture
from outcomes.figures import Period, branch_report
from outcomes.models import ReportPhoto
from outcomes.models.photos import choose_photos
from pairings.models import LogPhoto
from tests.factories import evidence, log
from tests.kept import kept
from tests.world import YEAR, BranchWorld, build_world

pytestmark = pytest.mark.django_db
DAYS = (datetime.date(YEAR, 1, 1), datetime.date(YEAR, 12, 31))


@pytest.fixture
def photos(world: BranchWorld) -> list[LogPhoto]:
    """Return two photos of a log of the year that stand in no report yet."""
    return list(log(world.rows["pair"], photos=[evidence(), evidence()]).photos.order_by("pk"))


def page(world: BranchWorld) -> str:
    return f"/reports/{world.code}/photos/?year={YEAR}"


def shown(world: BranchWorld, year: int = YEAR) -> list[tuple[str, Evidence]]:
    """Return the captions and files of the photos in a year's work case."""
    parts = CASE.compose(branch_report(world.branch, Period.year(year)), {}).parts
    return [(part.caption, part.evidence) for part in parts if isinstance(part, Picture)]


def told(photo: LogPhoto, caption: str, place: Any = "", *, is_in: bool = True) -> dict[str, Any]:
    """Return what the page posts of a photo."""
    ticked = {f"photo-{photo.pk}-is_in": "on"} if is_in else {}
    return {**ticked, f"photo-{photo.pk}-caption": caption, f"photo-{photo.pk}-place": place}


def test_a_secretary_chooses_photos_with_captions_in_her_order(world: BranchWorld, desk: Client, photos) -> None:
    first, second = photos
    left = told(world.rows["photo"], "", is_in=False)
    answer = desk.post(page(world), {**told(first, "集体备课", 2), **told(second, "听课评课", 1), **left})
    assert answer.url == f"/reports/{world.code}/preview/?from={YEAR}-01-01&to={YEAR}-12-31&kind=case"
    assert shown(world) == [("听课评课", second.evidence), ("集体备课", first.evidence)]
    assert "听课评课" in desk.get(answer.url).content.decode()


def test_what_somebody_else_chose_meanwhile_stays(world: BranchWorld, desk: Client, photos) -> None:
    desk.post(page(world), told(photos[0], "集体备课"))  # from a page that did not show the other one
    assert [caption for caption, _file in shown(world)] == ["集体备课", f"实训现场{world.code}"]


def test_they_stand_in_the_work_case_as_numbered_figures(world: BranchWorld, desk: Client) -> None:
    answer = desk.get(f"/reports/{world.code}/docx/?year={YEAR}&kind=case")
    document = Document(io.BytesIO(b"".join(answer.streaming_content)))
    said = f"实训现场{world.code}"
    assert [shape._inline.docPr.get("descr") for shape in document.inline_shapes][1:] == [f"照片：{said}"]
    assert [one.text for one in document.paragraphs if said in one.text] == [f"图2\u3000{said}"]


def test_choosing_again_moves_the_rows_that_stay(world: BranchWorld, photos) -> None:
    by, (first, second) = world.users["secretary"], photos
    choose_photos(world.branch, *DAYS, [(first, "一"), (second, "二")], by=by)
    before = set(ReportPhoto.objects.values_list("photo", "pk"))
    choose_photos(world.branch, *DAYS, [(second, "二"), (first, "一")], by=by)
    assert set(ReportPhoto.objects.values_list("photo", "pk")) == before
    assert [caption for caption, _file in shown(world)] == ["二", "一"]


def test_a_photo_that_is_taken_back_leaves_the_reports(world: BranchWorld) -> None:
    assert shown(world) == [(f"实训现场{world.code}", world.rows["photo"].evidence)]
    world.rows["photo"].take_back(by=world.users["secretary"], reason="照片里有证件。")
    assert shown(world) == []


def test_another_period_shows_its_own(world: BranchWorld) -> None:
    assert shown(world, YEAR - 1) == []


def test_a_photo_without_a_caption_is_refused_beside_it(world: BranchWorld, desk: Client, photos) -> None:
    answer = desk.post(page(world), told(photos[0], ""))
    errors = {form.photo: dict(form.errors) for form in answer.context["form"].forms if form.errors}
    assert errors == {photos[0]: {"caption": ["请写明照片拍的是什么。"]}}
    assert [caption for caption, _file in shown(world)] == [f"实训现场{world.code}"]


@pytest.mark.parametrize("caption", ["", "铃\x07声", "两\n行", "长" * 61])
def test_the_verb_refuses_a_caption_that_no_document_could_hold(world: BranchWorld, photos, caption: str) -> None:
    with pytest.raises(ValidationError):
        choose_photos(world.branch, *DAYS, [(photos[0], "好"), (photos[1], caption)], by=world.users["secretary"])
    assert [one for one, _file in shown(world)] == [f"实训现场{world.code}"]


def test_more_than_a_report_shows_are_refused(world: BranchWorld, desk: Client) -> None:
    entry = log(world.rows["pair"], photos=[evidence() for _ in range(7)])
    posted = {name: value for photo in entry.photos.all() for name, value in told(photo, "备课").items()}
    assert "最多 6 张" in desk.post(page(world), posted).content.decode()
    assert len(shown(world)) == 1


def test_photos_of_other_days_or_branches_are_refused() -> None:
    both = kept(build_world)
    by, own = both.own.users["secretary"], both.own.rows["photo"]
    for days, photo in (((DAYS[0], datetime.date(YEAR, 1, 31)), own), (DAYS, both.other.rows["photo"])):
        with pytest.raises(RuleError, match="不在本期内"):
            choose_photos(both.own.branch, *days, [(photo, "备课")], by=by)


def test_only_who_manages_the_branch_chooses(world: BranchWorld, photos) -> None:
    with pytest.raises(RuleError):
        choose_photos(world.branch, *DAYS, [(photos[0], "备课")], by=world.users["teacher"])


def test_the_page_takes_the_same_queries_whatever_it_offers(
    world: BranchWorld, desk: Client, photos, django_assert_num_queries: Any
) -> None:
    desk.get(page(world))
    for _ in range(2):
        with django_assert_num_queries(8):
            desk.get(page(world))
        log(world.rows["pair"], photos=[evidence() for _ in range(3)])
