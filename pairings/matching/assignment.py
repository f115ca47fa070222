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
#: Elementary steps that a proposal of teams may take, about half a second; and the most and fewest rounds of prices.
BUDGET = 150_000_000
MAX_STEPS, MIN_STEPS = 150, 10
#: Steps without a better bound, after which the prices move half as far.
PATIENCE = 5

Scores = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.intp]]


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
        return min(1.0, self.score / self.bound) if self.bound > 0 else 1.0


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
        self.ab, self.ac, self.bc = (np.where(np.isfinite(one), one, far_below) for one in (ab, ac, bc))
        self.sizes = (ab.shape[0], ab.shape[1], ac.shape[1])

    def best(self) -> Teams:
        """Return the best teams found, with a bound that no set of teams exceeds.

        A price on each of the third group lets everybody share them; what is left is an assignment of the first two
        groups, whose optimum plus the prices bounds the whole (Lagrangian relaxation, Geoffrion 1974). Prices follow
        the subgradient with Polyak's step. Each step's assignment is one more beginning to improve.
        """
        if not all(self.sizes):
            return Teams([], 0.0, 0.0)
        prices, least, waited, pace = np.zeros(self.sizes[2]), np.inf, 0, 1.0
        best = self._improve(*linear_sum_assignment(self.ab, maximize=True))
        for _step in range(int(np.clip(BUDGET // np.prod(self.sizes), MIN_STEPS, MAX_STEPS))):
            bound, used, a, b = self._relaxed(prices)
            best = max(best, self._improve(a, b), key=lambda found: found[0])
            waited = 0 if bound < least - 1e-9 else waited + 1
            least = min(least, bound)
            if waited == PATIENCE:
                pace, waited = pace / 2, 0
            excess = used - 1
            if least <= best[0] * (1 + 1e-9) or not excess.any():
                break
            prices = np.maximum(prices + pace * (bound - best[0]) / (excess @ excess) * excess, 0)
        score, a, b, c = best
        kept = self._values(a, b, c) > 0
        teams = sorted(zip(a[kept].tolist(), b[kept].tolist(), c[kept].tolist(), strict=True))
        return Teams(teams, score, max(least, score))

    def _values(self, a: Places, b: Places, c: Places) -> Scores:
        """Return the score of each team; 0 for one that must not be."""
        return np.maximum(self.ab[a, b] + self.ac[a, c] + self.bc[b, c], 0.0)

    def _improve(self, a: Places, b: Places) -> tuple[float, Places, Places, Places]:
        """Return score and members after putting each side optimally to the other two, until nothing is gained."""
        best = -1.0
        members = (a, b, a)
        for _round in range(MAX_ROUNDS):
            kept, c = linear_sum_assignment(np.maximum(self.ab[a, b][:, None] + self.ac[a] + self.bc[b], 0), True)
            a, b = a[kept], b[kept]
            kept, b = linear_sum_assignment(np.maximum(self.ac[a, c][:, None] + self.ab[a] + self.bc[:, c].T, 0), True)
            a, c = a[kept], c[kept]
            sums = self.bc[b, c][:, None] + self.ab[:, b].T + self.ac[:, c].T
            kept, a = linear_sum_assignment(np.maximum(sums, 0), True)
            b, c = b[kept], c[kept]
            score = float(self._values(a, b, c).sum())
            if score <= best + 1e-9:
                break
            best, members = score, (a, b, c)
        return best, *members

    def _relaxed(self, prices: Scores) -> tuple[float, Scores, Places, Places]:
        """Return the optimum when the third group may be shared at these prices, how often each is, and who."""
        reduced = self.bc - prices
        gains, choices = np.empty(self.sizes[:2]), np.empty(self.sizes[:2], dtype=np.intp)
        for place in range(self.sizes[0]):
            sums = reduced + self.ac[place]
            choices[place] = sums.argmax(axis=1)
            gains[place] = sums[np.arange(self.sizes[1]), choices[place]]
        gains = np.maximum(gains + self.ab, 0)
        a, b = linear_sum_assignment(gains, maximize=True)
        taken = gains[a, b] > 0
        used = np.bincount(choices[a[taken], b[taken]], minlength=self.sizes[2]).astype(float)
        return float(gains[a, b].sum() + prices.sum()), used, a, b
