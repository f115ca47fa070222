"""People and the history of their party stages."""

import datetime
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organization.doors import DayThatCameField, validate_at_the_door
from organization.likeness import PHONE_LENGTH, of_number, of_person, of_phone
from organization.models.base import DeskQuerySet, RuleError
from organization.models.coming import Belonging
from organization.models.naming import WAS_MERGED
from organization.models.person_queries import PersonQuerySet
from organization.models.stages import MEMBER_STAGES, PartyStage
from organization.models.ties import History, problems_of_history, problems_of_person, ties_history, ties_person
from organization.names import clean_name, private_character
from organization.pinyin import search_key
from organization.reach import Reach
from organization.text import PlainCharField, PlainEmailField, PlainTextField
from organization.verbs import writes

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


PARTY_AGE = 18
#: What is derived of a column beside the name, by which likely doubles are found.
KEYS = {"number": "number_key", "phone": "phone_key"}


class Person(Belonging):
    """A teacher or a student of the college."""

    merge_kind = "person"
    likened = "name"

    class Kind(models.TextChoices):
        """Whether a person teaches or studies."""

        TEACHER = "teacher", _("Teacher")
        STUDENT = "student", _("Student")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = PlainCharField(_("full name"), max_length=50)
    number = PlainCharField(
        _("staff or student number"),
        max_length=30,
        validators=[RegexValidator(r"^[A-Za-z0-9-]+\Z", _("Only Latin letters, digits and hyphens."))],
    )
    stage = models.CharField(
        _("party stage"), max_length=12, choices=PartyStage, default=PartyStage.NONE, editable=False
    )
    political_status = PlainCharField(
        _("political status"),
        max_length=30,
        blank=True,
        default="",
        db_default="",
        help_text=_("As the roster says it, such as Youth League member; the way into the party stands beside it."),
    )
    title = PlainCharField(_("professional title"), max_length=50, blank=True)
    specialty = PlainCharField(_("specialty"), max_length=50, blank=True)
    class_name = PlainCharField(_("class"), max_length=50, blank=True)
    born_on = DayThatCameField(
        _("born on"), null=True, blank=True, error_messages={"to_come": _("The date of birth lies in the future.")}
    )
    phone = PlainCharField(_("mobile phone"), max_length=30, blank=True)
    email = PlainEmailField(_("e-mail"), blank=True)
    strengths = PlainTextField(_("strengths"), max_length=500, blank=True)
    needs = PlainTextField(_("needs"), max_length=500, blank=True)
    pinyin = models.CharField(max_length=300, editable=False, blank=True)
    #: The number without what offices write differently, by which likely doubles are found.
    number_key = models.CharField(max_length=30, blank=True, default="", db_default="", editable=False)
    #: The telephone number likewise; no index of its own, since a name is asked for with it.
    phone_key = models.CharField(max_length=PHONE_LENGTH, blank=True, default="", db_default="", editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["pinyin", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["college", "number"],
                name="person_number_once_in_a_college",
                violation_error_message=_("Somebody in the college already has this number."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(stage=PartyStage.NONE),
                name="merged_person_has_no_stage",
                violation_error_message=_("This record was merged into another one; the stages stand there."),
            ),
        ]
        indexes = [
            # The secretary's roster and every autocomplete: a branch's people by name.
            models.Index(fields=["branch", "kind", "pinyin"], name="person_roster"),
            # Likely doubles: people of one name, and of numbers that are alike.
            models.Index(fields=["college", "likeness"], name="person_likeness"),
            models.Index(fields=["college", "number_key"], name="person_number_key"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        """Save, keeping the college of the branch and the pinyin of the name; somebody new belongs to the branch.

        Raises:
            RuleError: when the person sits or sat where this kind or college could not, joined the party too young, or
                would come to another branch otherwise than by moving.
        """
        self.derive()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, *(KEYS[name] for name in fields if name in KEYS)}
        with transaction.atomic():
            is_new = self._state.adding
            is_another = fields is None and self._is_another_than_stored()
            super().save(**kwargs)
            if is_new:
                self.belong()
            if is_another and (problems := problems_of_person(self)):
                raise RuleError(next(iter(problems.values())))

    @writes
    def derive(self) -> None:
        """Set what follows from other columns: the college of the branch, the pinyin of the name, the keys."""
        self.college_id = self.branch.college_id
        self.name = clean_name(self.name)
        self.pinyin = search_key(self.name)
        self.derive_likeness()

    @writes
    def derive_likeness(self) -> None:
        """Set the keys of name, number and telephone, by which likely doubles are found."""
        super().derive_likeness()
        self.number_key, self.phone_key = of_number(self.number), of_phone(self.phone)

    @staticmethod
    def liken(words: str) -> str:
        """Return the key of a name."""
        return of_person(words)

    def _is_another_than_stored(self) -> bool:
        """Return whether kind, branch or date of birth differ from what is stored (one query)."""
        stored = Person._base_manager.filter(pk=self.pk).values_list("kind", "branch", "born_on").first()
        return stored not in (None, (self.kind, self.branch_id, self.born_on))

    def clean(self) -> None:
        """Refuse an office of another branch, and what the person's seats and way into the party speak against.

        Raises:
            ValidationError: by field.
        """
        self.name = clean_name(self.name)
        if found := private_character(self.name):
            words = _("The character U+%(code)s looks different on every machine. Please choose the one of Unicode.")
            raise ValidationError({"name": words % {"code": f"{ord(found):04X}"}})
        if self.office is not None and self.branch_id and self.office.branch_id != self.branch_id:
            raise ValidationError({"office": _("This teaching office belongs to another branch.")})
        if self.pk and self.branch_id:
            self.college_id = self.branch.college_id
            if self._is_another_than_stored() and (problems := problems_of_person(self)):
                raise ValidationError({field: [words] for field, words in problems.items()})

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Check uniqueness in the college, which a form never asks for because the branch tells it."""
        if self.branch_id:
            self.college_id = self.branch.college_id
            exclude = set(exclude or ()) - {"college"}
        super().validate_constraints(exclude=exclude)

    @property
    def is_member(self) -> bool:
        """Whether the person is a party member now."""
        return self.stage in MEMBER_STAGES

    def stage_on(self, day: datetime.date) -> str:
        """Return the party stage that the person had on a day (one query)."""
        entry = self.stage_entries.filter(from_date__lte=day).order_by("-from_date").first()
        return entry.stage if entry else PartyStage.NONE

    def was_member_on(self, day: datetime.date) -> bool:
        """Return whether the person was a party member on a day (one query)."""
        return self.stage_on(day) in MEMBER_STAGES

    @writes
    def record_stage(
        self, *, stage: str, from_date: datetime.date, note: str = "", basis: str = "stated"
    ) -> "PartyStageEntry":
        """Add a step to the stage history and keep the present stage in line.

        Args:
            stage: a PartyStage value.
            from_date: the day from which it holds.
            note: where it is known from.
            basis: a PartyStageEntry.Basis value, how well the day is known.

        Returns:
            The new entry.

        Raises:
            ValidationError: when the date cannot be, or the history already has an entry for that day.
        """
        entry = PartyStageEntry(person=self, stage=stage, from_date=from_date, note=note, basis=basis)
        entry.full_clean()
        entry.save()
        return entry

    @writes
    def keep_stage(self) -> None:
        """Write the stage that the history gives today, when it is another."""
        stage = self.stage_on(timezone.localdate())
        if stage != self.stage:
            self.stage = stage
            self.save(update_fields=["stage"])


class PartyStageEntryQuerySet(DeskQuerySet):
    """Steps of stage histories: the secretary's to see, and a person's own."""

    branch_path = "person__branch"

    def own_rows(self, reach: Reach) -> Q:
        """Return the user's own history."""
        return Q(person=reach.person_id)


class PartyStageEntry(models.Model):
    """From a day on, a person was at a party stage."""

    class Basis(models.TextChoices):
        """How well the day is known."""

        STATED = "stated", _("Stated")
        RECKONED = "reckoned", _("Reckoned, a year after joining")
        UNDATED = "undated", _("No day was stated; the day it was entered")

    person = models.ForeignKey(
        Person,
        models.CASCADE,  # a person entered by mistake is deleted with the history
        related_name="stage_entries",
        verbose_name=_("person"),
    )
    stage = models.CharField(_("party stage"), max_length=12, choices=PartyStage)
    from_date = DayThatCameField(_("from"))
    note = PlainCharField(_("note"), max_length=100, blank=True)
    basis = models.CharField(
        _("how the day is known"),
        max_length=8,
        choices=Basis,
        default=Basis.STATED,
        db_default=Basis.STATED,
    )

    objects = PartyStageEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("party stage entry")
        verbose_name_plural = _("party stage history")
        ordering = ["person", "from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "from_date"],
                name="one_stage_entry_a_day",
                violation_error_message=_("The history already has an entry for this day."),
            ),
            models.CheckConstraint(condition=Q(stage__in=PartyStage.values), name="stage_entry_is_a_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.from_date} {self.get_stage_display()}"

    @property
    def is_joining(self) -> bool:
        """Whether the person became a member with this step."""
        return self.stage in MEMBER_STAGES

    def clean(self) -> None:
        """Refuse a history that a seat contradicts, and membership before the eighteenth birthday.

        Raises:
            ValidationError: at from_date.
        """
        if not self.from_date:
            return
        if problems := problems_of_history(self.person, self._history_with_this()):
            raise ValidationError({"from_date": [str(problem) for problem in problems]})

    def refuse_impossible_day(self) -> None:
        """Refuse membership before the eighteenth birthday, without a query; a day to come the field itself refuses.

        Raises:
            ValidationError: at from_date.
        """
        if problems := [str(one) for one in members_are_of_age(self.person, [(self.from_date, self.stage)])]:
            raise ValidationError({"from_date": problems})

    def _history_with_this(self) -> History:
        """Return the person's history as it would be with this entry (one query)."""
        others = self.person.stage_entries.exclude(pk=self.pk) if self.person.pk else PartyStageEntry.objects.none()
        return [*others.values_list("from_date", "stage"), (self.from_date, self.stage)]

    def save(self, **kwargs: Any) -> None:
        """Save the entry and bring the person's present stage in line.

        Raises:
            RuleError: when a seat that the person took would then have been taken by the wrong stage, or the person
                would have joined the party too young.
        """
        validate_at_the_door(self)
        with self._keeping_seats_true():
            super().save(**kwargs)

    def delete(self, **kwargs: Any) -> tuple[int, dict[str, int]]:  # type: ignore[override]
        """Delete the entry and bring the person's present stage in line.

        Raises:
            RuleError: when a seat that the person took would then have been taken by the wrong stage.
        """
        with self._keeping_seats_true():
            return super().delete(**kwargs)

    @contextmanager
    def _keeping_seats_true(self) -> Iterator[None]:
        """Lock the person, let the history change, and refuse one that contradicts the person's seats."""
        with transaction.atomic():
            person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=self.person_id)
            if person.is_merged:
                raise RuleError(WAS_MERGED)
            yield
            history = list(person.stage_entries.values_list("from_date", "stage"))
            if problems := problems_of_history(person, history):
                raise RuleError(problems[0])
            self.person.keep_stage()


def birthday(born: datetime.date, age: int) -> datetime.date:
    """Return the day on which somebody born on a day reaches an age (28 February's children of 29 on 1 March)."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return datetime.date(born.year + age, 3, 1)


@ties_history
def members_are_of_age(person: Person, history: History) -> Iterator["StrOrPromise"]:
    """Refuse membership before the eighteenth birthday (party constitution, article 1)."""
    born = person.born_on
    if born and any(stage in MEMBER_STAGES and since < birthday(born, PARTY_AGE) for since, stage in history):
        yield _("Joined the party before the age of 18: please check the date of birth.")


@ties_person
def birth_agrees_with_membership(person: Person) -> Iterator[tuple[str, "StrOrPromise"]]:
    """Refuse a date of birth by which a member would have joined too young."""
    history = list(person.stage_entries.values_list("from_date", "stage"))
    yield from (("born_on", problem) for problem in members_are_of_age(person, history))
