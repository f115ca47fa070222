"""Model fields that try a value at the row's own door too, where forms, imports and code all pass."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TriedAtTheDoor:
    """Marks a field whose validators are run whenever its row is saved."""


def validate_at_the_door(row: models.Model) -> None:
    """Refuse a row with a value that one of its fields refuses, before what listens to its saving writes it elsewhere.

    Raises:
        ValidationError: by field.
    """
    errors = {}
    for field in row._meta.concrete_fields:
        value = row.__dict__.get(field.attname)
        if isinstance(field, TriedAtTheDoor) and value is not None and not hasattr(value, "resolve_expression"):
            try:
                field.run_validators(field.to_python(value))
            except ValidationError as error:
                errors[field.name] = error.error_list
    if errors:
        raise ValidationError(errors)


def validate_has_come(day: datetime.date) -> None:
    """Refuse a day to come.

    Raises:
        ValidationError: when it is after today.
    """
    if day > timezone.localdate():
        raise ValidationError(_("The date lies in the future."), code="to_come")


class DayThatCameField(TriedAtTheDoor, models.DateField):
    """The day on which something happened: today at the latest."""

    default_validators = (validate_has_come,)  # type: ignore[assignment]

    def deconstruct(self) -> Any:
        """Return a plain date for migrations: the database knows no today, so that its column is no other."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("error_messages", None)
        return name, "django.db.models.DateField", args, kwargs
