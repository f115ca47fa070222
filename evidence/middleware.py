"""Uploads are bounded while they arrive, and looked at before a form's transaction begins.

Decoding a picture takes a second or two; in a transaction it would hold the database against everybody else.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from evidence.looking import MAX_FILES, forget_look, look_at
from organization.text import whole_number

TOO_LARGE, DIGITS = 413, 18


class LookAtUploadsMiddleware:
    """Looks at the files of a signed-in user's POST; the form and the row then only use what came of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse a request that is too large without reading it; remove at its end what no row took."""
        limit, length = _limit(request), str(request.META.get("CONTENT_LENGTH") or "")
        if len(length) > DIGITS or whole_number(length) > limit:
            request.POST = QueryDict()  # the page's own forms ask for it, and must not have it read
            return render(request, "413.html", {"limit": limit // (1024 * 1024)}, status=TOO_LARGE)
        try:
            return self.get_response(request)
        finally:
            for upload in _uploads(request):
                forget_look(upload)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Look at each file once, and let the request go on; a field with too many files is refused by its form."""
        if request.method == "POST" and request.user.is_authenticated:
            for field in request.FILES:
                uploads = request.FILES.getlist(field)
                for upload in uploads if len(uploads) <= MAX_FILES else []:
                    with suppress(ValidationError):
                        look_at(upload)
        return None


def _limit(request: HttpRequest) -> int:
    """Return how large a request may be: files are taken from those only who are signed in."""
    if request.content_type == "multipart/form-data" and request.user.is_authenticated:
        return settings.EVIDENCE_MAX_REQUEST_BYTES
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0


def _uploads(request: HttpRequest) -> Iterator[UploadedFile]:
    """Yield the files of a request whose body was read."""
    files = getattr(request, "_files", None)
    for _field, uploads in files.lists() if files else ():
        yield from uploads
