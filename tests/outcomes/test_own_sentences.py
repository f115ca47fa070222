"""Sentences that the figures write and the secretary puts in other words: hers while the figures are those she read."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from outcomes.documents.outlines import OUTLINES
from outcomes.documents.parts import Paragraph
from outcomes.documents.sections import Sentence
from outcomes.figures import Period
from outcomes.handing import handing_of
from outcomes.models import ReportProse
from tests.factories import verified
from tests.world import BranchWorld

pytestmark = pytest.mark.django_db
#: A year of which the world has nothing, so that the sentence is known.
PERIOD = Period.year(2023)
COUNTED = "通过“1+1+1”教学科研工作模式，建成1门省级精品课程。"
OWN = "通过“1+1+1”教学科研工作模式，教师结对攻关，建成1门省级精品课程，带动了一批青年教师。"


@pytest.fixture
def course(world: BranchWorld) -> Any:
    return more(world, "课程甲")


def more(world: BranchWorld, title: str) -> Any:
    """Add one more course of the teaching pair to the year."""
    pair, day = world.rows["pair"], datetime.date(PERIOD.first.year, 6, 1)
    type(pair).objects.filter(pk=pair.pk).update(started_on=datetime.date(2022, 9, 1))
    told: dict[str, Any] = {"category": "course", "level": "provincial", "achieved_on": day}
    return verified(world.branch, pairings=[pair], title=title, **told)


def address(world: BranchWorld, page: str = "words", kind: str = "case") -> str:
    return f"/reports/{world.code}/{page}/?year={PERIOD.first.year}&kind={kind}"


def sentence(world: BranchWorld, kind: str = "case") -> Sentence:
    """Return the one sentence of the year."""
    [found] = handing_of(world.branch, PERIOD, OUTLINES[kind]).sentences
    return found


def said(world: BranchWorld, kind: str = "case") -> list[str]:
    """Return the paragraphs of the document that speak of the way of working."""
    parts = handing_of(world.branch, PERIOD, OUTLINES[kind]).document.parts
    return [part.text for part in parts if isinstance(part, Paragraph) and "教学科研" in part.text]


@pytest.mark.usefixtures("course")
class TestASentence:
    """Of a year with one course."""

    def test_is_offered_as_the_figures_write_it(self, world: BranchWorld, desk: Client) -> None:
        field = desk.get(address(world)).context["form"]["said-teaching"]
        assert (field.value(), field.label) == (COUNTED, "成果语句：教学科研")

    def test_stands_in_the_document_as_the_secretary_puts_it(self, world: BranchWorld, desk: Client) -> None:
        answer = desk.post(address(world), {"said-teaching": OWN})
        assert (answer.status_code, said(world)) == (302, [OWN])
        assert said(world, "annual") == [COUNTED]  # another kind has words of its own

    def test_left_as_it_is_is_nobody_s_words(self, world: BranchWorld, desk: Client) -> None:
        desk.post(address(world), {"said-teaching": COUNTED, "background": "背景。"})
        kept = ReportProse.objects.of_report(world.branch, "case", PERIOD.last)
        assert [row.section for row in kept] == ["background"]

    def test_gives_way_to_the_new_one_when_the_figures_change(self, world: BranchWorld, desk: Client) -> None:
        desk.post(address(world), {"said-teaching": OWN})
        more(world, "课程乙")
        new = COUNTED.replace("1门", "2门")
        assert (said(world), sentence(world).is_outdated) == ([new], True)
        field = desk.get(address(world)).context["form"]["said-teaching"]
        assert (field.value(), OWN in field.help_text) == (new, True)
        assert OWN in desk.get(address(world, "preview")).content.decode()

    @pytest.mark.parametrize("answer", ["new", "again"])
    def test_that_is_outdated_is_settled_by_looking_at_it(self, world: BranchWorld, desk: Client, answer: str) -> None:
        desk.post(address(world), {"said-teaching": OWN})
        more(world, "课程乙")
        words = {"new": COUNTED.replace("1门", "2门"), "again": OWN.replace("1门", "2门")}[answer]
        desk.post(address(world), {"said-teaching": words})
        assert (said(world), sentence(world).is_outdated) == ([words], False)

    def test_is_the_figures_again_when_emptied(self, world: BranchWorld, desk: Client) -> None:
        desk.post(address(world), {"said-teaching": OWN})
        desk.post(address(world), {"said-teaching": ""})
        assert said(world) == [COUNTED]
        assert ReportProse.objects.filter(section="said-teaching").count() == 2  # every version is kept

    def test_is_english_in_an_english_document(self, world: BranchWorld, desk: Client) -> None:
        desk.post(address(world), {"said-teaching": OWN})
        with translation.override("en"):
            assert sentence(world).words.startswith("Through the “1+1+1” mode")
            assert not sentence(world).is_outdated

    def test_is_no_other_year_s(self, world: BranchWorld, desk: Client) -> None:
        desk.post(address(world), {"said-teaching": OWN})
        later = ReportProse.objects.newest(world.branch, "case", datetime.date(2024, 12, 31))
        assert [section for section in later if section.startswith(("said-", "of-"))] == []


def test_a_kind_without_results_asks_for_none(world: BranchWorld, course: Any, desk: Client) -> None:
    form = desk.get(address(world, kind="compilation")).context["form"]
    assert [name for name in form.fields if name.startswith("said-")] == []
