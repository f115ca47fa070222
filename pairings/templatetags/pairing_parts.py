"""Parts of pages about pairings."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from organization.models import MEMBER_STAGES, User
from organization.ways_back import told_of, way_of
from pairings.contradictions import in_rows
from pairings.models import ChangeRequest, Pairing, PairingStep, Seat
from pairings.models.fields_in_words import Difference

register = template.Library()
LONG_AGO = datetime.datetime.min.replace(tzinfo=datetime.UTC)


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
    """Something that happened to a record: what, by whom, when, in which words, and what it changed."""

    label: str
    who: str = ""
    at: str = ""
    words: str = ""
    differences: Sequence[Difference] = ()
    #: The moment, by which events of several kinds stand in order.
    when: datetime.datetime | None = None


def moment(at: datetime.datetime | None) -> str:
    """Return a moment in the branch's time zone, in words."""
    return date_format(localtime(at), "DATETIME_FORMAT") if at else ""


#: Steps that say what a change request changes.
SAYS_WHAT = (PairingStep.What.ASKED, PairingStep.What.CHANGED, PairingStep.What.RECORDED)


@register.inclusion_tag("parts/timeline.html")
def story_of(pairing: Pairing, changes: Iterable[ChangeRequest]) -> dict[str, Any]:
    """Show every step of a pairing's life, the undone ones too (two queries)."""
    by_number = {change.pk: change for change in changes}
    steps = PairingStep.objects.filter(pairing=pairing.pk).select_related("by__person")
    events = [_event_of(step, by_number.get(step.change_id)) for step in steps]
    return {"events": in_order([*events, *ways_back_of(pairing, "decision")])}


def _event_of(step: PairingStep, change: ChangeRequest | None) -> Event:
    """Return a step as an event; one of a change says of what."""
    label, differences = str(step.get_what_display()), []
    if change:
        label = f"{label} · {change.subject_label}"
        differences = change.differences() if step.what in SAYS_WHAT else []
    who = step.by.get_full_name() if step.by else ""
    return Event(label, who, moment(step.at), step.words, differences, step.at)


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return events as they happened."""
    return sorted(events, key=lambda event: event.when or LONG_AGO)


@register.inclusion_tag("pairings/parts/contradictions.html", takes_context=True)
def contradictions_of(context: template.Context, *rows: Model) -> dict[str, Any]:
    """Show what contradicts in records of one model, to those who may change or review them."""
    user = context["request"].user
    return {"found": in_rows(rows, user), "user": user, "request": context["request"]}


@register.inclusion_tag("pairings/parts/contradictions.html", takes_context=True)
def contradictions_in(context: template.Context, rows: Iterable[Model]) -> dict[str, Any]:
    """Show what contradicts in records of a list, such as logs, with their days."""
    user = context["request"].user
    return {"found": in_rows(rows, user), "user": user, "request": context["request"]}


def ways_back_of(row: Model, *slugs: str) -> list[Event]:
    """Return what was taken back of a row, as events (one query)."""
    return [
        Event(str(way_of(line.way).title), line.by.get_full_name(), moment(line.at), line.reason, when=line.at)
        for line in reversed(told_of(row, slugs))
    ]


@dataclass(frozen=True)
class Former:
    """Somebody who sat in a pairing and was replaced: until when, why, and what came of them."""

    seat: Seat
    reason: str = ""
    came_of: str = ""


@register.inclusion_tag("pairings/parts/former.html", takes_context=True)
def former_of(context: template.Context, pairing: Pairing, changes: Iterable[ChangeRequest]) -> dict[str, Any]:
    """Show who sat in a pairing before, and why they left (prefetch `seats__person`)."""
    user = context["request"].user
    reasons = {place.left_id: change.reason for change in changes for place in change.seats.all()}
    return {"former": [Former(one, reasons.get(one.pk, ""), came_of(one, user)) for one in pairing.former_seats]}


def came_of(seat: Seat, user: User) -> str:
    """Return what somebody came to since they sat down, for those who may know party stages."""
    person = seat.person
    if not user.has_perm("organization.see_stage", person) or seat.stage_when_seated == person.stage:
        return ""
    stages = {"then": seat.get_stage_when_seated_display(), "now": person.get_stage_display()}
    joined = person.is_member and seat.stage_when_seated not in MEMBER_STAGES
    words = (
        _("%(then)s when seated, %(now)s now: joined the party since, which this pairing helped")
        if joined
        else _("%(then)s when seated, %(now)s now")
    )
    return words % stages
