"""From profiles, weights and rules to a proposal: who works with whom, why, and why somebody was left over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, ClassVar, TypeAlias

import numpy as np
from django.utils.translation import gettext as _

from pairings.matching.assignment import FORBIDDEN, Scores, ThreeSides, assign_pairs
from pairings.matching.candidates import Candidate
from pairings.matching.parts import Part, Side
from pairings.matching.wishes import ALL_FORBIDDEN, BETTER_TOTAL, LEFT_OUT, NO_MORE_GROUPS, NOBODY_LEFT, Wishes

#: A MatchRun and a Match, whose models stand above the numbers; each form's matcher asks them.
Run: TypeAlias = Any
Match: TypeAlias = Any

#: How much heavier the part weighs that a branch aims at.
EMPHASIS = 3
#: What each of a person's scores gains when they must be taken: giving one person a place costs others less than 4.
WANTED = 100.0
NO_WISHES = Wishes()
#: The fact that a pair was decided beforehand, beside those of the parts.
KEPT = "kept"


@dataclass
class Proposal:
    """What the matching came to, as JSON keeps it.

    Args:
        groups: people by role, what speaks for them by part.
        leftovers: people with the code of why nobody was found for them.
        share_of_bound: of three-sided proposals, how close to the best possible they are at least.
    """

    groups: list[dict[str, Any]] = field(default_factory=list)
    leftovers: list[dict[str, Any]] = field(default_factory=list)
    share_of_bound: float | None = None


class Matcher:
    """How one form is matched: who may take each role, and which parts a score has.

    A form with people in two roles gets pairs that are optimal, with three roles teams with a bound.
    """

    #: The parts that compare the people of two roles.
    parts: ClassVar[Mapping[tuple[str, str], Sequence[Part]]]
    #: What a branch can aim at besides the total: slugs of parts.
    aims: ClassVar[tuple[str, ...]] = ()

    def candidates(self, run: Run) -> dict[str, list[Candidate]]:
        """Return who may take each role."""
        raise NotImplementedError  # each form looks for its own people

    def initial(self, match: Match) -> dict[str, Any]:
        """Return what the form's proposal page is filled in with, besides the people."""
        return {}

    def all_parts(self) -> dict[str, Part]:
        """Return the parts by slug, each once."""
        return {part.slug: part for parts in self.parts.values() for part in parts}

    def weights(self, given: Mapping[str, int], aim: str = "") -> dict[str, float]:
        """Return each part's weight: as given or its own, and heavier when it is what the branch aims at."""
        weights = {slug: float(given.get(slug, part.weight)) for slug, part in self.all_parts().items()}
        return {slug: weight * EMPHASIS if slug == aim else weight for slug, weight in weights.items()}

    def scores(self, roles: tuple[str, str], left: Side, right: Side, weights: Mapping[str, float]) -> Scores:
        """Return the weighted mean of the parts for all pairs at once, from 0 to 1."""
        parts = self.parts[roles]
        total = sum(weights[part.slug] for part in parts) or 1.0
        scores = np.zeros((len(left), len(right)), dtype=np.float32)
        for part in parts:
            if weights[part.slug]:
                scores += (weights[part.slug] / total) * part.values(left, right)
        return scores.astype(np.float64)

    def propose(
        self,
        candidates: Mapping[str, Sequence[Candidate]],
        *,
        weights: Mapping[str, int],
        aim: str = "",
        most_people: bool = False,
        wishes: Wishes = NO_WISHES,
    ) -> Proposal:
        """Return who works with whom.

        Args:
            candidates: by role; a person may stand in one role only.
            weights: by part slug, 0 and up; a part that is not named has its own weight.
            aim: the slug of the part that weighs more, or nothing.
            most_people: pair as many as can be before looking at the total.
            wishes: decided beforehand.
        """
        heavy = self.weights(weights, aim)
        kept = {
            role: [one for one in people if one.person_id not in wishes.left_out] for role, people in candidates.items()
        }
        sides = {role: Side(people) for role, people in kept.items()}
        wishes = _among(wishes, [(sides[left], sides[right]) for left, right in self.parts])
        matrices = {
            roles: _with_wishes(self.scores(roles, sides[roles[0]], sides[roles[1]], heavy), roles, sides, wishes)
            for roles in self.parts
        }
        proposal = Proposal()
        places = self._solve(matrices, sides, wishes, proposal, most_people=most_people)
        proposal.groups = [self._group(sides, place, wishes) for place in places]
        proposal.leftovers = [
            {"person": one.person_id, "role": role, "why": LEFT_OUT}
            for role, people in candidates.items()
            for one in people
            if one.person_id in wishes.left_out
        ]
        unplaced = NO_MORE_GROUPS if most_people else BETTER_TOTAL
        proposal.leftovers += _leftovers(sides, matrices, proposal.groups, unplaced)
        return proposal

    def _solve(
        self,
        matrices: Mapping[tuple[str, str], Scores],
        sides: Mapping[str, Side],
        wishes: Wishes,
        proposal: Proposal,
        *,
        most_people: bool,
    ) -> list[dict[str, int]]:
        """Return the groups as places by role."""
        if len(matrices) == 1:
            [(roles, scores)] = matrices.items()
            pairs = assign_pairs(scores, most_people=most_people)
            return [dict(zip(roles, pair, strict=True)) for pair in pairs]
        order = list(dict.fromkeys(role for pair in matrices for role in pair))
        found = ThreeSides(*(matrices[pair] for pair in combinations(order, 2)), most_people=most_people).best()
        taken = {
            sides[role].people[place].person_id for team in found.teams for role, place in zip(order, team, strict=True)
        }
        proposal.share_of_bound = found.share_without(2 * WANTED * len(taken & wishes.wanted))
        return [dict(zip(order, team, strict=True)) for team in found.teams]

    def _group(self, sides: Mapping[str, Side], places: Mapping[str, int], wishes: Wishes) -> dict[str, Any]:
        """Return one group as JSON keeps it."""
        people = {role: sides[role].people[place] for role, place in places.items()}
        together = {one.person_id for one in people.values()}
        kept = [pair for pair in sorted(wishes.pinned) if together.issuperset(pair)]
        facts: dict[str, Any] = {KEPT: wishes.brokered.get(frozenset(kept[0]), "")} if kept else {}
        for (left, right), parts in self.parts.items():
            for part in parts:
                found = part.facts(people[left], people[right])
                if found and part.slug not in facts:
                    facts[part.slug] = found
                elif found and isinstance(found, list):
                    facts[part.slug] = sorted({*facts[part.slug], *found})
        return {"people": {role: one.person_id for role, one in people.items()}, "facts": facts}

    def say(self, facts: Mapping[str, Any]) -> list[str]:
        """Return in words what speaks for a group."""
        parts, said = self.all_parts(), []
        if KEPT in facts:
            broker = facts[KEPT]
            said = [_("brought together by %(name)s") % {"name": broker} if broker else _("decided beforehand")]
        return said + [parts[slug].say(facts[slug]) for slug in parts if slug in facts]


def _among(wishes: Wishes, sides: Sequence[tuple[Side, Side]]) -> Wishes:
    """Return the wishes with the pairs that can be kept between any of these sides, who must then be taken."""
    can_be = {
        (one, other)
        for pair in wishes.pinned
        for one, other in (pair, pair[::-1])
        if any(one in left.place_of and other in right.place_of for left, right in sides)
    }
    together = {one for pair in can_be for one in pair}
    return replace(wishes, pinned=frozenset(can_be), wanted=wishes.wanted | together)


def _with_wishes(scores: Scores, roles: tuple[str, str], sides: Mapping[str, Side], wishes: Wishes) -> Scores:
    """Return the scores with what must not be marked; of pinned people every other combination is."""
    left, right = (sides[role].place_of for role in roles)
    for one, other in [pair for either in wishes.forbidden for pair in (either, either[::-1])]:
        if one in left and other in right:
            scores[left[one], right[other]] = FORBIDDEN
    for one in wishes.wanted:
        if one in left:
            scores[left[one]] += WANTED
        if one in right:
            scores[:, right[one]] += WANTED
    for one in left.keys() & right.keys():
        scores[left[one], right[one]] = FORBIDDEN
    for one, other in sorted(wishes.pinned):
        if one in left and other in right:
            row, column = left[one], right[other]
            score = max(scores[row, column], 0)
            scores[row, :], scores[:, column] = FORBIDDEN, FORBIDDEN
            scores[row, column] = score
    return scores


def _leftovers(
    sides: Mapping[str, Side],
    matrices: Mapping[tuple[str, str], Scores],
    groups: Sequence[Mapping[str, Any]],
    unplaced: str,
) -> list[dict[str, Any]]:
    """Return those without a group, and why; `unplaced` says it of those for whom somebody was free."""
    taken = {role: {group["people"][role] for group in groups} for role in sides}
    used_up = [role for role, side in sides.items() if len(taken[role]) == len(side)]
    found = []
    for role, side in sides.items():
        for place, one in enumerate(side.people):
            if one.person_id not in taken[role]:
                rows = [
                    scores[place] if roles[0] == role else scores[:, place]
                    for roles, scores in matrices.items()
                    if role in roles
                ]
                if any(len(row) and not np.isfinite(row).any() for row in rows):
                    why = ALL_FORBIDDEN
                else:
                    why = NOBODY_LEFT if any(other != role for other in used_up) else unplaced
                found.append({"person": one.person_id, "role": role, "why": why})
    return found
