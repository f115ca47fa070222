"""Workshops at which teachers find partners and topics (组队及选题培训、研讨会)."""

from collections.abc import Collection

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organization.models import (
    Branch,
    BranchBoardQuerySet,
    NamesPeople,
    Person,
    RuleError,
    ScopedQuerySet,
    User,
    VersionedModel,
    all_or_nothing,
)
from organization.text import PlainCharField, PlainTextField
from organization.verbs import verb, writes
from pairings.models import MatchRun
from teaching_pairs.models.back import SIGN_UP


class Workshop(VersionedModel):
    """A branch announces an afternoon at which teachers look for partners and choose courses or topics."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="workshops", verbose_name=_("branch"))
    title = PlainCharField(_("title"), max_length=100)
    held_on = models.DateField(_("date"))
    place = PlainCharField(_("place"), max_length=100, blank=True)
    words = PlainTextField(_("what it is about"), max_length=2000, blank=True)
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)

    objects = BranchBoardQuerySet.as_manager()

    class Meta:
        verbose_name = _("workshop")
        verbose_name_plural = _("workshops")
        ordering = ["-held_on", "-pk"]
        indexes = [
            # A branch's workshops, the newest first.
            models.Index(fields=["branch", "-held_on"], name="workshop_list"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the workshop's page."""
        return reverse("teaching_pairs:workshop", args=[self.pk])

    @property
    def is_over(self) -> bool:
        """Whether its day has passed, after which nobody signs up."""
        return self.held_on < timezone.localdate()

    @verb
    def sign_up(self, *, by: User, strengths: str, needs: str, topics: str) -> "SignUp":
        """Sign the user up, or change what they said; strengths and needs are kept in their profile.

        Args:
            by: who signs up, a teacher of the branch.
            strengths: words for what they can.
            needs: words for what they look for.
            topics: words for the courses or topics they would work on.

        Raises:
            RuleError: when it is over, or they are no teacher of the branch.
            ValidationError: by field.
        """
        person = by.person
        if person is None or not by.is_teacher or person.branch_id != self.branch_id:
            raise RuleError(_("Workshops are for the branch's own teachers."))
        with all_or_nothing():
            workshop = Workshop.objects.select_for_update().get(pk=self.pk)
            if workshop.is_over:
                raise RuleError(_("The workshop is over; nobody can sign up any more."))
            [person] = Person.objects.hold([person]).values()
            signup = SignUp.objects.filter(workshop=self, person=person).first() or SignUp(workshop=self, person=person)
            if (person.strengths, person.needs, signup.topics) != (strengths, needs, topics):
                person.strengths, person.needs = strengths, needs
                person.save(update_fields=["strengths", "needs"])  # counts the edit of the topics, which stand beside
            signup.topics = topics
            signup.full_clean()
            signup.save()
        return signup

    @writes
    def record_attendance(self, present: Collection[int], *, listed: Collection[int]) -> None:
        """Keep who came.

        Args:
            present: the sign-ups whose people were there, by primary key.
            listed: those that were looked at; whoever signed up meanwhile is left as they are.

        Raises:
            RuleError: when the day has not come.
        """
        if self.held_on > timezone.localdate():
            raise RuleError(_("Attendance is kept on the day or afterwards."))
        with all_or_nothing():
            for signup in self.signups.select_for_update().filter(pk__in={*present, *listed}):
                if signup.attended != (signup.pk in present):
                    signup.attended = signup.pk in present
                    signup.save(update_fields=["attended"])


class SignUpQuerySet(BranchBoardQuerySet):
    """Sign-ups: the branch's teachers read whom they could work with."""

    branch_path = "workshop__branch"


class SignUp(NamesPeople):
    """A teacher comes to a workshop with topics in mind; strengths and needs stand in the profile."""

    workshop = models.ForeignKey(
        Workshop,
        models.CASCADE,  # a workshop called off takes its sign-ups along
        related_name="signups",
        verbose_name=_("workshop"),
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="signups", verbose_name=_("person"))
    topics = PlainCharField(_("courses or topics I would work on"), max_length=200, blank=True)
    attended = models.BooleanField(_("was there"), null=True, blank=True)
    signed_up_at = models.DateTimeField(auto_now_add=True)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["workshop", "person"], name="sign_up_once")]

    def __str__(self) -> str:
        return f"{self.person.name}：{self.topics}"

    def clean(self) -> None:
        """Refuse a person of another branch, and a student.

        Raises:
            ValidationError: at person.
        """
        if self.person.branch_id != self.workshop.branch_id or self.person.kind != Person.Kind.TEACHER:
            raise ValidationError({"person": _("Workshops are for the branch's own teachers.")})

    @property
    def branch_id(self) -> int:
        """Return the branch of the workshop."""
        return self.workshop.branch_id

    @verb
    def take_back(self, *, by: User, reason: str = "") -> None:
        """Remove the sign-up.

        Raises:
            RuleError: when it is somebody else's, the workshop is over, or a secretary gives no reason.
        """
        with SIGN_UP.taking(self, by=by, reason=reason) as (signup, _line):
            signup.delete()


class WorkshopRunQuerySet(ScopedQuerySet):
    """Proposals made at workshops."""

    branch_path = "workshop__branch"


class WorkshopRun(models.Model):
    """A matching proposal among those who came to a workshop."""

    run = models.OneToOneField(MatchRun, models.CASCADE, primary_key=True, related_name="+")  # one with the proposal
    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="runs", verbose_name=_("workshop"))

    objects = WorkshopRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("workshop's proposal")
        verbose_name_plural = _("workshops' proposals")

    def __str__(self) -> str:
        return str(self.workshop)
