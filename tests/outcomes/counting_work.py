"""The figures of the work counted a second time, in plain SQL, from docs/report-json.md alone.

As in counting.py, no code of the figures is shared.
"""

import datetime
from collections.abc import Callable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.timezone import get_current_timezone

STAGES = ("none", "applicant", "activist", "candidate", "probationary", "full")
ENGAGED = "enterprise_service_engagement e JOIN pairings_pairing p ON p.id = e.pairing_id AND p.branch_id IN {branches}"
TAUGHT = "teaching_pairs_teachingpair t JOIN pairings_pairing p ON p.id = t.pairing_id AND p.branch_id IN {branches}"
ON = "BETWEEN %(first)s AND %(day)s"
VISITS = "('solving', 'survey', 'technical', 'talent', 'training')"
ACTIVITIES = {
    "surveys": "survey", "technical_problems": "technical", "talent_needs": "talent", "policy_questions": "policy",
}  # fmt: skip
OF_LOGS = f"""
FROM pairings_progresslog l JOIN pairings_pairing p ON p.id = l.pairing_id
WHERE l.branch_id IN {{branches}} AND l.date {ON}
"""
STEP_FITS = """
(t.course <> '' AND m.step IN ('outline', 'resources', 'online', 'recognised')
 OR t.topic <> '' AND m.step IN ('call', 'application', 'approved', 'mid_term', 'concluded'))
"""
#: Each gives rows of a value that tells records apart, and a number.
QUERIES = {
    "elements": f"SELECT l.element_kind, COUNT(*) {OF_LOGS} AND l.element_kind <> '' GROUP BY l.element_kind",
    "contract_money": f"SELECT '', SUM(e.contract_amount_cny) FROM {ENGAGED} WHERE p.approved_at IS NOT NULL"
    f" AND p.started_on {ON}",
    "money_received": "SELECT '', SUM(i.amount_cny) FROM enterprise_service_instalment i JOIN pairings_pairing p"
    f" ON p.id = i.engagement_id AND p.branch_id IN {{branches}} WHERE i.received_on {ON}",
    "days_on_site": f"SELECT '', COUNT(*) FROM (SELECT DISTINCT l.pairing_id, l.date {OF_LOGS}"
    f" AND p.kind = 'enterprise' AND l.activity_type IN {VISITS}) AS visits",
    "problems_solved": f"SELECT '', COUNT(DISTINCT e.problem_id) FROM {ENGAGED}"
    f" WHERE p.status = 'completed' AND p.closed_on {ON}",
    **{
        figure: f"SELECT '', COUNT(*) {OF_LOGS} AND p.kind = 'enterprise' AND l.activity_type = '{activity}'"
        for figure, activity in ACTIVITIES.items()
    },
    "formation": f"SELECT t.formation, COUNT(*) FROM {TAUGHT} WHERE p.approved_at IS NOT NULL AND p.started_on {ON}"
    " GROUP BY t.formation",
    "pattern": f"SELECT t.pattern, COUNT(*) FROM {TAUGHT} WHERE p.approved_at IS NOT NULL AND p.started_on {ON}"
    " AND t.pattern <> '' GROUP BY t.pattern",
    "pairs_of_workshops": f"SELECT '', COUNT(*) FROM {TAUGHT} WHERE p.approved_at IS NOT NULL AND p.started_on {ON}"
    " AND t.workshop_id IS NOT NULL",
    "workshops": f"SELECT '', COUNT(*) FROM teaching_pairs_workshop w WHERE w.branch_id IN {{branches}}"
    f" AND w.held_on {ON}",
    "attendance": "SELECT '', COUNT(*) FROM teaching_pairs_signup s JOIN teaching_pairs_workshop w"
    f" ON w.id = s.workshop_id WHERE w.branch_id IN {{branches}} AND w.held_on {ON} AND s.attended",
    "milestones_reached": f"SELECT '', COUNT(*) FROM {TAUGHT} JOIN teaching_pairs_milestone m"
    f" ON m.pair_id = t.pairing_id WHERE p.approved_at IS NOT NULL AND m.done_on {ON} AND {STEP_FITS}",
    "milestones_overdue": f"SELECT '', COUNT(*) FROM {TAUGHT} JOIN teaching_pairs_milestone m"
    " ON m.pair_id = t.pairing_id WHERE p.approved_at IS NOT NULL AND p.started_on <= %(day)s"
    " AND (p.closed_on IS NULL OR p.closed_on > %(day)s) AND m.planned_on < %(day)s"
    f" AND (m.done_on IS NULL OR m.done_on > %(day)s) AND {STEP_FITS}",
    "rounds": "SELECT s.round, COUNT(*) FROM mentorship_stage s JOIN mentorship_project j ON j.id = s.project_id"
    " JOIN pairings_pairing p ON p.id = j.team_id AND p.branch_id IN {branches}"
    f" WHERE p.approved_at IS NOT NULL AND s.result <> '' AND s.held_on {ON} GROUP BY s.round",
}
OPEN = """
SELECT '', COUNT(*) FROM enterprise_service_problem q JOIN enterprise_service_enterprise f ON f.id = q.enterprise_id
WHERE f.branch_id IN {branches} AND q.status = 'open' AND q.merged_into_id IS NULL
"""
SOLVED = f"SELECT p.started_on, p.closed_on FROM {ENGAGED} WHERE p.status = 'completed' AND p.closed_on {ON}"
CONFIRMED = f"""
SELECT c.confirmed_at, c.rating FROM {ENGAGED}
JOIN enterprise_service_confirmation c ON c.engagement_id = e.pairing_id WHERE c.confirmed_at IS NOT NULL
"""
OFFICES = f"""
SELECT t.pairing_id, s.role, h.office_id, s.left_on, s.id FROM {TAUGHT}
JOIN pairings_seat s ON s.pairing_id = p.id JOIN organization_person h ON h.id = s.person_id
WHERE p.approved_at IS NOT NULL AND p.started_on {ON}
"""
STEPS = "SELECT person_id, from_date, stage FROM organization_partystageentry ORDER BY person_id, from_date"
STAYS = "SELECT person_id, joined_on, left_on, branch_id FROM organization_membership"
PEOPLE = "SELECT h.id, h.kind FROM organization_person h"
SEATED = """
SELECT s.person_id, MIN(s.joined_on) FROM pairings_seat s JOIN pairings_pairing p ON p.id = s.pairing_id
WHERE p.approved_at IS NOT NULL GROUP BY s.person_id
"""
MARKS = """
SELECT a.team_id, a.student_id, i.name, a.moment, s.value, a.assessed_on, p.branch_id, s.item_id
FROM mentorship_assessmentscore s JOIN mentorship_assessment a ON a.id = s.assessment_id
JOIN mentorship_rubricitem i ON i.id = s.item_id
JOIN pairings_pairing p ON p.id = a.team_id WHERE p.branch_id IN {branches} AND a.view = 'mentor'
"""
#: Of these 0 says something.
NOT_ADDED_UP = ("satisfaction", "days_to_solve")
Ask = Callable[[str], list[tuple[Any, ...]]]


def work_in_sql(ask: Ask, branches: Sequence[int], days: dict[str, datetime.date]) -> dict[tuple[str, str], Any]:
    """Return the figures that have something to say, by figure and value.

    Args:
        ask: answers a query.
        branches: their ids; of people it is counted as for one branch.
        days: the period's first and last day, and its last day so far.
    """
    found = {(name, of): number for name, query in QUERIES.items() for of, number in ask(query)}
    today = datetime.datetime.now(datetime.UTC).astimezone().date()
    if days["first"] <= today <= days["last"]:
        found["problems_open", ""] = ask(OPEN)[0][1]
    found |= {("days_to_solve", ""): _middle([(end - start).days for start, end in ask(SOLVED)])}
    found |= dict(_confirmed(ask(CONFIRMED), days)) | dict(_reach(ask(OFFICES)))
    if _is_whole_year(days["first"], days["last"]):
        people = {**_advanced(ask, branches, days), **_grown(ask(MARKS), days)}
        found |= {key: len(who) for key, who in people.items() if len(who) >= 3}
    return {key: float(number) for key, number in found.items() if number or (number == 0 and key[0] in NOT_ADDED_UP)}


def quantities_in(rows: list[tuple[Any, ...]], granted: set[int]) -> dict[tuple[str, str], float]:
    """Return what the granted outcomes come to, each number in its unit."""
    found: dict[tuple[str, str], float] = {}

    def add(name: str, number: Any) -> None:
        if number:
            found[name, ""] = found.get((name, ""), 0) + float(number)

    for pk, category, unit, quantity, hours, kinds in rows:
        if pk in granted:
            add("volunteers" if category == "volunteering" else f"outcomes_{unit}", quantity)
            add("volunteer_hours", hours)
            for kind in filter(None, kinds.split(",")):
                add(f"help_{kind}", 1)
    return found


def _middle(numbers: list[int]) -> float | None:
    numbers = sorted(numbers)
    half = len(numbers) // 2
    if not numbers:
        return None
    return numbers[half] if len(numbers) % 2 else (numbers[half - 1] + numbers[half]) / 2


def _confirmed(rows: list[tuple[Any, ...]], days: dict[str, datetime.date]) -> Iterator[tuple[tuple[str, str], Any]]:
    ratings = [rating for at, rating in rows if days["first"] <= _local_day(at) <= days["day"]]
    yield ("confirmations", ""), len(ratings)
    if ratings:
        share = Decimal(100 * sum(rating >= 3 for rating in ratings)) / len(ratings)
        yield ("satisfaction", ""), share.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _local_day(at: Any) -> datetime.date:
    """Return the day of a moment where the site is; SQLite writes a moment as a text in UTC."""
    if isinstance(at, str):
        at = datetime.datetime.fromisoformat(at)
    at = at if at.tzinfo else at.replace(tzinfo=datetime.UTC)
    return at.astimezone(get_current_timezone()).date()


def _reach(rows: list[tuple[Any, ...]]) -> Iterator[tuple[tuple[str, str], int]]:
    seats: dict[int, dict[str, tuple[Any, ...]]] = {}
    for pair, role, office, left, seat in rows:
        known = seats.setdefault(pair, {})
        newest = (left or datetime.date.max, seat, office)
        known[role] = max(known.get(role, newest), newest, key=lambda one: one[:2])
    offices = [[seat[2] for role, seat in two.items() if role != "helper"] for two in seats.values()]
    whole = [two for two in offices if len(two) == 2 and None not in two]
    yield ("reach", "inside"), sum(one == other for one, other in whole)
    yield ("reach", "across"), sum(one != other for one, other in whole)


def _advanced(ask: Ask, branches: Sequence[int], days: dict[str, datetime.date]) -> dict[tuple[str, str], set[int]]:
    stays, kinds, seated = ask(STAYS), dict(ask(PEOPLE)), dict(ask(SEATED))
    found: dict[tuple[str, str], set[int]] = {}
    last: dict[int, int] = {}
    for person, day, stage in ask(STEPS):
        place, before = STAGES.index(stage), last.get(person)
        last[person] = place
        here = any(
            who == person and branch in branches and (joined or day) <= day and (left is None or left > day)
            for who, joined, left, branch in stays
        )
        is_paired = person in seated and seated[person] <= day
        if before is not None and place > before and days["first"] <= day <= days["day"] and here and is_paired:
            found.setdefault((f"advanced_{kinds[person]}s", ""), set()).add(person)
    return found


def _grown(rows: list[tuple[Any, ...]], days: dict[str, datetime.date]) -> dict[tuple[str, str], set[int]]:
    starts = {(team, who, item): mark for team, who, _name, moment, mark, _on, _at, item in rows if moment == "start"}
    found: dict[tuple[str, str], set[int]] = {}
    for team, who, name, moment, mark, on, _at, item in rows:
        before = starts.get((team, who, item))
        if moment == "end" and before is not None and mark > before and days["first"] <= on <= days["day"]:
            found.setdefault(("growth", name), set()).add(who)
    return found


def _is_whole_year(first: datetime.date, last: datetime.date) -> bool:
    starts_well = (first.month, first.day) in {(1, 1), (9, 1)}
    return starts_well and last + datetime.timedelta(days=1) == first.replace(year=first.year + 1)


def work_told(report: dict[str, Any]) -> dict[tuple[str, str], float]:
    """Return of a report what is counted here."""
    return {(row["figure"], row["of"]): float(row["value"]) for row in report["work"]}
