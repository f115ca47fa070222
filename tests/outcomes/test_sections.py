"""The sections that kinds of report are made of: named, registered, and in whatever order somebody wants them."""

import io
import itertools
from dataclasses import replace

import pytest
from docx import Document

from outcomes.documents.outlines import ANNUAL, OUTLINES
from outcomes.documents.parts import Heading
from outcomes.documents.registry import PROSE, SECTIONS, Prose, of_slugs
from outcomes.documents.sections import Material
from outcomes.figures import Period, branch_report
from outcomes.handing import hand_in
from tests.world import YEAR, BranchWorld

pytestmark = pytest.mark.django_db


def test_no_two_sections_share_a_slug() -> None:
    assert set(SECTIONS) & set(PROSE) == set()
    assert [kind.slug for kind in of_slugs(*SECTIONS, *PROSE)] == [*SECTIONS, *PROSE]


def test_every_shipped_kind_is_made_of_registered_sections() -> None:
    known = {*SECTIONS.values(), *PROSE.values()}
    for outline in OUTLINES.values():
        assert known >= {*outline.sections, *outline.lines}
        assert len({part.slug for part in outline.sections}) == len(outline.sections)


def test_the_compilation_alone_shows_proofs_and_the_case_alone_takes_photos() -> None:
    assert [slug for slug, one in OUTLINES.items() if one.shows_proofs] == ["compilation"]
    assert [slug for slug, one in OUTLINES.items() if one.takes_photos] == ["case"]


def test_what_the_secretary_writes_stands_in_the_order_of_the_document() -> None:
    written = {slug: [prose.slug for prose in one.prose] for slug, one in OUTLINES.items()}
    assert written == {
        "annual": ["opening", "plans"],
        "midterm": ["opening", "plans"],
        "final": ["opening", "practice", "plans"],
        "statement": ["opening", "causes", "plans"],
        "compilation": ["opening"],
        "case": ["title", "authors", "abstract", "keywords", "background", "practice"],
    }


@pytest.mark.parametrize("slug", [*SECTIONS])
def test_a_section_can_stand_first_and_alone(world: BranchWorld, slug: str) -> None:
    alone = replace(ANNUAL, sections=of_slugs(slug))
    report = branch_report(world.branch, Period.year(YEAR))
    said = list(SECTIONS[slug].write(Material(report, {})))
    assert list(alone.compose(report, {}).parts[:-1]) == said
    assert not said or isinstance(said[0], Heading) == SECTIONS[slug].has_heading
    levels = [part.level for part in said if isinstance(part, Heading)]
    assert levels[:1] in ([], [1])
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_headings_are_numbered_right_in_the_opposite_order(world: BranchWorld) -> None:
    backwards = replace(ANNUAL, sections=tuple(reversed(of_slugs(*SECTIONS, "opening"))))
    content = b"".join(hand_in(world.branch, Period.year(YEAR), backwards, "docx").chunks)
    styled = [one for one in Document(io.BytesIO(content)).paragraphs if one.style.name.startswith("Heading")]
    report = branch_report(world.branch, Period.year(YEAR))
    expected = [part for part in backwards.compose(report, {}).parts if isinstance(part, Heading)]
    assert [(one.text, one.style.name) for one in styled] == [(one.text, f"Heading {one.level}") for one in expected]


def test_words_of_a_written_section_stay_with_its_slug_when_it_is_renamed() -> None:
    renamed = Prose("opening", "总体情况")
    said = [part.text for part in renamed.write(Material({}, {"opening": "第一段。\n\n第二段。"}))]
    assert said == ["总体情况", "第一段。", "第二段。"]
