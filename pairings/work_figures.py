"""Figures of what every form shares: party-building in the day's work, and people on their way into the party."""

from functools import partial

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from organization.models import Membership, PartyStage, PartyStageEntry
from organization.ranks import rank_of
from pairings.figures import Asked, Column, Figure, Measure, Records, day_of, register
from pairings.models import ProgressLog, Seat


def logged(asked: Asked) -> "QuerySet[ProgressLog]":
    """Return the period's logs."""
    return ProgressLog.objects.filter(branch__in=asked.branches).between(asked.first, asked.day)


LOG_COLUMNS = (
    Column(_("date"), day_of("date")),
    Column(_("pairing"), lambda log: log.pairing.title),
    Column(_("activity"), lambda log: log.activity_label),
    Column(_("author"), lambda log: log.author.name),
)
WOVEN_IN = Records(
    rows=logged,
    columns=(*LOG_COLUMNS, Column(_("party-building element"), lambda log: log.get_element_kind_display())),
    shown_with=("pairing", "author"),
)


def steps_forward(asked: Asked) -> "QuerySet[PartyStageEntry]":
    """Return the steps by which people who had come into a pairing got further than they were, with `of_branch`.

    Somebody belongs to the branch of that day; the first line of a history says where they were, and is no step.
    """
    steps = PartyStageEntry.objects.filter(asked.within("from_date"))
    before = PartyStageEntry.objects.filter(person=OuterRef("person"), from_date__lt=OuterRef("from_date"))
    day = OuterRef("from_date")
    stays = Membership.objects.on(day).filter(person=OuterRef("person"))
    seated = Seat.objects.filter(person=OuterRef("person"), joined_on__lte=day, pairing__approved_at__isnull=False)
    newest = Subquery(before.order_by("-from_date").values("stage")[:1], output_field=CharField())
    steps = steps.annotate(came_from=newest, of_branch=Subquery(stays.values("branch")[:1]))
    steps = steps.annotate(now_at=rank_of(PartyStage, "stage"), was_at=rank_of(PartyStage, "came_from"))
    rows = steps.filter(Exists(seated), came_from__isnull=False, now_at__gt=F("was_at"))
    return rows.filter(of_branch__in=[branch.pk for branch in asked.branches])


STEPS_FORWARD = Records(
    rows=steps_forward,
    columns=(
        Column(_("Full name"), lambda step: step.person.name),
        Column(_("from"), day_of("from_date")),
        Column(_("party stage"), lambda step: step.get_stage_display()),
    ),
    shown_with=("person",),
    opens=None,
    person="person",
    branch="of_branch",
)
figure_of_people = partial(
    Figure,
    definition=_("People who had come into a pairing and got further on the way into the party than they were."),
    counting=_(
        "Each person once, whatever number of steps; those who are not told names, as of people who have moved to "
        "another branch since, hear of three or more in a branch."
    ),
    period=_("By the day from which the stage counts; people of the branch of that day."),
    unit=Measure.PEOPLE,
    records=STEPS_FORWARD,
)

register(
    Figure(
        slug="elements",
        name=_("Party-building elements"),
        definition=_("Logs that hold a party-building element, by its kind."),
        unit=Measure.LOGS,
        records=WOVEN_IN,
        by="element_kind",
        labels=dict(ProgressLog.Element.choices),
    ),
    figure_of_people(
        slug="advanced_teachers",
        name=_("Teachers who advanced on the party path"),
        only=lambda asked: Q(person__kind="teacher"),
    ),
    figure_of_people(
        slug="advanced_students",
        name=_("Students who advanced on the party path"),
        only=lambda asked: Q(person__kind="student"),
    ),
)
