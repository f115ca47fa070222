"""What neither the log nor the audit trail ever says."""

import logging
import re
from typing import Any

#: A part of an address that is long enough to be a signed link or a key, which whoever holds it could use.
TOKEN = re.compile(r"(?<=/)[\w\-=:]{24,}(?=[/?#\s\"']|$)")
LONGEST_PATH = 200


class HideTokens(logging.Filter):
    """Takes signed links and keys out of what is logged: whoever reads the log could use them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without them."""
        record.msg = _hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_hidden(value) for value in record.args)
        return True


def path_of(path: str) -> str:
    """Return an address without what could be used by whoever reads it."""
    return TOKEN.sub("…", path)[:LONGEST_PATH]


def _hidden(value: Any) -> Any:
    """Return a text, or whatever will be printed as one, without tokens."""
    text = str(value)
    hidden = TOKEN.sub("…", text)
    return value if hidden == text else hidden
