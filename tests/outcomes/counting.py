"""A report's figures counted a second time, in plain SQL, from docs/report-json.md alone.

Shares no code with outcomes/figures/ nor with the models' managers: what both say alike was thought twice.
"""

import datetime
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection

from tests.outcomes.counting_work import quantities_in, work_in_sql, work_told

KINDS = ("mentorship", "teaching", "enterprise")
#: The official orders, the highest first, written down a second time.
LEVELS = ("national", "provincial", "municipal", "college", "department", "unrated")
STATUSES = ("recognised", "accepted", "building", "approved", "applied", "cultivating")
NOT_GRANTED = ("applied", "cultivating")

PAIRINGS = """
SELECT kind, id,
       CASE WHEN started_on <= %(day)s AND (closed_on IS NULL OR closed_on > %(day)s) THEN 'active'
            WHEN closed_on BETWEEN %(first)s AND %(last)s THEN status ELSE '' END
FROM pairings_pairing WHERE branch_id IN {branches} AND approved_at IS NOT NULL
"""
LOGS = """
SELECT p.kind, l.id, l.hours, l.element_kind
FROM pairings_progresslog l JOIN pairings_pairing p ON p.id = l.pairing_id
WHERE l.branch_id IN {branches} AND l.date BETWEEN %(first)s AND %(last)s
"""
MEMBERS = """
SELECT e.person_id, m.joined_on, m.left_on, e.from_date, e.stage, e.id
FROM organization_membership m JOIN organization_partystageentry e ON e.person_id = m.person_id
WHERE m.branch_id IN {branches}
"""
SEATS = """
SELECT s.person_id, s.joined_on, s.left_on, p.started_on, p.closed_on
FROM pairings_seat s JOIN pairings_pairing p ON p.id = s.pairing_id WHERE p.approved_at IS NOT NULL
"""
OUTCOMES = """
SELECT o.id, o.work, o.category, w.name, o.level, o.status
FROM outcomes_outcome o LEFT JOIN outcomes_subkind w ON w.id = o.subkind_id
WHERE o.review = 'verified' AND o.merged_into_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM organization_merge m
                  WHERE m.kind = 'outcome' AND m.merged = o.id AND m.undone_at IS NULL)
  AND o.achieved_on BETWEEN %(first)s AND %(last)s
  AND (o.branch_id IN {branches}
       OR EXISTS (SELECT 1 FROM outcomes_outcome_shared_with s WHERE s.outcome_id = o.id AND s.branch_id IN {branches}))
"""
QUANTITIES = "SELECT id, category, unit, quantity, hours, help_kinds FROM outcomes_outcome"
CREDITS = """
SELECT DISTINCT c.outcome_id, p.kind FROM outcomes_outcomecredit c JOIN pairings_pairing p ON p.id = c.pairing_id
"""


def count_in_sql(branches: Sequence[int], first: datetime.date, last: datetime.date) -> dict[str, Any]:
    """Return what a report of branches says of a period, both days included, but for names and times.

    Args:
        branches: their ids.
        first: the period's first day.
        last: the period's last day; what stands on a day is counted today while it lies ahead.
    """
    days = {"first": first, "last": last, "day": min(last, datetime.datetime.now(datetime.UTC).astimezone().date())}

    def ask(query: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query.format(branches=f"({', '.join(map(str, branches))})"), days)
            return [tuple(map(_plain, row)) for row in cursor.fetchall()]

    outcomes, forms = _highest(ask(OUTCOMES)), ask(CREDITS)
    granted = [one for one in outcomes if one[5] not in NOT_GRANTED]
    return {
        "pairings": _pairings(ask(PAIRINGS), ask(LOGS)),
        "coverage": _coverages(ask(MEMBERS), ask(SEATS), first, days["day"]),
        "outcomes": _rows(outcomes),
        "by_form": {form: _form(granted, forms, form) for form in (*KINDS, "none")},
        "totals": _sums(granted),
        "cultivating": _sums([one for one in outcomes if one[5] in NOT_GRANTED]),
        "work": work_in_sql(ask, branches, days) | quantities_in(ask(QUANTITIES), {one[0] for one in granted}),
    }


def _plain(value: Any) -> Any:
    """Return a value as both databases mean it: SQLite may write a day as a text."""
    is_day = isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-"
    return datetime.date.fromisoformat(value) if is_day else value


def _ratio(part: int, whole: int) -> float | None:
    """Return a share rounded once to four places, half away from zero."""
    if not whole:
        return None
    return float((Decimal(part) / Decimal(whole)).quantize(Decimal("0.0001"), ROUND_HALF_UP))


def _pairings(pairings: list[tuple[Any, ...]], logs: list[tuple[Any, ...]]) -> dict[str, dict[str, Any]]:
    found = {}
    for kind in KINDS:
        own = [(number, hours, element) for form, number, hours, element in logs if form == kind]
        woven = sum(1 for _number, _hours, element in own if element)
        ids = {
            state: sorted(number for form, number, stands in pairings if (form, stands) == (kind, state))
            for state in ("active", "completed", "ended")
        }
        ids["logs"] = sorted(number for number, _hours, _element in own)
        found[kind] = {
            **{name: len(numbers) for name, numbers in ids.items()},
            "hours": float(sum(Decimal(str(hours)) for _number, hours, _element in own)),
            "integrated": woven,
            "integration_rate": _ratio(woven, len(own)),
            "ids": ids,
        }
    return found


def _coverages(
    members: list[tuple[Any, ...]], seats: list[tuple[Any, ...]], first: datetime.date, last: datetime.date
) -> dict[str, Any]:
    """Look at each day by itself: who was a member then, and who of them sat somewhere then."""
    by_day = [_on(members, seats, day) for day in _days_that_matter(members, seats, first, last)]
    over = [set().union(*found) for found in zip(*by_day, strict=True)] or [set(), set()]
    return {**_coverage(*_on(members, seats, last)), "over_period": _coverage(*over)}


def _days_that_matter(members: list, seats: list, first: datetime.date, last: datetime.date) -> set[datetime.date]:
    """Return the first day, and those on which anything begins: between them nobody comes to be a member or seated."""
    begins = {first, *(day for row in (*members, *seats) for day in row[1:5] if isinstance(day, datetime.date))}
    return {day for day in begins if first <= day <= last}


def _on(members: list, seats: list, day: datetime.date) -> tuple[set[int], set[int]]:
    """Return who was a party member of the branches on a day, and who of them sat in a pairing active then."""
    newest: dict[int, tuple[Any, ...]] = {}
    for person, joined, left, since, stage, entry in members:
        if (joined or day) <= day and (left is None or left > day) and since <= day:
            newest[person] = max(newest.get(person, (datetime.date.min, 0, "")), (since, entry, stage))
    here = {person for person, (_since, _entry, stage) in newest.items() if stage in {"probationary", "full"}}
    sitting = {
        person for person, joined, left, started, closed in seats
        if joined <= day and (left is None or left > day) and started <= day and (closed is None or closed > day)
    }  # fmt: skip
    return here, here & sitting


def _coverage(members: set[int], paired: set[int]) -> dict[str, Any]:
    return {"members": len(members), "paired": len(paired), "rate": _ratio(len(paired), len(members))}


def _highest(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return of each work the highest: granted before not, then the level, then the status, then the newest."""
    best: dict[Any, tuple[Any, ...]] = {}

    def height(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return row[5] not in NOT_GRANTED, -LEVELS.index(row[4]), -STATUSES.index(row[5]), row[0]

    for row in rows:
        if row[1] not in best or height(row) > height(best[row[1]]):
            best[row[1]] = row
    return sorted(best.values())


def _rows(outcomes: list[tuple[Any, ...]]) -> list[tuple[str, str | None, str, str, int, tuple[int, ...]]]:
    groups: dict[tuple[Any, ...], list[int]] = {}
    for pk, _work, *told in outcomes:
        groups.setdefault(tuple(told), []).append(pk)
    return sorted(((*told, len(ids), tuple(ids)) for told, ids in groups.items()), key=str)


def _sums(outcomes: list[tuple[Any, ...]]) -> dict[str, Any]:
    levels, categories = [one[4] for one in outcomes], [one[2] for one in outcomes]
    return {
        "outcomes": len(outcomes),
        "by_level": {level: levels.count(level) for level in sorted(set(levels))},
        "by_category": {category: categories.count(category) for category in sorted(set(categories))},
    }


def _form(granted: list[tuple[Any, ...]], forms: list[tuple[Any, ...]], form: str) -> dict[str, Any]:
    shared = {pk for pk, kind in forms if form in {kind, "none"}}
    chosen = [one for one in granted if (one[0] in shared) == (form != "none")]
    return {**_sums(chosen), "ids": [one[0] for one in chosen]}


def told(report: dict[str, Any]) -> dict[str, Any]:
    """Return of a report what is counted here, in the order in which it is counted here."""
    columns = ("category", "subkind", "level", "status", "count")
    rows = [(*(row[name] for name in columns), tuple(row["ids"])) for row in report["outcomes"]]
    names = ("pairings", "coverage", "by_form", "totals", "cultivating")
    return {**{name: report[name] for name in names}, "outcomes": sorted(rows, key=str), "work": work_told(report)}
