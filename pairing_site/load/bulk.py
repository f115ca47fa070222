"""Many rows at once, audited as if each had been saved, and days to spread them over."""

import datetime
import random
from collections.abc import Iterable, Iterator
from typing import Any

from organization.models import Mergeable
from organization.trail import audit_made

FIRST_DAY, DAYS = datetime.date(2023, 9, 1), 1000
LAST_DAY = FIRST_DAY + datetime.timedelta(days=DAYS)
AT_A_TIME = 1000


def shares(total: int, parts: int) -> list[int]:
    """Return a total in almost equal parts."""
    return [total // parts + (place < total % parts) for place in range(parts)]


def batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield rows some at a time."""
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == AT_A_TIME:
            yield batch
            batch = []
    if batch:
        yield batch


def insert(rows: Iterable[Any], *, is_audited: bool = True) -> list[Any]:
    """Insert rows some at a time, with the keys and the audit entries that their making would have left."""
    made: list[Any] = []
    for batch in batches(rows):
        for row in batch:
            if isinstance(row, Mergeable):
                row.derive_likeness()
        made += type(batch[0])._base_manager.bulk_create(batch)
        if is_audited:
            audit_made(batch)
    return made


def day(chance: random.Random) -> datetime.date:
    """Return some day of the three school years."""
    return FIRST_DAY + datetime.timedelta(days=chance.randrange(DAYS))
