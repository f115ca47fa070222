"""What teaching pairs say that the order of their steps or their workshop speaks against."""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.ranks import rank_of
from organization.reach import Viewer
from pairings.contradictions import Contradiction, Told, register, sentences
from teaching_pairs.models import Milestone

Rows = Sequence[Any]
#: On which day a step was reached.
Reached = tuple[datetime.date, str]


class OfPairs(Contradiction):
    """A kind whose records are teaching pairs."""

    model = "teaching_pairs.TeachingPair"
    permission = "pairings.edit_pairing"


class StepsOutOfOrder(OfPairs):
    """A step that was reached before one that comes before it, such as a topic concluded before it was approved."""

    slug = "steps-out-of-order"
    name = gettext_lazy("Steps reached out of order")

    def condition(self) -> Any:
        """Return the condition, by the order of the steps of a course or a topic."""
        return Exists(_too_early().filter(pair=OuterRef("pk")))

    def tell(self, rows: Rows, user: Viewer) -> Mapping[int, Told]:
        """Say which steps of which days they are (one query)."""
        reached: dict[int, list[Reached]] = defaultdict(list)
        steps = _steps().filter(pair__in=[row.pk for row in rows], done_on__isnull=False).order_by("place")
        for pair, step, day in steps.values_list("pair", "step", "done_on"):
            reached[pair].append((day, step))
        return {row.pk: self._told(reached[row.pk]) for row in rows}

    def _told(self, steps: list[Reached]) -> Told:
        words = _("“%(later)s” was reached on %(day)s, before “%(earlier)s” on %(other)s.")
        said, facts = [], []
        for place, (day, step) in enumerate(steps):
            other, earlier = max(steps[:place], default=(day, step))
            if day < other:
                named = {"later": Milestone.Step(step).label, "earlier": Milestone.Step(earlier).label}
                said.append(words % {**named, "day": date_format(day), "other": date_format(other)})
                facts.append((step, day, earlier, other))
        todo = _("Please correct the days, or write why they are right.")
        return Told(sentences(*said, todo), tuple(facts))


def _steps() -> Any:
    """Return the steps of what pairs work on, with their `place` in its order."""
    return Milestone.objects.of_subject().order_by().annotate(place=rank_of(Milestone.Step, "step"))


def _too_early() -> Any:
    """Return the steps that were reached before one that comes before them."""
    before = _steps().filter(pair=OuterRef("pair"), place__lt=OuterRef("place"), done_on__gt=OuterRef("done_on"))
    return _steps().filter(Exists(before))


class BeforeItsWorkshop(OfPairs):
    """A pair that came of a workshop, and began before the workshop was held."""

    slug = "before-its-workshop"
    name = gettext_lazy("Begun before the workshop that it came of")
    shown_with = ("workshop",)

    def condition(self) -> Q:
        """Return the condition."""
        return Q(workshop__held_on__gt=F("started_on"))

    def tell(self, rows: Rows, user: Viewer) -> Mapping[int, Told]:
        """Say which workshop it is, and both days (no query)."""
        return {row.pk: self._told(row) for row in rows}

    def _told(self, row: Any) -> Told:
        words = _(
            "The pair began on %(start)s, and the workshop “%(workshop)s” that it came of was held only on %(held)s."
            " Please correct one of the two, or write why both are right."
        )
        named = {"start": date_format(row.started_on), "held": date_format(row.workshop.held_on)}
        return Told(words % {"workshop": row.workshop.title, **named}, (row.started_on, row.workshop.held_on))


register(StepsOutOfOrder(), BeforeItsWorkshop())
