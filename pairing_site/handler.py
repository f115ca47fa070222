"""The site as a server calls it: what Django reads before any of our code runs is looked at first."""

import re
from collections.abc import Callable
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponseBase
from django.utils.http import parse_header_parameters

from organization.bounds import LONGEST_QUERY
from organization.readable import UNREADABLE

LONGEST_HEADER = 8_190
#: A NUL in a cookie, as it is or as the quoted form of RFC 2109 writes it: it would reach the sessions' table.
NUL_IN_COOKIE = re.compile(r"\x00|\\000")


class BoundedHandler(WSGIHandler):
    """Django's own, given only what it can read; what was taken out is answered by our middleware."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> HttpResponseBase:
        """Answer a request."""
        return super().__call__(readable(environ), start_response)


def readable(environ: dict[str, Any]) -> dict[str, Any]:
    """Return a server's environment without what nobody can read, and with a note that it was there."""
    wrong = {name for name, value in environ.items() if name.startswith("HTTP_") and len(value) > LONGEST_HEADER}
    if NUL_IN_COOKIE.search(environ.get("HTTP_COOKIE", "")):
        wrong.add("HTTP_COOKIE")
    if not is_readable_type(environ.get("CONTENT_TYPE", "")):
        wrong.add("CONTENT_TYPE")
    if environ.get("CONTENT_LENGTH") and not re.fullmatch("[0-9]{1,18}", environ["CONTENT_LENGTH"]):
        wrong.add("CONTENT_LENGTH")
    if (
        len(environ.get("QUERY_STRING", "")) > LONGEST_QUERY
    ):  # Django copies it many times before anything else reads it
        wrong.add("QUERY_STRING")
    if not wrong:
        return environ
    return {name: value for name, value in environ.items() if name not in wrong} | {
        UNREADABLE: ", ".join(sorted(wrong))
    }


def is_readable_type(header: str) -> bool:
    """Return whether a Content-Type can be read; its charset would choose the codec that addresses are decoded with."""
    if len(header) > LONGEST_HEADER:
        return False
    try:
        _kind, params = parse_header_parameters(header)
    except ValueError:
        return False
    return params.get("charset", "utf-8").lower() in {"utf-8", "utf8"}


def get_application() -> BoundedHandler:
    """Return the WSGI application."""
    django.setup(set_prefix=False)
    return BoundedHandler()
