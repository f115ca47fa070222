"""What a team works on: an innovation project or a skills contest, with its rounds."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentorship.models.back import RESULT
from mentorship.models.team import MentorshipTeam, OfTeamQuerySet, before_start
from organization.models import RuleError, User, VersionedModel, all_or_nothing
from organization.text import PlainCharField
from organization.verbs import verb, writes


class Round(models.TextChoices):
    """A contest's rounds from the school upwards; the values are those of an outcome's level."""

    COLLEGE = "college", _("School round")
    MUNICIPAL = "municipal", _("Municipal round")
    PROVINCIAL = "provincial", _("Provincial round")
    NATIONAL = "national", _("National round")


#: The vocabulary's words for what comes of each: an award of a contest, or a project.
SUBKIND_OF: dict[str, str] = {
    MentorshipTeam.Track.CONTEST: "职业技能大赛",
    MentorshipTeam.Track.INNOVATION: "创新创业大赛",
}
INNOVATION_PROJECT = "大学生创新创业项目"


class Project(VersionedModel):
    """An innovation-entrepreneurship project or a skills contest that a team works on (双创项目、技能竞赛)."""

    team = models.ForeignKey(
        MentorshipTeam,
        models.CASCADE,  # a proposal entered by mistake is deleted with its plans
        related_name="projects",
        verbose_name=_("mentorship team"),
    )
    track = models.CharField(_("works on"), max_length=12, choices=MentorshipTeam.Track)
    title = PlainCharField(_("title"), max_length=100)
    contest = PlainCharField(_("contest's name"), max_length=100, blank=True)
    organiser = PlainCharField(_("organiser"), max_length=100, blank=True)
    level = models.CharField(_("leads up to"), max_length=12, choices=Round, default=Round.PROVINCIAL)

    objects = OfTeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def branch_id(self) -> int:
        """Return the branch of the team."""
        return self.team.branch_id

    @writes
    def plan(self, days: Mapping[str, datetime.date | None]) -> None:
        """Save the project with the day of each round; a round with a result keeps its own.

        Args:
            days: the planned day by round, None where there is none.

        Raises:
            RuleError: when the team is over.
            ValidationError: by field.
        """
        with all_or_nothing(), self.team.while_open() as team:
            self.full_clean()
            self.save()
            kept = {stage.round: stage for stage in self.stages.all()}
            for name, day in days.items():
                stage = kept.get(name)
                if day and day < team.started_on and (stage is None or day != stage.held_on):
                    raise ValidationError({f"held_{name}": before_start(team)})
                if day and stage is None:
                    Stage.objects.create(project=self, round=name, held_on=day)
                elif stage and not stage.result and day is None:
                    stage.delete()
                elif stage and not stage.result and day != stage.held_on:
                    stage.held_on = day
                    stage.save(update_fields=["held_on"])


class StageQuerySet(OfTeamQuerySet):
    """Rounds of projects."""

    branch_path = "project__team__branch"
    team_path = "project__team"


class Stage(VersionedModel):
    """A round of a contest or project, and what came of it."""

    project = models.ForeignKey(
        Project,
        models.CASCADE,  # a project is its rounds
        related_name="stages",
        verbose_name=_("project"),
    )
    round = models.CharField(_("round"), max_length=12, choices=Round)
    held_on = models.DateField(_("date"))
    result = PlainCharField(_("result"), max_length=30, blank=True, help_text=_("e.g. First prize, or Approved"))

    objects = StageQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["held_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "round"], name="round_once_a_project"),
            models.CheckConstraint(condition=Q(round__in=Round.values), name="stage_is_a_round"),
        ]

    def __str__(self) -> str:
        return f"{self.project.title} {self.get_round_display()}"

    @property
    def branch_id(self) -> int:
        """Return the branch of the team."""
        return self.project.team.branch_id

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed without a result."""
        return not self.result and self.held_on < timezone.localdate()

    @property
    def origin(self) -> str:
        """Return the name of the round on the team's page, by which its outcome is handed over once."""
        return f"stage-{self.pk}"

    @property
    def as_outcome(self) -> dict[str, Any]:
        """Return what an outcome's form is filled in with: an award of a contest, or the project itself."""
        project = self.project
        is_award = "奖" in self.result or project.track == MentorshipTeam.Track.CONTEST
        return {
            "origin": self.origin,
            "title": f"{project.contest or project.title}{self.result}：{project.title}" if is_award else project.title,
            "category": "award" if is_award else "project",
            "level": self.round,
            "status": "recognised" if is_award else "approved",
            "grade_name": self.result if is_award else "",
            "subkind_name": SUBKIND_OF[project.track] if is_award else INNOVATION_PROJECT,
            "achieved_on": self.held_on.isoformat(),
            "issuer": project.organiser,
        }

    @writes
    def record_result(self, *, result: str, held_on: datetime.date) -> None:
        """Keep what came of the round.

        Args:
            result: in the organiser's words, e.g. 一等奖.
            held_on: the day on which it was known.

        Raises:
            RuleError: when there are no words, the team is not active, or somebody else saved it.
            ValidationError: when the day lies in the future or before the team's start.
        """
        if not result.strip():
            raise RuleError(_("Please write the result."))
        if held_on > timezone.localdate():
            raise ValidationError({"held_on": _("The date lies in the future.")})
        self.result, self.held_on = result.strip(), held_on
        with all_or_nothing(), self.project.team.while_active() as team:
            if held_on < team.started_on:
                raise ValidationError({"held_on": before_start(team)})
            self.full_clean()
            self.save()

    @verb
    def take_result_back(self, *, by: User, reason: str = "") -> None:
        """Let the round stand without a result again.

        Raises:
            RuleError: when `by` neither leads the team nor manages its branch, the team is over, there is no result,
                or a secretary gives no reason.
        """
        with RESULT.taking(self, by=by, reason=reason) as (stage, _line):
            stage.result = ""
            stage.save(update_fields=["result"])
        self.refresh_from_db()
