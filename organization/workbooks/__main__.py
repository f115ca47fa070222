"""Read the file on standard input, and print its sheets, or the reason why it is not read, as JSON."""

import json
import resource
import sys
from typing import Any

from organization.workbooks.kinds import read_file
from organization.workbooks.limits import MAX_ANSWER_BYTES, MAX_BYTES, MEMORY, SECONDS, RefusedFileError


def answer(content: bytes, name: str) -> dict[str, Any]:
    """Return the sheets or the reason; whatever a broken file makes the libraries raise, it is broken."""
    try:
        return {"sheets": read_file(content, name)}
    except RefusedFileError as error:
        return {"refused": error.reason}
    except MemoryError:
        return {"refused": "too much"}
    except Exception:
        return {"refused": "broken"}


def main() -> int:
    """Read within the limits."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    found = answer(sys.stdin.buffer.read(MAX_BYTES + 1), sys.argv[1])
    text = json.dumps(found).encode()
    if len(text) > MAX_ANSWER_BYTES:
        text = json.dumps({"refused": "too much"}).encode()
    sys.stdout.buffer.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
