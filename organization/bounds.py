"""How long, and of what shape, a number, a day or a word from outside may be before anything is made of it.

A number such as 1e1000000 is short and still takes half a minute to become whole, and a day of the year 9999 has no
next one: so what a form or an address brings is looked at as text first.
"""

import datetime
import re
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

#: A whole address, and one value in it: the records behind a figure are a list of their numbers.
LONGEST_QUERY, LONGEST_VALUE = 8_000, 4_000
#: So many rows beside their owner are filled in at once; a form says how many it holds, and each costs time.
MOST_ROWS = 200
#: No text holds these, whatever it is for; PostgreSQL refuses the first.
NEVER_TEXT = re.compile("[\x00\ud800-\udfff]")
#: Nobody who is recorded was born before the first of these, nothing is planned after the last.
FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2200, 12, 31)


#: What an address of the admin says, by name; its lists turn it into numbers and days without a look.
ADDRESS_SHAPES = (
    (re.compile("q|s|term|next|_changelist_filters"), re.compile(r"(?s).*")),
    (re.compile("_to_field"), re.compile("[a-z_]{1,60}")),
    (re.compile("(.*-)?p|page"), re.compile("[0-9]{1,6}|all|")),
    (re.compile(".*__year"), re.compile("(19|20|21)[0-9]{2}|2200")),
    (re.compile(".*__(month|day)"), re.compile("[0-9]{1,2}")),
    # no number that no column holds, no exponent, no infinity, and no day of a year that no calendar of ours has
    (
        re.compile("(?s).*"),
        re.compile(
            r"(?is)(?!.*\d{19})(?![+-]?(s?nan|inf)\d*)(?!(.*[,\s])?[+-]?\d[.\d]*e[+-]?\d+\s*(,.*)?\Z)(?!(\d{5,}|0\d{3}|9\d{3})-\d\d?-).*"
        ),
    ),
)


class _Bounded:
    """A form field that looks at what was typed before it is converted."""

    shape: ClassVar[re.Pattern[str]]

    def to_python(self, value: Any) -> Any:
        """Return what was typed as Python knows it.

        Raises:
            ValidationError: for text of another shape, in the words of the field.
        """
        if isinstance(value, str) and value.strip() and not self.shape.fullmatch(value.strip()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")  # type: ignore[attr-defined]
        return super().to_python(value)  # type: ignore[misc]


class WholeNumberField(_Bounded, forms.IntegerField):
    """A whole number of at most eighteen digits, which every database holds."""

    shape = re.compile(r"[+-]?[0-9]{1,18}(\.0{1,6})?")


class AmountField(_Bounded, forms.DecimalField):
    """A decimal number as people write it: no exponent, no infinity."""

    shape = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]{0,12})?|\.[0-9]{1,12})")


class RealNumberField(_Bounded, forms.FloatField):
    """A real number as people write it: no exponent, no infinity."""

    shape = AmountField.shape


class DayField(_Bounded, forms.DateField):
    """A day on which somebody of the college could live."""

    shape = re.compile(r".{1,20}")

    def to_python(self, value: Any) -> datetime.date | None:
        """Return the day.

        Raises:
            ValidationError: for text that names none, and for a day before 1900 or after 2200.
        """
        day = super().to_python(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class MomentField(_Bounded, forms.DateTimeField):
    """A moment of such a day."""

    shape = re.compile(r".{1,40}")

    def to_python(self, value: Any) -> datetime.datetime | None:
        """Return the moment.

        Raises:
            ValidationError: for text that names none, and for a day before 1900 or after 2200.
        """
        try:
            moment = super().to_python(value)
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if moment is not None and not FIRST_DAY <= moment.date() <= LAST_DAY:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class SearchField(forms.CharField):
    """Words to look for, of a length that a database compares in no time."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 200, **kwargs})


#: The form field of each kind of model field that is converted; a subclass stands before its base.
FORM_CLASSES: dict[type[models.Field], type[forms.Field]] = {
    models.DateTimeField: MomentField,
    models.DateField: DayField,
    models.IntegerField: WholeNumberField,
    models.DecimalField: AmountField,
    models.FloatField: RealNumberField,
}


def form_class_of(field: models.Field) -> dict[str, type[forms.Field]]:
    """Return the keyword by which a model field makes a bounded form field; nothing where it converts nothing."""
    found = next((made for kind, made in FORM_CLASSES.items() if isinstance(field, kind)), None)
    return {"form_class": found} if found and not field.choices else {}


def bounded_formfield(field: Any, **kwargs: Any) -> Any:
    """Return the form field of a model field, bounded; a form's Meta names this as its `formfield_callback`."""
    return field.formfield(**{**form_class_of(field), **kwargs})


class BoundedMeta:
    """What the Meta of every model form stands on."""

    formfield_callback = staticmethod(bounded_formfield)


def why_unreadable(pairs: Iterable[tuple[str, str]], *, longest: int | None = None) -> str:
    """Return what is wrong with the texts of an address or a form, for the log; an empty text when nothing is."""
    for pair in pairs:
        if any(NEVER_TEXT.search(text) for text in pair):
            return "a value holds what no text holds"
        if longest is not None and any(len(text) > longest for text in pair):
            return "a value is too long"
    return ""


def why_no_list(pairs: Iterable[tuple[str, str]]) -> str:
    """Return what in an address no list of the admin can be asked with; an empty text when nothing is."""
    for name, value in pairs:
        shape = next(shape for names, shape in ADDRESS_SHAPES if names.fullmatch(name))
        if not shape.fullmatch(value):
            return f"the address asks with a {name[:60]!r} that no list has"
    return ""
