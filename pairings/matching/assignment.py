"""The mathematics of matching, without the database: pairs are optimal, teams come with a bound on what is possible.

Scores are matrices of numbers from 0 upwards; FORBIDDEN marks what must not be. All functions are deterministic.
"""

from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

#: Stands in a score matrix where two people must not be put together.
FORBIDDEN = -np.inf
#: Stands for it in the sums of three: whatever holds it lies far below zero.
FAR_BELOW = -1e6
#: What a team gains by being one, so that people whom nothing speaks for are still put together.
TRIFLE = 1e-6

#: Times that a side is put anew while one beginning is improved; it rarely takes more than fifteen.
MAX_TURNS = 150
#: Elementary steps that pricing may take, about a quarter of a second; and the most and fewest rounds of prices.
BUDGET = 120_000_000
MAX_STEPS, MIN_STEPS = 120, 10
#: Steps without a better bound, after which the prices move half as far; and how far they move at first.
PATIENCE, PACE = 5, 1.5
#: How many times farther from the best set than the least bound a step may end before it is taken back.
STRAY = 3
#: How strongly a step of the prices turns away from the last one where the two would undo each other.
DEFLECTION = 1.5
#: Times that some teams are mixed up and improved again, and how many teams at a time.
SHAKES, SHAKEN = 120, 3
#: Shares of the highest total there could be: how far below the best a beginning is still worth improving, and how
#: much worse a mixed-up set may come out to be gone on with.
PROMISING, WORSE = 2e-3, 2.5e-4

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
    """Teams of three, and how good any set of as many could be at most."""

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
        most_people: form as many teams as can be before looking at the total.
    """

    def __init__(self, ab: Scores, ac: Scores, bc: Scores, *, most_people: bool = False) -> None:
        pairs = {(0, 1): ab, (0, 2): ac, (1, 2): bc}
        self.pairs = {places: np.where(np.isfinite(one), one, FAR_BELOW) for places, one in pairs.items()}
        self.pairs |= {(second, first): np.ascontiguousarray(one.T) for (first, second), one in self.pairs.items()}
        self.sizes = (ab.shape[0], ab.shape[1], ac.shape[1])
        #: About the highest total of teams, but for people who must be taken and count for much more.
        self.scale = min(self.sizes) * float(np.median(self._sought(0))) if all(self.sizes) else 0.0
        #: No set of teams has a higher total score.
        self.ceiling = min(self.sizes) * sum(max(float(one.max(initial=0.0)), 0.0) for one in pairs.values())
        # One more team outweighs any total where that comes first.
        self.gain = self.ceiling + 1.0 if most_people else TRIFLE

    def best(self) -> Teams:
        """Return the best teams found, with a bound that no set of as many teams exceeds."""
        if not all(self.sizes):
            return Teams([], 0.0, 0.0)
        rows, columns = linear_sum_assignment(self._worth(self.pairs[0, 1]), maximize=True)
        best, bound = self._price(self._improve({0: rows, 1: columns}))
        score, members = self._shake(best)
        kept = self._values(members) > 0
        teams = sorted(zip(*(members[side][kept].tolist() for side in range(3)), strict=True))
        gained = self.gain * len(teams)
        return Teams(teams, score - gained, max(bound, score) - gained)

    def _sought(self, side: int) -> Scores:
        """Return the highest score that each person of a side could bring with anybody."""
        one, two = (other for other in range(3) if other != side)
        return np.maximum(self.pairs[side, one].max(axis=1), 0) + np.maximum(self.pairs[side, two].max(axis=1), 0)

    def _worth(self, sums: Scores) -> Scores:
        """Return what teams with these sums of scores count for; 0 for one that must not be."""
        return np.where(sums > FAR_BELOW / 2, np.maximum(sums + self.gain, 0.0), 0.0)

    def _values(self, members: Members) -> Scores:
        """Return what each team counts for."""
        return self._worth(
            self.pairs[0, 1][members[0], members[1]]
            + self.pairs[0, 2][members[0], members[2]]
            + self.pairs[1, 2][members[1], members[2]]
        )

    def _improve(self, members: Members, *, turns: int = MAX_TURNS) -> tuple[float, Members]:
        """Return score and members after putting each side in turn optimally to the other two, while that gains.

        Args:
            members: the people of two sides, pair by pair.
            turns: how often a side is put anew at most; with 1 the third side is added and that is all.
        """
        best: tuple[float, Members] = (-1.0, members)
        idle, order = 0, [side for side in range(3) if side not in members] + list(members)
        for side in islice(cycle(order), turns):
            one, two = (other for other in range(3) if other != side)
            sums = self.pairs[one, side][members[one]] + self.pairs[two, side][members[two]]
            sums += self.pairs[one, two][members[one], members[two]][:, None]
            worth = self._worth(sums)
            kept, found = linear_sum_assignment(worth, maximize=True)
            members = {one: members[one][kept], two: members[two][kept], side: found}
            score = float(worth[kept, found].sum())
            idle = 0 if score > best[0] + 1e-9 else idle + 1
            best = max(best, (score, members), key=lambda either: either[0])
            if idle == 2:  # the third side was put optimally before these two, and nothing has moved since
                break
        return best

    def _shake(self, best: tuple[float, Members]) -> tuple[float, Members]:
        """Return the best of what comes of mixing up some teams and improving again, many times over.

        Two sides are put together anew where they fit less well than elsewhere.
        """
        chance = np.random.default_rng(111)
        score, members = best
        size = len(members[0])
        for time in range(SHAKES if size > 2 else 0):
            one, two = ((0, 1), (0, 2), (1, 2))[time % 3]
            mixed = members[two].copy()
            fits = self.pairs[one, two][members[one], mixed]
            weak = np.clip(fits.max() - fits, 1e-3, 1.0) ** 2
            some = chance.choice(size, min(SHAKEN, size), replace=False, p=weak / weak.sum())
            mixed[some] = mixed[np.roll(some, 1)]
            found = self._improve({one: members[one], two: mixed})
            if found[0] >= score - WORSE * self.scale:
                score, members = found
            best = max(best, found, key=lambda either: either[0])
        return best

    def _price(self, best: tuple[float, Members]) -> tuple[tuple[float, Members], float]:
        """Return the best teams met while pricing the largest group, and the least bound that its prices gave.

        A price on each person of one group lets everybody share them; what is left is an assignment of the other two,
        whose optimum plus the prices bounds the whole (Lagrangian relaxation, Geoffrion 1974). Whichever group is
        priced, the least such bound is that of the linear programme; the prices of a large one, where few are wanted by
        many, settle soonest. They follow Polyak's step along the subgradient, deflected where it would undo the last
        one (Camerini, Fratta and Maffioli 1975), and go back to the best ones from a step that strays. Each step's
        assignment is one more beginning to improve.
        """
        priced = max((1, 0, 2), key=lambda side: self.sizes[side])
        # Whoever is much sought by everybody, such as one who must be taken, is dear from the beginning.
        sought = self._sought(priced)
        prices, way = np.maximum(sought - np.median(sought) - 1.0, 0.0), np.zeros(self.sizes[priced])
        settled, least, waited, pace = prices, np.inf, 0, PACE
        for _step in range(int(np.clip(BUDGET // np.prod(self.sizes), MIN_STEPS, MAX_STEPS))):
            bound, used, beginning = self._relaxed(priced, prices)
            if self._improve(beginning, turns=1)[0] > best[0] - PROMISING * self.scale:
                best = max(best, self._improve(beginning), key=lambda found: found[0])
            waited = 0 if bound < least - 1e-9 else waited + 1
            if bound < least:
                least, settled = bound, prices
            if waited == PATIENCE:
                pace, waited = pace / 2, 0
            if bound - best[0] > STRAY * (least - best[0]):
                prices, way = settled, np.zeros_like(way)
                continue
            excess = used - 1
            turn = excess @ way
            way = excess - (DEFLECTION * turn / (way @ way) * way if turn < 0 else 0)
            if least <= best[0] * (1 + 1e-9) or not way.any():
                break
            prices = np.maximum(prices + pace * (bound - best[0]) / (way @ way) * way, 0)
        return best, least

    def _relaxed(self, priced: int, prices: Scores) -> tuple[float, Scores, Members]:
        """Return the optimum when a group may be shared at these prices, how often each is, and the other two."""
        one, two = (side for side in range(3) if side != priced)
        ones, twos = self.pairs[priced, one], self.pairs[priced, two] - prices[:, None]
        highest = ones[0][:, None] + twos[0]
        sums = np.empty_like(highest)
        for of_one, of_two in zip(ones[1:], twos[1:], strict=True):
            np.add(of_one[:, None], of_two, out=sums)
            np.maximum(highest, sums, out=highest)
        gains = self._worth(highest + self.pairs[one, two])
        left, right = linear_sum_assignment(gains, maximize=True)
        taken = gains[left, right] > 0
        shared = (ones[:, left[taken]] + twos[:, right[taken]]).argmax(axis=0)
        used = np.bincount(shared, minlength=self.sizes[priced]).astype(float)
        return float(gains[left, right].sum() + prices.sum()), used, {one: left, two: right}
