"""Receipts of forms that were sent, so that the same form sent ten times makes one row and another one is not lost."""

import datetime
import logging
import uuid
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, models, transaction
from django.db.models import Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

#: No phone sends a form again after so long.
KEPT = datetime.timedelta(days=30)
#: One in so many forms clears old receipts away, and then so many of them.
CLEARS_EVERY, CLEARED_AT_ONCE = 256, 2000
ADDRESS_LENGTH = 500

Said = list[tuple[int, str]]


class SentBeforeError(Exception):
    """The same form with the same words was carried out already; nothing is written a second time."""


class FormReceipt(models.Model):
    """A form was carried out with these very words, led to this address and said this.

    The key is made of the page's key, the account, the address and everything that was filled in, so the same page
    with other words is another entry.
    """

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,  # a receipt means nothing without its account
        null=True,
    )
    url = models.CharField(max_length=ADDRESS_LENGTH, blank=True)
    said = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    sent_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("form receipt")
        verbose_name_plural = _("form receipts")


class FormInHand:
    """A form that is being carried out in this request: it leaves one receipt, in its first transaction."""

    def __init__(self, key: uuid.UUID, user: Any) -> None:
        self.key = key
        self.user = user
        self.has_receipt = False

    def leave_receipt(self) -> None:
        """Write the receipt, first of all, so that the same form sent at the same moment waits here and then goes.

        Raises:
            SentBeforeError: when there is one.
        """
        try:
            FormReceipt.objects.create(key=self.key, user=self.user)
        except IntegrityError as error:
            raise SentBeforeError from error

    def keep_answer(self, url: str, said: Said) -> None:
        """Keep where the form led and what was said; the rows are safe already, so a failure costs only these words."""
        try:
            with transaction.atomic():
                answered = FormReceipt.objects.filter(key=self.key)
                answered.update(url=url if len(url) <= ADDRESS_LENGTH else "", said=said)
                if self.key.int % CLEARS_EVERY == 0:
                    clear_old_receipts()
        except DatabaseError:
            logger.exception("the answer to a form was not kept")


def clear_old_receipts() -> None:
    """Forget receipts that nobody will ask for any more."""
    old = FormReceipt.objects.filter(sent_at__lt=timezone.now() - KEPT).order_by("sent_at")
    FormReceipt.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:CLEARED_AT_ONCE])).delete()


#: The form of the request that this thread answers; none in commands, and in requests without a form's key.
form_in_hand: ContextVar[FormInHand | None] = ContextVar("form_in_hand", default=None)
