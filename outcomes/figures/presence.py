"""Who was a party member of a branch at some time, and paired while they were: what coverage is counted from."""

import datetime
from collections.abc import Collection
from typing import Any

from django.db.models import DateField, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Least

from organization.models import MEMBER_STAGES, Branch, Membership, PartyStageEntry
from organization.models.membership import MembershipQuerySet
from pairings.models import Seat

EVER, NEVER = datetime.date.min, datetime.date.max
#: Our own field of days that came is another type than Django's.
DAY: Any = {"output_field": DateField()}


def presences(branches: Collection[Branch], first: datetime.date, last: datetime.date) -> MembershipQuerySet:
    """Return the times in branches of party members that fall into some days, both included: a row for each stage.

    Each has `since` and `until` (not included), the days that it covers of them, and `is_paired`: seated, on one of
    those days at least, in a pairing that was active then. Somebody may have several rows; count people, not rows.
    """
    following = PartyStageEntry.objects.filter(person=OuterRef("person"), from_date__gt=OuterRef("stage_from"))
    found = Membership.objects.filter(branch__in=branches).annotate(
        stage_said=F("person__stage_entries__stage"), stage_from=F("person__stage_entries__from_date")
    )
    next_step = Subquery(following.order_by("from_date").values("from_date")[:1])
    found = found.filter(stage_said__in=MEMBER_STAGES).annotate(
        since=Greatest(_or("joined_on", EVER), F("stage_from"), _day(first), **DAY),
        until=Least(_or("left_on", NEVER), _or(next_step, NEVER), _day(_after(last)), **DAY),
    )
    return found.filter(since__lt=F("until")).annotate(is_paired=Exists(_seats_then()))


def _seats_then() -> Any:
    """Return the seats of an outer row's person, in pairings that were active, on one of the row's days."""
    begins = Greatest("joined_on", "pairing__started_on", **DAY)
    ends = Least(_or("left_on", NEVER), _or("pairing__closed_on", NEVER), **DAY)
    seats = Seat.objects.filter(person=OuterRef("person"), pairing__approved_at__isnull=False)
    return seats.annotate(begins=begins, ends=ends).filter(
        Q(begins__lt=F("ends")), begins__lt=OuterRef("until"), ends__gt=OuterRef("since")
    )


def _or(day: Any, otherwise: datetime.date) -> Coalesce:
    """Return a day, or another one where there is none."""
    return Coalesce(day, _day(otherwise), **DAY)


def _day(day: datetime.date) -> Value:
    """Return a day for the database."""
    return Value(day, DateField())


def _after(day: datetime.date) -> datetime.date:
    """Return the day after a day."""
    return day + datetime.timedelta(days=1)
