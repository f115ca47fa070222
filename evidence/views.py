"""Private files: preview, picture, thumbnail and download, to those who may see a row that holds them."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from evidence.looking import evidence_storage
from evidence.models import DamagedFileError, Evidence, evidence_links
from evidence.names import named_as
from organization.access import note_own_row, visible_or_404
from organization.models import User

GONE = 410


def _evidence(request: HttpRequest, pk: int) -> Evidence:
    """Return the upload when the user may see a row that holds it."""
    rows = Evidence.objects.select_related("file", "uploaded_by__person")
    evidence = cast("Evidence", visible_or_404(request, rows, pk))
    if evidence.uploaded_by_id == request.user.pk:
        note_own_row(request)
    return evidence


def _whole(request: HttpRequest, pk: int) -> Evidence:
    """Return the upload when the user may open all of it.

    Raises:
        Http404: also for those who see only the excerpt that is about them.
    """
    evidence = _evidence(request, pk)
    if not Evidence.objects.opened_whole_by(cast("User", request.user)).filter(pk=pk).exists():
        raise Http404
    return evidence


def _or_words(view: Callable[[HttpRequest, int], HttpResponseBase]) -> Callable[[HttpRequest, int], HttpResponseBase]:
    """Answer in words where a file is lost or damaged; the log has named it to the operator."""

    @wraps(view)
    def answer(request: HttpRequest, pk: int) -> HttpResponseBase:
        try:
            return view(request, pk)
        except DamagedFileError:
            return render(request, "evidence/damaged.html", {"evidence": _evidence(request, pk)}, status=GONE)

    return require_safe(answer)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a file beside its download, because browsers inside chat apps open few kinds themselves."""
    evidence = _evidence(request, pk)
    links = [row for model in evidence_links() for row in model.objects.visible_to(request.user).filter(evidence=pk)]
    context = {
        "evidence": evidence,
        "holders": [link.holder for link in links],
        "is_damaged": _is_damaged(evidence),
        "is_whole": Evidence.objects.opened_whole_by(cast("User", request.user)).filter(pk=pk).exists(),
        "excerpts": [link.excerpt for link in links if link.excerpt],
    }
    return render(request, "evidence/detail.html", context)


def _is_damaged(evidence: Evidence) -> bool:
    """Return whether the file is lost or damaged."""
    try:
        evidence.file.refuse_damage()
    except DamagedFileError:
        return True
    return False


@_or_words
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the file under its own name."""
    return _send(_whole(request, pk), as_attachment=True)


@_or_words
def inline(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a picture or PDF to be shown in the page.

    Raises:
        Http404: for a file that no browser shows.
    """
    evidence = _whole(request, pk)
    if not (evidence.file.is_picture or evidence.file.is_pdf):
        raise Http404
    return _send(evidence)


@_or_words
def thumbnail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the small picture.

    Raises:
        Http404: for a file that has none.
    """
    evidence = _whole(request, pk)
    if not evidence.file.has_thumbnail:
        raise Http404
    return _bound(HttpResponse(evidence.file.read_thumbnail(), content_type="image/jpeg"), "thumbnail.jpg")


def _send(evidence: Evidence, *, as_attachment: bool = False) -> HttpResponseBase:
    """Send stored bytes, or let nginx send them.

    Raises:
        DamagedFileError: when they are lost or cut.
    """
    file = evidence.file
    file.refuse_damage()
    response: HttpResponseBase
    if settings.EVIDENCE_ACCEL_PREFIX:
        response = HttpResponse(headers={"X-Accel-Redirect": f"{settings.EVIDENCE_ACCEL_PREFIX}/{file.path}"})
        response["Content-Type"] = file.media_type
    else:
        response = FileResponse(evidence_storage().open(file.path), content_type=file.media_type)
    # A name that was kept before names were given the ending of what they are is given it now.
    return _bound(response, named_as(evidence.original_name, file.media_type), as_attachment=as_attachment)


def _bound(response: HttpResponseBase, name: str, *, as_attachment: bool = False) -> HttpResponseBase:
    """Return the response with a name, and with headers under which nothing in it may run."""
    response["Content-Disposition"] = content_disposition_header(as_attachment, name) or "attachment"
    # Chromium's own PDF viewer does not start in a sandbox.
    sandbox = () if response["Content-Type"] == "application/pdf" else ("sandbox",)
    policy = ("default-src 'none'", "style-src 'unsafe-inline'", "base-uri 'none'", "frame-ancestors 'none'", *sandbox)
    response["Content-Security-Policy"] = "; ".join(policy)
    return response
