"""Who belonged to which branch from when to when; figures of a past day ask here and nowhere else."""

import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.doors import DayThatCameField, validate_at_the_door
from organization.models.base import DeskQuerySet
from organization.models.naming import NamesPeople
from organization.models.places import Branch
from organization.reach import Reach


class Ending(models.TextChoices):
    """How somebody's time in a branch ended."""

    MOVED = "moved", gettext_lazy("Moved to another branch")
    LEFT = "left", gettext_lazy("Left the college")
    RETIRED = "retired", gettext_lazy("Retired")
    GRADUATED = "graduated", gettext_lazy("Graduated")


def covers(day: datetime.date | OuterRef) -> Q:
    """Return the condition for memberships of a day: the day of joining is one of them, the day of leaving not."""
    joined = Q(joined_on__isnull=True) | Q(joined_on__lte=day)
    return joined & (Q(left_on__isnull=True) | Q(left_on__gt=day))


def is_here(day: datetime.date | None = None) -> Exists:
    """Return the condition for people who belong to the branch of theirs on a day, today unless said otherwise."""
    stays = Membership.objects.filter(person=OuterRef("pk"), branch=OuterRef("branch"))
    return Exists(stays.on(day or timezone.localdate()))


class MembershipQuerySet(DeskQuerySet):
    """Stays in branches: the secretary's to see, and a person's own."""

    def own_rows(self, reach: Reach) -> Q:
        """Return the user's own stays."""
        return Q(person=reach.person_id)

    def on(self, day: datetime.date | OuterRef) -> Self:
        """Return the stays of a day."""
        return self.filter(covers(day))

    def moved_here(self, since: datetime.date) -> Self:
        """Return the stays that began with a move from another branch since a day, each with `came_from`, its name."""
        before = Membership.objects.filter(
            person=OuterRef("person"), left_on=OuterRef("joined_on"), ending=Ending.MOVED
        ).exclude(pk=OuterRef("pk"))
        named = self.annotate(came_from=Subquery(before.values("branch__name")[:1]))
        return named.filter(joined_on__gte=since, came_from__isnull=False)

    def going_on(self) -> Self:
        """Return the stays that are not over today, those with a day of leaving ahead too."""
        return self.filter(Q(left_on__isnull=True) | Q(left_on__gt=timezone.localdate()))


class Membership(NamesPeople):
    """From a day to a day a person belonged to a branch: no first day means before records, no last one still here."""

    class Basis(models.TextChoices):
        """How well the days are known."""

        STATED = "stated", gettext_lazy("Stated")
        RECKONED = "reckoned", gettext_lazy("Reckoned from older records")

    refuses_merged = True

    person = models.ForeignKey(
        "organization.Person",
        models.CASCADE,  # a person entered by mistake is deleted with the history
        related_name="memberships",
        verbose_name=gettext_lazy("person"),
    )
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="memberships", verbose_name=gettext_lazy("branch"))
    joined_on = DayThatCameField(gettext_lazy("here from"), null=True, blank=True)
    left_on = models.DateField(gettext_lazy("here no more from"), null=True, blank=True)
    ending = models.CharField(gettext_lazy("how it ended"), max_length=10, choices=Ending, blank=True, default="")
    basis = models.CharField(gettext_lazy("how the days are known"), max_length=8, choices=Basis, default=Basis.STATED)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("time in a branch")
        verbose_name_plural = gettext_lazy("times in branches")
        ordering = ["person", F("joined_on").asc(nulls_first=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(left_on__isnull=True),
                name="one_open_membership_a_person",
                violation_error_message=gettext_lazy("This person belongs to a branch already."),
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(joined_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                name="membership_left_after_joined",
                violation_error_message=gettext_lazy("Nobody leaves a branch before the day on which they came."),
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True, ending="")
                | Q(left_on__isnull=False, ending__in=["moved", "left", "retired", "graduated"]),
                name="membership_ended_somehow",
                violation_error_message=gettext_lazy("Please say how the time in the branch ended."),
            ),
        ]
        indexes = [
            # Coverage: who belonged to a branch on a day or in a period.
            models.Index(fields=["branch", "left_on", "person"], name="membership_of_branch"),
        ]

    def __str__(self) -> str:
        since = date_format(self.joined_on) if self.joined_on else _("before records began")
        if self.left_on is None:
            return _("since %(day)s") % {"day": since}
        until = {"from": since, "to": date_format(self.left_on), "how": self.get_ending_display()}
        return _("%(from)s to %(to)s: %(how)s") % until

    def save(self, **kwargs: Any) -> None:
        """Save; a day of coming that lies ahead is refused.

        Raises:
            ValidationError: by field.
            RuleError: for a record that was merged.
        """
        validate_at_the_door(self)
        super().save(**kwargs)

    @property
    def first_day(self) -> datetime.date:
        """Return the day of joining, or the first day there is."""
        return self.joined_on or datetime.date.min

    @property
    def day_after(self) -> datetime.date:
        """Return the day of leaving, or the last day there is."""
        return self.left_on or datetime.date.max

    def holds(self, day: datetime.date) -> bool:
        """Return whether a day is one of them: what `covers` asks the database."""
        return self.first_day <= day < self.day_after

    def following(self) -> "list[Membership]":
        """Return the person's later times in branches (one query)."""
        others = Membership.objects.filter(person=self.person_id).exclude(pk=self.pk)
        return [one for one in others if one.first_day >= self.day_after]
