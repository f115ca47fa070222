"""How much an outcome comes to: a number in its kind's unit, and for some kinds hours, or who was helped how."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.text import PlainCharField
from organization.verbs import writes
from outcomes.models.vocabulary import Category, HelpKind, Unit, unit_of
from pairings.numbers import plain

#: What can be said of an outcome's quantity.
QUANTITIES = ("quantity", "unit", "hours", "helped", "help_kinds")
#: Each choice of kinds of help, as `help_kinds` holds it: in official order, with commas between.
HELP = [",".join(chosen) for several in range(len(HelpKind) + 1) for chosen in combinations(HelpKind.values, several)]
LEAST = Decimal("0.01")
#: What is asked of one category alone, and what is said where another says it; the database holds the same.
ASKED_OF = {
    Category.VOLUNTEERING: (("hours",), _("Hours are counted of volunteering.")),
    Category.OUTREACH: (("helped", "help_kinds"), _("Only help to other colleges says who was helped how.")),
}


class HelpKindsFormField(forms.MultipleChoiceField):
    """Boxes for the kinds of help, of which any number may be ticked."""

    widget = forms.CheckboxSelectMultiple

    def prepare_value(self, value: Any) -> Any:
        """Return what is ticked, of a stored value or of what was sent."""
        return [kind for kind in value.split(",") if kind] if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        """Return the ticked ones as the model holds them."""
        ticked = super().clean(value)
        return ",".join(kind for kind in HelpKind.values if kind in ticked)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether others are ticked than before."""
        return super().has_changed(self.prepare_value(initial or ""), data)


class HelpKindsField(models.CharField):
    """Kinds of help in official order, with commas between."""

    def formfield(self, **kwargs: Any) -> Any:
        """Return the boxes."""
        return HelpKindsFormField(choices=HelpKind.choices, label=self.verbose_name, required=not self.blank)


class QuantityMixin(models.Model):
    """The fields that say how much an outcome comes to."""

    category: Any
    subkind: Any

    quantity = models.DecimalField(
        _("quantity"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(LEAST)],
        help_text=_("In the unit of its kind, such as persons served or amounts in ten thousand yuan."),
    )
    #: The unit that its kind had when it was written.
    unit = models.CharField(
        _("unit"), max_length=12, choices=Unit, blank=True, default="", db_default="", editable=False
    )
    hours = models.DecimalField(
        _("hours in all"), max_digits=9, decimal_places=1, null=True, blank=True, validators=[MinValueValidator(LEAST)]
    )
    helped = PlainCharField(_("college that was helped"), max_length=200, blank=True, default="", db_default="")
    help_kinds = HelpKindsField(_("kinds of help"), max_length=60, blank=True, default="", db_default="")

    class Meta:
        abstract = True

    @property
    def quantities(self) -> list[str]:
        """Return how much it comes to, in words."""
        said = [f"{plain(self.quantity)} {self.get_unit_display()}"] if self.quantity is not None else []
        return [*said, *([f"{plain(self.hours)} {Unit.HOURS.label}"] if self.hours is not None else [])]

    def get_help_kinds_display(self) -> str:
        """Return the kinds of help in words."""
        return "、".join(str(HelpKind(kind).label) for kind in self.help_kinds.split(",") if kind in HelpKind.values)

    @property
    def is_editable(self) -> bool:
        """Whether it is still its author's to change."""
        raise NotImplementedError  # the outcome says it, which has a review

    @writes
    def take_unit(self) -> None:
        """Take the unit of the kind, where there is a quantity; what was submitted keeps the unit that it had."""
        if self.is_editable:
            self.unit = unit_of(self.category, self.subkind) if self.quantity is not None else ""

    def problems_with_quantity(self) -> Iterator[tuple[str, Any]]:
        """Yield the field and why it cannot be said of an outcome in its unit (`take_unit` comes before)."""
        if self.quantity is not None and not self.unit:
            yield "quantity", _("Nothing is counted of this kind.")
        elif self.quantity is not None and self.unit in Unit.whole() and self.quantity % 1:
            yield "quantity", _("This is counted in whole numbers.")
        for category, (names, words) in ASKED_OF.items():
            for name in names:
                if getattr(self, name) and self.category != category:
                    yield name, words


def quantity_constraints() -> list[models.BaseConstraint]:
    """Return what the database holds of quantities."""
    return [
        models.CheckConstraint(
            condition=Q(quantity__isnull=True, unit="")
            | Q(quantity__isnull=False, quantity__gt=0, unit__in=Unit.values),
            name="quantity_has_a_unit",
        ),
        models.CheckConstraint(
            condition=Q(hours__isnull=True) | Q(hours__gt=0, category="volunteering"),
            name="hours_of_volunteering",
        ),
        models.CheckConstraint(
            condition=Q(helped="", help_kinds="") | Q(category="outreach"), name="helped_by_outreach"
        ),
        models.CheckConstraint(condition=Q(help_kinds__in=HELP), name="kinds_of_help_in_order"),
    ]
