"""Which of the three patterns of pairing teachers two profiles suggest; people choose."""

from organization.models import Person
from pairings.matching.candidates import Candidate, candidates_from
from teaching_pairs.models import TeachingPair


def suggest_pattern(one: Candidate, other: Candidate) -> str:
    """Return the pattern that two profiles suggest, or nothing."""
    met = len(one.complements(other))
    if met >= 2:
        return TeachingPair.Pattern.COMPLEMENTARY
    if one.is_strong_with(other):
        return TeachingPair.Pattern.STRONG_WITH_STRONG
    if one.is_mid_career_with_young(other):
        return TeachingPair.Pattern.MID_CAREER_WITH_YOUNG
    return TeachingPair.Pattern.COMPLEMENTARY if met else ""


def pattern_of(pair: TeachingPair) -> str:
    """Return in words the pattern that a pair's two profiles suggest, or nothing (one query)."""
    people = candidates_from(Person.objects.filter(pk__in=[seat.person_id for seat in pair.shown_seats]))
    pattern = suggest_pattern(*people) if len(people) == 2 else ""
    return str(TeachingPair.Pattern(pattern).label) if pattern else ""
