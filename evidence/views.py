"""Private files: preview, picture, thumbnail and download, to those who may see a row that holds them."""

from typing import cast

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from evidence.models import Evidence, evidence_links, evidence_storage
from organization.access import visible_or_404


def _evidence(request: HttpRequest, pk: int) -> Evidence:
    """Return the upload when the user may see a row that holds it."""
    return cast("Evidence", visible_or_404(request, Evidence.objects.select_related("file", "uploaded_by__person"), pk))


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a file beside its download, because browsers inside chat apps open few kinds themselves."""
    evidence = _evidence(request, pk)
    links = [row for model in evidence_links() for row in model.objects.visible_to(request.user).filter(evidence=pk)]
    return render(request, "evidence/detail.html", {"evidence": evidence, "holders": [link.holder for link in links]})


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the file under its own name."""
    evidence = _evidence(request, pk)
    return _send(evidence.file.path, evidence.file.media_type, evidence.original_name, as_attachment=True)


@require_safe
def inline(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a picture or PDF to be shown in the page.

    Raises:
        Http404: for a file that no browser shows.
    """
    evidence = _evidence(request, pk)
    if not (evidence.file.is_picture or evidence.file.is_pdf):
        raise Http404
    return _send(evidence.file.path, evidence.file.media_type, evidence.original_name)


@require_safe
def thumbnail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the small picture.

    Raises:
        Http404: for a file that has none.
    """
    evidence = _evidence(request, pk)
    if not evidence.file.has_thumbnail:
        raise Http404
    return _send(evidence.file.thumbnail_path, "image/jpeg", "thumbnail.jpg")


def _send(path: str, media_type: str, name: str, *, as_attachment: bool = False) -> HttpResponseBase:
    """Send stored bytes, or let nginx send them; nothing in them may run."""
    response: HttpResponseBase
    if settings.EVIDENCE_ACCEL_PREFIX:
        response = HttpResponse(headers={"X-Accel-Redirect": f"{settings.EVIDENCE_ACCEL_PREFIX}/{path}"})
        response["Content-Type"] = media_type
    else:
        response = FileResponse(evidence_storage().open(path), content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment, name) or "attachment"
    # Chromium's own PDF viewer does not start in a sandbox.
    sandbox = "" if media_type == "application/pdf" else "; sandbox"
    response["Content-Security-Policy"] = f"default-src 'none'; style-src 'unsafe-inline'{sandbox}"
    response["Cache-Control"] = "private, max-age=3600"
    return response
