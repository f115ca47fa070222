"""Another period or branch that a report is set beside, as the address says it."""

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from organization.models import Branch, User
from outcomes.figures.dashboard import Scope
from outcomes.forms import PeriodForm
from outcomes.views.figures import WrongPeriodError

#: What stands before the names of the other one in an address.
PREFIX = "with"


@dataclass(frozen=True)
class Beside:
    """The other one: where the address names one, and the branches that the page offers to choose it from."""

    scope: Scope | None
    overseen: list[Branch]
    branch: Branch

    @property
    def query(self) -> dict[str, str]:
        """Return the URL parameters that stand for the other one; none where there is none."""
        if self.scope is None:
            return {}
        days = {f"{PREFIX}-{name}": day for name, day in self.scope.period.query.items()}
        return {f"{PREFIX}-branch": self.branch.code, **days}


def beside_of(request: HttpRequest, scope: Scope) -> Beside:
    """Return which other period or branch the address asks for; what it does not name is that of the report.

    Raises:
        Http404: for a branch that the user does not oversee.
        WrongPeriodError: for a wrong or half period; `with_period` answers it.
    """
    overseen = Branch.objects.overseen_by(cast("User", request.user))
    code = request.GET.get(f"{PREFIX}-branch")
    own = cast("Branch", scope.branch)
    branch = get_object_or_404(overseen.coded(code)) if code and code != own.code else own
    form = PeriodForm(request.GET, prefix=PREFIX)
    if not form.is_valid():
        raise WrongPeriodError(form)
    period: Any = form.cleaned_data.get("period") or scope.period
    is_another = branch != own or period.query != scope.period.query
    other = Scope([branch], period, branch) if is_another else None
    return Beside(other, list(overseen), branch)
