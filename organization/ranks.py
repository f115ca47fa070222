"""The order of choices that are listed in one: asked of a value in hand, and of a column in the database."""

from django.db import models
from django.db.models import Case, IntegerField, Value, When


def rank(choices: type[models.TextChoices], value: str) -> int:
    """Return the place of a choice in its list, from 0."""
    return choices.values.index(value)


def rank_of(choices: type[models.TextChoices], column: str) -> Case:
    """Return the place of a column's choice in its list, 0 where it holds none of them."""
    places = [When(**{column: value}, then=Value(place)) for place, value in enumerate(choices.values)]
    return Case(*places, default=Value(0), output_field=IntegerField())
