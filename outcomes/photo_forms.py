"""Choosing the photos of a period's reports, with their captions and order."""

import datetime
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organization.bounds import WholeNumberField
from organization.models import Branch, User
from organization.text import validate_one_line, validate_plain_text
from outcomes.models import ReportPhoto
from outcomes.models.photos import CAPTION_LENGTH, MOST_PHOTOS, choose_photos, photos_to_choose
from pairings.models import LogPhoto

#: The name of a photo's caption in a posted page; the page posts one of every photo on it.
CAPTION = re.compile(r"photo-([0-9]{1,18})-caption")


class PhotoForm(forms.Form):
    """One photo: whether it stands in the reports, what is written below it, and where it stands."""

    is_in = forms.BooleanField(label=_("Show it in the reports"), required=False)
    caption = forms.CharField(
        label=_("caption"),
        required=False,
        max_length=CAPTION_LENGTH,
        validators=[validate_plain_text, validate_one_line],
    )
    place = WholeNumberField(label=_("position"), required=False, min_value=1, max_value=MOST_PHOTOS)

    def __init__(self, data: Any | None, *, photo: LogPhoto, row: ReportPhoto | None = None) -> None:
        self.photo, self.row = photo, row
        suggested = photo.log.pairing.title[:CAPTION_LENGTH]
        initial = {"is_in": bool(row), "caption": row.caption if row else suggested, "place": row and row.place}
        super().__init__(data, prefix=f"photo-{photo.pk}", initial=initial)

    def clean(self) -> dict[str, Any]:
        """Ask for a caption where the photo is shown."""
        given = super().clean() or {}
        if given.get("is_in") and not given.get("caption") and "caption" not in self.errors:
            self.add_error("caption", gettext("Please write what the photo shows."))
        return given


class PhotosForm:
    """The photos of a period: those that stand in its reports, and those of a page that may be chosen besides."""

    def __init__(
        self, user: User, branch: Branch, days: tuple[datetime.date, datetime.date], data: Any | None = None
    ) -> None:
        self.branch, self.days, self.data = branch, days, data
        self.candidates = photos_to_choose(user, branch, *days)
        self.rows = {row.photo_id: row for row in ReportPhoto.objects.of_report(branch.code, *days)}
        self.forms: list[PhotoForm] = []
        #: Those that somebody else chose since the page was made: they stay.
        self.unseen: list[ReportPhoto] = []

    @property
    def others(self) -> Any:
        """Return the photos that stand in no report of the period yet."""
        return self.candidates.exclude(pk__in=self.rows)

    def offer(self, photos: Iterable[LogPhoto]) -> None:
        """Make the forms: of those that are shown, in order, then of these photos."""
        shown = [PhotoForm(self.data, photo=row.photo, row=row) for row in self.rows.values()]
        self.forms = [*shown, *(PhotoForm(self.data, photo=photo) for photo in photos)]

    def offer_posted(self) -> None:
        """Make the forms of the photos that the posted page held, whatever stands on that page by now."""
        posted = [int(found[1]) for name in self.data or () if (found := CAPTION.fullmatch(name))]
        self.offer(self.others.filter(pk__in=posted))
        self.unseen = [row for row in self.rows.values() if row.photo_id not in posted]
        self.forms = [form for form in self.forms if form.row not in self.unseen]

    def is_valid(self) -> bool:
        """Return whether every photo's words are right."""
        return not any(form.errors for form in self.forms)

    def save(self, *, by: User) -> None:
        """Keep the choice.

        Raises:
            ValidationError: as of `choose_photos`.
        """
        choose_photos(self.branch, *self.days, list(self._chosen()), by=by)

    def _chosen(self) -> Iterator[tuple[LogPhoto, str]]:
        """Yield the photos by their places, then those without one, and last what the page did not show."""
        chosen = [form for form in self.forms if form.cleaned_data["is_in"]]
        for form in sorted(chosen, key=lambda form: form.cleaned_data["place"] or MOST_PHOTOS + 1):
            yield form.photo, form.cleaned_data["caption"]
        yield from ((row.photo, row.caption) for row in self.unseen)
