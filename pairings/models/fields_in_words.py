"""Values of a form's own fields as a change request keeps them, puts them, and says them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import ForeignKey, Model
from django.utils.formats import localize
from django.utils.translation import gettext as _

from organization.models import RuleError

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Difference:
    """One thing that a request changes, in words."""

    label: "StrOrPromise"
    old: str
    new: str


def _field(form: "Model | type[Model]", name: str) -> Any:
    """Return a field of a form."""
    return form._meta.get_field(name)


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    if isinstance(value, Model):
        return value.pk
    return str(value) if isinstance(value, Decimal) else value


def changed(form: Model, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what of these values differs from how a form's row stands, with the old beside the new."""
    told = {}
    for name, new in values.items():
        field = _field(form, name)
        old = field.value_from_object(form)
        if old != field.to_python(_plain(new)):
            told[name] = {"old": _plain(old), "new": _plain(new)}
            if isinstance(field, ForeignKey):
                told[name]["words"] = [str(row) if row else "" for row in (getattr(form, name), new)]
    return told


def put(form: Model, name: str, *, was: Any, becomes: Any) -> None:
    """Put a value into a form's row that still holds the one which it had.

    Raises:
        RuleError: when it holds another.
    """
    field = _field(form, name)
    if field.value_from_object(form) != field.to_python(was):
        raise RuleError(_("“%(field)s” was changed since.") % {"field": field.verbose_name})
    setattr(form, field.attname, field.to_python(becomes))


def told(form: type[Model], name: str, said: Mapping[str, Any]) -> Difference:
    """Return what becomes of a field, in words."""
    field = _field(form, name)
    words = said.get("words") or [_in_words(field, said["old"]), _in_words(field, said["new"])]
    return Difference(field.verbose_name, words[0], words[1])


def told_now(form: Model, name: str) -> str:
    """Return a field's value in words as a form's row stands."""
    field = _field(form, name)
    value = getattr(form, name)
    return str(value) if isinstance(value, Model) else _in_words(field, value)


def _in_words(field: Any, value: Any) -> str:
    """Return a value as its reader sees it."""
    if value in (None, ""):
        return ""
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    return str(localize(field.to_python(value)))
