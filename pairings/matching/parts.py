"""What a score is made of: each part compares two people, as a matrix for all and in words for one pair."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pairings.matching.assignment import Scores
from pairings.matching.candidates import Candidate

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Side:
    """The people who may take one role, in a fixed order."""

    def __init__(self, people: Iterable[Candidate]) -> None:
        self.people: Sequence[Candidate] = sorted(people, key=lambda one: one.person_id)

    def __len__(self) -> int:
        return len(self.people)

    @cached_property
    def place_of(self) -> dict[int, int]:
        """Return each person's place."""
        return {one.person_id: place for place, one in enumerate(self.people)}

    def column(self, name: str, kind: Any = float) -> np.ndarray:
        """Return one attribute of all as an array."""
        return np.array([getattr(one, name) for one in self.people], dtype=kind)


def shared_words(left: Side, left_name: str, right: Side, right_name: str) -> Scores:
    """Return how many words each two have in common: left's words of one kind, right's of another."""
    first = [getattr(one, left_name) for one in left.people]
    second = [getattr(one, right_name) for one in right.people]
    common = sorted(frozenset().union(*first) & frozenset().union(*second))
    place = {word: column for column, word in enumerate(common)}
    matrices = []
    for group in (first, second):
        cells = [(row, place[word]) for row, words in enumerate(group) for word in words if word in place]
        matrix = np.zeros((len(group), len(common)), dtype=np.float32)
        if cells:
            matrix[tuple(zip(*cells, strict=True))] = 1
        matrices.append(matrix)
    return matrices[0] @ matrices[1].T


class Part:
    """One part of a score.

    `values` gives 0 to 1 for all pairs at once; `facts` what speaks for one pair, as JSON keeps it, or nothing; and
    `say` puts such facts into the reader's language.
    """

    slug: ClassVar[str]
    label: ClassVar["StrOrPromise"]
    weight: ClassVar[int] = 2

    def values(self, left: Side, right: Side) -> Scores:
        """Return left × right, from 0 to 1."""
        raise NotImplementedError  # each part compares in its own way

    def facts(self, left: Candidate, right: Candidate) -> Any:
        """Return what speaks for the two, or something empty."""
        raise NotImplementedError  # each part compares in its own way

    def say(self, facts: Any) -> str:
        """Return the facts in words."""
        return str(self.label)


class Complement(Part):
    """What one can, the other asks for (优势互补). Three such words are full marks."""

    slug, label, weight = "complementary", gettext_lazy("Complementary strengths"), 4

    def values(self, left: Side, right: Side) -> Scores:
        met = shared_words(left, "strengths", right, "needs") + shared_words(left, "needs", right, "strengths")
        return np.minimum(met, 3) / 3

    def facts(self, left: Candidate, right: Candidate) -> list[str]:
        return left.complements(right)

    def say(self, facts: list[str]) -> str:
        words = ngettext("%(count)s need met: %(words)s", "%(count)s needs met: %(words)s", len(facts))
        return words % {"count": len(facts), "words": "、".join(facts)}


class CommonWords(Part):
    """Words that both have: topics, interests. Two are full marks."""

    field: ClassVar[str]

    def values(self, left: Side, right: Side) -> Scores:
        return np.minimum(shared_words(left, self.field, right, self.field), 2) / 2

    def facts(self, left: Candidate, right: Candidate) -> list[str]:
        return sorted(getattr(left, self.field) & getattr(right, self.field))

    def say(self, facts: list[str]) -> str:
        return _("%(part)s: %(words)s") % {"part": self.label, "words": "、".join(facts)}


class CommonTopics(CommonWords):
    """Both would work on the same course or topic."""

    slug, label, weight, field = "topics", gettext_lazy("Common topics"), 3, "topics"


class CommonInterests(CommonWords):
    """Both want to learn the same."""

    slug, label, weight, field = "interests", gettext_lazy("Common interests"), 2, "needs"


class MidCareerWithYoung(Part):
    """One is mid-career and the other young (中青结合)."""

    slug, label, weight = "mid_career_with_young", gettext_lazy("Mid-career with young"), 2

    def values(self, left: Side, right: Side) -> Scores:
        mid, young = left.column("is_mid_career", bool), left.column("is_young", bool)
        other_mid, other_young = right.column("is_mid_career", bool), right.column("is_young", bool)
        return (np.outer(mid, other_young) | np.outer(young, other_mid)).astype(np.float32)

    def facts(self, left: Candidate, right: Candidate) -> bool:
        return left.is_mid_career_with_young(right)


class StrongWithStrong(Part):
    """Both hold senior titles (强强联合)."""

    slug, label, weight = "strong_with_strong", gettext_lazy("Strong with strong"), 2

    def values(self, left: Side, right: Side) -> Scores:
        return np.outer(left.column("is_strong"), right.column("is_strong")).astype(np.float32)

    def facts(self, left: Candidate, right: Candidate) -> bool:
        return left.is_strong_with(right)


class AcrossOffices(Part):
    """They belong to different teaching offices (跨专业)."""

    slug, label, weight = "across", gettext_lazy("Across specialties"), 1

    def values(self, left: Side, right: Side) -> Scores:
        offices = [np.array([one.office_id or 0 for one in side.people]) for side in (left, right)]
        known = np.outer(offices[0] > 0, offices[1] > 0)
        return ((offices[0][:, None] != offices[1]) & known).astype(np.float32)

    def facts(self, left: Candidate, right: Candidate) -> bool:
        return bool(left.office_id and right.office_id and left.office_id != right.office_id)


class SameSpecialty(Part):
    """They learn or teach the same specialty."""

    slug, label, weight = "specialty", gettext_lazy("Same specialty"), 2

    def values(self, left: Side, right: Side) -> Scores:
        names = [np.array([one.specialty for one in side.people], dtype=object) for side in (left, right)]
        known = np.outer(names[0] != "", names[1] != "")
        return ((names[0][:, None] == names[1]) & known).astype(np.float32)

    def facts(self, left: Candidate, right: Candidate) -> str:
        return left.specialty if left.specialty == right.specialty else ""

    def say(self, facts: str) -> str:
        return _("%(part)s: %(words)s") % {"part": self.label, "words": facts}


class LightLoad(Part):
    """The one who leads has few open pairings, so that work is spread."""

    slug, label, weight = "load", gettext_lazy("Light load"), 1

    def values(self, left: Side, right: Side) -> Scores:
        return np.repeat((1 / (1 + left.column("load")))[:, None], len(right), axis=1).astype(np.float32)

    def facts(self, left: Candidate, right: Candidate) -> bool:
        return left.load == 0

    def say(self, facts: bool) -> str:
        return _("leads no other pairing now")
