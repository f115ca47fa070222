"""The kinds of report that a branch may choose from: the shipped ones, and those that it made of their sections."""

from django.utils.translation import gettext as _

from organization.models import Branch
from outcomes.documents.outlines import CASE, OUTLINES, Outline
from outcomes.documents.registry import PROSE, SECTIONS, Prose, SectionKind
from outcomes.models import ReportKind, ReportKindPart
from outcomes.section_names import OWN

#: What stands in the document's head and not among its sections.
LINES = ("title", "authors")


def outlines_of(branch: Branch) -> list[Outline]:
    """Return every kind that the branch may choose now (two queries)."""
    return [*OUTLINES.values(), *map(outline_from, ReportKind.objects.of_branch(branch).offered())]


def outline_called(branch: Branch, code: str) -> Outline:
    """Return the kind of this name, a retired one too (two queries for a branch's own, else none).

    Raises:
        KeyError: when neither the system nor the branch has it.
    """
    if code in OUTLINES:
        return OUTLINES[code]
    kind = ReportKind.objects.of_branch(branch).filter(code=code).first() if code.isprintable() else None
    if kind is None:
        raise KeyError(code)
    return outline_from(kind)


def outline_from(kind: ReportKind) -> Outline:
    """Return a branch's kind as an outline; sections that this release does not have are named and left out."""
    found = [(part, _section_of(part)) for part in kind.parts.all()]
    sections = tuple(section for _part, section in found if section)
    given = {"title": CASE.title} if any(section.slug == "title" for section in sections) else {}
    return Outline(
        kind.code,
        kind.name,
        tuple(section for section in sections if section.slug not in LINES),
        lines=tuple(one for one in sections if isinstance(one, Prose) and one.slug in LINES),
        has_contents=kind.has_contents,
        missing=tuple(part.section for part, section in found if section is None),
        **given,
    )


def _section_of(part: ReportKindPart) -> SectionKind | Prose | None:
    """Return the section at a place; None for one that this release does not have."""
    if part.section.startswith(OWN) or part.section in PROSE:
        label = part.heading or PROSE[part.section].label
        return Prose(part.section, label, part.hint)
    section = SECTIONS.get(part.section)
    return section.under(part.heading) if section and part.heading else section


def told_by(outline: Outline) -> list[tuple[str, str, str]]:
    """Return the sections of a kind, as another one can begin with them."""
    return [
        (one.slug, _heading_of(one), one.hint if isinstance(one, Prose) else "")
        for one in (*outline.lines, *outline.sections)
    ]


def _heading_of(section: SectionKind | Prose) -> str:
    """Return the heading that a branch gave a section; nothing where it has its own."""
    if isinstance(section, SectionKind):
        return section.heading
    return "" if section.slug in PROSE and section.label == PROSE[section.slug].label else str(section.label)


def left_out(outline: Outline) -> str:
    """Say which sections this release does not have; nothing where it has all."""
    if not outline.missing:
        return ""
    return _("This release does not have these sections, which are left out: %(names)s.") % {
        "names": "、".join(outline.missing)
    }
