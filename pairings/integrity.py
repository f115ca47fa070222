"""The invariants of pairings, seats and logs, tried on the data."""

from collections import Counter, defaultdict
from typing import Any

from django.db.models import Count, F, Max, Q
from django.db.models.functions import TruncDate

from organization.integrity import ROWS_AT_A_TIME, WITH_RELATIONS_AT_A_TIME, Finding, broken, each, invariant
from organization.models import MEMBER_STAGES, PartyStageEntry, RuleError
from organization.models.ties import stage_in
from pairings.kinds import all_kinds
from pairings.models import ChangedSeat, ChangeRequest, Pairing, PairingStep, ProgressLog, Seat
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


@invariant("1_seats_fit_their_people")
def fitting_people() -> Finding:
    """Teachers sit in teachers' places and students in students', in pairings of their own college."""

    def problem_of(seat: Seat) -> str:
        kind = {
            role.slug: role.person_kind for role in (*seat.pairing.kind_info.roles, *seat.pairing.kind_info.extra_roles)
        }
        if kind.get(seat.role) not in (None, seat.person.kind):
            return f"{seat.role} is a {seat.person.kind}"
        return "" if seat.person.college_id == seat.pairing.branch.college_id else "is another college's person"

    registered = Seat.objects.filter(pairing__kind__in=[kind.slug for kind in all_kinds()])
    return each(registered.select_related("person", "pairing__branch").iterator(chunk_size=ROWS_AT_A_TIME), problem_of)


@invariant("1_seats_agree_with_the_history")
def history() -> Finding:
    """Whoever was seated as a party member was one on that day by the history of stages, and nobody else."""
    steps: dict[int, list[Any]] = defaultdict(list)
    rows = PartyStageEntry.objects.filter(person__in=Seat.objects.values("person"))
    for person, day, stage in rows.values_list("person", "from_date", "stage").iterator(chunk_size=ROWS_AT_A_TIME):
        steps[person].append((day, stage))

    def problem_of(seat: Seat) -> str:
        stage = stage_in(steps[seat.person_id], seat.joined_on, otherwise="none")
        is_told = (stage in MEMBER_STAGES) == (seat.stage_when_seated in MEMBER_STAGES)
        return "" if is_told else f"seated as {seat.stage_when_seated}, the history says {stage}"

    return each(Seat.objects.order_by().iterator(chunk_size=ROWS_AT_A_TIME), problem_of)


@invariant("12_approver_takes_no_part")
def approvers() -> Finding:
    """Nobody approved a pairing in which they sat."""
    own = Seat.objects.filter(
        person=F("pairing__approved_by__person"), joined_on__lte=TruncDate("pairing__approved_at")
    )
    approved = Pairing.objects.filter(approved_at__isnull=False).count()
    return Finding(approved, [broken(seat, "sits in a pairing that the same person approved") for seat in own])


@invariant("12_pairing_s_days_are_in_order")
def days() -> Finding:
    """Seats and logs of a pairing lie between its start and its end."""
    early, late = "lies before its pairing's start", "lies after its pairing's end"
    approved = Q(pairing__approved_at__isnull=False)
    found = [broken(seat, early) for seat in Seat.objects.filter(joined_on__lt=F("pairing__started_on"))]
    found += [broken(seat, late) for seat in Seat.objects.filter(approved, left_on__gt=F("pairing__closed_on"))]
    found += [broken(log, early) for log in ProgressLog.objects.filter(date__lt=F("pairing__started_on"))]
    found += [broken(log, late) for log in ProgressLog.objects.filter(date__gt=F("pairing__closed_on"))]
    return Finding(Seat.objects.count() + ProgressLog.objects.count(), found)


@invariant("12_change_was_decided_by_another")
def changes() -> Finding:
    """Nobody decided on a change that they asked for or came to sit by, and only an active pairing's waits."""
    requests = ChangeRequest.objects.all()
    own = Q(decided_by=F("asked_by")) & ~Q(state=ChangeRequest.State.RECORDED)
    own_rows = requests.filter(own | Q(seats__joining=F("decided_by__person"))).distinct()
    stray = requests.open().exclude(pairing__status=Pairing.Status.ACTIVE)
    found = [broken(one, "was decided by whoever asked for it or joined by it") for one in own_rows]
    return Finding(requests.count(), found + [broken(one, "waits, its pairing is not active") for one in stray])


@invariant("12_changed_seats_are_as_was_decided")
def changed_seats() -> Finding:
    """Who leaves and joins by a change that was carried out left and took just those seats; by no other change."""

    def problem_of(place: ChangedSeat) -> str:
        is_done = place.request.state in ChangeRequest.APPLIED
        for person, seat in ((place.leaving, place.left), (place.joining, place.taken)):
            wanted = person.survivor.pk if person else None
            told = (place.request.pairing_id, place.role, wanted) if is_done and wanted else None
            if told != ((seat.pairing_id, seat.role, seat.person_id) if seat else None):
                return "the seats are not as was decided"
        return ""

    rows = ChangedSeat.objects.select_related("request", "left", "taken", "leaving", "joining")
    return each(rows.order_by("pk").iterator(chunk_size=ROWS_AT_A_TIME), problem_of)


@invariant("12_steps_tell_where_a_pairing_stands")
def steps() -> Finding:
    """What a pairing is (returned, active, completed, ended) has its step."""
    What = PairingStep.What  # noqa: N806 - a class
    wanted = {
        Pairing.Status.RETURNED: What.RETURNED,
        Pairing.Status.ACTIVE: What.APPROVED,
        Pairing.Status.COMPLETED: What.COMPLETED,
        Pairing.Status.ENDED: What.ENDED,
    }
    found = []
    for status, what in wanted.items():
        told = PairingStep.objects.filter(what=what).values("pairing")
        missing = Pairing.objects.filter(status=status).exclude(pk__in=told)
        found += [broken(one, f"no step says that it is {status}") for one in missing]
    return Finding(Pairing.objects.count(), found)


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


@invariant("12_logs_say_an_activity_of_their_form")
def activities() -> Finding:
    """A log's activity is one of its pairing's form."""
    logs = ProgressLog.objects.all()
    strange = Q(pk__in=[])
    for kind in all_kinds():
        strange |= Q(pairing__kind=kind.slug) & ~Q(activity_type__in=[slug for slug, _label in kind.activities])
    found = [broken(log, f"{log.activity_type} is no activity of its form") for log in logs.filter(strange)]
    return Finding(logs.count(), found)
