"""The invariants of teaching pairs, tried on the data."""

from django.db.models import F

from organization.integrity import ROWS_AT_A_TIME, Finding, broken, each, invariant
from teaching_pairs.models import TeachingPair


@invariant("2_teaching_pair_has_a_course_or_a_topic")
def one_subject() -> Finding:
    """A teaching pair has a course or a topic: one, never both."""
    pairs = TeachingPair.objects.iterator(chunk_size=ROWS_AT_A_TIME)
    return each(pairs, lambda pair: "" if bool(pair.course) != bool(pair.topic) else "has both or neither")


@invariant("2_pair_comes_of_its_branch_s_workshop")
def own_workshop() -> Finding:
    """A teaching pair that came of a workshop came of one of its own branch."""
    pairs = TeachingPair.objects.filter(workshop__isnull=False)
    strange = pairs.exclude(workshop__branch=F("branch"))
    return Finding(pairs.count(), [broken(pair, "came of another branch's workshop") for pair in strange])
