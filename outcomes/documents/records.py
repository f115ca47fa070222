"""The records behind a report's counts, as a document names them."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from evidence.worth import Worth, worth_of
from outcomes.models import Outcome, OutcomeEvidence
from outcomes.models.vocabulary import NOT_YET_GRANTED, official_order

ROWS_AT_A_TIME = 500
#: Whose words are those that were verified.
KEPT = (*Outcome.LOCKED, Outcome.Review.MERGED)


@dataclass(frozen=True)
class Record:
    """A counted outcome with what a document says of it."""

    pk: int
    title: str
    category: str
    subkind: str
    level: str
    status: str
    grade: str
    achieved_on: datetime.date | None
    issuer: str
    people: tuple[str, ...]
    forms: frozenset[str]
    proofs: int
    is_thin: bool
    #: How much it comes to, in words, such as 120 人次.
    quantities: tuple[str, ...] = ()
    #: How proofs came to be that a form made itself, such as "confirmed by link" (evidence/worth.py).
    worths: tuple[Worth, ...] = ()

    @property
    def is_granted(self) -> bool:
        """Whether it was granted, and not only cultivated or applied for."""
        return self.status not in NOT_YET_GRANTED

    @property
    def order(self) -> tuple[int, int, int, datetime.date, int]:
        """Return where an official list names it; of those that are alike the oldest first."""
        return *official_order(self.category, self.level, self.status), self.achieved_on or datetime.date.max, self.pk


def records_of(report: dict[str, Any]) -> list[Record]:
    """Return the outcomes that a report counts, in official order (nine queries for every 500).

    One that was opened again since a report was frozen is told by its number and by what the report counted it as: its
    words may be new, and nobody has verified them.
    """
    counted = {pk: row for row in report["outcomes"] for pk in row["ids"]}
    return sorted(_read(counted), key=lambda record: record.order)


def _read(counted: Mapping[int, dict[str, Any]]) -> Iterator[Record]:
    """Yield the records, some hundreds at a time."""
    ids = list(counted)
    for first in range(0, len(ids), ROWS_AT_A_TIME):
        rows = Outcome.objects.filter(pk__in=ids[first : first + ROWS_AT_A_TIME])
        found = rows.select_related("subkind", "grade").prefetch_related(
            "contributions__person", "credits__pairing", "proofs__evidence__file"
        )
        worth = worth_of({_hash_of(proof) for row in found for proof in row.proofs.all()})
        for row in found:
            if row.review not in KEPT:
                yield _opened_again(row, counted[row.pk])
                continue
            yield Record(
                pk=row.pk,
                title=row.title,
                category=row.category,
                subkind=str(row.subkind or ""),
                level=row.level,
                status=row.status,
                grade=str(row.grade or ""),
                achieved_on=row.achieved_on,
                issuer=row.issuer,
                people=tuple(one.person.name for one in row.contributions.all()),
                forms=frozenset(credit.pairing.kind for credit in row.credits.all()),
                proofs=len(row.proofs.all()),
                is_thin=row.is_thin,
                quantities=tuple(row.quantities),
                worths=tuple(worth[one] for one in map(_hash_of, row.proofs.all()) if one in worth),
            )


def _opened_again(row: Outcome, counted: dict[str, Any]) -> Record:
    """Return what a frozen report still says of an outcome that is no longer as it was counted."""
    told = {name: counted[name] for name in ("category", "level", "status")}
    return Record(
        pk=row.pk,
        title=_("Outcome No. %(number)s, opened again since") % {"number": row.pk},
        subkind=counted["subkind"] or "",
        grade="",
        achieved_on=None,
        issuer="",
        people=(),
        forms=frozenset(credit.pairing.kind for credit in row.credits.all()),
        proofs=len(row.proofs.all()),
        is_thin=row.is_thin,
        **told,
    )


def _hash_of(proof: OutcomeEvidence) -> str:
    """Return the SHA-256 of a proof's file (prefetched)."""
    return proof.evidence.file.sha256
