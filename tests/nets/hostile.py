"""Requests as nobody should send them, made from a seed: values, queries, bodies, headers and cookies."""

import random
import uuid
from dataclasses import dataclass, field
from urllib.parse import quote, quote_from_bytes, urlencode

NUMBERS = (
    "-1e1000000", "1e999999", "-1E+5", "1e9", "NaN", "Infinity", "-0", "１２", "²", "٣", "0x10", "1_000", " 7 ", "+3",
    "9" * 18, "9" * 19, "9" * 40, "-" + "9" * 40, "9" * 5000, "9223372036854775807", "9223372036854775808", "0", "-1",
    "1.5", "1." + "0" * 4000, "null", "None", "true", "[]", "", "1,2,3", "1,²,x", ",".join("1" * 3000),
)  # fmt: skip
DAYS = (
    "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "2024-02-30", "2024-13-45", "1920-12-31", "2200-12-31",
    "2024/05/01", "2024-5-1", "20240501", "12/31/9999", "2024-05-01T25:61", "9999-12-31 23:59:59", "昨天", "0", "9999",
)  # fmt: skip
TEXTS = (
    "\x00", "前\x00后", "\ud800", "\x1b[31m", "名" * 3000, "a" * 70_000, "' OR 1=1 --", "%", "_%", "\\", "\u202e倒",
    "<script>alert(1)</script>", "{{ 7*7 }}", "%s%s%n", "../../etc/passwd", "\r\nSet-Cookie: a=b", "👩‍👩‍👧", "\ufeff",
    "((((((((((a+)+)+)+)+)+)+)+)+)+)$", "/" * 500, "%00", "%ff%fe", "%", "🀄" * 400, "\u2028", " ",
)  # fmt: skip
VALUES = (*NUMBERS, *DAYS, *TEXTS)

#: What addresses and the admin's lists are asked with, besides what each page's own forms hold.
NAMES = (
    "branch", "match", "problem", "pairing", "enterprise", "page", "ids", "q", "status", "urgency", "scale", "kind",
    "activity_type", "from", "to", "year", "school_year", "date_min", "date_max", "overdue", "counted", "granted",
    "category", "level", "review", "achieved_on", "title", "course", "active_on", "closed_min", "closed_max",
    "date_after", "date_before", "closed_after", "closed_before", "approved", "quiet", "integrated", "pattern",
    "next", "form_key",
    "p", "o", "e", "all", "s", "_to_field", "_popup", "_changelist_filters", "term", "app_label", "model_name",
    "field_name", "extended", "id__exact", "id__in", "pk", "is_active__exact", "stage__exact", "kind__exact",
    "branch__id__exact", "branch__isnull", "branch_id__in", "started_on__gte", "started_on__lt", "started_on__year",
    "started_on__month", "started_on__day", "date__year", "date__month", "date__day", "achieved_on__year",
    "achieved_on__month", "achieved_on__day", "held_on__gte", "held_on__lt", "held_on__isnull", "category__exact",
    "content_type__id__exact", "action__exact", "enterprise__branch__id__exact", "password",
    "actor__password__startswith",
    "user__password", "status__in", "logentry-p", "_facets", "_list", "language",
)  # fmt: skip
HEADERS = (
    "ACCEPT_LANGUAGE", "ACCEPT", "USER_AGENT", "REFERER", "ORIGIN", "HOST", "X_FORWARDED_FOR", "X_FORWARDED_HOST",
    "X_FORWARDED_PROTO", "X_REQUESTED_WITH", "HX_REQUEST", "HX_TARGET", "HX_CURRENT_URL",
    "HX_CURRENT_URL_URI_AUTOENCODED",
    "HX_PROMPT", "HX_TRIGGER", "HX_TRIGGERING_EVENT", "HX_TRIGGERING_EVENT_URI_AUTOENCODED", "IF_MODIFIED_SINCE",
    "IF_NONE_MATCH", "RANGE", "ACCEPT_ENCODING", "AUTHORIZATION", "X_CSRFTOKEN", "X_CORRELATION_ID", "X_REAL_IP",
)  # fmt: skip
HEADER_VALUES = (
    "a" * 9000, "zh-" * 3000, "en;q=1e999", "*;q=²", "zz-ZZ", "localhost:99999999999", "local_host", "[::1",
    "a,b,c", "evil.example",
    "1.2.3.4, ::g", "999.999.999.999", "'; DROP TABLE", "Sat, 99 Foo 9999 99:99:99 GMT", "bytes=9-1,²",
    "\x80\xff", "名",
    "null", "true", "%ff", "%uD800", "{", "", "http://[", "https://localhost:x/", "/\x00", "Basic ²", "W/\"",
    "\"a\"" * 900,
)  # fmt: skip
COOKIES = (
    "sessionid", "csrftoken", "django_language", "messages", "admin", "名", "a b", "$Version",
)  # fmt: skip
CONTENT_TYPES = (
    "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "b" * 300,
    "multipart/form-data; boundary=\x80", "multipart/form-data; boundary=名; charset=utf-16",
    "text/plain; charset=rot13",
    "application/x-www-form-urlencoded; charset=utf-16", "application/x-www-form-urlencoded; charset=base64",
    "application/x-www-form-urlencoded; charset=idna", "application/x-www-form-urlencoded; charset=undefined",
    "application/x-www-form-urlencoded; charset=" + "x" * 900, "multipart/form-data; boundary=x; charset=punycode",
    "application/json", "text/xml", "", "/", ";;;", "multipart/form-data; boundary=x; charset=hex",
)  # fmt: skip
METHODS = ("GET",) * 25 + ("POST",) * 25 + ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
#: What makes a path of the site another one.
PATHS = (
    "%00",
    "%ff",
    "²",
    "-1",
    "9" * 18,
    "9" * 30,
    "null",
    "..%2f",
    "%2e%2e/",
    "//",
    "名",
    "%ud800",
    "a" * 4000,
    "1e5",
)


@dataclass
class Request:
    """One request, as it is given to Django's test client."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    content_type: str = "application/x-www-form-urlencoded"
    headers: dict[str, str] = field(default_factory=dict)
    cookies: str = ""

    def __str__(self) -> str:
        """Return it in a line that can be read and sent again."""
        more = {name: value[:60] for name, value in self.headers.items()}
        body = (
            f" {self.content_type[:70]!r} {self.body[:200]!r}" if self.body or "multipart" in self.content_type else ""
        )
        return f"{self.method} {self.path[:160]}?{self.query[:200]}{body} {more or ''} {self.cookies[:80]}".strip()


class Grammar:
    """Makes requests from a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def value(self) -> str:
        """Return a value that no page expects."""
        return self.chance.choice(VALUES)

    def encoded(self, pairs: list[tuple[str, str]]) -> str:
        """Return pairs as an address or a form holds them; now and then not as any browser would write them."""
        text = urlencode(
            [(name.encode("utf-8", "surrogatepass"), v.encode("utf-8", "surrogatepass")) for name, v in pairs]
        )
        return (
            text
            if self.chance.random() < 0.9
            else text + self.chance.choice(("&&==", "&%ff=%fe", "&=", "&" * 50, "&a[]=1;b=2"))
        )

    def query(self, names: list[str]) -> str:
        """Return a query of one to four names, the page's own among them."""
        known = [*names, *NAMES] if not names else [*names * (1 + len(NAMES) // len(names)), *NAMES]
        pairs = [(self.chance.choice(known), self.value()) for _ in range(self.chance.randrange(1, 5))]
        if self.chance.random() < 0.01:
            pairs *= 400
        return self.encoded(pairs)

    def path(self, url: str) -> str:
        """Return an address, one of whose parts is not what the site puts there."""
        parts = url.split("/")
        at = self.chance.randrange(1, len(parts))
        return "/".join([*parts[:at], self.chance.choice(PATHS), *parts[at + self.chance.randrange(2) :]])

    def typed(self, data: dict[str, list[str]]) -> list[tuple[str, str]]:
        """Return a form's fields, with one to three filled in as no one would."""
        pairs = [(name, value) for name, values in data.items() for value in values if name != "form_key"]
        for _ in range(self.chance.randrange(1, 4)):
            name = self.chance.choice(list(data) or ["x"]) if self.chance.random() < 0.9 else self.chance.choice(NAMES)
            pairs = [pair for pair in pairs if pair[0] != name or self.chance.random() < 0.1]
            if self.chance.random() < 0.9:
                pairs.append((name, self.value()))
        if self.chance.random() < 0.2:
            pairs.append(
                ("form_key", self.chance.choice((str(uuid.UUID(int=self.chance.getrandbits(128))), self.value())))
            )
        return pairs

    def body(self, request: Request, pairs: list[tuple[str, str]]) -> None:
        """Put a form into a request, urlencoded, as multipart, or broken."""
        kind = self.chance.random()
        if kind < 0.6:
            request.body = self.encoded(pairs).encode()
        elif kind < 0.9:
            request.content_type = "multipart/form-data; boundary=limit"
            request.body = self.multipart(pairs)
        else:
            request.content_type = self.chance.choice(CONTENT_TYPES)
            request.body = self.chance.choice(
                (b"", self.encoded(pairs).encode(), self.multipart(pairs), b"\xff\x00{", b"--x")
            )

    def multipart(self, pairs: list[tuple[str, str]]) -> bytes:
        """Return a form's fields in parts, some of them files, now and then cut off."""
        parts = []
        for name, value in pairs:
            kind = self.chance.choice(("", "", "", '; filename="a.png"', '; filename=""', "; filename*=UTF-8''%ff%00"))
            head = f'--limit\r\nContent-Disposition: form-data; name="{quote(name, safe="-_[]:名")}"{kind}\r\n'
            more = self.chance.choice(("", "", "Content-Type: image/png\r\n", "Content-Transfer-Encoding: base64\r\n"))
            parts.append(f"{head}{more}\r\n".encode() + value.encode("utf-8", "surrogatepass") + b"\r\n")
        whole = b"".join(parts) + b"--limit--\r\n"
        return whole if self.chance.random() < 0.85 else whole[: self.chance.randrange(len(whole))]

    def dressed(self, request: Request) -> Request:
        """Return a request with a header or a cookie that no browser sends, now and then."""
        for _ in range(self.chance.choice((0, 0, 0, 1, 2))):
            request.headers[f"HTTP_{self.chance.choice(HEADERS)}"] = self.chance.choice(HEADER_VALUES)
        if self.chance.random() < 0.1:
            value = self.value().encode("utf-8", "surrogatepass")[:3000]
            request.cookies = f"{self.chance.choice(COOKIES)}={quote_from_bytes(value)}"
        if self.chance.random() < 0.03:
            request.headers["CONTENT_LENGTH"] = self.chance.choice(("-1", "²", "9" * 40, "", "x", "1e5", "3"))
        return request
