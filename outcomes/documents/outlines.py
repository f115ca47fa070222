"""The kinds of report, each a declared outline of sections over the same figures and records."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outcomes.documents.parts import Document, Part, Signature
from outcomes.documents.registry import PROSE, Prose, SectionKind, of_slugs
from outcomes.documents.sections import Material
from outcomes.models import FrozenReport


@dataclass(frozen=True)
class Outline:
    """A kind of report.

    Args:
        slug: what `branch_report --kind` and addresses call it.
        label: what a page calls it.
        sections: what it says, in order.
        lines: what the secretary writes beside that and no section says, such as the title.
        title: its title in lines, of the report, the label and the secretary's words.
        has_contents: whether a table of contents stands before the text.
        missing: sections of a branch's kind that this release does not have; they are left out.
    """

    slug: str
    label: Any
    sections: tuple[SectionKind | Prose, ...]
    lines: tuple[Prose, ...] = ()
    title: Callable[[dict[str, Any], str, Mapping[str, str]], tuple[str, ...]] = lambda report, label, prose: (
        report["branch"]["name"],
        _("“1+1+1” pairings: %(kind)s, %(period)s") % {"kind": label, "period": report["period"]["label"]},
    )
    has_contents: bool = False
    missing: tuple[str, ...] = ()

    @property
    def prose(self) -> tuple[Prose, ...]:
        """Return what the secretary writes, in order."""
        return (*self.lines, *(section for section in self.sections if isinstance(section, Prose)))

    @property
    def shows_proofs(self) -> bool:
        """Whether pictures that prove the outcomes stand in it."""
        return any(section.shows_proofs for section in self._of_code)

    @property
    def takes_photos(self) -> bool:
        """Whether photos that the secretary chooses stand in it."""
        return any(section.takes_photos for section in self._of_code)

    @property
    def says_results(self) -> bool:
        """Whether the sentences on what came of each way of working stand in it."""
        return any(section.says_results for section in self._of_code)

    @property
    def _of_code(self) -> Iterator[SectionKind]:
        """Yield the sections that are written from figures and records."""
        return (section for section in self.sections if isinstance(section, SectionKind))

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
            yield from section.write(material)


FIGURES = ("work", "figures", "outcomes", "records")
CLOSING = ("beside", "supplement", "counting")

ANNUAL = Outline("annual", gettext_lazy("Annual report"), of_slugs("opening", *FIGURES, "plans", *CLOSING))
MIDTERM = Outline("midterm", gettext_lazy("Stage report"), of_slugs("opening", *FIGURES, "gaps", "plans", *CLOSING))
FINAL = Outline(
    "final",
    gettext_lazy("Final report"),
    of_slugs("opening", "practice", *FIGURES, "gaps", "plans", *CLOSING),
    has_contents=True,
)
STATEMENT = Outline(
    "statement",
    gettext_lazy("Secretary's statement"),
    of_slugs("opening", "work", "figures", "outcomes", "gaps", "causes", "plans", *CLOSING),
)
COMPILATION = Outline(
    "compilation",
    gettext_lazy("Compilation of outcomes"),
    of_slugs("opening", "portraits", "people", *CLOSING),
    has_contents=True,
)
CASE = Outline(
    "case",
    gettext_lazy("Work case"),
    of_slugs("abstract", "keywords", "background", "mode", "practice", "results", "photos", "people"),
    lines=(PROSE["title"], PROSE["authors"]),
    title=lambda report, label, prose: (
        prose.get("title") or _("Exploring the “1+1+1” mode of party-building work"),
        report["branch"]["name"],
    ),
)

OUTLINES = {outline.slug: outline for outline in (ANNUAL, MIDTERM, FINAL, STATEMENT, COMPILATION, CASE)}
