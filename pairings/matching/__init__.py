"""Proposing who works with whom: optimal assignment over scores whose parts can be said in words.

What reckons (`assignment`, `parts`, `matcher` and each form's `matching`) needs numpy and scipy, half of a process's
start; it is read when something is matched, and imported by nothing else (ruff's TID253).
"""

from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from pairings.kinds import PairingKind
    from pairings.matching.matcher import Matcher


def matcher_of(kind: "PairingKind") -> "Matcher":
    """Return the matcher of a form.

    Raises:
        ImportError: when the form has none.
    """
    matcher: Matcher = import_string(kind.matcher)()
    return matcher
