"""A request that nobody can read is answered before any page or the admin makes something of it."""

import logging
from collections.abc import Iterator

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from organization.bounds import LONGEST_VALUE, NEVER_TEXT, why_no_list, why_unreadable

logger = logging.getLogger(__name__)

#: Where the server's environment says what was taken out because nobody could read them.
UNREADABLE = "pairing_site.unreadable"


class ReadableRequestMiddleware(MiddlewareMixin):
    """Answers 400, in the site's frame and the reader's language, what no browser would send."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Look at the headers, the address and the form, and let a request pass that can be read.

        Raises:
            Http404: for a path that names nothing, because no name holds what it holds.
        """
        if NEVER_TEXT.search(request.path):
            raise Http404
        why = request.META.get(UNREADABLE) or why_address(request) or why_form(request)
        return unreadable(request, why) if why else None


def unreadable(request: HttpRequest, why: str) -> HttpResponse:
    """Answer 400 in the site's frame, and say why in the log."""
    logger.warning("unreadable request: %s", why)
    return render(request, "unreadable.html", status=400)


def why_desk(request: HttpRequest) -> str:
    """Return what is wrong with a request to the admin; an empty text when nothing is."""
    chosen = [("chosen", value) for value in request.POST.getlist("_selected_action")]
    return why_no_list([*pairs_of(request.GET), *chosen]) or why_unreadable(pairs_of(request.POST))


def why_address(request: HttpRequest) -> str:
    """Return what is wrong with an address; an empty text when nothing is."""
    if len(request.path) > LONGEST_VALUE:
        return "the address is too long"
    try:
        return why_unreadable(pairs_of(request.GET), longest=LONGEST_VALUE)
    except SuspiciousOperation as error:
        return str(error)


def why_form(request: HttpRequest) -> str:
    """Return what is wrong with a form that was sent; an empty text when nothing is."""
    if request.method != "POST":
        return ""
    try:
        request.POST.keys()  # a form is read when it is first looked at; its fields refuse what they cannot hold
    except RequestDataTooBig:
        return ""  # Django's own answer to it says so, without reading further
    except (MultiPartParserError, SuspiciousOperation, BadRequest, UnreadablePostError) as error:
        return str(error) or type(error).__name__
    return why_unreadable((name, upload.name or "") for name, uploads in request.FILES.lists() for upload in uploads)


def pairs_of(data: QueryDict) -> Iterator[tuple[str, str]]:
    """Yield each name with each of its values."""
    return ((name, value) for name, values in data.lists() for value in values)
