"""Choosing the photos that a period's reports show."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from organization.access import UserRequest, require
from organization.models import Branch
from organization.refusals import carried_out
from outcomes.documents.outlines import CASE
from outcomes.models.photos import MOST_PHOTOS
from outcomes.photo_forms import PhotosForm
from outcomes.views.figures import scope_of, with_period

A_PAGE = 24


@with_period
def photos(request: UserRequest, code: str) -> HttpResponse:
    """Let the secretary choose photos of the period's logs, with their captions and order."""
    scope, _form = scope_of(request, code)
    branch, period = cast("Branch", scope.branch), scope.period
    require(request, "outcomes.write_report", branch)
    form = PhotosForm(request.user, branch, (period.first, period.last), request.POST or None)
    page = Paginator(form.others, A_PAGE).get_page(request.GET.get("page"))
    query = urlencode({**period.query, "kind": CASE.slug})
    if request.method == "POST":
        form.offer_posted()
        done = _("Saved.")
        if form.is_valid() and carried_out(request, lambda: form.save(by=request.user), done):
            return redirect(f"{reverse('outcomes:preview', args=[code])}?{query}")
    else:
        form.offer(page)
    context = {"scope": scope, "form": form, "page_obj": page, "query": query, "most": MOST_PHOTOS}
    return render(request, "outcomes/photos.html", context)
