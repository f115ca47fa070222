"""What outcomes say that their issuer, their kind, their pairings or their proof speak against."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import ExtractYear
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.reach import Viewer
from outcomes.issuers import above_what_the_issuer_gives, highest_of
from outcomes.models import Category, Level, Outcome, OutcomeCredit, OutcomeEvidence
from pairings.contradictions import Contradiction, Told, register, sentences

Rows = Sequence[Any]
#: What a correction or another outcome stands for.
GONE = (Outcome.Review.SUPERSEDED, Outcome.Review.MERGED)
#: Sub-kinds that are papers, which have no level, unlike a textbook that was chosen for one.
PAPER = "论文"
COMMISSIONED = "横向课题"


class OfOutcomes(Contradiction):
    """A kind whose records are outcomes; what a correction replaced is left alone."""

    model = "outcomes.Outcome"
    permission = "outcomes.edit_outcome"

    def condition(self) -> Any:
        """Return the condition, of outcomes that may still count."""
        return ~Q(review__in=GONE) & self.contradicts()

    def contradicts(self) -> Any:
        """Return the condition of the kind's own."""
        raise NotImplementedError  # each kind says what contradicts what


class LevelAboveIssuer(OfOutcomes):
    """A level that the issuer cannot give, such as the national one of a provincial office."""

    slug = "level-above-issuer"
    name = gettext_lazy("Level above what the issuer gives")

    def contradicts(self) -> Q:
        """Return the condition, from the table of issuers."""
        return above_what_the_issuer_gives()

    def tell(self, rows: Rows, user: Viewer) -> Mapping[int, Told]:
        """Say which level it is, and which the issuer gives at most (no query)."""
        return {row.pk: self._told(row) for row in rows}

    def _told(self, row: Outcome) -> Told:
        highest = highest_of(row.issuer)
        words = _(
            "The level is “%(level)s”, and the issuer “%(issuer)s” gives “%(highest)s” at most. Please look at the"
            " certificate and correct one of the two, or write why both are right."
        )
        named = {"level": row.get_level_display(), "issuer": row.issuer, "highest": highest.label if highest else ""}
        return Told(words % named, (row.level, row.issuer))


class LevelOfWhatHasNone(OfOutcomes):
    """A patent or a paper with a level: patents are granted by one office, papers appear in journals."""

    slug = "level-of-what-has-none"
    name = gettext_lazy("A patent or paper with a level")
    shown_with = ("subkind",)

    def contradicts(self) -> Q:
        """Return the condition: patents, and papers among the publications, with another level than “unrated”."""
        papers = Q(category=Category.PUBLICATION, subkind__name__contains=PAPER)
        return (Q(category=Category.PATENT) | papers) & ~Q(level=Level.UNRATED)

    def tell(self, rows: Rows, user: Viewer) -> Mapping[int, Told]:
        """Say which level it is (no query)."""
        words = _(
            "%(kind)s has no level, and this one is entered as “%(level)s”. Please set the level to “Unrated”, or write"
            " which decision gave it the level."
        )
        return {
            row.pk: Told(
                words % {"kind": row.subkind or row.get_category_display(), "level": row.get_level_display()},
                (row.category, row.subkind_id, row.level),
            )
            for row in rows
        }


class DayOutsidePairing(OfOutcomes):
    """A day before a pairing that shares the credit began, or long after it was over."""

    slug = "day-outside-pairing"
    name = gettext_lazy("Day outside the pairing's time")

    def contradicts(self) -> Any:
        """Return the condition: before the start, or later than in the year after the end."""
        return Exists(OutcomeCredit.objects.filter(_outside(OuterRef("achieved_on")), outcome=OuterRef("pk")))

    def tell(self, rows: Rows, user: Viewer) -> Mapping[int, Told]:
        """Say which pairings it is (one query)."""
        outside = OutcomeCredit.objects.filter(
            _outside(F("outcome__achieved_on")), outcome__in=[row.pk for row in rows]
        )
        by_outcome: dict[int, list[OutcomeCredit]] = defaultdict(list)
        for credit in outside.select_related("pairing").order_by("pairing"):
            by_outcome[credit.outcome_id].append(credit)
        return {row.pk: self._told(row, [one.pairing for one in by_outcome[row.pk]]) for row in rows}

    def _told(self, row: Outcome, pairings: list[Any]) -> Told:
        said = []
        for pairing in pairings:
            days = {
                "day": date_format(row.achieved_on),
                "pairing": pairing.title,
                "first": date_format(pairing.started_on),
                "last": date_format(pairing.closed_on) if pairing.closed_on else "",
            }
            if row.achieved_on < pairing.started_on:
                said.append(
                    _("It was achieved on %(day)s, and the pairing “%(pairing)s” began only on %(first)s.") % days
                )
            else:
                said.append(
                    _("It was achieved on %(day)s, long after the pairing “%(pairing)s” was over on %(last)s.") % days
                )
        said.append(_("Please correct the day or the credit, or write how the pairing brought it about."))
        facts = [(pairing.pk, pairing.started_on, pairing.closed_on) for pairing in pairings]
        return Told(sentences(*said), (row.achieved_on, facts))


def _outside(day: Any) -> Q:
    """Return the condition for credits whose pairing was not there on a day, nor in the year before it."""
    return Q(pairing__started_on__gt=day) | Q(pairing__closed_on__year__lt=ExtractYear(day) - 1)


class SameFile(OfOutcomes):
    """One file that proves outcomes of different names; the sheet of an old ledger proves many rows by its nature."""

    slug = "same-file"
    name = gettext_lazy("One file as proof of different things")

    def contradicts(self) -> Any:
        """Return the condition: another outcome of the branch, of other work and title, holds the same bytes.

        Counted in windows over all proofs, not looked up for each: where many hold one file, that is quadratic.
        """
        held = ("outcome__branch", "evidence__file")
        proofs = OutcomeEvidence.objects.exclude(outcome__review__in=GONE).filter(ledger_row=None)
        others = proofs.annotate(
            elsewhere=_proofs_with(*held)
            - _proofs_with(*held, "outcome__work")
            - _proofs_with(*held, "outcome__title")
            + _proofs_with(*held, "outcome__work", "outcome__title")
        )
        return Q(pk__in=others.filter(elsewhere__gt=0).values("outcome"))

    def tell(self, rows: Rows, user: Viewer) -> Mapping[int, Told]:
        """Say which other outcomes the files prove, by title where the reader sees them (three queries)."""
        proofs = OutcomeEvidence.objects.filter(outcome__in=[row.pk for row in rows], ledger_row=None)
        files = defaultdict(set)
        for outcome, file in proofs.values_list("outcome", "evidence__file"):
            files[outcome].add(file)
        holders = OutcomeEvidence.objects.filter(
            outcome__branch__in={row.branch_id for row in rows},
            evidence__file__in={one for found in files.values() for one in found},
            ledger_row=None,
        ).exclude(outcome__review__in=GONE)
        held = list(
            holders.values_list("evidence__file", "outcome", "outcome__work", "outcome__branch", "outcome__title")
        )
        seen = set(
            Outcome.objects.visible_to(user).filter(pk__in={one[1] for one in held}).values_list("pk", flat=True)
        )
        return {row.pk: self._told(row, files[row.pk], held, seen) for row in rows}

    def _told(self, row: Outcome, files: set[int], held: list[Any], seen: set[int]) -> Told:
        others = {
            pk: title
            for file, pk, work, branch, title in held
            if file in files and branch == row.branch_id and work != row.work and title != row.title
        }
        titles = [f"“{title}”" for pk, title in sorted(others.items()) if pk in seen]
        if len(titles) < len(others):
            titles.append(_("%(count)s more") % {"count": len(others) - len(titles)})
        words = _(
            "A file that proves this outcome proves other ones too: %(titles)s. Please attach to each its own"
            " certificate, or write why one file proves them all."
        )
        return Told(words % {"titles": "、".join(titles)}, (row.title, sorted(others.items())))


def _proofs_with(*same: str) -> Window:
    """Return how many proofs are alike in these fields, of each."""
    return Window(Count("pk"), partition_by=[F(name) for name in same])


class CommissionedWithoutService(OfOutcomes):
    """A commissioned project that no enterprise service shares, so that nobody finds its contract."""

    slug = "project-without-contract"
    name = gettext_lazy("A commissioned project without its contract")

    def contradicts(self) -> Any:
        """Return the condition: granted, of the sub-kind, and credited to no pairing with an enterprise."""
        shared = OutcomeCredit.objects.filter(outcome=OuterRef("pk"), pairing__kind="enterprise")
        return (
            Q(category=Category.PROJECT, subkind__name=COMMISSIONED)
            & ~Q(status__in=["cultivating", "applied"])
            & ~Exists(shared)
        )

    def tell(self, rows: Rows, user: Viewer) -> Mapping[int, Told]:
        """Say that no contract can be found (no query)."""
        words = _(
            "A commissioned project rests on a contract with an enterprise, and no enterprise service shares this one."
            " Please credit it to the service that holds the contract, or write where the contract is."
        )
        return {row.pk: Told(words, (row.status,)) for row in rows}


register(LevelAboveIssuer(), LevelOfWhatHasNone(), DayOutsidePairing(), SameFile(), CommissionedWithoutService())
