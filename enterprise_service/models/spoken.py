"""What a confirmation is worth, in plain words, and that the secretary spoke to the contact besides."""

import datetime
from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enterprise_service.models import back
from enterprise_service.models.given import GivenModel
from evidence.worth import Worth
from organization.doors import DayThatCameField
from organization.models import RuleError, User, all_or_nothing
from organization.text import PlainTextField
from organization.verbs import verb


class SpokenModel(GivenModel):
    """A confirmation that somebody of the branch may stand for, by having spoken to the contact."""

    spoken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("who spoke to the contact"),
    )
    spoken_on = DayThatCameField(_("spoken on"), null=True, editable=False)
    spoken_words = PlainTextField(
        _("what the contact said"), max_length=500, blank=True, editable=False, default="", db_default=""
    )
    spoken_at = models.DateTimeField(_("noted at"), null=True, editable=False)

    class Meta:
        abstract = True

    @verb
    def spoke_to(self, *, by: User, on: datetime.date, words: str) -> None:
        """Note that `by` spoke to the contact, who stands by the confirmation.

        Raises:
            RuleError: when nothing was confirmed, it is noted already, or it is not for `by` to stand for it.
            ValidationError: at on or words.
        """
        with all_or_nothing():
            link = type(self)._base_manager.select_for_update(of=("self",)).get(pk=self.pk)
            if link.confirmed_at is None:
                raise RuleError(_("The enterprise has not confirmed anything yet."))
            if link.spoken_at:
                raise RuleError(_("It is noted already that somebody spoke to the contact. Take that back first."))
            if not back.stands_for_it(by, link):
                raise RuleError(
                    _("The branch's secretary or a deputy who takes no part in the work notes that they spoke.")
                )
            if not words.strip():
                raise ValidationError({"words": _("Please write in a sentence what the contact said.")})
            if on < localtime(link.made_at).date():
                raise ValidationError({"on": _("This lies before the link was made.")})
            link.spoken_by, link.spoken_on, link.spoken_words = by, on, words.strip()
            link.spoken_at = timezone.now()
            link.full_clean()
            link.save(update_fields=["spoken_by", "spoken_on", "spoken_words", "spoken_at"])
        self.refresh_from_db()

    @verb
    def take_spoken_back(self, *, by: User, reason: str = "") -> None:
        """Take back that somebody spoke to the contact; the confirmation stays.

        Raises:
            RuleError: when nobody did, `by` does not manage the branch or takes part, or no reason is given.
        """
        with back.SPOKEN.taking(self, by=by, reason=reason) as (link, _line):
            link.spoken_by = link.spoken_on = link.spoken_at = None
            link.spoken_words = ""
            link.save(update_fields=["spoken_by", "spoken_on", "spoken_words", "spoken_at"])
        self.refresh_from_db()

    def worth(self) -> Worth:
        """Return what the confirmation is worth as proof (select_related `spoken_by__person`)."""
        short = str(self.get_how_display())
        if self.spoken_by:
            short = gettext("%(how)s, and the secretary spoke to the contact") % {"how": short}
        return Worth(short, tuple(self._what_it_is_worth()), is_checked=self.spoken_by is not None)

    def _what_it_is_worth(self) -> Iterator[str]:
        """Yield each sentence of it."""
        yield self.told_how()
        if self.how == self.How.CODE:
            yield gettext(
                "What this shows: whoever answered held the link and could read that mailbox. Whose mailbox it is, the"
                " system does not know."
            )
        else:
            yield gettext(
                "What this shows: whoever answered held the link. Signed-in accounts of the college are refused;"
                " somebody of the college who opened it without signing in cannot be told from the contact."
            )
        if self.spoken_by and self.spoken_on:
            told = {"who": self.spoken_by.get_full_name(), "day": date_format(self.spoken_on)}
            said = gettext("%(who)s spoke to the contact on %(day)s: “%(words)s”")
            yield said % {**told, "words": self.spoken_words}
        else:
            yield gettext("Nobody of the branch has noted that they spoke to the contact.")
