"""How the cost of a figure and of a list grows with ten times the rows (bench/README.md)."""

import statistics
import time
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from organization.models import Branch, RoleAssignment, User
from outcomes.figures import Period
from outcomes.figures.achievements import Achievements

pytestmark = pytest.mark.django_db


def cost(call: Callable[[], object]) -> float:
    """Return the median seconds of a call, once it is warm."""
    call()
    taken = []
    for _ in range(7):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def measure(outcomes: int) -> tuple[float, float]:
    """Load outcomes into two branches and return the cost of a figure and of a list's page."""
    call_command("generate_load", pairings=200, logs=1000, outcomes=outcomes, branches=2, seed=1, verbosity=0)
    branch = Branch.objects.order_by("-pk").first()
    secretary = User.objects.create(username=f"bench{outcomes}")
    RoleAssignment.objects.create(user=secretary, role="secretary", branch=branch)
    client = Client()
    client.force_login(secretary)
    figure = cost(lambda: Achievements.of([branch], Period.year(2025)).rows())
    return figure, cost(lambda: client.get(reverse("outcomes:list")))


def test_growth() -> None:
    (small_figure, small_list), (large_figure, large_list) = measure(2_000), measure(20_000)
    print(f"\nfigure ×{large_figure / small_figure:.1f}, list ×{large_list / small_list:.1f} at ten times the rows")
    assert large_figure / small_figure <= 15
    assert large_list / small_list <= 3
