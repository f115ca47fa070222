"""A branch's roster of people, read from the sheet its office keeps."""

import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from organization.models import Branch, Office, Person, RuleError, Synonym, all_or_nothing
from organization.names import same_name
from organization.roster_columns import (
    BORN,
    FIELDS,
    KIND,
    NAME,
    NUMBER,
    OFFICE,
    PARTY_BRANCH,
    PHONE,
    kind_of_branch,
    roster_columns,
)
from organization.sheets import (
    CellChange,
    Change,
    ImportResult,
    Record,
    RowError,
    SheetError,
    SheetFile,
    State,
    read_book,
)
from organization.stage_steps import DAYS, STAGE, CellsError, refuse_step_back, stated_steps, take_steps

STATUS = "political_status"
HEADINGS = {field: heading for heading, field in FIELDS.items()} | {
    STATUS: STAGE, "from_date": DAYS["probationary"], "__all__": STAGE,
}  # fmt: skip


def import_roster(
    file: SheetFile | Path, branch: Branch, *, dry_run: bool = False, accept_doubles: bool = False
) -> ImportResult:
    """Create and update a branch's people from a sheet: all rows, or none when one is refused.

    An empty cell leaves what is known. A person is known by the number, which is unique in the college; a name never
    changes and a stage never steps back.

    Args:
        file: a sheet with the headings of `roster_columns`, or where it lies.
        branch: whose people they are.
        dry_run: try everything and write nothing; the result says what each row would change.
        accept_doubles: take people who look like others under another number.
    """
    try:
        book = read_book(file, roster_columns(Synonym.objects.known_in(branch)))
    except SheetError as error:
        return ImportResult(errors=error.errors, unread=error.unread)
    result = ImportResult(unread=book.unread, rows=len(book.records))
    with all_or_nothing():
        roster = _Roster(branch, result, accept_doubles=accept_doubles)
        for record in book.records:
            roster.take(record)
        result.missing = roster.missing()
        if result.errors or dry_run:
            transaction.set_rollback(True)
    return result


class _Roster:
    """One import under way."""

    def __init__(self, branch: Branch, result: ImportResult, *, accept_doubles: bool) -> None:
        self.branch = branch
        self.result = result
        self.accept_doubles = accept_doubles
        self.known = {
            person.number: person
            for person in Person.objects.filter(college=branch.college_id).select_related("branch", "office")
        }
        self.by_name: dict[str, list[Person]] = {}
        for person in self.known.values():
            if person.branch_id == branch.pk:
                self.by_name.setdefault(person.name, []).append(person)
        self.offices = {office.name: office for office in branch.offices.all()}
        self.seen: dict[str, Record] = {}
        self.is_double = False

    def take(self, record: Record) -> None:
        """Write one person, or keep what is wrong with the row."""
        self.is_double = False
        errors = record.errors or self._refused(record)
        if not errors:
            person = self.known.get(record.values[NUMBER]) or Person(branch=self.branch)
            errors = self._tried(person, record)
        if errors:
            state = State.DOUBLE if self.is_double else State.REFUSED
            self.result.refuse(record.sheet, record.row, errors, str(record.values.get(NAME) or ""), state)

    def missing(self) -> list[str]:
        """Return who is here and not in the sheets, with number and name."""
        here = [person for person in self.known.values() if person.branch_id == self.branch.pk and person.is_active]
        return sorted(f"{one.number} {one.name}" for one in here if one.number not in self.seen)

    def _refused(self, record: Record) -> list[RowError]:
        """Return why a row is nobody's whom the sheet may change."""
        number = record.values[NUMBER]
        if number in self.seen:
            first = self.seen[number]
            again = _("This number stands in row %(row)s already.") % {"row": first.row}
            if first.sheet != record.sheet:
                again = _("This number stands in row %(row)s of the sheet %(sheet)s already.")
                again %= {"row": first.row, "sheet": first.sheet}
            return [record.error(NUMBER, again)]
        self.seen[number] = record
        person = self.known.get(number)
        problem = self._not_this_person(person, record.values) if person else self._not_new(record)
        return [record.error(*problem)] if problem else []

    def _not_this_person(self, person: Person, values: dict[str, Any]) -> tuple[str, str] | None:
        """Return heading and reason when a known number is somebody else's."""
        if person.branch_id != self.branch.pk:
            return NUMBER, _("Somebody of another branch of the college has this number.")
        if not same_name(person.name, values[NAME]):
            words = _("Number and name disagree: this number is %(name)s's. A real change of name is made by hand.")
            return NAME, words % {"name": person.name}
        if values.get(KIND) not in (None, person.kind):
            return KIND, _("The number belongs to a %(kind)s.") % {"kind": person.get_kind_display()}
        return None

    def _not_new(self, record: Record) -> tuple[str, str] | None:
        """Return heading and reason when somebody new cannot be told to be new, or a teacher or a student."""
        values = record.values
        if values.get(KIND) is None:
            values[KIND] = kind_of_branch(values.get(PARTY_BRANCH))
            if values[KIND] is None:
                return KIND, _("This person is new: please say whether it is a teacher or a student.")
        double = None if self.accept_doubles else self._double_of(values)
        if double is None:
            return None
        words = _("This looks like %(name)s, who has the number %(number)s and the same birthday or telephone.")
        self.is_double = True
        return NUMBER, words % {"name": double.name, "number": double.number}

    def _double_of(self, values: dict[str, Any]) -> Person | None:
        """Return somebody of the branch with the same name, and the same birthday or telephone."""
        for person in self.by_name.get(values[NAME], []):
            is_born_then = bool(person.born_on) and person.born_on == values.get(BORN)
            if is_born_then or (person.phone and person.phone == values.get(PHONE)):
                return person
        return None

    def _tried(self, person: Person, record: Record) -> list[RowError]:
        """Write the row, or return what the rules say against it."""
        try:
            with all_or_nothing():
                self._write(person, record)
        except CellsError as error:
            return [record.error(error.column, error.message)]
        except RuleError as error:
            return [record.error(STAGE, str(error))]
        except ValidationError as error:
            return [
                record.error(HEADINGS.get(field, ""), message)
                for field, messages in error.message_dict.items()
                for message in messages
            ]
        return []

    def _write(self, person: Person, record: Record) -> None:
        """Save what is new of a person, and note what changed."""
        values, is_new = record.values, person.pk is None
        standing = values[STAGE]
        refuse_step_back(person, standing)
        changes = self._set_fields(person, values)
        if standing.status and standing.status != person.political_status:
            changes.append(CellChange(STAGE, person.political_status, standing.status))
            person.political_status = standing.status
        steps = stated_steps(values, standing, person)
        if is_new or changes:
            person.full_clean()
            person.save()
        changes += [CellChange(*step) for step in take_steps(person, steps, _("from the roster"))]
        self.known[person.number] = person
        if is_new:
            self.by_name.setdefault(person.name, []).append(person)
        state = State.NEW if is_new else State.CHANGED if changes else State.SAME
        self.result.note(Change(record.sheet, record.row, state, str(person), changes))

    def _set_fields(self, person: Person, values: dict[str, Any]) -> list[CellChange]:
        """Set the fields that a row fills otherwise, and return each with old and new."""
        changes = []
        for heading, field in FIELDS.items():
            value = self._value(heading, values.get(heading))
            old = getattr(person, field, None)
            if value is None or value == old or (field == "name" and person.pk):
                continue
            setattr(person, field, value)
            changes.append(CellChange(heading, _shown(old), _shown(value)))
        return changes

    def _value(self, heading: str, value: Any) -> Any:
        """Return a cell's value for its field: a teaching office by its name, made when it is new."""
        if isinstance(value, datetime.date):
            return datetime.date(value.year, value.month, value.day)
        if heading != OFFICE or value is None:
            return value
        if value not in self.offices:
            office = Office(branch=self.branch, name=value)
            try:
                office.full_clean()
            except ValidationError as error:
                raise ValidationError({"office": error.messages}) from error
            office.save()
            self.offices[value] = office
        return self.offices[value]


def _shown(value: Any) -> str:
    """Return a value as a preview shows it."""
    label = {one.value: str(one.label) for one in Person.Kind}.get(value) if isinstance(value, str) else None
    return label or ("" if value is None else str(value))
