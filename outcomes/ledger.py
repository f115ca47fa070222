"""A branch's old ledger of outcomes, read from the sheet its office kept for years."""

from pathlib import Path
from typing import Any, cast

from django.utils.translation import gettext as _

from evidence.models import Evidence
from organization.models import Branch, RuleError, Synonym, User, all_or_nothing
from organization.sheets import Book, CellChange, Change, ImportResult, SheetError, SheetFile, State, Trace, read_book
from organization.verbs import verb
from outcomes.ledger_matching import LedgerMatcher, Match, shown
from outcomes.ledger_rows import HEADINGS, LedgerReader, LedgerRow
from outcomes.ledger_words import TITLE, ledger_columns
from outcomes.models import Outcome


def import_ledger(
    file: SheetFile | Path,
    branch: Branch,
    *,
    by: User | None = None,
    verified_by: User | None = None,
    dry_run: bool = False,
) -> ImportResult:
    """Record a ledger's rows as submitted outcomes, with the sheet and the row as their thin proof: all or none.

    Args:
        file: a sheet with the headings of `ledger_columns`, or where it lies.
        branch: whose outcomes they are.
        by: who reads the sheet in and so submits its rows; None for a command, which has an account of its own.
        verified_by: the branch's secretary or deputy who vouches for the rows: another than who reads them in.
        dry_run: write nothing; the result says what each row would change.

    Raises:
        RuleError: when `verified_by` is not secretary or deputy of the branch, or submitted a row.
    """
    try:
        book = read_book(file, ledger_columns(Synonym.objects.known_in(branch)))
    except SheetError as error:
        return ImportResult(errors=error.errors, unread=error.unread)
    plan = LedgerPlan(book, branch, verified_by=verified_by)
    if not plan.result.errors and not dry_run:
        with all_or_nothing():
            plan.write(by=by or User.objects.of_the_command_line())
    return plan.result


class LedgerPlan:
    """What the rows of a ledger do to a branch's outcomes; making one writes nothing.

    A row that says what is on record is left unchanged, and verified when a verifier is named now; one that says
    something else is refused at its cell. What another branch has too is shared with it.

    Raises:
        RuleError: when `verified_by` is not secretary or deputy of the branch.
    """

    def __init__(self, book: Book, branch: Branch, *, verified_by: User | None = None) -> None:
        if verified_by and not verified_by.manages(branch.pk):
            raise RuleError(_("%(user)s is not secretary or deputy of this branch.") % {"user": verified_by.username})
        self.book, self.branch, self.verified_by = book, branch, verified_by
        self.result = ImportResult(unread=book.unread, rows=len(book.records))
        rows = self._rows()
        matcher = LedgerMatcher(branch, [row.outcome.title for row in rows])
        self.done: list[tuple[Match, Trace]] = []
        for match in [matcher.match(row) for row in rows]:
            trace = Trace(subject=match.kept.pk if match.kept else None)
            self.done.append((match, trace))
            self._note(match, trace)
        order = {sheet: place for place, sheet in enumerate(dict.fromkeys(one.sheet for one in book.records))}
        self.result.changes.sort(key=lambda change: (order[change.sheet], change.row))

    def _rows(self) -> list[LedgerRow]:
        """Return the rows that can be read, and keep what is wrong with the others."""
        rows = []
        reader = LedgerReader(self.branch, Synonym.objects.known_in(self.branch))
        for record in self.book.records:
            row, errors = (None, record.errors) if record.errors else reader.read(record)
            if row:
                rows.append(row)
            else:
                self.result.refuse(record.sheet, record.row, errors, str(record.values.get(TITLE) or ""))
        return rows

    def _note(self, match: Match, trace: Trace) -> None:
        """Say in the result what a row does."""
        record, title = match.row.record, match.row.outcome.title
        if match.errors:
            self.result.refuse(record.sheet, record.row, list(match.errors), title)
            return
        state, cells = match.state, []
        if state == State.NEW:
            cells = [
                CellChange(heading, "", shown(match.row.outcome, field))
                for field, heading in HEADINGS.items()
                if shown(match.row.outcome, field)
            ]
        elif state == State.SAME and self.verified_by and _waits(match.kept):
            state = State.CHANGED
        elif state == State.SHARED:
            cells = [CellChange("", "", str(cast("Outcome", match.kept).branch))]
        self.result.note(Change(record.sheet, record.row, state, title, cells, trace))

    @verb
    def write(self, *, by: User, sheet: Evidence | None = None) -> None:
        """Record the new rows, share what two branches have, and verify what somebody vouches for.

        Args:
            by: who reads the sheet in, and so submits its rows.
            sheet: the file, where it is kept already.
        """
        for match, trace in self.done:
            kept = match.kept
            if match.state == State.NEW:
                sheet = sheet or Evidence.objects.take_in_sheet(self.book.file.content, name=self.book.file.name, by=by)
                self._record(match.row, trace, sheet, by)
            elif kept is not None and match.state == State.SHARED:
                kept.shared_with.add(self.branch)
                trace.tied.append((Outcome._meta.label, kept.pk, "shared_with", self.branch.pk))
            elif kept is not None and self.verified_by and _waits(kept):
                kept.verify(by=self.verified_by)

    def _record(self, row: LedgerRow, trace: Trace, sheet: Evidence, by: User) -> None:
        """Record a row with the sheet as its proof, submit it, and verify it when somebody vouches."""
        outcome = row.outcome
        outcome.record(by=by, people=row.people)
        proof = outcome.proofs.create(
            evidence=sheet,
            ledger_row=row.record.row,
            ledger_sheet=row.record.sheet,
            ledger_cells=_cells_of(row.record.values),
        )
        outcome.submit(by=by)
        if self.verified_by:
            outcome.verify(by=self.verified_by)
        trace.subject = outcome.pk
        trace.made.append((Outcome._meta.label, outcome.pk))
        trace.made += [(one._meta.label, one.pk) for one in (*outcome.contributions.all(), proof)]


def _waits(outcome: Outcome | None) -> bool:
    """Return whether an outcome is a ledger's that nobody verified yet."""
    is_submitted = outcome is not None and outcome.review == Outcome.Review.SUBMITTED
    return is_submitted and any(proof.ledger_row for proof in cast("Outcome", outcome).proofs.all())


def _cells_of(values: dict[str, Any]) -> dict[str, str]:
    """Return the cells of a row as they were understood, for those who may see this row and not the sheet."""
    shown = {heading: value for heading, value in values.items() if value not in (None, "")}
    return {
        heading: "、".join(map(str, value)) if isinstance(value, list) else str(getattr(value, "label", value))
        for heading, value in shown.items()
    }
