"""The invariants of engagements, tried on the data."""

from django.db.models import Count, DecimalField, F, Q, Sum, Value
from django.db.models.functions import Coalesce

from enterprise_service.models import Confirmation, Engagement, Instalment, Problem
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


@invariant("12_money_and_links_belong_to_work_that_began")
def begun() -> Finding:
    """Money was received from the start of approved work on, and no enterprise is asked about work that ended early."""
    outside = Q(engagement__approved_at__isnull=True) | Q(received_on__lt=F("engagement__started_on"))
    found = [broken(one, "was received before the work began") for one in Instalment.objects.filter(outside)]
    open_links = Confirmation.objects.filter(revoked_at__isnull=True, confirmed_at__isnull=True)
    idle = Q(engagement__approved_at__isnull=True) | Q(engagement__status=Engagement.Status.ENDED)
    found += [broken(link, "asks about work that is not done") for link in open_links.filter(idle)]
    return Finding(Instalment.objects.count() + open_links.count(), found)


@invariant("3_no_more_was_received_than_agreed")
def within_contract() -> Finding:
    """The instalments of an engagement do not exceed its contract's amount."""
    paid = Engagement.objects.order_by().annotate(paid=Sum("instalments__amount_cny")).filter(paid__isnull=False)
    crowded = paid.filter(paid__gt=Coalesce("contract_amount_cny", Value(0), output_field=DecimalField()))
    found = [broken(engagement, "more was received than the contract says") for engagement in crowded]
    return Finding(paid.count(), found)
