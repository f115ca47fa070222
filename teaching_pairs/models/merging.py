"""Two records of one teacher at workshops, and as the one who brought a pair together."""

from organization.merge_kinds import BY_STEP, moves, moves_too, tell
from organization.moving import Moving
from teaching_pairs.models.workshop import SignUp

PERSON = "organization.Person"


@moves_too(PERSON)
def move_sign_ups(moving: Moving) -> None:
    """Give the kept one the sign-ups; of two to one workshop one is left, and who was there once was there."""
    for one in SignUp.objects.filter(person=moving.merged.pk).order_by("pk"):
        own = SignUp.objects.filter(person=moving.kept.pk, workshop=one.workshop_id).first()
        if own is None:
            moving.set(one, person_id=moving.kept.pk)
            continue
        if (said := (own.topics or one.topics, _was_there(own, one))) != (own.topics, own.attended):
            moving.set(own, topics=said[0], attended=said[1])
        moving.take_off(one)


def _was_there(own: SignUp, other: SignUp) -> bool | None:
    """Return whether one of two sign-ups says that somebody was there; None where neither says."""
    said = [one.attended for one in (own, other) if one.attended is not None]
    return any(said) if said else None


tell(PERSON, {"teaching_pairs.SignUp.person": BY_STEP, "teaching_pairs.TeachingPair.brokered_by": moves()})
