"""Merging two enterprises, or two problems of one branch."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enterprise_service.models.board import Enterprise, Problem
from organization.merge_kinds import STAYS, MergeKind, moves, tell
from organization.models import User
from organization.moving import Moving
from pairings.models import Pairing

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Status = Problem.Status
#: What became of a problem, the furthest last: what somebody works on stays taken.
HOW_FAR = (Status.DROPPED, Status.OPEN, Status.SOLVED, Status.TAKEN)


def other_branch(kept: Any, merged: Any, by: User) -> "StrOrPromise":
    """Return that two rows are of two boards: each branch keeps its own."""
    return "" if kept.branch_id == merged.branch_id else _("Each branch keeps a board of its own.")


def facts_of_enterprise(enterprise: Enterprise) -> "list[tuple[StrOrPromise, Any]]":
    """Return what of an enterprise is shown beside its likely double."""
    return [
        (_("name"), enterprise.name),
        (_("trade"), enterprise.trade),
        (_("region"), enterprise.region),
        (_("scale"), enterprise.get_scale_display()),
        (_("contact"), enterprise.contact_name),
        (_("contact's phone"), enterprise.contact_phone),
        (_("branch"), enterprise.branch.name),
        (_("enterprise problems"), "、".join(one.title for one in enterprise.problems.all())),
    ]


def move_of_enterprise(moving: Moving) -> None:
    """Keep the name in line where lists that span the forms show it."""
    served = moving.kept.problems.values("engagements")
    named_otherwise = Pairing.objects.filter(pk__in=served).exclude(counterpart=moving.kept.name).order_by("pk")
    moving.set(*named_otherwise, counterpart=moving.kept.name)


def problem_of_problems(kept: Problem, merged: Problem, by: User) -> "StrOrPromise":
    """Return why two problems cannot be merged."""
    return next(_problems(kept, merged, by), "")


def _problems(kept: Problem, merged: Problem, by: User) -> "Iterator[StrOrPromise]":
    """Yield what speaks against merging two problems."""
    if problem := other_branch(kept, merged, by):
        yield problem
    if kept.enterprise_id != merged.enterprise_id:
        yield _("The two are problems of different enterprises. Where these are the same, merge them first.")
    if all(one.engagements.filter(is_under_way=True).exists() for one in (kept, merged)):
        yield _("A pairing works on each of the two, or waits for approval. End one of them first.")


def move_of_problem(moving: Moving) -> None:
    """Let the kept problem stand where the further one of the two stood."""
    kept, merged = moving.kept, moving.merged
    if HOW_FAR.index(Status(merged.status)) > HOW_FAR.index(Status(kept.status)):
        moving.set(kept, status=merged.status)


def facts_of_problem(problem: Problem) -> "list[tuple[StrOrPromise, Any]]":
    """Return what of a problem is shown beside its likely double."""
    return [
        (_("problem"), problem.title),
        (pgettext_lazy("kind of issuer", "Enterprise"), problem.enterprise.name),
        (_("technical field"), problem.field),
        (_("urgency"), problem.get_urgency_display()),
        (_("wanted by"), date_format(problem.due_on) if problem.due_on else ""),
        (_("status"), problem.get_status_display()),
        (_("description"), problem.description),
    ]


def shown_enterprises(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Fetch what is shown of enterprises."""
    return rows.select_related("branch").prefetch_related("problems")


def shown_problems(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Fetch what is shown of problems."""
    return rows.select_related("enterprise__branch")


KINDS = (
    MergeKind(
        slug=Enterprise.merge_kind,
        model="enterprise_service.Enterprise",
        title=_("Likely doubles of enterprises"),
        consequence=_(
            "The one that is kept gets the problems of both, with all work on them; its own words stay as they are. The"
            " other one stands in no list any more, and its page leads to the one that is kept."
        ),
        facts=facts_of_enterprise,
        shown=shown_enterprises,
        problem=other_branch,
        move=move_of_enterprise,
    ),
    MergeKind(
        slug=Problem.merge_kind,
        model="enterprise_service.Problem",
        title=_("Likely doubles of problems"),
        consequence=_(
            "The one that is kept gets the work on both; its own words stay as they are. The other one stands on no"
            " board any more, and its page leads to the one that is kept."
        ),
        facts=facts_of_problem,
        shown=shown_problems,
        problem=problem_of_problems,
        move=move_of_problem,
        leaves_as={"status": Status.DROPPED.value},
    ),
)
tell(
    "enterprise_service.Enterprise",
    {
        "enterprise_service.Problem.enterprise": moves(),
        "enterprise_service.Enterprise.merged_into": STAYS,
    },
)
tell(
    "enterprise_service.Problem",
    {
        "enterprise_service.Engagement.problem": moves(),
        "enterprise_service.Problem.merged_into": STAYS,
    },
)
