"""Two records of one person among those who achieved outcomes: they move at their places, and seals are made anew."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from organization.merge_kinds import BY_STEP, locked_before, moves_too, tell
from organization.models import RuleError
from organization.moving import Moving
from outcomes.models.links import OutcomePerson
from outcomes.models.outcome import Outcome
from outcomes.models.seal import is_sealed, seal_of

PERSON = "organization.Person"


@locked_before(PERSON)
def lock_outcomes(people: Collection[int]) -> None:
    """Lock the outcomes that people achieved, as whatever writes who did locks them before it locks people."""
    theirs = Outcome.objects.filter(pk__in=OutcomePerson.objects.filter(person__in=people).values("outcome"))
    list(theirs.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


@moves_too(PERSON)
def move_contributions(moving: Moving) -> None:
    """Let the kept one have achieved what both did, at the earlier place where both stand.

    Raises:
        RuleError: where a seal does not hold, which to make anew would hide.
    """
    theirs = OutcomePerson.objects.filter(person=moving.merged.pk).order_by("pk")
    outcomes = list(Outcome.objects.select_for_update(of=("self",)).filter(pk__in=theirs.values("outcome")))
    for outcome in outcomes:
        if outcome.review in Outcome.LOCKED and not is_sealed(outcome):
            raise RuleError(
                _("“%(title)s” was changed after it was verified; see check_integrity.") % {"title": outcome}
            )
    of_kept = OutcomePerson.objects.filter(person=moving.kept.pk, outcome__in=outcomes)
    own = {one.outcome_id: one for one in of_kept}
    double = [one for one in theirs if one.outcome_id in own]
    moving.set(*(one for one in theirs if one.outcome_id not in own), person_id=moving.kept.pk)
    moving.take_off(*double)
    for one in double:
        if one.position < own[one.outcome_id].position:
            moving.set(own[one.outcome_id], position=one.position)
    for outcome in outcomes:
        if outcome.review in Outcome.LOCKED:
            moving.set(outcome, seal=seal_of(outcome))


tell(PERSON, {"outcomes.OutcomePerson.person": BY_STEP})
