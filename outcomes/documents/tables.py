"""Tables that documents of a pairing and of a person share."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from organization.models import Person
from outcomes.documents.parts import Table
from outcomes.models import Outcome
from outcomes.models.queries import OutcomeQuerySet


def listed(outcomes: OutcomeQuerySet) -> list[Outcome]:
    """Return outcomes in the order of their days, with the names that their table says (six queries)."""
    return list(outcomes.with_names().prefetch_related("contributions__person").order_by("achieved_on", "pk"))


def of_outcomes(caption: str, outcomes: Iterable[Outcome], person: Person | None = None) -> Table:
    """Return a table of outcomes.

    Args:
        caption: what it holds.
        outcomes: as `listed` gives them.
        person: whose place among the people stands in it; everybody's names where there is none.
    """
    head = (_("No."), _("Title"), _("Kind"), _("Level"), _("Status"), _("Achieved on"),
            _("Place among the people") if person else _("Achieved by"))  # fmt: skip
    rows = tuple(
        (number, one.title, one.subkind.name if one.subkind else one.get_category_display(), one.get_level_display(),
         one.grade.name if one.grade else one.get_status_display(), one.achieved_on or "",
         _place(one, person) if person else "、".join(row.person.name for row in one.contributions.all()))
        for number, one in enumerate(outcomes, start=1)
    )  # fmt: skip
    return Table(caption, head, rows, (30, 136, 54, 42, 42, 60, 78))


def _place(outcome: Outcome, person: Person) -> str:
    """Return where a person stands among those who achieved an outcome."""
    people = [row.person_id for row in outcome.contributions.all()]
    return _("%(place)s of %(count)s") % {"place": people.index(person.pk) + 1, "count": len(people)}
