"""Outcomes in each state of review, and a file to prove them."""

import datetime
import io
from typing import Any

from PIL import Image

from evidence.models import Evidence
from organization.models import Branch, User
from outcomes.models import Outcome
from tests.factories.organization import secretary_of, teacher, user_of

_colours = iter(range(1, 2**24))


def picture() -> bytes:
    """Return a small PNG that no other call returns."""
    file = io.BytesIO()
    value = next(_colours)
    Image.new("RGB", (8, 8), (value >> 16, value >> 8 & 255, value & 255)).save(file, "PNG")
    return file.getvalue()


def evidence(by: User | None = None, *, content: bytes | None = None, name: str = "证书.png") -> Evidence:
    """Return an uploaded picture."""
    return Evidence.objects.take_in_bytes(content or picture(), name=name, by=by)


def outcome(branch: Branch, *, by: User | None = None, people=None, pairings=(), proofs=None, **fields: Any) -> Outcome:
    """Return a draft outcome with a person and a proof."""
    fields = {
        "title": "省级精品在线开放课程",
        "category": "course",
        "level": "provincial",
        "status": "recognised",
        "achieved_on": datetime.date(2024, 6, 1),
        **fields,
    }
    draft = Outcome(branch=branch, **fields)
    by = by or user_of(teacher(branch))
    draft.record(
        by=by,
        people=people or [by.person or teacher(branch)],
        pairings=pairings,
        evidence=[evidence(by)] if proofs is None else proofs,
    )
    return draft


def submitted(branch: Branch, **fields: Any) -> Outcome:
    """Return a submitted outcome."""
    draft = outcome(branch, **fields)
    draft.submit(by=draft.entered_by)
    return draft


def verified(branch: Branch, *, verifier: User | None = None, **fields: Any) -> Outcome:
    """Return a verified outcome."""
    sent = submitted(branch, **fields)
    sent.verify(by=verifier or secretary_of(branch))
    return sent
