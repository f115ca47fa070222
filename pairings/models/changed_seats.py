"""Which place of a pairing a change request gives to somebody else."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organization.models import NamesPeople, Person, ScopedQuerySet
from organization.reach import Reach
from pairings.models.pairing import Pairing
from pairings.models.seats import Seat


class ChangedSeatQuerySet(ScopedQuerySet):
    """Places that a request changes; people see those of their own pairings."""

    branch_path = "request__pairing__branch"

    def own_rows(self, reach: Reach) -> Q:
        """Return the rows about the user's own pairings."""
        return Q(request__pairing__in=Pairing.objects.filter(Pairing.objects.all().own_rows(reach)).values("pk"))


class ChangedSeat(NamesPeople):
    """A place in a pairing that a request gives to somebody else; `left` and `taken` are there once it is done."""

    request = models.ForeignKey(
        "pairings.ChangeRequest", models.PROTECT, related_name="seats", verbose_name=_("change request")
    )
    role = models.CharField(_("role"), max_length=20)
    leaving = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who leaves")
    )
    joining = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who joins")
    )
    left = models.OneToOneField(
        Seat, models.PROTECT, null=True, blank=True, related_name="left_by", verbose_name=_("the seat that was left")
    )
    taken = models.OneToOneField(
        Seat, models.PROTECT, null=True, blank=True, related_name="came_by", verbose_name=_("the seat that was taken")
    )

    objects = ChangedSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("changed seat")
        verbose_name_plural = _("changed seats")
        ordering = ["request", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(leaving__isnull=False) | Q(joining__isnull=False), name="changed_seat_has_somebody"
            ),
            models.CheckConstraint(
                condition=Q(leaving__isnull=True) | Q(joining__isnull=True) | ~Q(leaving=F("joining")),
                name="changed_seat_goes_to_another",
            ),
        ]

    def __str__(self) -> str:
        names = " → ".join(person.name if person else "" for person in (self.leaving, self.joining))
        return f"{self.request.pairing.kind_info.role(self.role).label}: {names} · {self.request.reason}"

    @property
    def branch_id(self) -> int:
        """Return the branch of the pairing."""
        return self.request.pairing.branch_id
