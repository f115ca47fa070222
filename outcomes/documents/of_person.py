"""One person's year in the pairings (个人年度材料): for their own assessment and file, from the records alone."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organization.models import Person, User
from outcomes.documents.parts import Document, Heading, Paragraph, Part, Signature, Table, shown
from outcomes.documents.tables import listed, of_outcomes
from outcomes.figures.periods import Period
from outcomes.models import Outcome
from pairings.kinds import kind_of
from pairings.models import Pairing, ProgressLog, Seat
from pairings.models.logs import WITH_ELEMENT
from pairings.numbers import percent


@dataclass(frozen=True)
class PersonYear:
    """What somebody did in the pairings in a period, and what came of it; of proposals and drafts nothing.

    Args:
        person: whose year.
        period: which days.
        reader: who reads it; what they do not see, such as another branch's, does not stand in it.
    """

    person: Person
    period: Period
    reader: User

    @cached_property
    def seats(self) -> list[Seat]:
        """Return the seats that they held in approved pairings on some day of the period, the first taken first."""
        first, last = self.period.first, self.period.last
        seen = Pairing.objects.visible_to(self.reader).filter(approved_at__isnull=False)
        begun = Seat.objects.filter(person=self.person, joined_on__lte=last, pairing__in=seen.values("pk"))
        held = begun.filter(Q(left_on__isnull=True) | Q(left_on__gt=first))
        of_days = held.filter(Q(pairing__closed_on__isnull=True) | Q(pairing__closed_on__gte=first))
        rows = of_days.exclude(pairing__status__in=(Pairing.Status.PROPOSED, Pairing.Status.RETURNED))
        return list(rows.select_related("pairing__branch").order_by("joined_on", "pk"))

    @cached_property
    def logs(self) -> dict[int, dict[str, Any]]:
        """Return by pairing how many logs of theirs there are, their hours, and those with a party-building element."""
        own = (
            ProgressLog.objects.visible_to(self.reader)
            .filter(author=self.person)
            .between(self.period.first, self.period.last)
        )
        told = (
            own.order_by()
            .values("pairing")
            .annotate(count=Count("pk"), hours=Sum("hours"), woven=Count("pk", filter=WITH_ELEMENT))
        )
        return {row["pairing"]: row for row in told}

    @cached_property
    def outcomes(self) -> list[Outcome]:
        """Return the verified outcomes of the period that they achieved, the same work once, in order of their days."""
        verified = (
            Outcome.objects.visible_to(self.reader).verified().achieved_between(self.period.first, self.period.last)
        )
        own = verified.filter(contributions__person=self.person)
        return listed(own.highest_among(own))

    @cached_property
    def partners(self) -> list[Seat]:
        """Return who sat with them in those pairings in the period, the first taken first."""
        first, last = self.period.first, self.period.last
        beside = Seat.objects.filter(pairing__in=[seat.pairing_id for seat in self.seats], joined_on__lte=last)
        held = beside.filter(Q(left_on__isnull=True) | Q(left_on__gt=first)).exclude(person=self.person)
        return list(held.select_related("person", "pairing").order_by("pairing", "joined_on", "pk"))

    def document(self) -> Document:
        """Return it as a document."""
        day = timezone.localdate()
        parts = (*self._pairings(), *self._work(), *self._outcomes(), Signature(self.person.branch.name, day))
        title = (self.person.name, _("%(period)s in the “1+1+1” pairings") % {"period": self.period.label})
        return Document(title=title, author=self.person.branch.name, parts=parts, made_on=day)

    def _pairings(self) -> Iterator[Part]:
        """Name the pairings, the role in each, and who sat there too."""
        yield Heading(_("Pairings that I took part in"))
        if not self.seats:
            yield Paragraph(_("In this period I sat in no pairing."))
            return
        head = (_("Pairing"), _("Form"), _("Role"), _("From"), _("To"))
        yield Table(_("My pairings"), head, tuple(map(self._seat, self.seats)), (8, 4, 4, 4, 4))
        rows = tuple(
            (seat.person.name, seat.role_label, seat.pairing.title, seat.joined_on, shown(seat.left_on or ""))
            for seat in self.partners
        )
        if rows:
            yield Table(_("Who worked with me"), (_("Name"), _("Role"), *head[:1], *head[3:]), rows, (4, 4, 8, 4, 4))

    def _seat(self, seat: Seat) -> tuple[str | datetime.date, ...]:
        """Return a seat as a row."""
        pairing = seat.pairing
        until = seat.left_on or pairing.closed_on
        return (pairing.title, str(kind_of(pairing.kind).label), seat.role_label, seat.joined_on,
                shown(until) if until and until <= self.period.last else "")  # fmt: skip

    def _work(self) -> Iterator[Part]:
        """Say how much was logged, by pairing."""
        if not self.logs:
            return
        yield Heading(_("What I logged"))
        count, woven = (sum(row[name] for row in self.logs.values()) for name in ("count", "woven"))
        hours = sum((row["hours"] for row in self.logs.values()), Decimal(0))
        words = ngettext(
            "%(count)s log, %(hours)s hours; %(woven)s with a party-building element (%(rate)s).",
            "%(count)s logs, %(hours)s hours; %(woven)s with a party-building element (%(rate)s).",
            count,
        )
        told = {"count": count, "hours": shown(hours), "woven": woven, "rate": percent(woven, count)}
        yield Paragraph(words % told)
        names = dict(Pairing.objects.filter(pk__in=self.logs).values_list("pk", "title"))
        rows = tuple((names[pk], row["count"], row["hours"], row["woven"]) for pk, row in sorted(self.logs.items()))
        head = (_("Pairing"), _("Logs"), _("Hours"), _("With a party-building element"))
        yield Table(_("My logs by pairing"), head, rows, (9, 3, 3, 5))

    def _outcomes(self) -> Iterator[Part]:
        """List what came of it, with the place among those who achieved it."""
        yield Heading(_("Outcomes"))
        if self.outcomes:
            yield of_outcomes(_("My verified outcomes"), self.outcomes, self.person)
        else:
            yield Paragraph(_("No verified outcome in this period."))
