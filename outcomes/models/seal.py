"""The seal of a verified outcome: a hash of everything that was verified, so that a later change shows."""

import hashlib
import json
from collections.abc import Iterable

from outcomes.models.outcome import Outcome

SEALED = (
    "branch_id", "title", "category", "subkind_id", "level", "status", "grade_id", "achieved_on", "issuer",
    "issuer_kind", "note", "continues_id", "corrects_id", "correction_reason", "submitted_by_id", "verified_by_id",
)  # fmt: skip


def seal_of(outcome: Outcome) -> str:
    """Return the SHA-256, in hex, of an outcome's fields, people, credits and proof (five queries)."""
    return seal(
        outcome,
        shared_with=outcome.shared_with.values_list("pk", flat=True),
        people=outcome.contributions.order_by("position").values_list("person", flat=True),
        pairings=outcome.credits.values_list("pairing", flat=True),
        proofs=outcome.proofs.values_list("evidence__file__sha256", flat=True),
    )


def seal(
    outcome: Outcome,
    *,
    shared_with: Iterable[int],
    people: Iterable[int],
    pairings: Iterable[int],
    proofs: Iterable[str],
) -> str:
    """Return the SHA-256, in hex, of an outcome and what is tied to it.

    Args:
        outcome: its fields are those of SEALED.
        shared_with: ids of the branches that share it.
        people: ids of those who achieved it, in order.
        pairings: ids of the pairings that share the credit.
        proofs: the SHA-256 of each file, so that the seal holds their bytes too.
    """
    content: dict[str, object] = {name: str(getattr(outcome, name)) for name in SEALED}
    content["shared_with"] = sorted(shared_with)
    content["people"] = list(people)
    content["pairings"] = sorted(pairings)
    content["proofs"] = sorted(proofs)
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
