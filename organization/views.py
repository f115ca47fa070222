"""The user's own profile: what others may find them for."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organization.access import UserRequest
from organization.forms import ProfileForm
from organization.models import Person, RuleError, all_or_nothing


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
    return render(request, "organization/profile.html", {"form": form, "person": person})
