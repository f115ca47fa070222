"""Every section that a kind of report can be made of, by its slug: those that the code writes, and the secretary's."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from outcomes import section_names
from outcomes.documents import comparing, sections
from outcomes.documents.parts import Heading, Paragraph, Part
from outcomes.documents.people import people_of_pairings
from outcomes.documents.sections import Material, Section


@dataclass(frozen=True)
class SectionKind:
    """A section that is written from figures and records.

    Args:
        slug: what outlines call it; it stays when the label changes.
        label: what it is called where somebody chooses it.
        write: what it says of a report.
        shows_proofs: whether pictures that prove the outcomes stand in it, each of which is read and made smaller.
        says_results: whether the sentences on what came of each way of working stand in it.
        takes_photos: whether photos that the secretary chooses stand in it.
        has_heading: whether it begins with a heading; otherwise it goes on where the section before it ends.
        heading: what a branch's own kind puts above one that has none.
    """

    slug: str
    label: Any
    write: Section
    shows_proofs: bool = False
    takes_photos: bool = False
    says_results: bool = False
    has_heading: bool = True
    heading: str = ""

    def under(self, heading: str) -> Self:
        """Return the section under a heading, which is left out where the section says nothing."""

        def write(material: Material) -> Iterator[Part]:
            said = list(self.write(material))
            return iter([Heading(heading), *said] if said else [])

        return replace(self, write=write, heading=heading)


@dataclass(frozen=True)
class Prose:
    """A section that the secretary writes; kept with the report, and next year's start."""

    slug: str
    label: Any
    #: What is to be written there, where a branch says so.
    hint: str = ""

    @property
    def is_line(self) -> bool:
        """Whether it is a line, not paragraphs."""
        return self.slug in {"title", "authors", "keywords"}

    def write(self, material: Material) -> Iterator[Part]:
        """Say the secretary's own words under their heading; nothing while there are none."""
        words = material.prose.get(self.slug, "").strip()
        if words:
            yield Heading(str(self.label))
            yield from (Paragraph(line.strip()) for line in words.splitlines() if line.strip())


SECTIONS = {
    kind.slug: kind
    for kind in (
        SectionKind("work", _("Pairings and progress"), sections.work),
        SectionKind("figures", _("The work in figures"), sections.figures, has_heading=False),
        SectionKind("outcomes", _("Outcomes"), sections.outcomes, says_results=True),
        SectionKind("records", _("The outcomes one by one"), sections.records),
        SectionKind("portraits", _("The outcomes with their certificates"), sections.one_by_one, shows_proofs=True),
        SectionKind("people", _("Pairings and their people"), people_of_pairings),
        SectionKind("gaps", _("Problems and their causes"), sections.gaps),
        SectionKind("mode", _("Picture of the “1+1+1” mode"), sections.mode, has_heading=False),
        SectionKind("results", _("Results"), sections.case_results, says_results=True),
        SectionKind("photos", _("Chosen photos"), sections.photos, takes_photos=True, has_heading=False),
        SectionKind("beside", _("Compared with another period or branch"), comparing.side_by_side),
        SectionKind("supplement", _("Compared with the previous version"), comparing.supplement),
        SectionKind("counting", _("How it was counted"), sections.counting, has_heading=False),
    )
}
PROSE = {
    prose.slug: prose
    for prose in (
        Prose("title", _("Title of the case")),
        Prose("authors", _("Authors")),
        Prose("abstract", _("Abstract")),
        Prose("keywords", _("Keywords")),
        Prose("background", _("Background")),
        Prose("practice", _("Main practice")),
        Prose("opening", _("Overview")),
        Prose("causes", _("Causes and reflections")),
        Prose("plans", _("Next steps")),
    )
}

for _kind in SECTIONS.values():
    section_names.tell(_kind.slug, _kind.label, takes_heading=not _kind.has_heading)
for _prose in PROSE.values():
    section_names.tell(_prose.slug, _prose.label, is_written=True, takes_heading=True)


def of_slugs(*slugs: str) -> tuple[SectionKind | Prose, ...]:
    """Return the sections of these names, in this order."""
    return tuple(SECTIONS.get(slug) or PROSE[slug] for slug in slugs)
