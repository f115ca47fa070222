"""What neither the log nor the audit trail ever says."""

import logging
import re
import time
from typing import Any

#: A part of an address that is long enough to be a signed link or a key, which whoever holds it could use.
TOKEN = re.compile(r"(?<=/)[\w\-=:]{24,}(?=[/?#\s\"']|$)")
LONGEST_PATH = 200
#: What would end a line, or move what a terminal shows: controls, separators of lines, changes of direction.
BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


class HideTokens(logging.Filter):
    """Takes signed links and keys out of what is logged: whoever reads the log could use them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without them."""
        record.msg = _hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_hidden(value) for value in record.args)
        return True


class WholeLines(logging.Formatter):
    """Writes a record as one line, with its moment in UTC; nobody's words begin another one.

    The lines of a traceback follow, each behind a bar, so that none of them can be taken for a record either.
    """

    converter = time.gmtime  # type: ignore[assignment]  # the documented way, which the stubs do not know
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Return the line."""
        return _on_one_line(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the same
        """Return the lines of a traceback, without links and keys."""
        lines = TOKEN.sub("…", super().formatException(ei)).split("\n")
        return "\n".join(f"    | {_on_one_line(line)}" for line in lines)


def _on_one_line(text: str) -> str:
    """Return a text with whatever would break its line written out."""
    return BREAKS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def path_of(path: str) -> str:
    """Return an address without what could be used by whoever reads it."""
    return TOKEN.sub("…", path)[:LONGEST_PATH]


def _hidden(value: Any) -> Any:
    """Return a text, or whatever will be printed as one, without tokens."""
    text = str(value)
    hidden = TOKEN.sub("…", text)
    return value if hidden == text else hidden
