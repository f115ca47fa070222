"""Mentorship: one teacher party member, one student party member, one ordinary student."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organization.models import Person, ScopedQuerySet, User
from organization.text import PlainCharField
from pairings import kinds
from pairings.models import Pairing
from pairings.models.pairing import PairingQuerySet


class MentorshipTeam(Pairing):
    """A mentor's team that works on an innovation project or trains for a skills contest (导师制团队)."""

    class Track(models.TextChoices):
        """What the team works on."""

        INNOVATION = "innovation", _("Innovation and entrepreneurship project")
        CONTEST = "contest", _("Skills contest")

    KIND = "mentorship"

    pairing = models.OneToOneField(
        Pairing,
        models.CASCADE,  # a pairing and its form are one
        parent_link=True,
        primary_key=True,
    )
    track = models.CharField(_("works on"), max_length=12, choices=Track, default=Track.CONTEST)
    contest = PlainCharField(_("project or contest"), max_length=100, blank=True)

    objects = PairingQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("mentorship team")
        verbose_name_plural = _("mentorship teams")

    @contextmanager
    def while_open(self) -> Iterator["MentorshipTeam"]:
        """Yield the locked row; refuse when the team is over.

        Raises:
            RuleError: saying where the team is.
        """
        with self._locked(*self.OPEN) as team:
            yield cast("MentorshipTeam", team)

    @contextmanager
    def while_active(self) -> Iterator["MentorshipTeam"]:
        """Yield the locked row; refuse when the team has not begun or is over.

        Raises:
            RuleError: saying where the team is.
        """
        with self._locked(self.Status.ACTIVE) as team:
            yield cast("MentorshipTeam", team)

    @property
    def students(self) -> list[Person]:
        """Return the student member and the ordinary student (prefetch `seats__person`)."""
        return [seat.person for seat in self.shown_seats if seat.role != kinds.LEADER]

    def open_matters(self) -> list[str]:
        """Return rounds without a result and students without a last assessment (two queries)."""
        today = timezone.localdate()
        matters = [
            gettext("%(project)s: the result of the %(round)s is not recorded.")
            % {"project": project.title, "round": stage.get_round_display()}
            for project in self.projects.prefetch_related("stages")
            for stage in project.stages.all()
            if not stage.result and stage.held_on <= today
        ]
        assessed = set(self.assessments.filter(moment="end", view="mentor").values_list("student", flat=True))
        matters += [
            gettext("%(student)s: the assessment at the end is missing.") % {"student": student.name}
            for student in self.students
            if student.pk not in assessed
        ]
        return matters


class OfTeamQuerySet(ScopedQuerySet):
    """What belongs to a team; people see it with their own teams."""

    branch_path = "team__branch"
    team_path = "team"

    def own_rows(self, user: User) -> Q:
        """Return the rows of the user's own teams."""
        teams = MentorshipTeam.objects.filter(MentorshipTeam.objects.all().own_rows(user))
        return Q(**{f"{self.team_path}__in": teams.values("pk")})
