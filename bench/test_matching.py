"""What a whole matching request costs beside the mathematics alone, and how near teams come to their bound."""

import time

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from scipy.optimize import linear_sum_assignment

from bench.test_growth import cost
from mentorship.matching import TeamMatcher
from organization.models import Branch, Membership, Office, Person
from pairings.kinds import LEADER, ORDINARY_TEACHER
from pairings.matching.parts import Side
from pairings.models import MatchRun
from teaching_pairs.matching import TeachingMatcher
from tests.factories import BranchFactory, OfficeFactory, operator
from tests.pairings.test_proposals import profiles

pytestmark = pytest.mark.django_db

WORDS = [f"词{place}" for place in range(40)]
TITLES = ("助教", "讲师", "副教授", "教授")


def load_teachers(branch: Branch, count: int) -> None:
    """Add as many party teachers as others, each with words, an office, an age and a title."""
    chance = np.random.default_rng(3)
    offices: list[Office] = [OfficeFactory(branch=branch) for _ in range(8)]

    def words(number: int) -> str:
        return "、".join(WORDS[place] for place in chance.choice(len(WORDS), number, replace=False))

    people = Person.objects.bulk_create(
        Person(
            branch=branch,
            college_id=branch.college_id,
            office=offices[chance.integers(8)],
            kind="teacher",
            name=f"教师{place}",
            pinyin=f"jiaoshi{place}",
            number=f"N{place:06}",
            stage="full" if place % 2 else "none",
            title=TITLES[chance.integers(4)],
            born_on=f"{chance.integers(1968, 1998)}-05-01",
            strengths=words(4),
            needs=words(3),
        )
        for place in range(2 * count)
    )
    Membership.objects.bulk_create(Membership(person=person, branch=branch) for person in people)


def test_a_request_for_a_thousand_pairs_costs_little_beside_the_mathematics() -> None:
    branch = BranchFactory(code="BENCH")
    load_teachers(branch, 1000)
    client = Client()
    client.force_login(operator())
    address = reverse("pairings:new_run", args=["teaching"])

    def request() -> None:
        response = client.post(address, {"branch": "BENCH"})
        assert response.status_code == 302

    request()
    run = MatchRun.objects.first()
    assert len(run.draft) == 1000
    matcher = TeachingMatcher()
    sides = {role: Side(people) for role, people in matcher.candidates(run).items()}
    weights = matcher.weights({})

    def mathematics() -> None:
        scores = matcher.scores((LEADER, ORDINARY_TEACHER), sides[LEADER], sides[ORDINARY_TEACHER], weights)
        linear_sum_assignment(scores, maximize=True)

    alone, whole = cost(mathematics), cost(request)
    print(f"\n1,000 × 1,000: request ×{whole / alone:.2f} of matrix and solver ({alone * 1000:.0f} ms)")
    assert whole / alone <= 2


def test_a_hundred_teams_are_near_their_bound_within_a_second() -> None:
    shares, seconds = [], []
    for seed in range(5):
        sides = {
            role: profiles(100, first, seed * 10 + first)
            for first, role in ((0, "leader"), (1000, "student_member"), (2000, "ordinary_student"))
        }
        began = time.perf_counter()
        shares.append(TeamMatcher().propose(sides, weights={}).share_of_bound)
        seconds.append(time.perf_counter() - began)
    print(f"\n100 teams: at least {min(shares):.4f} of the bound, in {max(seconds):.2f} s at most")
    assert min(shares) >= 0.997
    assert max(seconds) <= 1
