"""Leaving, moving, coming back: of many people as one action, with an answer to what would stay open."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from organization.models import Branch, Ending, Person, RuleError, User, all_or_nothing
from organization.refusals import words_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

#: Not endings of a time in a branch, but asked on the same page.
BACK, STATED = "back", "stated"


@dataclass(frozen=True)
class Question:
    """What becomes of something that a person who leaves has in hand; the app that knows of it asks and answers.

    Args:
        key: its name in the form, alone in it.
        person: whose it is.
        words: what is asked.
        fields: form fields by name, filled in by whoever lets the person go.
        check: what of the answers does not go together, by the field's name.
        answer: carries the answers out, given them by name, the day and who says so.
        hold: locks what the answer changes, in the order of the app's questions.
    """

    key: str
    person: Person
    words: "StrOrPromise"
    fields: dict[str, forms.Field]
    check: Callable[[dict[str, Any]], dict[str, "StrOrPromise"]]
    answer: Callable[[dict[str, Any], datetime.date, User], None]
    hold: Callable[[], None] = lambda: None


Asks = Callable[[Sequence[Person], User], Iterable[Question]]
_asking: list[Asks] = []


def asks_of_leavers(ask: Asks) -> Asks:
    """Register what an app asks about people who leave."""
    _asking.append(ask)
    return ask


def questions_about(people: Sequence[Person], user: User) -> list[Question]:
    """Return what has to be answered before people can go."""
    return [question for ask in _asking for question in ask(people, user)]


class PartingError(RuleError):
    """Somebody cannot go, so nobody went; says who and why."""

    def __init__(self, problems: Sequence[tuple[Person, "StrOrPromise"]]) -> None:
        super().__init__("；".join(f"{person}：{why}" for person, why in problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class Parting:
    """What happens to people on a day: an Ending, BACK or STATED; `to` is where they move."""

    how: str
    on: datetime.date
    to: Branch | None = None

    @property
    def asks(self) -> bool:
        """Whether what they have in hand is asked about."""
        return self.how in Ending.values

    def of(self, person: Person, *, by: User) -> None:
        """Let it happen to one person.

        Raises:
            RuleError: when it does not go.
        """
        if self.how == BACK:
            person.join(on=self.on, by=by)
        elif self.how == STATED:
            person.state_joined(on=self.on, by=by)
        elif self.how == Ending.MOVED:
            if self.to is None:
                raise RuleError(_("Please say to which branch they move."))
            person.move(to=self.to, on=self.on, by=by)
        else:
            person.leave(on=self.on, ending=self.how, by=by)

    def carry_out(
        self, people: Sequence[Person], *, by: User, answers: Sequence[tuple[Question, dict[str, Any]]] = ()
    ) -> None:
        """Let it happen to all of them, or to nobody.

        Raises:
            PartingError: naming everybody who stands in the way, and why.
        """
        problems: list[tuple[Person, StrOrPromise]] = []

        def attempt(person: Person, verb: Callable[[], None]) -> None:
            try:
                with all_or_nothing():
                    verb()
            except ValidationError as error:
                problems.append((person, words_of(error)))

        with all_or_nothing():
            _hold(people, answers)
            for question, said in answers:
                attempt(question.person, lambda: question.answer(said, self.on, by))  # noqa: B023 - called at once
            unanswered = {person.pk for person, _words in problems}
            for person in sorted(people, key=lambda one: one.pk):
                if person.pk not in unanswered:
                    attempt(person, lambda: self.of(person, by=by))  # noqa: B023 - called at once
            if problems:
                raise PartingError(problems)


def _hold(people: Sequence[Person], answers: Sequence[tuple[Question, dict[str, Any]]]) -> None:
    """Lock all that a parting changes, in one order for all partings: what is answered about, then everybody named.

    Of two that cross, such as of two people who leave and replace one another, the second then waits for the first.
    """
    for question, _said in answers:
        question.hold()
    named = {value.pk for _question, said in answers for value in said.values() if isinstance(value, Person)}
    Person.objects.hold(named | {person.pk for person in people})
