"""A ledger's rows as outcomes that are not saved yet, and what is wrong with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from organization.likeness import bare
from organization.models import Branch, Person
from organization.sheets import CellError, Record, RowError, Synonyms, UnknownWordError, plain_word, quoted
from outcomes.ledger_amounts import check_unit
from outcomes.ledger_people import LedgerPeople
from outcomes.ledger_words import (
    ACHIEVED,
    CATEGORIES,
    CATEGORY,
    GRADE,
    GRADES,
    HELP_KINDS,
    HELPED,
    HOURS,
    ISSUER,
    ISSUER_KIND,
    LEVEL,
    NOTE,
    PEOPLE,
    QUANTITY,
    STATUS,
    SUBKIND,
    SUBKINDS,
    TITLE,
)
from outcomes.models import Grade, Outcome, Status, Subkind, unit_of

#: Which heading each field of an outcome comes from.
HEADINGS = {
    "title": TITLE, "category": CATEGORY, "subkind": SUBKIND, "level": LEVEL, "status": STATUS, "grade": GRADE,
    "achieved_on": ACHIEVED, "issuer": ISSUER, "issuer_kind": ISSUER_KIND, "quantity": QUANTITY, "hours": HOURS,
    "helped": HELPED, "help_kinds": HELP_KINDS, "note": NOTE,
}  # fmt: skip


@dataclass(frozen=True)
class LedgerRow:
    """A row that can be read: an outcome that is not saved yet, and its people in order."""

    record: Record
    outcome: Outcome
    people: list[Person]
    stated: frozenset[str]

    @property
    def identity(self) -> tuple[Any, ...]:
        """Return what makes two rows likely the same: title, day and people."""
        return identity_of(self.outcome, self.people)


def identity_of(outcome: Outcome, people: Iterable[Person]) -> tuple[Any, ...]:
    """Return title without punctuation and width, day and people."""
    return bare(outcome.title), outcome.achieved_on, frozenset(person.pk for person in people)


class LedgerReader:
    """Turns the rows of one branch's ledger into outcomes."""

    def __init__(self, branch: Branch, synonyms: Synonyms) -> None:
        self.branch, self.synonyms = branch, synonyms
        self.people = LedgerPeople(branch)
        self.words: dict[tuple[str, str, str], Any] = {
            (heading, word.category, word.name): word
            for heading, model in ((SUBKIND, Subkind), (GRADE, Grade))
            for word in model.objects.for_branch(branch.pk)
        }

    def read(self, record: Record) -> tuple[LedgerRow | None, list[RowError]]:
        """Return the row, or what is wrong with its cells."""
        errors: list[RowError] = []
        values = dict(record.values)
        category = self._tried(record, CATEGORY, errors, lambda: self._category(values))
        people = self._tried(record, PEOPLE, errors, lambda: self.people.read(values[PEOPLE]))
        status = self._tried(record, STATUS, errors, lambda: _status(values))
        values[GRADE] = self._tried(record, GRADE, errors, lambda: _grade(values))
        for heading, vocabulary in ((SUBKIND, SUBKINDS), (GRADE, GRADES)):
            if category and values.get(heading) is not None:
                values[heading] = self._tried(
                    record, heading, errors, lambda h=heading, v=vocabulary: self._word(h, v.use, category, values[h])
                )
        if category and not errors:
            unit = unit_of(category, values.get(SUBKIND))
            values[QUANTITY] = self._tried(record, QUANTITY, errors, lambda: check_unit(values.get(QUANTITY), unit))
        if errors:
            return None, errors
        outcome = self._outcome(values, category, status)
        stated = frozenset(field for field, heading in HEADINGS.items() if values.get(heading) is not None)
        stated |= {"status"} if status else set()
        broken = _broken_rules(record, outcome)
        return (None if broken else LedgerRow(record, outcome, people, stated)), broken

    def _tried(self, record: Record, heading: str, errors: list[RowError], read: Any) -> Any:
        """Return what a cell says, or keep what is wrong with it."""
        try:
            return read()
        except CellError as error:
            errors.append(record.error(heading, str(error), error))
            return None

    def _category(self, values: dict[str, Any]) -> str:
        """Return the category; a sub-kind's own word, such as 发明专利, stands for both."""
        word = self.synonyms.meant(CATEGORIES.use, values[CATEGORY])
        try:
            return CATEGORIES.meaning(word)
        except UnknownWordError:
            found = [category for heading, category, name in self.words if (heading, name) == (SUBKIND, word)]
            if len(found) != 1 or values.get(SUBKIND) not in (None, word):
                raise
        values[SUBKIND] = word
        return found[0]

    def _word(self, heading: str, use: str, category: str, text: str) -> Any:
        """Return the reference word of a category.

        Raises:
            UnknownWordError: when it has none of that name.
        """
        word = self.words.get((heading, category, self.synonyms.meant(use, text)))
        if word is None:
            words = _("“%(word)s” is no word of this category; the secretary can add it.") % {"word": quoted(text)}
            raise UnknownWordError(words, use=use, word=quoted(text))
        return word

    def _outcome(self, values: dict[str, Any], category: str, status: str | None) -> Outcome:
        """Return the unsaved outcome of a row."""
        return Outcome(
            branch=self.branch,
            title=values[TITLE],
            category=category,
            subkind=values.get(SUBKIND),
            level=values[LEVEL].level,
            status=status or Status.RECOGNISED,
            grade=values.get(GRADE),
            achieved_on=values[ACHIEVED],
            issuer=values.get(ISSUER) or "",
            issuer_kind=values.get(ISSUER_KIND) or "",
            quantity=values.get(QUANTITY),
            hours=values.get(HOURS),
            helped=values.get(HELPED) or "",
            help_kinds=values.get(HELP_KINDS) or "",
            note=values.get(NOTE) or "",
        )


def _status(values: dict[str, Any]) -> str | None:
    """Return the status that a row states in its own column, or beside the level.

    Raises:
        CellError: when the two disagree.
    """
    alone, beside = values.get(STATUS), values[LEVEL].status
    if alone and beside and alone != beside:
        raise CellError(_("Level and status say different things."))
    return alone or beside


def _grade(values: dict[str, Any]) -> str | None:
    """Return the grade that a row states in its own column, or beside the level.

    Raises:
        CellError: when the two disagree.
    """
    alone, beside = values.get(GRADE), values[LEVEL].grade
    if alone and beside and plain_word(alone) != plain_word(beside):
        raise CellError(_("Level and grade say different things."))
    return alone or beside


def _broken_rules(record: Record, outcome: Outcome) -> list[RowError]:
    """Return the rules of the model that an outcome breaks, at their headings."""
    try:
        outcome.full_clean()
    except ValidationError as error:
        return [
            record.error(HEADINGS.get(field, ""), message)
            for field, messages in error.message_dict.items()
            for message in messages
        ]
    return []
