"""How the two students of a team grow: a rubric, assessments by mentor and student, and the students' own words."""

from collections.abc import Mapping, Sequence
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from mentorship.models.back import ASSESSMENT, REFLECTION
from mentorship.models.team import MentorshipTeam, before_start
from organization.doors import DayThatCameField
from organization.models import (
    Branch,
    DeskQuerySet,
    NamesPeople,
    Person,
    RuleError,
    ScopedQuerySet,
    User,
    VersionedModel,
    all_or_nothing,
)
from organization.reach import Reach, Viewer
from organization.text import PlainCharField, PlainTextField
from organization.verbs import verb, writes
from pairings.kinds import LEADER
from pairings.models import Seat


class RubricQuerySet(ScopedQuerySet):
    """Rubrics: everybody reads the system's and the own branch's."""

    def own_rows(self, reach: Reach) -> Q:
        """Return the system's rubrics and those of the user's own branch."""
        return Q(branch__isnull=True) | Q(branch=reach.own_branch_id, branch__isnull=False)

    def current_for(self, branch_id: int) -> "Rubric":
        """Return what a branch assesses by now: the newest of its own that is in use, or the system's."""
        offered = self.filter(Q(branch=branch_id) | Q(branch__isnull=True), is_active=True)
        rubric = offered.order_by(models.F("branch").desc(nulls_last=True), "-pk").first()
        if rubric is None:
            raise RuleError(_("No rubric is in use; the secretary can put one into use."))
        return rubric


class Rubric(VersionedModel):
    """The abilities by which students are assessed. One that was used is never changed: it gets a new version."""

    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    name = PlainCharField(_("name"), max_length=50)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = RubricQuerySet.as_manager()

    class Meta:
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_used(self) -> bool:
        """Whether an assessment stands on it, so that it may not change (one query)."""
        return self.assessments.exists()

    @writes
    def copy_for(self, branch: Branch | None) -> "Rubric":
        """Return a new version that the branch can change, or for None the system's; its older one goes out of use."""
        with all_or_nothing():
            copy = Rubric.objects.create(branch=branch, name=self.name)
            for item in self.items.all():
                RubricItem.objects.create(
                    rubric=copy, name=item.name, name_en=item.name_en, words=item.words, position=item.position
                )
            for older in Rubric.objects.filter(branch=branch, is_active=True).exclude(pk=copy.pk):
                older.is_active = False
                older.save(update_fields=["is_active"])
        return copy


class RubricItemQuerySet(ScopedQuerySet):
    """Abilities of rubrics."""

    branch_path = "rubric__branch"

    def own_rows(self, reach: Reach) -> Q:
        """Return the abilities of the rubrics that the user may see."""
        return Q(rubric__in=Rubric.objects.filter(Rubric.objects.all().own_rows(reach)).values("pk"))


class RubricItem(models.Model):
    """An ability of a rubric, e.g. 创新能力."""

    rubric = models.ForeignKey(Rubric, models.CASCADE, related_name="items", verbose_name=_("rubric"))  # its own lines
    name = PlainCharField(_("ability"), max_length=30)
    name_en = PlainCharField(_("English name"), max_length=50, blank=True)
    words = PlainCharField(_("what it means"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = RubricItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("ability")
        verbose_name_plural = _("abilities")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rubric", "name"],
                name="ability_once_in_a_rubric",
                violation_error_message=_("The rubric already has this ability."),
            )
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name


class AssessmentQuerySet(DeskQuerySet):
    """Assessments: the secretary's, the mentor's, and each student's own."""

    branch_path = "team__branch"

    def own_rows(self, reach: Reach) -> Q:
        """Return those about the user, and those of the teams that the user leads or led."""
        led = Seat.objects.filter(person=reach.person_id, role=LEADER).values("pairing")
        return Q(student=reach.person_id) | Q(team__in=led)

    def with_scores(self) -> Self:
        """Fetch the scores with their abilities."""
        return self.select_related("student", "rubric").prefetch_related("scores__item")


class Assessment(NamesPeople, VersionedModel):
    """How a student stands at the start, in the middle or at the end, as the mentor or the student sees it."""

    class Moment(models.TextChoices):
        """When it was assessed."""

        START = "start", _("At the start")
        MIDDLE = "middle", _("In the middle")
        END = "end", _("At the end")

    class View(models.TextChoices):
        """Who sees it so."""

        MENTOR = "mentor", _("Mentor")
        SELF = "self", _("The student")

    class Mark(models.IntegerChoices):
        """The five marks."""

        BEGINNING = 1, _("Beginning")
        BASIC = 2, _("Basic")
        SKILLED = 3, _("Skilled")
        GOOD = 4, _("Good")
        OUTSTANDING = 5, _("Outstanding")

    team = models.ForeignKey(
        MentorshipTeam, models.PROTECT, related_name="assessments", verbose_name=_("mentorship team")
    )
    student = models.ForeignKey(Person, models.PROTECT, related_name="assessments", verbose_name=_("student"))
    moment = models.CharField(_("moment"), max_length=8, choices=Moment)
    view = models.CharField(_("seen by"), max_length=8, choices=View)
    rubric = models.ForeignKey(Rubric, models.PROTECT, related_name="assessments", verbose_name=_("rubric"))
    assessed_on = DayThatCameField(_("date"), default=timezone.localdate)
    words = PlainTextField(_("in words"), max_length=1000, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("growth assessment")
        verbose_name_plural = _("growth assessments")
        ordering = ["team", "student", "assessed_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["team", "student", "moment", "view"], name="assessed_once_a_moment")
        ]

    def __str__(self) -> str:
        return f"{self.student.name} {self.get_moment_display()}"

    @property
    def branch_id(self) -> int:
        """Return the branch of the team."""
        return self.team.branch_id

    @verb
    def record(self, *, by: User, marks: Mapping[int, int]) -> None:
        """Save the assessment with its marks, by the rubric it began with.

        Args:
            by: the mentor or a secretary; or the student, of themself.
            marks: a mark by the primary key of each ability of the rubric.

        Raises:
            RuleError: when somebody else assesses, or the team is not active.
            ValidationError: when an ability has no mark.
        """
        own = by.person_id == self.student_id
        if own != (self.view == self.View.SELF):
            raise RuleError(_("The student's own view is written by the student, the mentor's by the mentor."))
        items = {item.pk for item in self.rubric.items.all()}
        if set(marks) != items:
            raise ValidationError(_("Please mark each ability."))
        with all_or_nothing(), self.team.while_active() as team:
            if self.assessed_on < team.started_on:
                raise ValidationError({"assessed_on": before_start(team)})
            self.name_survivors()
            students = {seat.person_id for seat in team.open_seats if seat.role != LEADER}
            if self.student_id not in students:
                raise RuleError(_("This person is no student of the team."))
            self.entered_by = by
            self.full_clean()
            self.save()
            kept = {score.item_id: score for score in self.scores.all()}
            for item, value in marks.items():
                score = kept.get(item) or AssessmentScore(assessment=self, item_id=item)
                score.value = value
                score.full_clean()
                score.save()

    @verb
    def take_back(self, *, by: User, reason: str = "") -> None:
        """Remove the assessment with its marks.

        Raises:
            RuleError: when somebody else gave it, the team is over, or a secretary gives no reason.
        """
        with ASSESSMENT.taking(self, by=by, reason=reason) as (assessment, _line):
            assessment.delete()


class AssessmentScoreQuerySet(ScopedQuerySet):
    """Marks: seen with their assessment."""

    def visible_to(self, user: Viewer) -> Self:
        """Return the marks of the assessments that the user may see."""
        return self.filter(assessment__in=Assessment.objects.visible_to(user).values("pk"))


class AssessmentScore(models.Model):
    """The mark that an assessment gives for an ability."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="scores")  # an assessment is its marks
    item = models.ForeignKey(RubricItem, models.PROTECT, related_name="+", verbose_name=_("ability"))
    value = models.PositiveSmallIntegerField(_("mark"), choices=Assessment.Mark)

    objects = AssessmentScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        ordering = ["assessment", "item__position", "item"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "item"], name="mark_once_an_ability"),
            models.CheckConstraint(condition=Q(value__gte=1, value__lte=5), name="mark_from_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.item}：{self.get_value_display()}"

    def clean(self) -> None:
        """Refuse an ability of another rubric.

        Raises:
            ValidationError: at item.
        """
        if self.item.rubric_id != self.assessment.rubric_id:
            raise ValidationError({"item": _("This ability belongs to another rubric.")})


class Reflection(NamesPeople, VersionedModel):
    """What a student of a team writes about the work and themself."""

    team = models.ForeignKey(
        MentorshipTeam, models.PROTECT, related_name="reflections", verbose_name=_("mentorship team")
    )
    student = models.ForeignKey(Person, models.PROTECT, related_name="reflections", verbose_name=_("student"))
    written_on = models.DateField(_("date"), default=timezone.localdate, editable=False)
    words = PlainTextField(_("what I learnt"), max_length=3000)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("reflection")
        verbose_name_plural = _("reflections")
        ordering = ["-written_on", "-pk"]
        indexes = [
            # A team's page: its reflections, the newest first.
            models.Index(fields=["team", "-written_on", "-id"], name="reflection_of_team"),
        ]

    def __str__(self) -> str:
        return f"{self.student.name} {self.written_on}"

    @property
    def branch_id(self) -> int:
        """Return the branch of the team."""
        return self.team.branch_id

    @verb
    def write(self, *, by: User) -> None:
        """Save the student's own words, new or changed.

        Raises:
            RuleError: when somebody else writes, or the team is not active.
        """
        with all_or_nothing(), self.team.while_active() as team:
            named = self.student_id
            self.name_survivors()
            is_own = by.person_id in (named, self.student_id)
            if not is_own or not (self.pk or team.seats_person(self.student_id)):
                raise RuleError(_("A reflection is written by a student of the team."))
            self.full_clean()
            self.save()

    @verb
    def take_back(self, *, by: User, reason: str = "") -> None:
        """Remove the reflection.

        Raises:
            RuleError: when somebody else's, the team is over, or a secretary gives no reason.
        """
        with REFLECTION.taking(self, by=by, reason=reason) as (reflection, _line):
            reflection.delete()


def changes_in_words(assessments: Sequence[Assessment]) -> list[str]:
    """Return what moved from the first to the last of one student's assessments by the same view and rubric.

    Args:
        assessments: in order of time, with their scores fetched.
    """
    if len(assessments) < 2 or assessments[0].rubric_id != assessments[-1].rubric_id:
        return []
    first = {score.item_id: score for score in assessments[0].scores.all()}
    return [
        gettext("%(ability)s: from %(then)s to %(now)s")
        % {"ability": score.item, "then": first[score.item_id].get_value_display(), "now": score.get_value_display()}
        for score in assessments[-1].scores.all()
        if score.item_id in first and first[score.item_id].value != score.value
    ]
