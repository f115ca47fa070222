"""Photos of the work that a secretary chooses for the reports of a period, each with its caption."""

import datetime
from collections.abc import Sequence
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.models import Branch, RuleError, ScopedQuerySet, User, all_or_nothing
from organization.text import PlainCharField
from organization.verbs import verb
from pairings.models import LogPhoto

#: So many photos stand in a report; a work case prints two or three.
MOST_PHOTOS = 6
CAPTION_LENGTH = 60


class ReportPhotoQuerySet(ScopedQuerySet):
    """Photos chosen for reports."""

    def of_report(self, branch_code: str, first: datetime.date, last: datetime.date) -> Self:
        """Return a period's photos in order, with their files (one query)."""
        rows = self.filter(branch__code=branch_code, first_day=first, last_day=last)
        return rows.order_by("place", "pk").select_related("photo__evidence__file", "photo__log__pairing")


class ReportPhoto(models.Model):
    """A photo of a log in the reports of a period; it goes with the photo when that is taken back."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=gettext_lazy("branch"))
    first_day = models.DateField(gettext_lazy("from"))
    last_day = models.DateField(gettext_lazy("to"))
    photo = models.ForeignKey(LogPhoto, models.CASCADE, related_name="+", verbose_name=gettext_lazy("photo of a log"))
    caption = PlainCharField(gettext_lazy("caption"), max_length=CAPTION_LENGTH)
    place = models.PositiveSmallIntegerField(
        gettext_lazy("position"), validators=[MinValueValidator(1), MaxValueValidator(MOST_PHOTOS)]
    )
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=gettext_lazy("chosen by")
    )
    chosen_at = models.DateTimeField(gettext_lazy("chosen at"), auto_now_add=True)

    objects = ReportPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("photo of a report")
        verbose_name_plural = gettext_lazy("photos of reports")
        ordering = ["branch", "-last_day", "place"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "first_day", "last_day", "photo"], name="photo_once_a_report"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="report_photo_days_in_order"),
            models.CheckConstraint(condition=Q(place__range=(1, MOST_PHOTOS)), name="report_photo_has_a_place"),
        ]

    def __str__(self) -> str:
        return self.caption


def photos_to_choose(user: User, branch: Branch, first: datetime.date, last: datetime.date) -> QuerySet[LogPhoto]:
    """Return the pictures of a period's logs, which may stand in its reports, those of the newest log first."""
    of_days = LogPhoto.objects.visible_to(user).filter(log__branch=branch, log__date__range=(first, last))
    pictures = of_days.filter(evidence__file__media_type__startswith="image/")
    return pictures.select_related("evidence__file", "log__pairing").order_by("-log__date", "-pk")


@verb
def choose_photos(
    branch: Branch, first: datetime.date, last: datetime.date, chosen: Sequence[tuple[LogPhoto, str]], *, by: User
) -> None:
    """Keep which photos stand in the reports of a period, and in which order; others leave them.

    Args:
        branch: whose reports.
        first: the period's first day.
        last: its last day.
        chosen: each photo with its caption, in order.
        by: who chooses.

    Raises:
        RuleError: when `by` does not manage the branch, there are too many, or a photo is no longer there or is of
            other days.
        ValidationError: for a caption that is missing, or that no document could hold.
    """
    by.must_manage(branch.pk)
    if len(chosen) > MOST_PHOTOS:
        raise RuleError(_("A report shows at most %(most)s photos.") % {"most": MOST_PHOTOS})
    wanted = {photo.pk for photo, _caption in chosen}
    days = {"branch": branch, "first_day": first, "last_day": last}
    with all_or_nothing():
        Branch.objects.select_for_update(no_key=True).get(pk=branch.pk)  # of two who choose at once, one waits
        if photos_to_choose(by, branch, first, last).filter(pk__in=wanted).count() != len(chosen):
            raise RuleError(_("One of the photos was removed meanwhile, or its log is of other days."))
        rows = {row.photo_id: row for row in ReportPhoto.objects.filter(**days)}
        for row in rows.values():
            if row.photo_id not in wanted:
                row.delete()
        for place, (photo, caption) in enumerate(chosen, start=1):
            row = rows.get(photo.pk) or ReportPhoto(photo=photo, chosen_by=by, **days)
            if (row.place, row.caption) != (place, caption):
                row.place, row.caption = place, caption
                row.full_clean()
                row.save()
