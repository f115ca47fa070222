"""Nets: generated over every address, form, model, file or verb, so that what comes later is caught too.

In the suite each is small; `make attack` casts them large. A test marked `hole` seeds a hole on purpose and sees the
net find it: a net that catches nothing proves nothing.
"""

import os

#: Whether the nets are cast large, as `make attack` does.
LARGE = os.environ.get("NETS") == "large"


def size(*, small: int, large: int) -> int:
    """Return how many cases a net tries now.

    Args:
        small: in the suite, where seconds count.
        large: in `make attack`, where the figures of docs/threat-model.md come from.
    """
    return large if LARGE else small
