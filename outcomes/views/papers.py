"""Documents of one pairing and of one person's year: looked at in the page, or taken along."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.http import require_safe

from organization.access import UserRequest, require, row_or_404, survivor_or_404, visible_or_404
from organization.models import Person
from outcomes.documents.formats import KEPT
from outcomes.documents.of_pairing import document_of_pairing
from outcomes.documents.of_person import PersonYear
from outcomes.documents.parts import Document
from outcomes.figures.dashboard import Scope
from outcomes.figures.periods import Period
from outcomes.forms import PeriodForm
from outcomes.views.figures import YEARS_BACK, WrongPeriodError, with_period
from pairings.models import Pairing

#: The formats of a document, by the name that an address has for them.
WRITERS = {one.slug: one for one in KEPT if one.say}


@require_safe
def pairing_paper(request: UserRequest, pk: int, kind: str = "") -> HttpResponse:
    """Show the file of a pairing, or send it; `kind` is the format.

    Raises:
        Http404: for a pairing that the user does not see, and for a format that is not made.
    """
    shared = cast("Pairing", visible_or_404(request, Pairing.objects.all(), pk))
    rows = shared.kind_info.model_class._base_manager.select_related("branch").prefetch_related("seats__person")
    pairing = rows.get(pk=shared.pk)
    if kind:
        return _sent(document_of_pairing(pairing, request.user), kind, f"pairing-{pairing.pk}")
    downloads = _downloads("outcomes:pairing_paper_file", pairing.pk)
    told = {"document": document_of_pairing(pairing, request.user), "downloads": downloads}
    return render(request, "outcomes/paper.html", {**told, "back": pairing.get_absolute_url()})


@with_period
@require_safe
def own_year(request: UserRequest, kind: str = "") -> HttpResponse:
    """Show the user's own year in the pairings, or send it; `kind` is the format.

    Raises:
        PermissionDenied: for an account without a person.
        Http404: for a format that is not made.
        WrongPeriodError: for a wrong or half period; `with_period` answers it.
    """
    if request.user.person is None:
        raise PermissionDenied
    return _year_of(request, request.user.person.survivor, kind, "outcomes:own_year_file")


@with_period
@require_safe
def person_year(request: UserRequest, pk: int, kind: str = "") -> HttpResponse:
    """Show the year of somebody of the branch, or send it; `kind` is the format.

    Raises:
        Http404: for somebody whom the user does not see, and for a format that is not made.
        WrongPeriodError: for a wrong or half period; `with_period` answers it.
    """
    asked = cast("Person", row_or_404(Person.objects.select_related("merged_into"), pk))
    person = cast("Person", survivor_or_404(request, asked))
    require(request, "organization.take_out_person", person)
    return _year_of(request, person, kind, "outcomes:person_year_file", person.pk)


def _year_of(request: UserRequest, person: Person, kind: str, file_name: str, *row: int) -> HttpResponse:
    """Show or send a person's year; `file_name` and `row` make the address of a file."""
    form = PeriodForm(request.GET)
    if not form.is_valid():
        raise WrongPeriodError(form)
    this_year = timezone.localdate().year
    period = form.cleaned_data.get("period") or Period.year(this_year)
    document = PersonYear(person, period, request.user).document()
    if kind:
        return _sent(document, kind, f"year-{period.first}-{period.last}")
    downloads = [(label, f"{url}?{urlencode(period.query)}") for label, url in _downloads(file_name, *row)]
    years = range(this_year, this_year - YEARS_BACK, -1)
    told = {"document": document, "downloads": downloads, "scope": Scope([], period), "years": years}
    return render(request, "outcomes/paper.html", {**told, "back": reverse("home")})


def _downloads(name: str, *row: int) -> list[tuple[str, str]]:
    """Return the name of each format with the address of a document in it."""
    return [(str(one.label), reverse(name, args=[*row, slug])) for slug, one in WRITERS.items()]


def _sent(document: Document, kind: str, name: str) -> HttpResponse:
    """Return a document as a file.

    Raises:
        Http404: for a format that is not made.
    """
    writer = WRITERS.get(kind)
    if writer is None or writer.say is None:
        raise Http404
    response = HttpResponse(writer.say(document), content_type=writer.media_type)
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}.{kind}")
    response["Content-Disposition"] = disposition or "attachment"
    return response
