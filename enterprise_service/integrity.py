"""The invariants of engagements, tried on the data."""

from django.db.models import Count

from enterprise_service.models import Engagement, Problem
from organization.integrity import ROWS_AT_A_TIME, Finding, broken, each, invariant


@invariant("3_engagement_names_its_problem_s_enterprise")
def same_enterprise() -> Finding:
    """An engagement's enterprise is its problem's, of its own branch, and it is under way while it is open."""

    def problem_of(engagement: Engagement) -> str:
        enterprise = engagement.problem.enterprise
        if engagement.counterpart != enterprise.name:
            return f"lists say {engagement.counterpart!r}, the problem is of {enterprise.name!r}"
        if enterprise.branch_id != engagement.branch_id:
            return "the problem belongs to another branch"
        return "" if engagement.is_under_way == engagement.is_open else "is_under_way is out of line with the status"

    return each(Engagement.objects.with_problems().iterator(chunk_size=ROWS_AT_A_TIME), problem_of)


@invariant("3_problem_is_under_one_open_engagement")
def one_engagement() -> Finding:
    """A problem is under one open engagement at most."""
    crowded = Engagement.objects.open().order_by().values("problem").annotate(count=Count("pk")).filter(count__gt=1)
    problems = [
        broken(("enterprise_service.Problem", row["problem"]), f"is under {row['count']} open engagements")
        for row in crowded
    ]
    return Finding(Problem.objects.count(), problems)
