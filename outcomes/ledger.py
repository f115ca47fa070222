"""A branch's old ledger of outcomes, read from the sheet its office kept for years."""

from pathlib import Path
from typing import Any, cast

from django.utils.translation import gettext as _

from evidence.models import Evidence
from organization.models import Branch, RuleError, Synonym, User, all_or_nothing
from organization.sheets import CellChange, Change, ImportResult, SheetError, SheetFile, State, read_book
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

    A row that says what is on record is left unchanged, and verified when a verifier is named now; one that says
    something else is refused at its cell. What another branch has too is shared with it.

    Args:
        file: a sheet with the headings of `ledger_columns`, or where it lies.
        branch: whose outcomes they are.
        by: who reads the sheet in and so submits its rows; None for a command, which has an account of its own.
        verified_by: the branch's secretary or deputy who vouches for the rows: another than who reads them in.
        dry_run: try everything and write nothing; the result says what each row would change.

    Raises:
        RuleError: when `verified_by` is not secretary or deputy of the branch, or submitted a row.
    """
    if verified_by and not verified_by.manages(branch.pk):
        raise RuleError(_("%(user)s is not secretary or deputy of this branch.") % {"user": verified_by.username})
    synonyms = Synonym.objects.known_in(branch)
    try:
        book = read_book(file, ledger_columns(synonyms))
    except SheetError as error:
        return ImportResult(errors=error.errors, unread=error.unread)
    result = ImportResult(unread=book.unread, rows=len(book.records))
    rows = []
    reader = LedgerReader(branch, synonyms)
    for record in book.records:
        row, errors = (None, record.errors) if record.errors else reader.read(record)
        if row:
            rows.append(row)
        else:
            result.refuse(record.sheet, record.row, errors, str(record.values.get(TITLE) or ""))
    matcher = LedgerMatcher(branch, [row.outcome.title for row in rows])
    matches = [matcher.match(row) for row in rows]
    for match in matches:
        _note(result, match, will_verify=verified_by is not None)
    order = {sheet: place for place, sheet in enumerate(dict.fromkeys(one.sheet for one in book.records))}
    result.changes.sort(key=lambda change: (order[change.sheet], change.row))
    if not result.errors and not dry_run:
        with all_or_nothing():
            _write(matches, book.file, branch, by, verified_by)
    return result


def _note(result: ImportResult, match: Match, *, will_verify: bool) -> None:
    """Say in the result what a row does."""
    record, title = match.row.record, match.row.outcome.title
    if match.errors:
        result.refuse(record.sheet, record.row, list(match.errors), title)
        return
    state, cells = match.state, []
    if state == State.NEW:
        cells = [
            CellChange(heading, "", shown(match.row.outcome, field))
            for field, heading in HEADINGS.items()
            if shown(match.row.outcome, field)
        ]
    elif state == State.SAME and will_verify and _waits(match.kept):
        state = State.CHANGED
    elif state == State.SHARED:
        cells = [CellChange("", "", str(cast("Outcome", match.kept).branch))]
    result.note(Change(record.sheet, record.row, state, title, cells))


def _waits(outcome: Outcome | None) -> bool:
    """Return whether an outcome is a ledger's that nobody verified yet."""
    is_submitted = outcome is not None and outcome.review == Outcome.Review.SUBMITTED
    return is_submitted and any(proof.ledger_row for proof in cast("Outcome", outcome).proofs.all())


def _write(matches: list[Match], file: SheetFile, branch: Branch, by: User | None, verified_by: User | None) -> None:
    """Record the new rows, share what two branches have, and verify what somebody vouches for."""
    new = [match.row for match in matches if match.state == State.NEW]
    if new:
        _record(new, file, by or User.objects.of_the_command_line(), verified_by)
    for match in matches:
        kept = match.kept
        if kept is not None and match.state == State.SHARED:
            kept.shared_with.add(branch)
        elif kept is not None and verified_by and _waits(kept):
            kept.verify(by=verified_by)


def _record(rows: list[LedgerRow], file: SheetFile, by: User, verified_by: User | None) -> None:
    """Record the rows with the sheet as their proof, submit them, and verify them when somebody vouches."""
    sheet = Evidence.objects.take_in_bytes(file.content, name=file.name, by=by)
    for row in rows:
        row.outcome.record(by=by, people=row.people)
        row.outcome.proofs.create(
            evidence=sheet,
            ledger_row=row.record.row,
            ledger_sheet=row.record.sheet,
            ledger_cells=_cells_of(row.record.values),
        )
        row.outcome.submit(by=by)
        if verified_by:
            row.outcome.verify(by=verified_by)


def _cells_of(values: dict[str, Any]) -> dict[str, str]:
    """Return the cells of a row as they were understood, for those who may see this row and not the sheet."""
    shown = {heading: value for heading, value in values.items() if value not in (None, "")}
    return {
        heading: "、".join(map(str, value)) if isinstance(value, list) else str(getattr(value, "label", value))
        for heading, value in shown.items()
    }
