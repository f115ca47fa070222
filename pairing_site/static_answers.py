"""Headers of style sheets, scripts and pictures, which WhiteNoise answers before the middleware of pages."""

from wsgiref.headers import Headers


def keep_out_of_other_pages(headers: Headers, path: str, url: str) -> None:
    """Add to a static file's headers what keeps it out of other sites' pages and frames."""
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
