"""The invariants of pairings, seats and logs, tried on the data."""

from collections import Counter

from django.db.models import Count, Max, Q

from organization.integrity import ROWS_AT_A_TIME, WITH_RELATIONS_AT_A_TIME, Finding, broken, each, invariant
from organization.models import MEMBER_STAGES, RuleError
from pairings.kinds import all_kinds
from pairings.models import Pairing, Seat
from pairings.models.seats import MEMBER_ROLES, NON_MEMBER_ROLES, STUDENT_ROLES


@invariant("1_active_pairing_has_its_one_and_one_and_one")
def three_ones() -> Finding:
    """An active pairing has each of its seats taken by one person, and nobody twice."""

    def problem_of(pairing: Pairing) -> str:
        try:
            pairing.check_seats()
        except RuleError as error:
            return str(error)
        people = Counter(seat.person_id for seat in pairing.open_seats)
        return "the same person sits in it twice" if any(times > 1 for times in people.values()) else ""

    active = Pairing.objects.active().prefetch_related("seats__person")
    return each(active.iterator(chunk_size=WITH_RELATIONS_AT_A_TIME), problem_of)


@invariant("1_seats_hold_the_right_stage")
def stages() -> Finding:
    """Leader and student member were party members when seated, the ordinary ones were not."""
    wrong = Q(role__in=MEMBER_ROLES) & ~Q(stage_when_seated__in=MEMBER_STAGES)
    wrong |= Q(role__in=NON_MEMBER_ROLES, stage_when_seated__in=MEMBER_STAGES)
    found = Seat.objects.filter(wrong)
    return Finding(Seat.objects.count(), [broken(seat, f"{seat.role}: {seat.stage_when_seated}") for seat in found])


@invariant("1_every_pairing_has_one_child_of_its_kind")
def children() -> Finding:
    """Every pairing has exactly one form's row, that of its kind."""
    problems = []
    kinds = {kind.slug: kind for kind in all_kinds()}
    problems += [broken(one, f"no form is called {one.kind!r}") for one in Pairing.objects.exclude(kind__in=kinds)]
    for slug, kind in kinds.items():
        forms = kind.model_class._base_manager.values("pk")
        bare = Pairing.objects.filter(kind=slug).exclude(pk__in=forms)
        strange = Pairing.objects.filter(pk__in=forms).exclude(kind=slug)
        problems += [broken(one, f"has no row of the form {slug}") for one in bare]
        problems += [broken(one, f"has a row of the form {slug}") for one in strange]
    return Finding(Pairing.objects.count(), problems)


@invariant("4_student_sits_in_one_open_team")
def one_team() -> Finding:
    """A person is in at most one open mentorship team as its student member or ordinary student."""
    open_seats = Seat.objects.filter(left_on__isnull=True, role__in=STUDENT_ROLES)
    people = open_seats.order_by().values("person").annotate(seats=Count("pk")).values_list("person", "seats")
    problems = [
        broken(("organization.Person", person), f"sits in {seats} open teams") for person, seats in people if seats > 1
    ]
    return Finding(len(people), problems)


@invariant("4_closed_pairing_has_no_open_seat")
def seats_are_closed() -> Finding:
    """Ending a pairing closed its seats."""
    left_open = Seat.objects.filter(pairing__status__in=Pairing.CLOSED, left_on__isnull=True)
    problems = [broken(seat, "is open, its pairing is over") for seat in left_open]
    return Finding(Pairing.objects.filter(status__in=Pairing.CLOSED).count(), problems)


@invariant("11_last_log_is_the_newest")
def last_logs() -> Finding:
    """A pairing's last day of logs is that of its newest log."""
    rows = Pairing.objects.annotate(newest=Max("logs__date")).iterator(chunk_size=ROWS_AT_A_TIME)
    return each(rows, lambda row: "" if row.newest == row.last_logged_on else f"the newest log is of {row.newest}")
