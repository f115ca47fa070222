"""The picture of the mode says the numbers of its page or report, on a dashboard and as figure 1 of a work case."""

import io
import re

import pytest
from django.urls import reverse
from lxml import etree
from PIL import Image

from organization.models import Branch
from outcomes.documents.outlines import CASE
from outcomes.documents.parts import Diagram, Heading
from outcomes.figures import Period, branch_report
from outcomes.figures.mode import Mode
from pairings.kinds import all_kinds
from tests.conftest import signed_in
from tests.factories import BranchFactory, engagement, log, mentorship, secretary_of, teaching_pair, verified

pytestmark = pytest.mark.django_db
YEAR = Period.year(2024)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def branch(db: None) -> Branch:
    """Return a branch with work and outcomes in all three forms."""
    branch = BranchFactory()
    team, pair = mentorship(branch), teaching_pair(branch)
    engagement(branch)
    log(pair, element_kind="theory", element_words="共学。")
    log(pair)
    verified(branch, pairings=[team, pair], title="两类共有")
    verified(branch, pairings=[pair], title="一类独有")
    verified(branch, title="不归结对")
    return branch


def numbers(svg: str) -> list[str]:
    """Return the numbers of the picture, column by column."""
    return [one.text for one in etree.fromstring(svg).iter(f"{SVG}text") if one.get("font-weight") == "600"]


def test_a_dashboard_s_picture_says_its_numbers_and_opens_their_records(branch: Branch) -> None:
    reader = signed_in(secretary_of(branch))
    page = reader.get(f"{reverse('dashboard')}?year=2024")
    svg = re.search(r"<svg.*?</svg>", page.content.decode(), re.DOTALL)
    assert svg
    assert numbers(svg[0]) == ["1", "0", "0", "—", "1", "1", "0", "2", "50.0%", "2", "1", "0", "0", "—", "0"]
    assert "成果共3项，每项只计一次" in svg[0]
    links = [one.get("href") for one in etree.fromstring(svg[0]).iter(f"{SVG}a")]
    shown = page.context["kinds"][1]
    figures = [*shown.figures[:2], shown.figures[3], shown.integration, page.context["forms"][1]]
    assert links[5:10] == [figure.url for figure in figures]
    assert len(links) == 5 * len(list(all_kinds()))


def test_a_report_s_picture_says_the_same_numbers(branch: Branch) -> None:
    mode = Mode.of_report(branch_report(branch, YEAR))
    assert numbers(mode.svg) == ["1", "0", "0", "—", "1", "1", "0", "2", "50.0%", "2", "1", "0", "0", "—", "0"]
    assert "教学科研：进行中结对1个，已完成0个，进展记录2条，融合度50.0%，成果2项" in mode.in_words
    assert "<a " not in mode.svg


def test_it_is_figure_1_of_a_work_case(branch: Branch) -> None:
    parts = CASE.compose(branch_report(branch, YEAR), {"background": "背景。", "practice": "做法。"}).parts
    named = [
        part.text if isinstance(part, Heading) else part.caption
        for part in parts
        if hasattr(part, "caption") or isinstance(part, Heading)
    ]
    assert named[:3] == ["实施背景", "“1+1+1”党建工作模式", "主要做法"]
    [diagram] = [part for part in parts if isinstance(part, Diagram)]
    with Image.open(io.BytesIO(diagram.content)) as picture:
        assert picture.size[0] > 1300


def test_of_a_report_that_counted_nothing_by_form_nothing_is_said(branch: Branch) -> None:
    report = branch_report(branch, YEAR)
    del report["by_form"]
    assert [numbers(Mode.of_report(report).svg)[place] for place in (4, 9, 14)] == ["—"] * 3
