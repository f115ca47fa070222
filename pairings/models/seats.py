"""Who sits in a pairing, in which role, from when to when."""

import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from organization.models import (
    MEMBER_STAGES,
    Membership,
    NamesPeople,
    PartyStage,
    Person,
    RuleError,
    ScopedQuerySet,
    User,
    all_or_nothing,
)
from organization.reach import Reach
from organization.verbs import verb, writes
from pairings import kinds
from pairings.models.pairing import Pairing

MEMBER_ROLES = (kinds.LEADER, kinds.STUDENT_MEMBER)
NON_MEMBER_ROLES = (kinds.ORDINARY_STUDENT, kinds.ORDINARY_TEACHER)
STUDENT_ROLES = (kinds.STUDENT_MEMBER, kinds.ORDINARY_STUDENT)
OPEN = Q(left_on__isnull=True)


class SeatQuerySet(ScopedQuerySet):
    """Seats."""

    branch_path = "pairing__branch"

    def own_rows(self, reach: Reach) -> Q:
        """Return the seats of the user's own pairings."""
        return Q(pairing__in=Pairing.objects.filter(Pairing.objects.all().own_rows(reach)).values("pk"))

    def taken_on(self, day: datetime.date) -> "SeatQuerySet":
        """Return the seats that were taken on a day."""
        return self.filter(joined_on__lte=day).filter(OPEN | Q(left_on__gt=day))

    def left_behind(self) -> "SeatQuerySet":
        """Return the places whose people belong to the pairing's branch no more, and were to stay until a day."""
        stays = Membership.objects.on(timezone.localdate())
        here = stays.filter(person=OuterRef("person"), branch=OuterRef("pairing__branch"))
        kept = self.filter(OPEN, stays_until__isnull=False).exclude(Exists(here))
        return kept.select_related("person", "pairing").order_by("stays_until", "pk")


class Seat(NamesPeople):
    """A person sits, or sat, in a pairing. The party stage is that of the day the seat was taken."""

    pairing = models.ForeignKey(
        Pairing,
        models.CASCADE,  # a proposal entered by mistake is deleted with its seats
        related_name="seats",
        verbose_name=_("pairing"),
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="seats", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20)
    stage_when_seated = models.CharField(_("party stage when seated"), max_length=12, choices=PartyStage)
    joined_on = models.DateField(_("joined on"))
    left_on = models.DateField(_("left on"), null=True, blank=True)
    #: Somebody who left the branch keeps the place until then; it is asked for when they leave.
    stays_until = models.DateField(_("stays until"), null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["pairing", "joined_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pairing", "role"],
                condition=OPEN & ~Q(role=kinds.HELPER),
                name="one_open_seat_a_role",
                violation_error_message=_("This place in the pairing is already taken."),
            ),
            models.UniqueConstraint(
                fields=["pairing", "person"],
                condition=OPEN,
                name="one_open_seat_a_person",
                violation_error_message=_("The same person cannot take two places in a pairing."),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=OPEN & Q(role__in=STUDENT_ROLES),
                name="one_open_student_seat_a_person",
                violation_error_message=_("This student is already in another mentorship team."),
            ),
            models.CheckConstraint(
                condition=~Q(role__in=MEMBER_ROLES) | Q(stage_when_seated__in=MEMBER_STAGES),
                name="member_seat_needs_a_member",
                violation_error_message=_("This place is for a party member."),
            ),
            models.CheckConstraint(
                condition=~Q(role__in=NON_MEMBER_ROLES) | ~Q(stage_when_seated__in=MEMBER_STAGES),
                name="ordinary_seat_needs_a_non_member",
                violation_error_message=_("This place is for somebody who is not a party member."),
            ),
            models.CheckConstraint(condition=OPEN | Q(left_on__gte=F("joined_on")), name="seat_left_after_joined"),
            models.CheckConstraint(
                condition=Q(stays_until__isnull=True) | Q(stays_until__gte=F("joined_on")),
                name="seat_stays_after_joined",
                violation_error_message=_("Nobody stays in a place until before the day on which they took it."),
            ),
        ]
        indexes = [
            # "My pairings" and coverage: a person's seats.
            models.Index(fields=["person", "left_on"], name="seat_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.role_label} {self.person.name}"

    @property
    def role_label(self) -> str:
        """Return what the form calls the role."""
        return str(self.pairing.kind_info.role(self.role).label)

    def clean(self) -> None:
        """Refuse a role that the form has not, a student in a teacher's seat, and another college's person.

        Raises:
            ValidationError: at role or person.
        """
        try:
            role = self.pairing.kind_info.role(self.role)
        except KeyError as error:
            raise ValidationError({"role": _("This form has no such role.")}) from error
        if self.person.kind != role.person_kind:
            wanted = Person.Kind(role.person_kind).label
            raise ValidationError({"person": _("This place is for a %(kind)s.") % {"kind": wanted}})
        if self.person.college_id != self.pairing.branch.college_id:
            raise ValidationError({"person": _("This person belongs to another college.")})
        if self._state.adding and self.joined_on and self.person.membership_on(self.joined_on) is None:
            words = _("%(person)s is not here on %(day)s and can take no place then.")
            raise ValidationError({"person": words % {"person": self.person, "day": date_format(self.joined_on)}})

    @writes
    def leave(self, *, on: datetime.date) -> None:
        """Leave the seat on a day; the row stays as history."""
        self.left_on = on
        self.save(update_fields=["left_on"])

    @verb
    def stay_until(self, day: datetime.date, *, by: User) -> None:
        """Keep the place, though its person leaves the branch, until a day on which it is asked for again.

        Raises:
            RuleError: when the user manages neither the pairing's branch nor the person's, or the place is free by now.
        """
        with all_or_nothing():
            seat = Seat.objects.select_for_update(of=("self",)).select_related("pairing", "person").get(pk=self.pk)
            if not by.manages(seat.person.branch_id):
                by.must_manage(seat.pairing.branch_id)
            if seat.left_on is not None or day < seat.joined_on:
                raise RuleError(_("Nobody stays in a place until before the day on which they took it."))
            seat.stays_until = day
            seat.save(update_fields=["stays_until"])
        self.refresh_from_db()
