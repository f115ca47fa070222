"""The section that names who worked in the branch's pairings of a period, those who were replaced too."""

import datetime
from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from outcomes.documents.parts import Heading, Part, Table, shown
from outcomes.documents.sections import Material
from pairings.models import ChangedSeat, Pairing, Seat


def people_of_pairings(material: Material) -> Iterator[Part]:
    """List the pairings of the period with their people, and who took part before, with both dates and the reason."""
    first, last = (datetime.date.fromisoformat(material.report["period"][end]) for end in ("from", "to"))
    rows = Pairing.objects.filter(branch__code=material.report["branch"]["code"], approved_at__isnull=False)
    going_on = rows.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=first), started_on__lte=last)
    pairings = list(going_on.order_by("kind", "started_on", "pk").with_people())
    if not pairings:
        return
    yield Heading(_("Pairings and their people"))
    head = (_("Pairing"), _("Form"), _("People"), _("From"), _("To"))
    yield Table(_("Pairings of the period"), head, tuple(_row(one, last) for one in pairings), (7, 3, 8, 3, 3))
    former = [seat for pairing in pairings for seat in pairing.former_seats_of(first, last)]
    if former:
        reasons = _reasons(former)
        heads = (_("Name"), _("Role"), _("Pairing"), _("From"), _("To"), _("Reason"))
        told = tuple(_former(seat, reasons.get(seat.pk, "")) for seat in former)
        yield Table(_("Who took part before"), heads, told, (3, 3, 6, 3, 3, 6))


def _row(pairing: Pairing, last: datetime.date) -> tuple[str, ...]:
    """Return a pairing with those who sat in it on the period's last day, or to its end where that came before."""
    seats = pairing.seats_on(last)
    people = (_("%(name)s (%(role)s)") % {"name": seat.person.name, "role": seat.role_label} for seat in seats)
    until = shown(pairing.closed_on) if pairing.closed_on and pairing.closed_on <= last else ""
    return pairing.title, str(pairing.kind_info.label), "、".join(people), shown(pairing.started_on), until


def _former(seat: Seat, reason: str) -> tuple[str, ...]:
    """Return who was replaced, in which role and pairing, from when to when, and why."""
    until = shown(seat.left_on) if seat.left_on else ""
    return seat.person.name, seat.role_label, seat.pairing.title, shown(seat.joined_on), until, reason


def _reasons(seats: list[Seat]) -> dict[int, str]:
    """Return by the seat's number why it was left, as whoever asked for the change wrote it (one query)."""
    places = ChangedSeat.objects.filter(left__in=seats).values_list("left", "request__reason")
    return {seat: reason for seat, reason in places if seat is not None}
