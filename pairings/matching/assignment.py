"""The mathematics of matching, without the database: pairs are optimal, teams come with a bound on what is possible.

Scores are matrices of numbers from 0 upwards; FORBIDDEN marks what must not be. All functions are deterministic.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

#: Stands in a score matrix where two people must not be put together.
FORBIDDEN = -np.inf

#: Rounds of improving one beginning; it rarely takes more than six.
MAX_ROUNDS = 50
#: Elementary steps that a proposal of teams may take, about half a second; and the most and fewest rounds of prices
#: for each of the three groups.
BUDGET = 180_000_000
MAX_STEPS, MIN_STEPS = 60, 10
#: Steps without a better bound, after which the prices move half as far.
PATIENCE = 5
#: Numbers held at once while prices are tried.
BLOCK = 1_000_000
#: Times that some teams of the best set are mixed up and improved again, and how many teams at a time.
SHAKES, SHAKEN = 120, 6
#: The first length of Polyak's step.
PACE = 1.5

Scores = np.ndarray[Any, np.dtype[np.floating[Any]]]
Places = np.ndarray[Any, np.dtype[np.intp]]
#: People of each side, team by team.
Members = dict[int, Places]


def assign_pairs(scores: Scores, *, most_people: bool = False) -> list[tuple[int, int]]:
    """Return the set of (row, column) pairs with the best total score, each row and column at most once.

    Args:
        scores: rows × columns, at least 0, or FORBIDDEN.
        most_people: pair as many as can be, and only among such sets look for the best total.

    Returns:
        Pairs by row. With neither prohibitions nor negative scores both aims pair everybody on the smaller side.
    """
    if not scores.size:
        return []
    allowed = np.isfinite(scores)
    # One more pair outweighs any total, so that the number of pairs comes first.
    bonus = float(scores[allowed].sum(initial=0.0)) + 1.0 if most_people and not allowed.all() else 0.0
    gains = np.where(allowed, scores + bonus, 0.0)
    rows, columns = linear_sum_assignment(gains, maximize=True)
    kept = allowed[rows, columns]
    return list(zip(rows[kept].tolist(), columns[kept].tolist(), strict=True))


@dataclass(frozen=True)
class Teams:
    """Teams of three, and how good any such set could be at most."""

    teams: list[tuple[int, int, int]]
    score: float
    bound: float

    @property
    def share_of_bound(self) -> float:
        """Return the score as a share of the bound, from 0 to 1; 1 when there is nothing to gain."""
        return self.share_without(0.0)

    def share_without(self, gifts: float) -> float:
        """Return the share once gifts are taken off both, such as what those count who must be taken.

        Of sets that hold as many gifts, the rest of the bound bounds the rest of the score.
        """
        score, bound = self.score - gifts, self.bound - gifts
        return min(1.0, score / bound) if bound > 0 else 1.0


class ThreeSides:
    """Three groups of people and a score for each two from different groups.

    A team's score is the sum of its three pairs', and a team that holds a forbidden pair has no score. To find the
    best set of teams is NP-hard (three-dimensional assignment); fixing two sides at a time makes it an assignment.

    Args:
        ab: scores of the first group × the second.
        ac: of the first × the third.
        bc: of the second × the third.
    """

    def __init__(self, ab: Scores, ac: Scores, bc: Scores) -> None:
        # A sum that holds a forbidden pair lies far below zero, and is cut to zero: no team.
        far_below = -1e6
        pairs = {(0, 1): ab, (0, 2): ac, (1, 2): bc}
        self.pairs = {places: np.where(np.isfinite(one), one, far_below) for places, one in pairs.items()}
        self.pairs |= {(second, first): one.T for (first, second), one in self.pairs.items()}
        self.sizes = (ab.shape[0], ab.shape[1], ac.shape[1])

    def best(self) -> Teams:
        """Return the best teams found, with a bound that no set of teams exceeds.

        A price on each of one group lets everybody share them; what is left is an assignment of the other two, whose
        optimum plus the prices bounds the whole (Lagrangian relaxation, Geoffrion 1974). Prices follow the subgradient
        with Polyak's step, for each group in turn. Each step's assignment is one more beginning to improve.
        """
        if not all(self.sizes):
            return Teams([], 0.0, 0.0)
        rows, columns = linear_sum_assignment(self.pairs[0, 1], maximize=True)
        best, bound = self._improve({0: rows, 1: columns}), np.inf
        for priced in (2, 1, 0):
            best, least = self._price(priced, best)
            bound = min(bound, least)
        score, members = self._shake(best)
        kept = self._values(members) > 0
        teams = sorted(zip(*(members[side][kept].tolist() for side in range(3)), strict=True))
        return Teams(teams, score, max(bound, score))

    def _values(self, members: Members) -> Scores:
        """Return the score of each team; 0 for one that must not be."""
        total = sum(self.pairs[one, two][members[one], members[two]] for one, two in ((0, 1), (0, 2), (1, 2)))
        return np.maximum(total, 0.0)

    def _improve(self, members: Members) -> tuple[float, Members]:
        """Return score and members after putting each side optimally to the other two, until nothing is gained.

        Args:
            members: the people of two sides, pair by pair.
        """
        best: tuple[float, Members] = (-1.0, members)
        turns = [side for side in range(3) if side not in members] + list(members)
        for _round in range(MAX_ROUNDS):
            for side in turns:
                one, two = (other for other in range(3) if other != side)
                sums = self.pairs[one, two][members[one], members[two]][:, None]
                sums = sums + self.pairs[one, side][members[one]] + self.pairs[two, side][members[two]]
                kept, found = linear_sum_assignment(np.maximum(sums, 0), maximize=True)
                members = {one: members[one][kept], two: members[two][kept], side: found}
            score = float(self._values(members).sum())
            if score <= best[0] + 1e-9:
                break
            best = score, members
        return best

    def _shake(self, best: tuple[float, Members]) -> tuple[float, Members]:
        """Return the best of what comes of mixing up some teams and improving again, many times over."""
        chance = np.random.default_rng(111)
        size = len(best[1][0])
        for _time in range(SHAKES if size > 2 else 0):
            second = best[1][1].copy()
            some = chance.choice(size, min(SHAKEN, size), replace=False)
            second[some] = second[np.roll(some, 1)]
            best = max(best, self._improve({0: best[1][0], 1: second}), key=lambda found: found[0])
        return best

    def _price(self, priced: int, best: tuple[float, Members]) -> tuple[tuple[float, Members], float]:
        """Return the best teams after pricing one group, and the least bound that the prices gave."""
        prices, least, waited, pace = np.zeros(self.sizes[priced]), np.inf, 0, PACE
        for _step in range(int(np.clip(BUDGET // (3 * np.prod(self.sizes)), MIN_STEPS, MAX_STEPS))):
            bound, used, beginning = self._relaxed(priced, prices)
            best = max(best, self._improve(beginning), key=lambda found: found[0])
            waited = 0 if bound < least - 1e-9 else waited + 1
            least = min(least, bound)
            if waited == PATIENCE:
                pace, waited = pace / 2, 0
            excess = used - 1
            if least <= best[0] * (1 + 1e-9) or not excess.any():
                break
            prices = np.maximum(prices + pace * (bound - best[0]) / (excess @ excess) * excess, 0)
        return best, least

    def _relaxed(self, priced: int, prices: Scores) -> tuple[float, Scores, Members]:
        """Return the optimum when a group may be shared at these prices, how often each is, and the other two."""
        one, two = (side for side in range(3) if side != priced)
        first, second = self.pairs[one, priced].astype(np.float32), self.pairs[two, priced] - prices
        second = second.astype(np.float32)
        choices = np.empty((self.sizes[one], self.sizes[two]), dtype=np.intp)
        block = max(1, BLOCK // second.size)
        for start in range(0, self.sizes[one], block):
            choices[start : start + block] = (first[start : start + block, None] + second).argmax(axis=2)
        rows, columns = np.arange(self.sizes[one])[:, None], np.arange(self.sizes[two])[None, :]
        gains = self.pairs[one, priced][rows, choices] + self.pairs[two, priced][columns, choices] - prices[choices]
        gains = np.maximum(gains + self.pairs[one, two], 0)
        left, right = linear_sum_assignment(gains, maximize=True)
        taken = gains[left, right] > 0
        used = np.bincount(choices[left[taken], right[taken]], minlength=self.sizes[priced]).astype(float)
        return float(gains[left, right].sum() + prices.sum()), used, {one: left, two: right}
