"""Proposing who works with whom: the secretary's pages, and the answers of those who are asked."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organization.access import UserRequest, require, visible_or_404
from organization.models import Branch, Person, User, all_or_nothing
from organization.refusals import carried_out, say_errors
from pairings.forms import AnswerForm, RuleForm, RunForm
from pairings.kinds import PairingKind, kind_of
from pairings.matching import matcher_of
from pairings.matching.wishes import why_left_over
from pairings.models import Match, MatchRule, MatchRun

GROUPS_ON_A_PAGE = 20
RUNS_SHOWN = 10


def _matched_kind(slug: str) -> PairingKind:
    """Return a form that can be matched.

    Raises:
        Http404: when there is no such form, or it has no matcher.
    """
    try:
        kind = kind_of(slug)
    except KeyError as error:
        raise Http404 from error
    if not kind.matcher:
        raise Http404
    return kind


def _managed_branch(user: User, code: str) -> Branch:
    """Return the branch that the user named among those managed, or the first.

    Raises:
        PermissionDenied: when the user manages none.
        Http404: when the named one is not among them.
    """
    managed = Branch.objects.managed_by(user)
    if not managed.exists():
        raise PermissionDenied
    branch = (managed.coded(code) if code else managed).first()
    if branch is None:
        raise Http404
    return branch


@require_safe
def overview(request: UserRequest, kind: str) -> HttpResponse:
    """Show the form's proposals in a branch and the rules that they keep."""
    form_kind = _matched_kind(kind)
    branch = _managed_branch(request.user, request.GET.get("branch", ""))
    return _overview(request, form_kind, branch, RuleForm(branch=branch, kind=form_kind))


def _overview(request: UserRequest, kind: PairingKind, branch: Branch, form: RuleForm) -> HttpResponse:
    """Answer with a branch's proposals and rules, and the form for one more rule."""
    of_form = {"branch": branch, "kind": kind.slug}
    rules = MatchRule.objects.visible_to(request.user).filter(**of_form)
    context = {
        "kind": kind,
        "branch": branch,
        "branches": Branch.objects.managed_by(request.user),
        "runs": MatchRun.objects.visible_to(request.user).filter(**of_form)[:RUNS_SHOWN],
        "rules": rules.select_related("person", "other", "brokered_by"),
        "rule_form": form,
    }
    return render(request, "pairings/matching.html", context)


def _to_overview(kind: str, branch: Branch) -> HttpResponse:
    """Go to a branch's proposals and rules."""
    return redirect(f"{reverse('pairings:matching', args=[kind])}?branch={branch.code}")


@require_POST
def begin(request: UserRequest, kind: str) -> HttpResponse:
    """Work out a first proposal, with the weights of the last one."""
    _matched_kind(kind)
    branch = _managed_branch(request.user, request.POST.get("branch", ""))
    run = MatchRun.begin(branch, kind, by=request.user)
    run.work_out()
    return redirect(run)


def _run_for(request: HttpRequest, pk: int, permission: str = "pairings.view_matchrun") -> MatchRun:
    """Return the proposal when the user sees it and holds the permission."""
    run = cast("MatchRun", visible_or_404(request, MatchRun.objects.select_related("branch"), pk))
    require(request, permission, run)
    return run


@require_http_methods(["GET", "HEAD", "POST"])
def run(request: UserRequest, pk: int) -> HttpResponse:
    """Show a proposal, or work it out anew with other settings."""
    proposal = _run_for(request, pk)
    form = RunForm(request.POST or None, instance=proposal)
    if request.method == "POST":
        require(request, "pairings.run_matching", proposal)
        if form.is_valid():
            return _work_out(request, form.save(commit=False))
    context = {
        "run": proposal,
        "kind": proposal.kind_info,
        "form": form,
        "may_run": request.user.has_perm("pairings.run_matching", proposal),
        **_shown(proposal, request.GET.get("page", "1")),
    }
    return render(request, "pairings/run.html", context)


def _work_out(request: HttpRequest, proposal: MatchRun) -> HttpResponse:
    """Work a proposal out and say what is refused."""
    carried_out(request, proposal.work_out)
    return redirect(proposal)


def _shown(proposal: MatchRun, number: str) -> dict[str, Any]:
    """Return a page of the groups, drafted or asked, and who was left over (one query each)."""
    matcher, roles = matcher_of(proposal.kind_info), proposal.kind_info.roles
    groups: Any = proposal.matches.with_people() if proposal.is_published else proposal.draft
    page = Paginator(groups, GROUPS_ON_A_PAGE).get_page(number)
    left = proposal.leftovers
    ids = {one["person"] for one in left}
    if not proposal.is_published:
        ids |= {person for group in page for person in group["people"].values()}
    people = Person.objects.select_related("office").in_bulk(ids)
    return {
        "page_obj": page,
        "groups": [_group(one, people, roles, matcher) for one in page],
        "group_count": page.paginator.count,
        "leftovers": [
            {"person": person, "why": why_left_over(one["why"])}
            for one in left
            if (person := people.get(one["person"]))
        ],
        "leftover_count": len(proposal.leftovers),
    }


def _group(one: Any, people: dict[int, Person], roles: Any, matcher: Any) -> dict[str, Any]:
    """Return what the page says of a group."""
    if isinstance(one, Match):
        seats = [{"label": seat.role_label, "person": seat.person, "seat": seat} for seat in one.in_order]
        return {"match": one, "seats": seats, "reasons": matcher.say(one.facts)}
    seats = [{"label": role.label, "person": people.get(one["people"][role.slug])} for role in roles]
    return {"seats": seats, "reasons": matcher.say(one["facts"])}


@require_POST
def publish(request: UserRequest, pk: int) -> HttpResponse:
    """Ask the people whether they accept."""
    proposal = _run_for(request, pk, "pairings.run_matching")
    done = _("They are asked now: the proposal stands on their home page.")
    carried_out(request, lambda: proposal.publish(by=request.user), done)
    return redirect(proposal)


@require_POST
def add_rule(request: UserRequest, kind: str) -> HttpResponse:
    """Keep two together, forbid it, or leave somebody out; a proposal that it was decided on is worked out anew."""
    form_kind = _matched_kind(kind)
    branch = _managed_branch(request.user, request.POST.get("branch", ""))
    form = RuleForm(request.POST, branch=branch, kind=form_kind)
    is_kept = form.is_valid()
    drafts = MatchRun.objects.visible_to(request.user).filter(branch=branch, kind=kind, published_at=None)
    proposal = drafts.filter(pk=form.cleaned_data.get("run") or 0).first()
    if is_kept:
        carried_out(request, lambda: _keep(form.save(commit=False), proposal), _("The rule is kept from now on."))
        return redirect(proposal) if proposal else _to_overview(kind, branch)
    if proposal is None:
        return _overview(request, form_kind, branch, form)
    say_errors(request, form)
    return redirect(proposal)


def _keep(rule: MatchRule, proposal: MatchRun | None) -> None:
    """Save a rule, and with it the proposal that it was decided on, worked out anew.

    Raises:
        RuleError: when another rule stands against it, or the people have been asked.
    """
    if proposal:
        proposal.propose(rule)
    with all_or_nothing():
        rule.keep()
        if proposal:
            proposal.save()


@require_POST
def delete_rule(request: UserRequest, pk: int) -> HttpResponse:
    """Forget a rule."""
    rule = cast("MatchRule", visible_or_404(request, MatchRule.objects.select_related("branch"), pk))
    require(request, "pairings.run_matching", rule)
    with all_or_nothing():
        rule.delete()
    messages.success(request, _("The rule is gone."))
    return _to_overview(rule.kind, rule.branch)


@require_POST
def answer(request: UserRequest, pk: int) -> HttpResponse:
    """Accept or decline for oneself."""
    match = cast("Match", visible_or_404(request, Match.objects.all(), pk))
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please accept or decline."))
        return redirect("home")
    accept, done = form.cleaned_data["accept"], _("Thank you. The secretary sees your answer.")
    carried_out(request, lambda: match.answer(by=request.user, accept=accept), done)
    return redirect("home")
