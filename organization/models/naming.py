"""Rows that name people: whatever copy they were written from, they name who stands for them."""

from collections.abc import Collection
from contextlib import nullcontext
from typing import Any, ClassVar

from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from organization.models.base import RuleError
from organization.verbs import writes

WAS_MERGED = _("This record was merged into another one, which stands for the person.")


class NamesPeople(models.Model):
    """A row that names people; a record that was merged after a form or a copy was read is not named any more.

    What writes such rows past `save()`, many at once, holds their people itself.
    """

    #: Whether a row about a merged record is refused, and not given to who stands for the person.
    refuses_merged: ClassVar[bool] = False

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        """Save, naming who stands for each person.

        Raises:
            RuleError: for a merged record, where that is refused.
        """
        in_one = nullcontext() if transaction.get_connection().in_atomic_block else transaction.atomic()
        with in_one:
            self.name_survivors(kwargs.get("update_fields"))
            super().save(**kwargs)

    @writes
    def name_survivors(self, only: Collection[str] | None = None) -> None:
        """Lock who is named until the transaction ends, and name who stands for them (two queries at most).

        Args:
            only: the fields that are written; all of them where it is None.

        Raises:
            RuleError: for a merged record, where that is refused.
        """
        person: Any = apps.get_model("organization", "Person")
        links: list[Any] = [one for one in self._meta.concrete_fields if one.related_model is person]
        written = [one for one in links if only is None or one.name in only or one.attname in only]
        named = {one.name: number for one in written if (number := getattr(self, one.attname)) is not None}
        stands = person.objects.hold(named.values()) if named else {}
        for name, number in named.items():
            if number in stands and stands[number].pk != number:
                if self.refuses_merged:
                    raise RuleError(WAS_MERGED)
                setattr(self, name, stands[number])
