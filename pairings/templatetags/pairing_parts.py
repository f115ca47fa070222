"""Parts of pages about pairings."""

import datetime
from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from organization.models import User
from organization.ways_back import told_of, way_of
from pairings.models import Pairing

register = template.Library()


@register.inclusion_tag("parts/triad.html")
def triad(pairing: Pairing, size: str = "small") -> dict[str, Any]:
    """Show a pairing's one and one and one (prefetch `seats__person`)."""
    discs = [{"name": seat.person.name, "label": seat.role_label, "is_person": True} for seat in pairing.shown_seats]
    discs = discs[:3]
    if len(discs) < 3 and pairing.counterpart:
        discs.append({"name": pairing.counterpart, "label": "", "is_person": False})
    if len(discs) < 3:
        discs.append({"name": pairing.title, "label": "", "is_person": False})
    return {"discs": discs, "kind": pairing.kind_info, "size": size}


@register.simple_tag
def may(user: User, permission: str, row: Model | None = None) -> bool:
    """Return whether the user holds a permission for a row."""
    return user.has_perm(permission, row)


TONES = {
    Pairing.Status.PROPOSED: "amber",
    Pairing.Status.RETURNED: "red",
    Pairing.Status.ACTIVE: "green",
    Pairing.Status.COMPLETED: "blue",
    Pairing.Status.ENDED: "soft",
}


@dataclass(frozen=True)
class Step:
    """A step of a life cycle."""

    label: str
    is_done: bool
    is_current: bool


@register.inclusion_tag("parts/status_chip.html")
def pairing_chip(pairing: Pairing) -> dict[str, Any]:
    """Show where a pairing is in its life."""
    return {"label": pairing.get_status_display(), "tone": TONES[Pairing.Status(pairing.status)]}


@register.inclusion_tag("parts/stepper.html")
def life_of(pairing: Pairing) -> dict[str, Any]:
    """Show the steps of a pairing's life, up to where it is."""
    last = Pairing.Status.ENDED if pairing.status == Pairing.Status.ENDED else Pairing.Status.COMPLETED
    first = Pairing.Status.RETURNED if pairing.status == Pairing.Status.RETURNED else Pairing.Status.PROPOSED
    path = [first, Pairing.Status.ACTIVE, last]
    reached = path.index(Pairing.Status(pairing.status))
    return {"steps": [Step(str(one.label), place < reached, place == reached) for place, one in enumerate(path)]}


@dataclass(frozen=True)
class Event:
    """Something that happened to a record: what, by whom, when, in which words."""

    label: str
    who: str = ""
    at: str = ""
    words: str = ""


def moment(at: datetime.datetime | None) -> str:
    """Return a moment in the branch's time zone, in words."""
    return date_format(localtime(at), "DATETIME_FORMAT") if at else ""


@register.inclusion_tag("parts/timeline.html")
def story_of(pairing: Pairing) -> dict[str, Any]:
    """Show who proposed, approved and closed a pairing (select_related the accounts' people)."""
    events = [Event(_("Proposed"), pairing.proposed_by.get_full_name(), moment(pairing.proposed_at))]
    if pairing.return_reason:
        events.append(Event(_("Returned"), words=pairing.return_reason))
    if pairing.approved_by:
        events.append(Event(_("Approved"), pairing.approved_by.get_full_name(), moment(pairing.approved_at)))
    if pairing.closed_on:
        events.append(
            Event(pairing.get_status_display(), at=date_format(pairing.closed_on), words=pairing.closing_summary)
        )
    return {"events": [*events, *ways_back_of(pairing, "decision")]}


def ways_back_of(row: Model, *slugs: str) -> list[Event]:
    """Return what was taken back of a row, as events (one query)."""
    return [
        Event(str(way_of(line.way).title), line.by.get_full_name(), moment(line.at), line.reason)
        for line in reversed(told_of(row, slugs))
    ]
