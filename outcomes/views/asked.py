"""Which report an address asks for: branch, period, kind, version, and what it is set beside."""

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.urls import reverse

from organization.models import Branch
from outcomes.documents.formats import FORMATS
from outcomes.documents.outlines import ANNUAL, Outline
from outcomes.documents.own_kinds import outline_called
from outcomes.figures.dashboard import Scope
from outcomes.freezing import frozen_of
from outcomes.handing import Other
from outcomes.models import FrozenReport
from outcomes.views.beside import Beside, beside_of
from outcomes.views.figures import scope_of

#: More digits than any report has revisions.
LONGEST_REVISION = 5


@dataclass(frozen=True)
class Asked:
    """A report as an address asks for it."""

    scope: Scope
    outline: Outline
    frozen: FrozenReport | None
    beside: Beside

    @property
    def branch(self) -> Branch:
        """Return whose report it is."""
        return cast("Branch", self.scope.branch)

    @property
    def revision(self) -> int | None:
        """Return which version of a frozen report it is; None where it is not frozen."""
        return self.frozen.revision if self.frozen else None

    @property
    def other(self) -> Other | None:
        """Return the branch and the period that it is set beside."""
        return (self.beside.branch, self.beside.scope.period) if self.beside.scope else None

    @property
    def query(self) -> str:
        """Return the address's words for all of it."""
        return query_of(self.scope, self.frozen, kind=self.outline.slug, **self.beside.query)

    @property
    def report_url(self) -> str:
        """Return the address of the report's page."""
        page = reverse("outcomes:report", args=[self.branch.code])
        return f"{page}?{query_of(self.scope, self.frozen, **self.beside.query)}"


def asked_of(request: HttpRequest, code: str, format_: str = "") -> Asked:
    """Return what the address asks for.

    Raises:
        PermissionDenied: for those who oversee no branch.
        Http404: for a branch that the user does not oversee, and for what is not made.
        WrongPeriodError: for a wrong or half period; `with_period` answers it.
    """
    scope, _form = scope_of(request, code)
    outline = outline_of(request, cast("Branch", scope.branch))
    if format_ and format_ not in FORMATS:
        raise Http404
    return Asked(scope, outline, version_of(request, scope), beside_of(request, scope))


def version_of(request: HttpRequest, scope: Scope) -> FrozenReport | None:
    """Return the version of the frozen report that the address asks for, the newest unless it says otherwise.

    Raises:
        Http404: for a version that there is not.
    """
    asked = request.GET.get("revision")
    if asked is None:
        return frozen_of(cast("Branch", scope.branch), scope.period)
    is_number = asked.isascii() and asked.isdigit() and len(asked) < LONGEST_REVISION
    frozen = frozen_of(cast("Branch", scope.branch), scope.period, int(asked)) if is_number else None
    if frozen is None:
        raise Http404
    return frozen


def query_of(scope: Scope, frozen: FrozenReport | None, **more: str) -> str:
    """Return the address's words for a period, and for the version of its report that is shown."""
    version = {"revision": str(frozen.revision)} if frozen else {}
    return urlencode({**scope.period.query, **version, **more})


def outline_of(request: HttpRequest, branch: Branch) -> Outline:
    """Return the kind of report that the address asks for, the annual one unless it says otherwise.

    Args:
        request: whose address names it.
        branch: whose report it is, already found through the door; its own kinds are known, no other branch's.

    Raises:
        Http404: for a kind that is not made.
    """
    try:
        return outline_called(branch, request.GET.get("kind", ANNUAL.slug))
    except KeyError:
        raise Http404 from None
