"""The invariant of teaching pairs, tried on the data."""

from organization.integrity import ROWS_AT_A_TIME, Finding, each, invariant
from teaching_pairs.models import TeachingPair


@invariant("2_teaching_pair_has_a_course_or_a_topic")
def one_subject() -> Finding:
    """A teaching pair has a course or a topic: one, never both."""
    pairs = TeachingPair.objects.iterator(chunk_size=ROWS_AT_A_TIME)
    return each(pairs, lambda pair: "" if bool(pair.course) != bool(pair.topic) else "has both or neither")
