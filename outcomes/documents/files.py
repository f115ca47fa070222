"""The files that prove the records of a report, for its pack and its pictures."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evidence.models import Evidence, StoredFile
from outcomes.documents.records import Record
from outcomes.models import FrozenReport, OutcomeEvidence

#: What a frozen report calls a file that proves an outcome (outcomes/freezing.py).
PROOF = re.compile(r"outcome-(?P<outcome>[0-9]+)/(?P<proof>[0-9]+)")


@dataclass(frozen=True)
class File:
    """A file that proves an outcome, as it lies in the store."""

    outcome: int
    evidence: Evidence
    is_ledger: bool

    @property
    def name(self) -> str:
        """Return what whoever uploaded it called it."""
        return self.evidence.original_name

    @property
    def stored(self) -> StoredFile:
        """Return where its bytes lie."""
        return self.evidence.file


def files_behind(records: Iterable[Record], frozen: FrozenReport | None = None) -> Iterator[File]:
    """Return the files that prove records; of a frozen version, those that it keeps (at most two queries)."""
    return _files_kept(frozen) if frozen else _files_now(records)


def _files_now(records: Iterable[Record]) -> Iterator[File]:
    """Yield the files that prove records now (one query)."""
    rows = OutcomeEvidence.objects.filter(outcome__in=[record.pk for record in records]).order_by("pk")
    for row in rows.select_related("evidence__file"):
        yield File(row.outcome_id, row.evidence, row.ledger_row is not None)


def _files_kept(frozen: FrozenReport) -> Iterator[File]:
    """Yield the files that a frozen report keeps of its outcomes, whatever proves them now (two queries)."""
    kept = [(PROOF.fullmatch(one.name), one) for one in frozen.files.select_related("evidence__file").order_by("pk")]
    proofs = [(int(found["outcome"]), int(found["proof"]), one.evidence) for found, one in kept if found]
    ledgers = set(
        OutcomeEvidence.objects.filter(ledger_row__isnull=False)
        .values_list("pk", flat=True)
        .filter(pk__in=[proof for _outcome, proof, _evidence in proofs])
    )
    for outcome, proof, evidence in proofs:
        yield File(outcome, evidence, proof in ledgers)
