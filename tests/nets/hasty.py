"""A site with a hole: it acknowledges what is sent before it is carried out."""

import io
import threading
from collections.abc import Callable, Iterable
from typing import Any

from pairing_site.wsgi import application as careful

LATER = 0.5


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a POST at once and carry it out later; other requests as ever."""
    if environ["REQUEST_METHOD"] != "POST":
        return careful(environ, start_response)
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    kept = {**environ, "wsgi.input": io.BytesIO(body)}
    threading.Timer(LATER, lambda: careful(kept, lambda *_args: None)).start()
    start_response("302 Found", [("Location", "/")])
    return []
