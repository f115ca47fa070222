"""The user's own profile, and everything that the system holds about a person."""

import json
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from organization.access import UserRequest, require, row_or_404, survivor_or_404, visible_or_404
from organization.events import Event, record
from organization.forms import ProfileForm, WhyForm
from organization.models import Person, RuleError, ScopedQuerySet, TakenBack, User, all_or_nothing
from organization.personal import everything_about
from organization.refusals import add_refusal
from organization.ways_back import WayBack, told


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: UserRequest) -> HttpResponse:
    """Show and change strengths and needs; the roster's other words are the secretary's.

    Raises:
        PermissionDenied: for an account without a person.
    """
    if request.user.person is None:
        raise PermissionDenied
    person = Person.objects.get(pk=cast("int", request.user.person_id))
    form = ProfileForm(request.POST or None, instance=person, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            with all_or_nothing():
                form.save()
        except ValidationError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("profile")
    return render(
        request, "organization/profile.html", {"form": form, "person": person, "secretaries": secretaries_of(person)}
    )


def secretaries_of(person: Person) -> list[User]:
    """Return who corrects a person's data (one query)."""
    return list(User.objects.filter(role_assignments__branch=person.branch_id, is_active=True).select_related("person"))


@require_safe
@never_cache
def own_data(request: UserRequest) -> HttpResponse:
    """Hand over everything that the system holds about the user.

    Raises:
        PermissionDenied: for an account without a person.
    """
    if request.user.person is None:
        raise PermissionDenied
    return _handed_over(request.user.person)


@require_safe
@never_cache
def person_data(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand over everything that the system holds about a person of the branch, so that it can be given to them."""
    asked = cast("Person", row_or_404(Person.objects.select_related("merged_into"), pk))
    person = cast("Person", survivor_or_404(request, asked))
    require(request, "organization.take_out_person", person)
    return _handed_over(person)


def _handed_over(person: Person) -> HttpResponse:
    """Return the file, and note in the audit trail who took it out."""
    record(Event.TAKEN_OUT, about=person)
    content = json.dumps(everything_about(person), ensure_ascii=False, indent=2)
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{person.number}.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: UserRequest, pk: int, way: WayBack) -> HttpResponse:
    """Say what taking something back does, and do it."""
    try:
        row = visible_or_404(request, _rows_of(way), pk)
    except Http404:
        return _taken_back_already(request, way, pk)
    require(request, way.permission, row)
    is_owners, problem = way.is_owners(request.user, row), way.problem(request.user, row)
    form = WhyForm(request.POST or None, needs_reason=not is_owners)
    leads_to = way.leads_to(row)
    if request.method == "POST" and problem:
        messages.error(request, str(problem))
        return redirect(leads_to)
    if request.method == "POST" and form.is_valid():
        try:
            way.carry_out(row, by=request.user, reason=form.cleaned_data.get("reason", ""))
        except RuleError as error:
            add_refusal(form, error)
        except ValidationError as error:
            add_refusal(form, error, at="reason")
        else:
            messages.success(request, str(way.done))
            _tell_what_stays(request, way, pk)
            return redirect(leads_to)
    context = {"way": way, "row": row, "form": form, "problem": problem, "leads_to": leads_to}
    context["matters"] = [] if problem else list(way.matters(row))
    return render(request, "organization/take_back.html", context)


def _rows_of(way: WayBack) -> ScopedQuerySet:
    """Return the rows of a way's model with what its page shows."""
    return cast("ScopedQuerySet", way.model_class._default_manager.select_related(*way.shown_with))


def _taken_back_already(request: UserRequest, way: WayBack, pk: int) -> HttpResponse:
    """Say by whom and when a row that is gone was taken back.

    Raises:
        Http404: when no line that the user may see says so.
    """
    line = cast("TakenBack | None", TakenBack.objects.visible_to(request.user).filter(way=way.slug, row=pk).first())
    if line is None:
        raise Http404
    told_of = {"what": told(line), "by": line.by.get_full_name(), "at": date_format(localtime(line.at))}
    messages.error(request, _("%(what)s: taken back already by %(by)s, %(at)s.") % told_of)
    return redirect("home")


def _tell_what_stays(request: UserRequest, way: WayBack, pk: int) -> None:
    """Say which files other records still hold, and whether the audit trail still says the words."""
    line = cast("TakenBack", TakenBack.objects.filter(way=way.slug, row=pk).first())
    if any(not one["is_gone"] for one in line.files):
        messages.warning(request, _("Another record holds the same file, so it stays on the disk."))
    if line.facts.get("words_left_in_trail"):
        messages.warning(request, _("The audit trail still says its words: only the database's owner may blank them."))
