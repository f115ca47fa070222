"""Mentorship: one teacher party member, one student party member, one ordinary student."""

import datetime
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import cast

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organization.models import Person, ScopedQuerySet
from organization.reach import Reach
from organization.text import PlainCharField
from pairings import kinds
from pairings.models import Pairing
from pairings.models.queries import PairingQuerySet
from pairings.own_tables import OwnTable


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

    def first_day_held(self) -> datetime.date | None:
        """Return the earliest day of a log, a result or an assessment (three queries)."""
        return min((day for day in (super().first_day_held(), *self._days_of_work(models.Min)) if day), default=None)

    def last_day_held(self) -> datetime.date | None:
        """Return the latest day of a log, a result or an assessment (two queries)."""
        return max((day for day in (super().last_day_held(), *self._days_of_work(models.Max)) if day), default=None)

    def works_of(self, people: Collection[Person]) -> bool:
        """Return whether somebody among these people logged, reflected or was assessed in the team (three queries)."""
        of_students = (self.assessments, self.reflections)
        return super().works_of(people) or any(rows.filter(student__in=people).exists() for rows in of_students)

    def _days_of_work(self, end: type[models.Min | models.Max]) -> list[datetime.date | None]:
        """Return the first or last day on which a round's result was known and on which somebody was assessed."""
        results = self.projects.filter(stages__result__gt="").aggregate(day=end("stages__held_on"))
        return [results["day"], self.assessments.aggregate(day=end("assessed_on"))["day"]]

    def own_tables(self) -> Iterator[OwnTable]:
        """Yield the rounds of its projects and contests (two queries)."""
        rows = tuple(
            (project.title, project.get_track_display(), stage.get_round_display(), stage.held_on, stage.result)
            for project in self.projects.prefetch_related("stages")
            for stage in project.stages.all()
        )
        if rows:
            head = (gettext("Project or contest"), gettext("Works on"), gettext("round"), gettext("date"),
                    gettext("result"))  # fmt: skip
            yield OwnTable(gettext("Projects and contests"), head, rows, (7, 5, 3, 4, 4))

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


def before_start(team: Pairing) -> str:
    """Return why something of a team cannot have been before its start."""
    return gettext("The team began on %(day)s; this cannot be older.") % {"day": date_format(team.started_on)}


class OfTeamQuerySet(ScopedQuerySet):
    """What belongs to a team; people see it with their own teams."""

    branch_path = "team__branch"
    team_path = "team"

    def own_rows(self, reach: Reach) -> Q:
        """Return the rows of the user's own teams."""
        teams = MentorshipTeam.objects.filter(MentorshipTeam.objects.all().own_rows(reach))
        return Q(**{f"{self.team_path}__in": teams.values("pk")})
