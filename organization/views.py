"""The user's own profile, and everything that the system holds about a person."""

import json
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from organization.access import UserRequest, require, visible_or_404
from organization.events import Event, record
from organization.forms import ProfileForm
from organization.models import Person, RuleError, User, all_or_nothing
from organization.personal import everything_about


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
        except RuleError as error:
            form.add_error(None, str(error))
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
    person = cast("Person", visible_or_404(request, Person.objects.all(), pk))
    require(request, "organization.take_out_person", person)
    return _handed_over(person)


def _handed_over(person: Person) -> HttpResponse:
    """Return the file, and note in the audit trail who took it out."""
    record(Event.TAKEN_OUT, about=person)
    content = json.dumps(everything_about(person), ensure_ascii=False, indent=2)
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{person.number}.json"'
    return response
