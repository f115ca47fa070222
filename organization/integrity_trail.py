"""The audit trail itself, tried: every entry is as it was written, none is missing, none slipped in."""

from collections.abc import Iterator
from typing import Any

from auditlog.models import LogEntry
from django.db import connection

from organization.integrity import ROWS_AT_A_TIME, Finding, broken, invariant
from organization.models import TrailHead, TrailLink
from organization.models.trail import CHAINS, COLUMNS
from organization.redaction import is_redaction_of
from organization.signing import is_signed

LINK_COLUMNS = ("entry_id", "chain", "number", "content", "mac", "redaction", "redacted_by_id")
GUARDS = {
    "postgresql": (
        "SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE tgenabled <> 'D'",
        {
            f"{table}.{name}"
            for table in ("auditlog_logentry", "organization_traillink")
            for name in ("trail_is_kept", "trail_is_not_emptied")
        },
    ),
    "sqlite": (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        {
            f"{table}_{verb}_is_refused"
            for table in ("auditlog_logentry", "organization_traillink")
            for verb in ("update", "delete")
        },
    ),
}


@invariant("9_trail_is_a_whole_chain")
def chains() -> Finding:
    """Every link is signed over its entry and the link before it, and the signed ends say how many there are."""
    ends: dict[int, tuple[int, str]] = {}
    checked, found = 0, []
    for link, columns in _links():
        checked += 1
        number, mac = ends.get(link.chain, (0, ""))
        found += [broken(("auditlog.LogEntry", link.pk), problem) for problem in _problems(link, columns, number, mac)]
        ends[link.chain] = (link.number, link.mac)
    return Finding(checked, found + _ends_out_of_line(ends))


def _links() -> Iterator[tuple[TrailLink, dict[str, Any]]]:
    """Yield every link with its entry's columns, chain by chain, a few in memory at a time."""
    names = (*LINK_COLUMNS, *(f"entry__{name}" for name in COLUMNS))
    rows = TrailLink._base_manager.order_by("chain", "number").values_list(*names)
    width = len(LINK_COLUMNS)
    for row in rows.iterator(chunk_size=ROWS_AT_A_TIME):
        link = TrailLink(**dict(zip(LINK_COLUMNS, row[:width], strict=True)))
        yield link, dict(zip(COLUMNS, row[width:], strict=True))


def _problems(link: TrailLink, columns: dict[str, Any], number: int, mac: str) -> Iterator[str]:
    """Yield what is wrong with a link that follows the one of this number and signature."""
    if link.number != number + 1:
        yield f"{link.number - number - 1} entries before this one are missing from the trail"
    elif not is_signed("trail link", link.content_after(mac), link.mac):
        yield "its link is not the one that was made after the entry before it"
    if problem := link.problem_with(columns):
        yield problem
    if link.redacted_by_id is not None:
        record = LogEntry.objects.filter(pk=link.redacted_by_id).first()
        if record is None or not is_redaction_of(record, link):
            yield "its redaction is recorded nowhere"


def _ends_out_of_line(ends: dict[int, tuple[int, str]]) -> list[dict[str, Any]]:
    """Return the ends that are not signed, or not those of the links that are there."""
    heads = {head.chain: head for head in TrailHead._base_manager.all()}
    if not heads and not ends:
        return []
    problems = []
    for chain in sorted({*range(CHAINS), *ends}):
        head, (number, mac) = heads.get(chain), ends.get(chain, (0, ""))
        if head is None or not head.is_sealed:
            problems.append((chain, "this end of the trail is gone or was not written by the site"))
        elif (head.length, head.mac) != (number, mac):
            problems.append((chain, f"the trail has {number} entries here, {head.length} were written"))
    return [broken(("organization.TrailHead", chain), problem) for chain, problem in problems]


@invariant("9_every_entry_has_its_link")
def no_strangers() -> Finding:
    """No entry came into the trail past the site (what an earlier release left, `seal_trail` takes in)."""
    strangers = LogEntry.objects.filter(link__isnull=True).values_list("pk", flat=True)
    found = [broken(("auditlog.LogEntry", pk), "no link was made for this entry") for pk in strangers.iterator()]
    return Finding(LogEntry.objects.count(), found)


@invariant("9_trail_is_guarded")
def guards() -> Finding:
    """The database still refuses to change or remove what stands in the trail."""
    query, wanted = GUARDS[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {name for (name,) in cursor.fetchall()}
    return Finding(len(wanted), [broken(("trigger", name), "is gone") for name in sorted(wanted - there)])
