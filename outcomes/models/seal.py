"""The seal of a verified outcome: a hash of everything that was verified, so that a later change shows."""

import hashlib
import json

from outcomes.models.outcome import Outcome

SEALED = (
    "branch_id", "title", "category", "subkind_id", "level", "status", "grade_id", "achieved_on", "issuer",
    "issuer_kind", "note", "continues_id", "corrects_id", "correction_reason", "submitted_by_id", "verified_by_id",
)  # fmt: skip


def seal_of(outcome: Outcome) -> str:
    """Return the SHA-256, in hex, of an outcome's fields, people, credits and proof (five queries).

    The fields are those of SEALED; files count by their own SHA-256, so that the seal holds their bytes too.
    """
    content: dict[str, object] = {name: str(getattr(outcome, name)) for name in SEALED}
    content["shared_with"] = sorted(outcome.shared_with.values_list("pk", flat=True))
    content["people"] = list(outcome.contributions.order_by("position").values_list("person", flat=True))
    content["pairings"] = sorted(outcome.credits.values_list("pairing", flat=True))
    content["proofs"] = sorted(outcome.proofs.values_list("evidence__file__sha256", flat=True))
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
