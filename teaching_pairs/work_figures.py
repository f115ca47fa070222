"""Figures of teaching pairs: how they came together, how far they are, and the workshops that they came of."""

from functools import partial

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pairings.figures import Asked, Column, Figure, Measure, Records, day_of, happened, register
from pairings.kinds import LEADER, ORDINARY_TEACHER
from pairings.models import Seat
from teaching_pairs.models import Milestone, SignUp, TeachingPair, Workshop

SLUG = TeachingPair.KIND
REACH = {"inside": _("Inside one teaching office"), "across": _("Across teaching offices")}


def office_of(role: str) -> Subquery:
    """Return the office of who sits in a pair at a role, or sat there last."""
    seats = Seat.objects.filter(pairing=OuterRef("pk"), role=role)
    return Subquery(seats.order_by(F("left_on").desc(nulls_first=True), "-pk").values("person__office")[:1])


def formed(asked: Asked) -> "QuerySet[TeachingPair]":
    """Return the pairs that began in the period, with their `reach`."""
    rows = TeachingPair.objects.filter(asked.within("started_on"), branch__in=asked.branches)
    return with_reach(rows.filter(approved_at__isnull=False))


def with_reach(rows: "QuerySet[TeachingPair]") -> "QuerySet[TeachingPair]":
    """Add to pairs their `reach`: inside one office, across two, or not known."""
    rows = rows.annotate(one_office=office_of(LEADER), other_office=office_of(ORDINARY_TEACHER))
    same = When(one_office=F("other_office"), then=Value("inside"))
    different = When(one_office__isnull=False, other_office__isnull=False, then=Value("across"))
    return rows.annotate(reach=Case(same, different, default=Value(""), output_field=CharField()))


def held(asked: Asked) -> "QuerySet[Workshop]":
    """Return the workshops that were held in the period."""
    return Workshop.objects.filter(asked.within("held_on"), branch__in=asked.branches)


def attended(asked: Asked) -> "QuerySet[SignUp]":
    """Return who was there at the workshops of the period."""
    rows = SignUp.objects.filter(asked.within("workshop__held_on"), workshop__branch__in=asked.branches)
    return rows.filter(attended=True)


def steps(asked: Asked) -> "QuerySet[Milestone]":
    """Return the milestones of approved pairs, those of their course or their topic."""
    of_course = Q(step__in=Milestone.COURSE_STEPS) & ~Q(pair__course="")
    of_topic = Q(step__in=Milestone.TOPIC_STEPS) & ~Q(pair__topic="")
    rows = Milestone.objects.filter(of_course | of_topic, pair__branch__in=asked.branches)
    return rows.filter(pair__approved_at__isnull=False)


def late(asked: Asked) -> Q:
    """Return the condition that a milestone was planned and not reached on the last day so far, its pair active."""
    going_on = Q(pair__closed_on__isnull=True) | Q(pair__closed_on__gt=asked.day)
    not_reached = Q(done_on__isnull=True) | Q(done_on__gt=asked.day)
    return Q(planned_on__lt=asked.day, pair__started_on__lte=asked.day) & going_on & not_reached


FORMED = Records(
    rows=formed,
    columns=(
        Column(_("pairing"), lambda pair: pair.title),
        Column(_("starts on"), day_of("started_on")),
        Column(_("formation"), lambda pair: pair.get_formation_display()),
        Column(_("offices"), lambda pair: REACH.get(pair.reach, "")),
        Column(_("pattern"), lambda pair: pair.get_pattern_display()),
        Column(_("came of the workshop"), lambda pair: pair.workshop or ""),
    ),
    shown_with=("workshop",),
    found_out=with_reach,
)
HELD = Records(
    rows=held,
    columns=(
        Column(_("workshop"), lambda workshop: workshop.title),
        Column(_("date"), day_of("held_on")),
        Column(_("place"), lambda workshop: workshop.place),
    ),
)
ATTENDED = Records(
    rows=attended,
    columns=(
        Column(_("workshop"), lambda signup: signup.workshop.title),
        Column(_("date"), day_of("workshop.held_on")),
        Column(_("person"), lambda signup: signup.person.name),
    ),
    shown_with=("workshop", "person"),
    opens="workshop",
)
STEPS = Records(
    rows=steps,
    columns=(
        Column(_("pairing"), lambda milestone: milestone.pair.title),
        Column(_("milestone"), lambda milestone: milestone.get_step_display()),
        Column(_("planned for"), day_of("planned_on")),
        Column(_("reached on"), day_of("done_on")),
    ),
    shown_with=("pair",),
    opens="pair",
)
BEGAN = _("By the day on which the pair began.")
PAIRS = pgettext_lazy("measure word", "pairs")
figure = partial(Figure, form=SLUG)
figure_of_pairs = partial(figure, records=FORMED, period=BEGAN, counting=_("Each pair once."), unit=PAIRS)

register(
    figure_of_pairs(
        slug="formation",
        name=_("Formation of the pairs"),
        definition=_("Pairs that began in the period, by how the two came together."),
        by="formation",
        labels=dict(TeachingPair.Formation.choices),
    ),
    figure_of_pairs(
        slug="reach",
        name=_("Offices of the pairs"),
        definition=_("Pairs that began in the period, inside one teaching office or across two."),
        by="reach",
        labels=REACH,
        counting=_("Each pair once, where the offices of both are known."),
    ),
    figure_of_pairs(
        slug="pattern",
        name=_("Patterns of the pairs"),
        definition=_("Pairs that began in the period, by why the two suit each other."),
        by="pattern",
        labels=dict(TeachingPair.Pattern.choices),
        counting=_("Each pair once, where its pattern is entered."),
    ),
    figure(
        slug="workshops",
        name=_("Workshops held"),
        definition=_("Workshops on finding partners and topics that were held."),
        unit=pgettext_lazy("measure word", "workshops"),
        records=HELD,
    ),
    figure(
        slug="attendance",
        name=_("Attendance of workshops"),
        definition=_("Who was there at the workshops of the period, by the attendance that was kept."),
        counting=_("Each person once for each workshop."),
        unit=pgettext_lazy("measure word", "attendances"),
        records=ATTENDED,
    ),
    figure_of_pairs(
        slug="pairs_of_workshops",
        name=_("Pairs that came of workshops"),
        definition=_("Pairs that began in the period and came of a workshop."),
        only=lambda asked: Q(workshop__isnull=False),
    ),
    figure(
        slug="milestones_reached",
        name=_("Milestones reached"),
        definition=_("Steps of courses and topics that were reached."),
        period=_("By the day on which the step was reached."),
        unit=Measure.STEPS,
        records=STEPS,
        only=happened("done_on"),
    ),
    figure(
        slug="milestones_overdue",
        name=_("Milestones overdue"),
        definition=_("Steps of active pairs that should have been reached by then and were not."),
        period=_("On the last day of the period so far."),
        unit=Measure.STEPS,
        records=STEPS,
        only=late,
    ),
)
