"""Progress logs and the photos they hold."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Max, Q
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evidence.models import Evidence, EvidenceLink, EvidenceLinkQuerySet
from evidence.removal import let_go
from organization.doors import DayThatCameField
from organization.models import (
    Branch,
    NamesPeople,
    Person,
    RuleError,
    ScopedQuerySet,
    User,
    VersionedModel,
    all_or_nothing,
)
from organization.reach import Reach, Viewer
from organization.text import PlainTextField
from organization.verbs import verb, writes
from pairings.models import back
from pairings.models.pairing import Pairing

#: So many letters of the words an index holds.
BEGINNING = 40
#: The condition for logs that hold a party-building element.
WITH_ELEMENT = ~Q(element_kind="")


class ProgressLogQuerySet(ScopedQuerySet):
    """Progress logs; people see those of their own pairings."""

    def own_rows(self, reach: Reach) -> Q:
        """Return the logs of the user's own pairings."""
        return Q(pairing__in=Pairing.objects.filter(Pairing.objects.all().own_rows(reach)).values("pk"))

    def between(self, first: datetime.date, last: datetime.date) -> "ProgressLogQuerySet":
        """Return the logs dated in a period, both days included."""
        return self.filter(date__range=(first, last))

    def integrated(self) -> "ProgressLogQuerySet":
        """Return the logs that hold a party-building element."""
        return self.filter(WITH_ELEMENT)

    def for_cards(self) -> "ProgressLogQuerySet":
        """Fetch what a log card shows."""
        return self.select_related("pairing", "author", "entered_by__person").prefetch_related("photos__evidence__file")


class ProgressLog(NamesPeople, VersionedModel):
    """What a pairing did on a day."""

    class Element(models.TextChoices):
        """The party-building work that was woven into the day's work (党建元素)."""

        THEORY = "theory", _("Theory study")
        VALUES = "values", _("Guidance on values")
        TALK = "talk", _("Heart-to-heart talk")
        PARTY_DAY = "party_day", _("Themed party day")
        POLICY = "policy", _("Talk on policy")
        VOLUNTEERING = "volunteering", _("Voluntary service")
        CRAFT = "craft", _("Spirit of craftsmanship")
        DEVELOPMENT = "development", _("Guiding an applicant")

    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="logs", verbose_name=_("pairing"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", editable=False, verbose_name=_("branch"))
    date = DayThatCameField(_("date"), default=timezone.localdate)
    activity_type = models.CharField(_("activity"), max_length=30)
    words = PlainTextField(_("what was done"), max_length=5000)
    hours = models.DecimalField(
        _("hours"),
        max_digits=4,
        decimal_places=1,
        default=Decimal("1.0"),
        validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(24)],
    )
    element_kind = models.CharField(_("party-building element"), max_length=20, choices=Element, blank=True)
    element_words = PlainTextField(_("how it was woven in"), max_length=1000, blank=True)
    author = models.ForeignKey(Person, models.PROTECT, related_name="+", editable=False, verbose_name=_("author"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("entered by")
    )
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)

    objects = ProgressLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress log")
        verbose_name_plural = _("progress logs")
        ordering = ["-date", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours__lte=24),
                name="log_hours_in_a_day",
                violation_error_message=_("Hours lie between 0.1 and 24."),
            ),
            models.CheckConstraint(
                condition=WITH_ELEMENT | Q(element_words=""),
                name="log_element_words_need_a_kind",
                violation_error_message=_("Please choose which party-building element it was."),
            ),
        ]
        indexes = [
            # A pairing's story, the newest first.
            models.Index(fields=["pairing", "-date", "-id"], name="log_of_pairing"),
            # A branch's logs of a period: figures and the list behind them.
            models.Index(fields=["branch", "-date", "-id"], name="log_of_branch"),
            # Logs of a branch that begin alike, among which copied ones are looked for.
            models.Index(F("branch"), Left("words", BEGINNING), name="log_of_words"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.activity_label}"

    def get_absolute_url(self) -> str:
        """Return the address of the log on its pairing's page."""
        return f"{self.pairing.get_absolute_url()}#log-{self.pk}"

    @property
    def activity_label(self) -> str:
        """Return what the form calls the activity."""
        return str(dict(self.pairing.kind_info.activities).get(self.activity_type, self.activity_type))

    @property
    def entered_for_author(self) -> bool:
        """Whether a deputy or secretary entered the log for its author."""
        person = self.entered_by.person
        return person is None or (person.merged_into_id or person.pk) != self.author_id

    def clean(self) -> None:
        """Refuse a day before the pairing's start and an activity of another form.

        Raises:
            ValidationError: by field.
        """
        errors: dict[str, Any] = {}
        if self.date and self.date < self.pairing.started_on:
            errors["date"] = _("The pairing began on %(day)s; a log cannot be older.") % {
                "day": self.pairing.started_on
            }
        if self.activity_type not in dict(self.pairing.kind_info.activities):
            errors["activity_type"] = _("This form has no such activity.")
        if errors:
            raise ValidationError(errors)

    @verb
    def record(self, *, by: User, photos: Iterable[Evidence] = ()) -> None:
        """Save a new log of an active pairing.

        Args:
            by: who enters it; the author is their person when they sit in the pairing, else its leader.
            photos: evidence that was taken in.

        Raises:
            RuleError: when the pairing is not active.
            ValidationError: when a field breaks a rule.
        """
        with all_or_nothing():
            pairing = self._lock_active_pairing()
            self.pairing, self.branch_id = pairing, pairing.branch_id
            self.entered_by = by
            self.author = pairing.hold_author(by)
            self.full_clean()
            self.save()
            self._attach(photos)
            self._keep_last_log()

    @writes
    def rewrite(self, *, photos: Iterable[Evidence] = ()) -> None:
        """Save changes to a log while its pairing is active.

        Raises:
            RuleError: when the pairing is not active, or somebody else saved the log meanwhile.
            ValidationError: when a field breaks a rule.
        """
        with all_or_nothing():
            self.pairing = self._lock_active_pairing()
            self.full_clean()
            self.save()
            self._attach(photos)
            self._keep_last_log()

    @verb
    def take_back(self, *, by: User, reason: str = "") -> None:
        """Remove the log with its photos; the trail says that it was there, by whom it was removed and why.

        Raises:
            RuleError: when it is not `by`'s to remove, its pairing is over, or a secretary gives no reason.
        """
        with all_or_nothing():
            pairing = Pairing.objects.select_for_update().select_related("branch").get(pk=self.pairing_id)
            with back.LOG.taking(self, by=by, reason=reason) as (log, line):
                uploads = list(log.photos.values_list("evidence", flat=True))
                log.delete()
                line.files = let_go(uploads, by=by, college=pairing.branch.college_id)
            self._keep_last_log()

    def _attach(self, photos: Iterable[Evidence]) -> None:
        """Hold more photos."""
        for evidence in photos:
            LogPhoto.objects.create(log=self, evidence=evidence)

    def _lock_active_pairing(self) -> Pairing:
        """Return the pairing's locked row, or refuse when it is not active."""
        pairing = Pairing.objects.select_for_update().get(pk=self.pairing_id)
        if not pairing.is_active:
            raise RuleError(_("Only an active pairing takes progress logs."))
        return pairing

    def _keep_last_log(self) -> None:
        """Keep the pairing's last day; derived, so neither its version nor the audit trail moves."""
        newest = ProgressLog.objects.filter(pairing=self.pairing_id).aggregate(day=Max("date"))["day"]
        Pairing.objects.filter(pk=self.pairing_id).update(last_logged_on=newest)


class LogPhotoQuerySet(EvidenceLinkQuerySet):
    """Photos of logs: seen by whoever sees the log."""

    def visible_to(self, user: Viewer) -> "LogPhotoQuerySet":
        """Return the photos of the logs that the user may see."""
        return self.filter(log__in=ProgressLog.objects.visible_to(user).values("pk"))


class LogPhoto(EvidenceLink):
    """A progress log holds a photo."""

    log = models.ForeignKey(ProgressLog, models.CASCADE, related_name="photos")  # a log's photos go with it

    objects = LogPhotoQuerySet.as_manager()

    class Meta(EvidenceLink.Meta):
        verbose_name = _("photo of a log")
        verbose_name_plural = _("photos of the logs")
        constraints = [models.UniqueConstraint(fields=["log", "evidence"], name="photo_once_a_log")]

    @property
    def holder(self) -> ProgressLog:
        """Return the log that holds the photo."""
        return self.log

    @verb
    def take_back(self, *, by: User, reason: str = "") -> None:
        """Remove the photo from its log, and from the disk unless another row holds it.

        Raises:
            RuleError: when it is not `by`'s to remove, its pairing is over, or a secretary gives no reason.
        """
        with back.PHOTO.taking(self, by=by, reason=reason) as (photo, line):
            upload = photo.evidence_id
            photo.delete()
            line.files = let_go([upload], by=by, college=photo.log.branch.college_id)
