"""The sections that documents are composed of: each says one thing from the report's figures and records."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evidence.models import Evidence
from outcomes.documents.charts import chart_of_logs, chart_of_outcomes, picture_of_mode
from outcomes.documents.files import files_behind
from outcomes.documents.parts import Cell, Heading, Paragraph, Part, Picture, Table
from outcomes.documents.records import Record, records_of
from outcomes.documents.wording import results
from outcomes.figures.by_form import OF_FORMS, integrated_logs
from outcomes.models import Category, FrozenReport, Level, ReportPhoto, Status
from outcomes.models.prose import sections_of_sentence
from pairings import contradictions
from pairings.kinds import all_kinds, kind_of
from pairings.numbers import percent

#: What the sentence on what no pairing shares is called, beside those of the forms.
REST = "rest"
#: So many pictures of one outcome stand in a compilation.
PICTURES_OF_ONE = 2


@dataclass(frozen=True)
class Material:
    """What a document is written from: a report, the records behind its counts, and the secretary's own words."""

    report: dict[str, Any]
    prose: Mapping[str, str]
    #: The version that was frozen, whose files prove what it counted.
    frozen: FrozenReport | None = None

    @cached_property
    def pictures(self) -> dict[int, list[Evidence]]:
        """Return the pictures that prove each outcome, by its number."""
        found: dict[int, list[Evidence]] = {}
        for file in files_behind(self.records, self.frozen):
            if file.stored.is_picture:
                found.setdefault(file.outcome, []).append(file.evidence)
        return found

    @cached_property
    def records(self) -> list[Record]:
        """Read the outcomes that the report counts, in official order."""
        return records_of(self.report)

    @property
    def granted(self) -> list[Record]:
        """Return those that were granted."""
        return [record for record in self.records if record.is_granted]

    @property
    def takes_uncredited(self) -> bool:
        """Whether what no pairing shares is named among the rest; reports frozen before 0.6.0 did so."""
        return bool(self.report.get("uncredited", {"in_report": True})["in_report"])

    @property
    def named(self) -> list[Record]:
        """Return those that were granted and are of “1+1+1”, as far as the branch says."""
        return [record for record in self.granted if record.forms or self.takes_uncredited]

    @property
    def apart(self) -> list[Record]:
        """Return those that were granted and stand apart: no pairing shares them."""
        return [record for record in self.granted if not (record.forms or self.takes_uncredited)]

    @property
    def cultivated(self) -> list[Record]:
        """Return those that are only cultivated or applied for."""
        return [record for record in self.records if not record.is_granted]


Section = Callable[[Material], Iterator[Part]]


def work(material: Material) -> Iterator[Part]:
    """Say how many pairings there are, what was logged, and how many members take part."""
    report, covered = material.report, material.report["coverage"]
    yield Heading(_("Pairings and progress"))
    rate = percent(covered["paired"], covered["members"])
    words = _(
        "On the last day of the period, %(paired)s of %(members)s party members led or took part in an active pairing: "
        "coverage %(rate)s."
    )
    yield Paragraph(words % {"members": covered["members"], "paired": covered["paired"], "rate": rate})
    if over := covered.get("over_period"):  # reports frozen before 0.5.0 kept the last day's alone
        words = _(
            "Over the period, %(members)s people were party members at some time, and %(paired)s of them led or took "
            "part in an active pairing: coverage %(rate)s."
        )
        yield Paragraph(words % {**over, "rate": percent(over["paired"], over["members"])})
    head = (_("Form"), *(str(one.name) for one in OF_FORMS))
    rows = tuple(
        (str(kind_of(slug).label), row["active"], row["completed"], row["ended"], row["logs"],
         Decimal(str(row["hours"])), percent(integrated_logs(row), row["logs"]))
        for slug, row in report["pairings"].items()
    )  # fmt: skip
    yield Table(_("Pairings and progress by form"), head, rows, (4, 2, 2, 2, 2, 2, 3))
    yield from chart_of_logs(report)


def figures(material: Material) -> Iterator[Part]:
    """List the figures of the work that have something to say; reports frozen before 0.6.0 kept none."""
    if said := material.report.get("work"):
        rows = tuple(
            (str(kind_of(row["form"]).label) if row["form"] else _("All forms"), row["name"],
             row["value"] if isinstance(row["value"], int) else Decimal(str(row["value"])), row["unit"])
            for row in said
        )  # fmt: skip
        head = (_("Form"), _("What is counted"), _("Number"), _("Unit"))
        yield Table(_("The work in figures"), head, rows, (4, 8, 3, 2))


def outcomes(material: Material) -> Iterator[Part]:
    """Say what came of each way of working, in sentences, and count it by form and level."""
    yield Heading(_("Outcomes"))
    total = material.report["totals"]["outcomes"]
    yield Paragraph(
        ngettext("Verified in the period: %(count)s outcome.", "Verified in the period: %(count)s outcomes.", total)
        % {"count": total}
    )
    if apart := len(material.apart):
        words = ngettext(
            "No pairing shares %(count)s of them; it is listed apart, not as an outcome of “1+1+1”.",
            "No pairing shares %(count)s of them; they are listed apart, not as outcomes of “1+1+1”.",
            apart,
        )
        yield Paragraph(words % {"count": apart})
    yield from _results(material)
    if material.granted:
        yield _by_form(material)
        yield from chart_of_outcomes(material.report)


@dataclass(frozen=True)
class Sentence:
    """What came of a way of working: as the figures say it, and as the secretary may have put it.

    Args:
        slug: the form's, or REST for what no pairing shares.
        mode: what the way of working is called; empty for the rest.
        counted: the sentence that the figures write now.
        own: the secretary's words for it; empty while there are none.
        own_of: the sentence of the figures that these stand for.
    """

    slug: str
    mode: str
    counted: str
    own: str = ""
    own_of: str = ""

    @property
    def is_outdated(self) -> bool:
        """Whether the secretary's words stand for a sentence that the figures no longer write."""
        return bool(self.own) and self.own_of != self.counted

    @property
    def words(self) -> str:
        """What a document says: the secretary's words while the figures are those that they stand for."""
        return self.counted if self.is_outdated else self.own or self.counted


def sentences(material: Material) -> Iterator[Sentence]:
    """Yield a sentence for each way of working that brought something, and one for what no pairing shares."""
    told = [
        (kind.slug, str(kind.mode or kind.label), [one for one in material.records if kind.slug in one.forms])
        for kind in all_kinds()
    ]
    if material.takes_uncredited:
        told.append((REST, "", [record for record in material.records if not record.forms]))
    for slug, mode_, shared in told:
        if counted := results(mode_, shared):
            own, own_of = (material.prose.get(section, "") for section in sections_of_sentence(slug))
            yield Sentence(slug, mode_, counted, own, own_of)


def _results(material: Material) -> Iterator[Paragraph]:
    """Say the sentences, a line of the secretary's words each."""
    for sentence in sentences(material):
        yield from (Paragraph(line.strip()) for line in sentence.words.splitlines() if line.strip())


def _by_form(material: Material) -> Table:
    """Count what was granted by form and level."""
    levels = [level for level in Level if any(record.level == level for record in material.granted)]
    labels = {**{kind.slug: kind.label for kind in all_kinds()}, "": _("Shared by no pairing")}
    rows: list[tuple[Cell, ...]] = []
    for slug, label in labels.items():
        alike = [one for one in material.granted if (slug in one.forms if slug else not one.forms)]
        rows.append((str(label), *(sum(one.level == level for one in alike) for level in levels), len(alike)))
    every = (sum(one.level == level for one in material.granted) for level in levels)
    rows.append((_("Each outcome once"), *every, len(material.granted)))
    head = (_("Form"), *(str(level.label) for level in levels), _("Together"))
    return Table(_("Outcomes by form and level"), head, tuple(rows), (4, *(2 for _level in levels), 2))


def records(material: Material) -> Iterator[Part]:
    """List every outcome that was granted, and apart from them what is only cultivated or applied for."""
    if material.named:
        yield Heading(_("The outcomes one by one"))
        yield _list(_("Outcomes that were granted"), material.named)
    if material.apart:
        yield Heading(_("Outcomes that no pairing shares (not of “1+1+1”)"))
        yield _list(_("Outcomes that no pairing shares"), material.apart)
    if material.cultivated:
        yield Heading(_("Being cultivated or applied for (not counted as recognised)"))
        yield _list(_("Being cultivated or applied for"), material.cultivated)


def _list(caption: str, found: list[Record]) -> Table:
    """List outcomes with their people, days and proof."""
    head = (_("No."), _("Title"), _("Kind"), _("Level"), _("Status"), _("Achieved on"), _("Achieved by"), _("Proof"))
    rows = tuple(
        (place, one.title, kind_in_words(one), str(Level(one.level).label), status_in_words(one), one.achieved_on or "",
         "、".join(one.people), proof_in_words(one))
        for place, one in enumerate(found, start=1)
    )  # fmt: skip
    return Table(caption, head, rows, (30, 142, 54, 42, 30, 60, 54, 30))  # in points: no day and no level is torn


def kind_in_words(record: Record) -> str:
    """Return the sub-kind, or the category where there is none, and how much it comes to."""
    kind = record.subkind or str(Category(record.category).label)
    return f"{kind}（{'、'.join(record.quantities)}）" if record.quantities else kind


def status_in_words(record: Record) -> str:
    """Return the grade where one was given, else how far it has come."""
    return record.grade or str(Status(record.status).label)


def proof_in_words(record: Record) -> str:
    """Return how well an outcome is proved."""
    if record.is_thin:
        return _("The old ledger only")
    files = ngettext("%(count)s file", "%(count)s files", record.proofs) % {"count": record.proofs}
    how = "；".join(dict.fromkeys(worth.short for worth in record.worths))
    return _("%(files)s (%(how)s)") % {"files": files, "how": how} if how else files


def one_by_one(material: Material) -> Iterator[Part]:
    """Tell each granted outcome under its category: the compilation's text."""
    for category in Category:
        found = [record for record in material.named if record.category == category]
        if found:
            yield Heading(str(category.label))
            yield from _each(found, material.pictures)
    if material.apart:
        yield Heading(_("Outcomes that no pairing shares (not of “1+1+1”)"))
        yield from _each(material.apart, material.pictures)


def _each(found: list[Record], pictures: Mapping[int, list[Evidence]]) -> Iterator[Part]:
    """Tell outcomes one after another, each with the first pictures that prove it, such as its certificate."""
    for record in found:
        yield Heading(record.title, 2)
        yield Paragraph(_told(record))
        for evidence in pictures.get(record.pk, ())[:PICTURES_OF_ONE]:
            yield Picture(evidence, record.title, _("A picture that proves “%(title)s”") % {"title": record.title})


def _told(record: Record) -> str:
    """Return what a compilation says of an outcome, in a line."""
    facts = [kind_in_words(record), str(Level(record.level).label), status_in_words(record), record.issuer]
    people = _("Achieved by: %(people)s.") % {"people": "、".join(record.people)}
    proof = _("Proof: %(proof)s.") % {"proof": proof_in_words(record)}
    return f"{'，'.join(filter(None, facts))}。{people}{proof}"


def gaps(material: Material) -> Iterator[Part]:
    """Say what the figures themselves show to be missing: where a review of problems and causes begins."""
    yield Heading(_("Problems and their causes"))
    found = [*_gaps_of_work(material), *_gaps_of_records(material)]
    yield from (Paragraph(line) for line in found or [_("The figures of the period show no gap of their own.")])


def _gaps_of_work(material: Material) -> Iterator[str]:
    """Yield in sentences where little was done."""
    covered = material.report["coverage"]
    if alone := covered["members"] - covered["paired"]:
        yield _("Coverage: %(count)s party members neither lead nor take part in an active pairing.") % {"count": alone}
    for slug, row in material.report["pairings"].items():
        form = kind_of(slug).label
        if not row["active"] and not row["completed"]:
            yield _("%(form)s: no pairing was active or completed.") % {"form": form}
        elif not row["logs"]:
            yield _("%(form)s: nothing was logged.") % {"form": form}
        elif not integrated_logs(row):
            yield _("%(form)s: no log holds a party-building element.") % {"form": form}
        if row["ended"]:
            yield _("%(form)s: %(count)s ended early.") % {"form": form, "count": row["ended"]}


def _gaps_of_records(material: Material) -> Iterator[str]:
    """Yield in sentences where the record is weak."""
    if thin := [record for record in material.granted if record.is_thin]:
        yield _("Proof: %(count)s outcomes are proved by the old ledger's sheet alone.") % {"count": len(thin)}
    if unasked := [record for record in material.granted if any(not worth.is_checked for worth in record.worths)]:
        yield _(
            "Proof: %(count)s outcomes rest on an enterprise's confirmation of which nobody of the branch has noted"
            " that they spoke to the contact."
        ) % {"count": len(unasked)}
    if contradicting := material.report.get("contradictions", {}):
        kinds = "、".join(str(contradictions.kind_of(slug).name) for slug in contradicting)
        count = sum(contradicting.values())
        yield _("Records: %(count)s contradictions are not explained yet (%(kinds)s).") % {
            "count": count,
            "kinds": kinds,
        }
    if unshared := [record for record in material.granted if not record.forms]:
        yield _("Credit: no pairing shares %(count)s of the outcomes.") % {"count": len(unshared)}


def mode(material: Material) -> Iterator[Part]:
    """Show the mode with the period's numbers: figure 1 of a work case."""
    yield from picture_of_mode(material.report)


def photos(material: Material) -> Iterator[Part]:
    """Show the photos that the secretary chose for the period's reports, each with its caption."""
    first, last = (datetime.date.fromisoformat(material.report["period"][end]) for end in ("from", "to"))
    for row in ReportPhoto.objects.of_report(material.report["branch"]["code"], first, last):
        yield Picture(row.photo.evidence, row.caption, _("Photo: %(caption)s") % {"caption": row.caption})


def case_results(material: Material) -> Iterator[Part]:
    """Say what came of it as a work case does: a sentence for each way of working, and nothing else."""
    yield Heading(_("Results"))
    yield from list(_results(material)) or [Paragraph(_("No verified outcome in this period."))]


def counting(material: Material) -> Iterator[Part]:
    """Say how it was counted, and whether the figures are frozen."""
    yield Paragraph(
        _("Only verified outcomes count; the same work counts once, at its highest. Made on %(day)s.")
        % {"day": material.report["generated_at"][:10]}
    )
    if material.report["frozen"]:
        yield Paragraph(_("Frozen by %(by)s; SHA-256 %(sha256)s.") % material.report["frozen"])
