"""The mathematics of matching: optimal pairs, teams beside their bound, and never what must not be."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from pairings.matching.assignment import FORBIDDEN, ThreeSides, assign_pairs


def total(scores: np.ndarray, pairs: list[tuple[int, int]]) -> float:
    return float(sum(scores[pair] for pair in pairs))


def random_scores(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((rows, columns))


def test_a_thousand_by_a_thousand_is_scipy_s_optimum() -> None:
    scores = random_scores(1000, 1000)
    rows, columns = linear_sum_assignment(scores, maximize=True)
    pairs = assign_pairs(scores)
    assert len(pairs) == 1000
    assert total(scores, pairs) == pytest.approx(float(scores[rows, columns].sum()))


@pytest.mark.parametrize(("rows", "columns"), [(1, 2), (2, 1), (3, 4), (4, 3), (0, 3)])
def test_three_people_an_odd_number_and_nobody(rows: int, columns: int) -> None:
    pairs = assign_pairs(random_scores(rows, columns))
    assert len(pairs) == min(rows, columns)


@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_no_order_of_few_people_is_better(size: int, seed: int) -> None:
    scores = random_scores(size, size, seed)
    best = max(sum(scores[row, column] for row, column in enumerate(order)) for order in permutations(range(size)))
    assert total(scores, assign_pairs(scores)) == pytest.approx(best)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32 - 1), st.booleans())
def test_nobody_twice_and_nothing_forbidden(rows: int, columns: int, seed: int, most_people: bool) -> None:
    scores = random_scores(rows, columns, seed)
    scores[random_scores(rows, columns, seed + 1) < 0.6] = FORBIDDEN
    pairs = assign_pairs(scores, most_people=most_people)
    assert all(np.isfinite(scores[pair]) for pair in pairs)
    assert len({row for row, _column in pairs}) == len({column for _row, column in pairs}) == len(pairs)


def test_most_people_pairs_more_where_the_best_total_leaves_somebody_over() -> None:
    scores = np.array([[0.9, 0.1], [0.1, FORBIDDEN]])
    assert assign_pairs(scores) == [(0, 0)]
    assert assign_pairs(scores, most_people=True) == [(0, 1), (1, 0)]


def test_the_same_scores_give_the_same_pairs() -> None:
    scores = np.zeros((6, 6))
    assert assign_pairs(scores) == assign_pairs(scores.copy())


def best_of_all(sides: ThreeSides, sizes: tuple[int, int, int]) -> float:
    """Return the best total of one-to-one teams of few people, by trying all."""
    return max(
        float(
            sum(
                max(sides.pairs[0, 1][a, b] + sides.pairs[0, 2][a, c] + sides.pairs[1, 2][b, c], 0)
                for a, (b, c) in enumerate(zip(seconds, thirds, strict=True))
            )
        )
        for seconds in permutations(range(sizes[1]), sizes[0])
        for thirds in permutations(range(sizes[2]), sizes[0])
    )


@given(st.integers(0, 2**32 - 1))
def test_the_bound_of_teams_holds_and_few_teams_are_near_the_best(seed: int) -> None:
    sides = ThreeSides(random_scores(3, 4, seed), random_scores(3, 4, seed + 1), random_scores(4, 4, seed + 2))
    found, best = sides.best(), best_of_all(sides, (3, 4, 4))
    assert found.score <= best + 1e-9
    assert found.bound >= best - 1e-9
    assert found.score >= 0.95 * best


@given(st.integers(1, 8), st.integers(1, 8), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_teams_hold_nobody_twice_and_nothing_forbidden(a: int, b: int, c: int, seed: int) -> None:
    ab, ac, bc = random_scores(a, b, seed), random_scores(a, c, seed + 1), random_scores(b, c, seed + 2)
    ab[random_scores(a, b, seed + 3) < 0.4] = FORBIDDEN
    found = ThreeSides(ab, ac, bc).best()
    assert all(np.isfinite(ab[one, two]) for one, two, _three in found.teams)
    for place in range(3):
        assert len({team[place] for team in found.teams}) == len(found.teams)
    reached = sum(ab[x, y] + ac[x, z] + bc[y, z] for x, y, z in found.teams)
    assert found.score == pytest.approx(reached)
    assert 0 <= found.share_of_bound <= 1


def test_most_people_forms_more_teams_where_the_best_total_leaves_some_over() -> None:
    ab, nothing = np.array([[0.9, 0.1], [0.1, FORBIDDEN]]), np.zeros((2, 2))
    total, most = (ThreeSides(ab, nothing, nothing, most_people=most).best() for most in (False, True))
    assert [team[:2] for team in total.teams] == [(0, 0)]
    assert [team[:2] for team in most.teams] == [(0, 1), (1, 0)]
    assert (total.score, most.score) == (pytest.approx(0.9), pytest.approx(0.2))
    assert 0.9 < most.share_of_bound <= 1


def test_people_whom_nothing_speaks_for_are_still_put_together() -> None:
    ab = np.array([[0.0, FORBIDDEN], [FORBIDDEN, 0.0]])
    found = ThreeSides(ab, np.zeros((2, 2)), np.zeros((2, 2))).best()
    assert [team[:2] for team in found.teams] == [(0, 0), (1, 1)]
    assert (found.score, found.share_of_bound) == (pytest.approx(0), 1)


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_no_set_of_as_many_teams_exceeds_the_bound(seed: int, most_people: bool) -> None:
    ab, ac, bc = random_scores(3, 4, seed), random_scores(3, 4, seed + 1), random_scores(4, 4, seed + 2)
    ab[random_scores(3, 4, seed + 3) < 0.3] = FORBIDDEN
    sides = ThreeSides(ab, ac, bc, most_people=most_people)
    found = sides.best()
    sets = (
        [team for team in zip(range(3), seconds, thirds, strict=True) if np.isfinite(ab[team[:2]])]
        for seconds in permutations(range(4), 3)
        for thirds in permutations(range(4), 3)
    )
    totals = [
        sum(ab[a, b] + ac[a, c] + bc[b, c] for a, b, c in teams) for teams in sets if len(teams) == len(found.teams)
    ]
    assert max(totals, default=0.0) <= found.bound + 1e-9


def test_teams_without_people_on_one_side() -> None:
    found = ThreeSides(np.zeros((2, 0)), np.zeros((2, 3)), np.zeros((0, 3))).best()
    assert (found.teams, found.share_of_bound) == ([], 1.0)
