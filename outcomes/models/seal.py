"""The seal of a verified outcome: a signature over everything that was verified, so that a later change shows."""

import json
from collections.abc import Iterable
from typing import Any

from organization.signing import is_signed, sign
from outcomes.models.facts import OutcomeFacts
from pairings.numbers import plain

SEALED = (
    "branch_id", "title", "category", "subkind_id", "level", "status", "grade_id", "achieved_on", "issuer",
    "issuer_kind", "note", "continues_id", "corrects_id", "correction_reason", "submitted_by_id", "verified_by_id",
)  # fmt: skip
#: What is sealed where it says something: outcomes of older releases say none of it.
SEALED_WHERE_SAID = ("unit", "helped", "help_kinds")
NUMBERS = ("quantity", "hours")

PURPOSE = "outcome"


def seal_of(outcome: OutcomeFacts) -> str:
    """Return the signature of an outcome's fields, people, credits and proof (four queries)."""
    return sign(PURPOSE, content_of(outcome))


def is_sealed(outcome: OutcomeFacts) -> bool:
    """Return whether an outcome is as it was verified (four queries)."""
    return is_signed(PURPOSE, content_of(outcome), outcome.seal)


def content_of(outcome: OutcomeFacts) -> bytes:
    """Return what an outcome's seal is made over, as the database has it now (four queries)."""
    return content(
        outcome,
        shared_with=outcome.shared_with.values_list("pk", flat=True),
        people=outcome.contributions.order_by("position").values_list("person", flat=True),
        pairings=outcome.credits.values_list("pairing", flat=True),
        proofs=outcome.proofs.values_list("evidence__file__sha256", flat=True),
    )


def seal(outcome: OutcomeFacts, **tied: Iterable[Any]) -> str:
    """Return the signature of an outcome that is being made in bulk; `tied` is what `content` takes."""
    return sign(PURPOSE, content(outcome, **tied))


def content(
    outcome: OutcomeFacts,
    *,
    shared_with: Iterable[int],
    people: Iterable[int],
    pairings: Iterable[int],
    proofs: Iterable[str],
) -> bytes:
    """Return an outcome and what is tied to it as bytes to sign.

    Args:
        outcome: its fields are those of SEALED.
        shared_with: ids of the branches that share it.
        people: ids of those who achieved it, in order.
        pairings: ids of the pairings that share the credit.
        proofs: the SHA-256 of each file, so that the seal holds their bytes too.
    """
    held: dict[str, object] = {name: str(getattr(outcome, name)) for name in SEALED}
    held |= {name: getattr(outcome, name) for name in SEALED_WHERE_SAID if getattr(outcome, name)}
    held |= {name: plain(getattr(outcome, name)) for name in NUMBERS if getattr(outcome, name) is not None}
    held["shared_with"] = sorted(shared_with)
    held["people"] = list(people)
    held["pairings"] = sorted(pairings)
    held["proofs"] = sorted(proofs)
    return json.dumps(held, sort_keys=True, ensure_ascii=False).encode()
