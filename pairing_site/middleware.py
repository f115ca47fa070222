"""What every answer of the site carries, and words for a refusal that Django leaves empty."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render

Answer = Callable[[HttpRequest], HttpResponseBase]


class PrivateAnswersMiddleware:
    """Keeps every answer of ours out of every cache, and out of other sites' pages.

    Nearly all pages show people; a shared computer's Back button or a proxy must not show them again. Static files
    do not come here: WhiteNoise answers before.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the headers to the answer."""
        response = self.get_response(request)
        response["Cache-Control"] = "no-store, private"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class RefusedMethodMiddleware:
    """Says in words what Django answers with an empty page: that an address is not asked in this way."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Put a page into an empty refusal, and keep which methods it names."""
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page
