"""The kinds of report, each a declared outline of sections over the same figures and records."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.documents import comparing, sections
from outcomes.documents.parts import Document, Part, Signature
from outcomes.documents.people import people_of_pairings
from outcomes.documents.sections import Material, Section
from outcomes.models import FrozenReport


@dataclass(frozen=True)
class Prose:
    """A section that the secretary writes; kept with the report, and next year's start."""

    slug: str
    label: Any

    @property
    def is_line(self) -> bool:
        """Whether it is a line, not paragraphs."""
        return self.slug in {"title", "authors", "keywords"}


@dataclass(frozen=True)
class Outline:
    """A kind of report.

    Args:
        slug: what `branch_report --kind` and addresses call it.
        label: what a page calls it.
        sections: what it says, in order.
        prose: the sections that the secretary writes.
        title: its title in lines, of the report, the label and the secretary's words.
        has_contents: whether a table of contents stands before the text.
        shows_proofs: whether pictures that prove the outcomes stand in it, each of which is read and made smaller.
    """

    slug: str
    label: Any
    sections: tuple[Section, ...]
    prose: tuple[Prose, ...] = ()
    title: Callable[[dict[str, Any], str, Mapping[str, str]], tuple[str, ...]] = lambda report, label, prose: (
        report["branch"]["name"],
        _("“1+1+1” pairings: %(kind)s, %(period)s") % {"kind": label, "period": report["period"]["label"]},
    )
    has_contents: bool = False
    shows_proofs: bool = False

    @property
    def takes_photos(self) -> bool:
        """Whether photos that the secretary chooses stand in it."""
        return sections.photos in self.sections

    def compose(self, report: dict[str, Any], prose: Mapping[str, str], frozen: FrozenReport | None = None) -> Document:
        """Return the document of a report, before it is written in a format.

        Args:
            report: what `branch_report` or a frozen report gives.
            prose: the secretary's words by section.
            frozen: the version that was frozen, if it was.
        """
        material = Material(report, prose, frozen)
        day = datetime.date.fromisoformat(report["generated_at"][:10])
        return Document(
            title=self.title(report, str(self.label), prose),
            author=report["branch"]["name"],
            line=prose.get("authors", ""),
            parts=(*self._parts(material), Signature(report["branch"]["name"], day)),
            has_contents=self.has_contents,
            made_on=day,
        )

    def _parts(self, material: Material) -> Iterator[Part]:
        """Yield what the sections say."""
        for section in self.sections:
            yield from section(material)


def _prose(*slugs: str) -> tuple[Prose, ...]:
    """Return the written sections of these names."""
    return tuple(Prose(slug, PROSE[slug]) for slug in slugs)


def _told(slug: str) -> Section:
    """Return the section of the secretary's words."""
    return sections.told_by_secretary(slug, lambda: str(PROSE[slug]))


PROSE = {
    "title": gettext_lazy("Title of the case"),
    "authors": gettext_lazy("Authors"),
    "abstract": gettext_lazy("Abstract"),
    "keywords": gettext_lazy("Keywords"),
    "background": gettext_lazy("Background"),
    "practice": gettext_lazy("Main practice"),
    "opening": gettext_lazy("Overview"),
    "causes": gettext_lazy("Causes and reflections"),
    "plans": gettext_lazy("Next steps"),
}
FIGURES = (sections.work, sections.figures, sections.outcomes, sections.records)
CLOSING = (comparing.side_by_side, comparing.supplement, sections.counting)

ANNUAL = Outline(
    "annual", gettext_lazy("Annual report"), (_told("opening"), *FIGURES, _told("plans"), *CLOSING),
    _prose("opening", "plans"),
)  # fmt: skip
MIDTERM = Outline(
    "midterm", gettext_lazy("Stage report"),
    (_told("opening"), *FIGURES, sections.gaps, _told("plans"), *CLOSING), _prose("opening", "plans"),
)  # fmt: skip
FINAL = Outline(
    "final", gettext_lazy("Final report"),
    (_told("opening"), _told("practice"), *FIGURES, sections.gaps, _told("plans"), *CLOSING),
    _prose("opening", "practice", "plans"), has_contents=True,
)  # fmt: skip
STATEMENT = Outline(
    "statement", gettext_lazy("Secretary's statement"),
    (_told("opening"), sections.work, sections.figures, sections.outcomes, sections.gaps, _told("causes"),
     _told("plans"), *CLOSING), _prose("opening", "causes", "plans"),
)  # fmt: skip
COMPILATION = Outline(
    "compilation", gettext_lazy("Compilation of outcomes"),
    (_told("opening"), sections.one_by_one, people_of_pairings, *CLOSING), _prose("opening"), has_contents=True,
    shows_proofs=True,
)  # fmt: skip
CASE = Outline(
    "case", gettext_lazy("Work case"),
    (_told("abstract"), _told("keywords"), _told("background"), sections.mode, _told("practice"), sections.case_results,
     sections.photos, people_of_pairings),
    _prose("title", "authors", "abstract", "keywords", "background", "practice"),
    title=lambda report, label, prose: (
        prose.get("title") or _("Exploring the “1+1+1” mode of party-building work"),
        report["branch"]["name"],
    ),
)  # fmt: skip

OUTLINES = {outline.slug: outline for outline in (ANNUAL, MIDTERM, FINAL, STATEMENT, COMPILATION, CASE)}
