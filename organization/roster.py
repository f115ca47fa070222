"""A branch's roster of people, read from the sheet its office keeps: first planned, then written."""

import datetime
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from organization.likeness import of_number, of_phone
from organization.models import Branch, Office, Person, RuleError, Synonym, all_or_nothing
from organization.models.membership import is_here
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
from organization.roster_writing import PersonPlan, write_people
from organization.sheets import (
    Book,
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
from organization.stage_steps import DAYS, STAGE, CellsError, plan_steps, refuse_step_back, stated_steps
from organization.verbs import writes

STATUS = "political_status"
HEADINGS = {field: heading for heading, field in FIELDS.items()} | {
    STATUS: STAGE, "from_date": DAYS["probationary"], "__all__": STAGE,
}  # fmt: skip
#: What a row cannot change, or the plan sees to without asking the database.
NOT_ASKED = {"branch", "college", "office"}


def import_roster(
    file: SheetFile | Path, branch: Branch, *, dry_run: bool = False, accept_doubles: bool = False
) -> ImportResult:
    """Create and update a branch's people from a sheet: all rows, or none when one is refused.

    Args:
        file: a sheet with the headings of `roster_columns`, or where it lies.
        branch: whose people they are.
        dry_run: write nothing; the result says what each row would change.
        accept_doubles: take people who look like others under another number.
    """
    try:
        book = read_book(file, roster_columns(Synonym.objects.known_in(branch)))
    except SheetError as error:
        return ImportResult(errors=error.errors, unread=error.unread)
    plan = RosterPlan(book, branch, accept_doubles=accept_doubles)
    if not plan.result.errors and not dry_run:
        with all_or_nothing():
            plan.write()
    return plan.result


class RosterPlan:
    """What the rows of a roster do to a branch's people; making one writes nothing.

    An empty cell leaves what is known. A person is known by the number, which is unique in the college; a name never
    changes and a stage never steps back.
    """

    def __init__(self, book: Book, branch: Branch, *, accept_doubles: bool = False) -> None:
        self.branch = branch
        self.result = ImportResult(unread=book.unread, rows=len(book.records))
        self.accept_doubles = accept_doubles
        self.known = self._known(book.records)
        self.by_name: dict[str, list[Person]] = {}
        self.by_key: dict[str, Person] = {}
        for person in {one.pk: one for one in self.known.values()}.values():
            if person.branch_id == branch.pk:
                self.by_key.setdefault(person.number_key, person)
                self.by_name.setdefault(person.name, []).append(person)
        self.offices = {office.name: office for office in branch.offices.all()}
        self.seen: dict[str, Record] = {}
        self.is_double = False
        self.people: list[PersonPlan] = []
        for record in book.records:
            self._take(record)
        self.result.missing = self._missing()

    @writes
    def write(self) -> None:
        """Write what was planned, in the transaction that is open.

        Raises:
            RuleError: when the database says otherwise by now.
        """
        write_people(self.people)

    def _known(self, records: Iterable[Record]) -> dict[str, Person]:
        """Return the people of the college by number, with the histories of those in the sheet (two queries).

        The number of a merged record is one of whoever stands for it.
        """
        people = Person.objects.filter(college=self.branch.college_id).select_related("branch", "office")
        people = people.annotate(is_here=is_here())
        by_pk = {person.pk: person for person in people}
        known = {person.number: by_pk.get(person.merged_into_id, person) for person in by_pk.values()}
        numbers = dict.fromkeys(record.values.get(NUMBER) for record in records)
        prefetch_related_objects([known[number] for number in numbers if number in known], "stage_entries")
        return known

    def _take(self, record: Record) -> None:
        """Plan one person, or keep what is wrong with the row."""
        self.is_double = False
        errors = record.errors or self._refused(record)
        if not errors:
            person = self.known.get(record.values[NUMBER]) or Person(branch=self.branch)
            errors = self._tried(person, record)
        if errors:
            state = State.DOUBLE if self.is_double else State.REFUSED
            self.result.refuse(record.sheet, record.row, errors, str(record.values.get(NAME) or ""), state)

    def _missing(self) -> list[str]:
        """Return who is here and not in the sheets, with number and name."""
        known = {one.number: one for one in self.known.values() if one.pk}
        own = [one for one in known.values() if one.branch_id == self.branch.pk]
        here = [one for one in own if getattr(one, "is_here", False)]
        return sorted(f"{one.number} {one.name}" for one in here if one.number not in self.seen)

    def _refused(self, record: Record) -> list[RowError]:
        """Return why a row is nobody's whom the sheet may change."""
        number = record.values[NUMBER]
        person = self.known.get(number)
        stands = person.number if person else number
        if stands in self.seen:
            return [record.error(NUMBER, self._again(record, self.seen[stands]))]
        self.seen[stands] = record
        problem = self._not_this_person(person, record.values) if person else self._not_new(record)
        return [record.error(*problem)] if problem else []

    def _again(self, record: Record, first: Record) -> str:
        """Return that a row is about somebody who stands in an earlier one, by this number or one they had before."""
        if first.values[NUMBER] != record.values[NUMBER]:
            words = _("Row %(row)s is about the same person: two records of theirs were merged.")
            return words % {"row": first.row}
        again = _("This number stands in row %(row)s already.") % {"row": first.row}
        if first.sheet != record.sheet:
            again = _("This number stands in row %(row)s of the sheet %(sheet)s already.")
            again %= {"row": first.row, "sheet": first.sheet}
        return again

    def _not_this_person(self, person: Person, values: dict[str, Any]) -> tuple[str, str] | None:
        """Return heading and reason when a known number is somebody else's."""
        if person.branch_id != self.branch.pk:
            return NUMBER, _("Somebody of another branch of the college has this number.")
        if not getattr(person, "is_here", True):
            words = _(
                "%(name)s has left. On the list of people you can take back the leave, or say that they are back."
            )
            return NUMBER, words % {"name": person.name}
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
        if self.accept_doubles:
            return None
        words = _("This looks like %(name)s, who has the number %(number)s and the same birthday or telephone.")
        double = self._double_of(values)
        if double is None and (double := self.by_key.get(of_number(values[NUMBER]))):
            words = _("This looks like the number %(number)s of %(name)s, written another way.")
        if double is None:
            return None
        self.is_double = True
        return NUMBER, words % {"name": double.name, "number": double.number}

    def _double_of(self, values: dict[str, Any]) -> Person | None:
        """Return somebody of the branch with the same name, and the same birthday or telephone."""
        for person in self.by_name.get(values[NAME], []):
            is_born_then = bool(person.born_on) and person.born_on == values.get(BORN)
            if is_born_then or (person.phone and of_phone(person.phone) == of_phone(values.get(PHONE) or "")):
                return person
        return None

    def _tried(self, person: Person, record: Record) -> list[RowError]:
        """Plan the row, or return what the rules say against it."""
        try:
            self._plan(person, record)
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

    def _plan(self, person: Person, record: Record) -> None:
        """Set what is new of a person, and note what changes."""
        values, is_new = record.values, person.pk is None
        standing = values[STAGE]
        refuse_step_back(person, standing)
        plan = PersonPlan(person, is_new)
        cells = self._set_fields(plan, values)
        if standing.status and standing.status != person.political_status:
            cells.append(CellChange(STAGE, person.political_status, standing.status))
            plan.give(STATUS, standing.status)
        steps = stated_steps(values, standing, person)
        if is_new or plan.was:
            _refuse_broken_rules(person)
        plan.steps = plan_steps(person, steps, _("from the roster"))
        cells += [CellChange(*step.cell) for step in plan.steps]
        if is_new:
            self.known[person.number] = person
            self.by_name.setdefault(person.name, []).append(person)
        state = State.NEW if is_new else State.CHANGED if cells else State.SAME
        change = Change(record.sheet, record.row, state, str(person), cells, plan.trace)
        plan.trace.subject = person.pk
        self.people.append(plan)
        self.result.note(change)

    def _set_fields(self, plan: PersonPlan, values: dict[str, Any]) -> list[CellChange]:
        """Set the fields that a row fills otherwise, and return each with old and new."""
        cells = []
        for heading, field in FIELDS.items():
            value = self._value(heading, values.get(heading))
            old = getattr(plan.person, field, None)
            if value is None or value == old or (field in ("name", "number") and plan.person.pk):
                continue
            plan.give(field, value)
            cells.append(CellChange(heading, _shown(old), _shown(value)))
        return cells

    def _value(self, heading: str, value: Any) -> Any:
        """Return a cell's value for its field: a teaching office by its name, not saved when it is new."""
        if isinstance(value, datetime.date):
            return datetime.date(value.year, value.month, value.day)
        if heading != OFFICE or value is None:
            return value
        if value not in self.offices:
            office = Office(branch=self.branch, name=value)
            try:
                office.clean_fields(exclude={"branch"})
            except ValidationError as error:
                raise ValidationError({"office": error.messages}) from error
            self.offices[value] = office
        return self.offices[value]


def _refuse_broken_rules(person: Person) -> None:
    """Refuse what the person's own rules speak against; the number was looked for already.

    Raises:
        ValidationError: by field.
    """
    errors: dict[str, Any] = {}
    looks: tuple[Callable[[], None], ...] = (lambda: person.clean_fields(exclude=NOT_ASKED), person.clean)
    for look in looks:
        try:
            look()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def _shown(value: Any) -> str:
    """Return a value as a preview shows it."""
    label = {one.value: str(one.label) for one in Person.Kind}.get(value) if isinstance(value, str) else None
    return label or ("" if value is None else str(value))
