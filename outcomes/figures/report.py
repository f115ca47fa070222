"""A branch's report of a period, in the form that other programs rely on (docs/report-json.md)."""

from typing import Any

from django.utils import timezone

from organization.models import Branch
from outcomes.figures.achievements import Achievements
from outcomes.figures.by_form import count_by_form
from outcomes.figures.periods import Period
from outcomes.figures.registry import asked_of, registered, work_out
from outcomes.figures.work import coverage
from outcomes.models import ReportSetting
from pairings.contradictions import standings_of


def branch_report(branch: Branch, period: Period) -> dict[str, Any]:
    """Return the figures of a branch in a period as they are now (a fixed number of queries).

    Counts of outcomes are of verified ones achieved in the period; `ids` are the records behind each count. `totals`
    and `by_form` are of those granted, `cultivating` of those only cultivated or applied for. `work` are
    the registered figures that have something to say, `counted` all that there are of the period, `contradictions` how
    many records of the branch contradict themselves or others today, by kind, without an answer.
    """
    found = Achievements.of([branch], period)
    return {
        "branch": {"code": branch.code, "name": branch.name},
        "period": {"from": period.first.isoformat(), "to": period.last.isoformat(), "label": period.label},
        "pairings": count_by_form(asked_of([branch], period), with_ids=True),
        "coverage": coverage([branch], period),
        "outcomes": found.rows(),
        "by_form": found.by_form(),
        "totals": found.totals(),
        "cultivating": found.cultivating(),
        "uncredited": {"in_report": ReportSetting.objects.takes_uncredited(branch)},
        "contradictions": {one.kind.slug: one.open for one in standings_of(branch) if one.open},
        "work": [one.row for one in work_out([branch], period, with_ids=True)],
        "counted": registered(period),
        "generated_at": timezone.localtime().isoformat(timespec="seconds"),
        "frozen": None,
    }
