"""Uploads are looked at before a form's transaction begins: decoding a picture must not hold the database."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from evidence.looking import MAX_FILES, look_at


class LookAtUploadsMiddleware(MiddlewareMixin):
    """Looks at the files of a signed-in user's POST; the form and the row then only use what came of it."""

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
