"""Which rows of a ledger are on record already: the same, another one beside it, or one that contradicts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from organization.likeness import bare, of_title
from organization.models import Branch
from organization.sheets import CellChange, RowError, State, quoted
from outcomes.ledger_rows import HEADINGS, LedgerRow, identity_of
from outcomes.ledger_words import GRADE, NOTE, TITLE
from outcomes.models import Category, Outcome
from outcomes.models.merging import people_before

#: How many titles one query may name; of a longer ledger all outcomes of the college are looked at.
MOST_TITLES = 500


@dataclass(frozen=True)
class Match:
    """What a row does: with which kept outcome, and what speaks against it."""

    row: LedgerRow
    state: State
    kept: Outcome | None = None
    errors: tuple[RowError, ...] = ()


class LedgerMatcher:
    """Finds the outcomes on record that the rows of one ledger mean."""

    def __init__(self, branch: Branch, titles: Iterable[str]) -> None:
        self.branch = branch
        wanted = {of_title(title) for title in titles}
        rows = Outcome.objects.filter(branch__college=branch.college_id)
        if len(wanted) <= MOST_TITLES:
            rows = rows.filter(likeness__in=wanted)
        rows = rows.exclude(review=Outcome.Review.SUPERSEDED).select_related(
            "branch", "subkind", "grade", "merged_into"
        )
        self.kept: dict[Any, list[Outcome]] = {}
        known = list(rows.prefetch_related("people", "shared_with", "proofs"))
        before = people_before()
        for one in known:
            identities = {
                identity_of(one, one.people.all()),
                *(identity_of(one, was) for was in before.get(one.pk, ())),
            }
            for identity in identities:
                self.kept.setdefault(identity, []).append(one)
        self.claimed: set[int] = set()
        self.before: dict[Any, list[LedgerRow]] = {}

    def match(self, row: LedgerRow) -> Match:
        """Return what a row does; a row is the same only when every cell says what the stored one says."""
        earlier = self.before.setdefault(row.identity, [])
        kept = [one for one in self.kept.get(row.identity, []) if one.pk not in self.claimed]
        own = [one for one in kept if self._is_ours(one)]
        if same := next((one for one in own if not differences(row, one)), None):
            self.claimed.add(same.pk)
            earlier.append(row)
            return Match(row, State.SAME, same.survivor)
        if errors := self._repeats(row, earlier):
            return Match(row, State.REFUSED, None, errors)
        earlier.append(row)
        for one in own:
            if not _is_another(row, differences(row, one)):
                return Match(row, State.REFUSED, one, (_contradiction(row, one),))
        return self._of_another_branch(row, [one for one in kept if not self._is_ours(one)])

    def _is_ours(self, outcome: Outcome) -> bool:
        """Return whether the branch has or shares an outcome."""
        return self.branch in (outcome.branch, *outcome.shared_with.all())

    def _repeats(self, row: LedgerRow, earlier: list[LedgerRow]) -> tuple[RowError, ...]:
        """Return why a row is one that stands further up: it says the same, or contradicts it."""
        for one in earlier:
            differing = differences(row, one.outcome)
            if not _is_another(row, differing, is_same_sheet=True):
                column = differing[0].column if differing else TITLE
                words = _("The same outcome stands in row %(row)s already.") % {"row": one.record.row}
                return (row.record.error(column, words),)
        return ()

    def _of_another_branch(self, row: LedgerRow, others: list[Outcome]) -> Match:
        """Return a new row, or one that another branch has too and both then share.

        Another branch has said already that our people achieved it; of other outcomes nothing is said here.
        """
        theirs = next((one for one in others if self._names_ours(one)), None)
        if theirs is None:
            return Match(row, State.NEW)
        names = {"branch": theirs.branch.name, "title": quoted(theirs.title)}
        if differing := differences(row, theirs):
            words = _("“%(title)s” stands in the ledger of %(branch)s with “%(old)s” here; please agree on one.")
            error = row.record.error(differing[0].column, words % {**names, "old": differing[0].old})
            return Match(row, State.REFUSED, theirs, (error,))
        if theirs.review == Outcome.Review.VERIFIED:
            words = _("“%(title)s” of %(branch)s is verified; ask them to share it by a correction.")
            return Match(row, State.REFUSED, theirs, (row.record.error(TITLE, words % names),))
        self.claimed.add(theirs.pk)
        return Match(row, State.SHARED, theirs)

    def _names_ours(self, outcome: Outcome) -> bool:
        """Return whether an outcome names somebody of the branch."""
        return any(person.branch_id == self.branch.pk for person in outcome.people.all())


def differences(row: LedgerRow, kept: Outcome) -> list[CellChange]:
    """Return the cells that say something else than what is kept; an empty cell says nothing."""
    return [
        CellChange(heading, shown(kept, field), shown(row.outcome, field))
        for field, heading in HEADINGS.items()
        if field in row.stated and not _is_same(row, kept, field)
    ]


def _is_same(row: LedgerRow, kept: Outcome, field: str) -> bool:
    """Return whether a cell says what is kept; a title may differ in punctuation and width."""
    said, stands = getattr(row.outcome, field), getattr(kept, field)
    return said == stands or (field == "title" and bare(said) == bare(stands))


def shown(outcome: Outcome, field: str) -> str:
    """Return a field as a preview shows it."""
    display = getattr(outcome, f"get_{field}_display", None)
    value = display() if display else getattr(outcome, field)
    return "" if value is None else str(value)


def _is_another(row: LedgerRow, differing: list[CellChange], *, is_same_sheet: bool = False) -> bool:
    """Return whether a row is another prize beside one of the same contest, day and people.

    Its note tells two teams apart, and so does its grade when both stand in one sheet.
    """
    if row.outcome.category != Category.AWARD:
        return False
    columns = {cell.column for cell in differing if cell.old}
    return NOTE in columns or (is_same_sheet and GRADE in columns)


def _contradiction(row: LedgerRow, kept: Outcome) -> RowError:
    """Return that a cell says something else than the outcome on record."""
    cell = differences(row, kept)[0]
    words = _(
        "On record as No. %(number)s “%(title)s” with “%(old)s” here, not “%(new)s”. "
        "An import corrects nothing; a verified outcome is corrected by a new version, by hand."
    )
    said = {"number": kept.pk, "title": quoted(kept.title), "old": quoted(cell.old or "–"), "new": quoted(cell.new)}
    return row.record.error(cell.column, words % said)
