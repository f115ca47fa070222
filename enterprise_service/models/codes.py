"""The code that a branch may ask for besides the link: sent by mail, kept as a hash, short-lived, with few tries."""

import datetime
import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.translation import gettext as _

from organization.addresses import network_of
from organization.models import RuleError, VersionedModel, all_or_nothing
from organization.models.throttle import Allowance, TooSoonError, claim, key_of
from organization.text import PlainEmailField
from organization.verbs import writes

SALT = "enterprise_service.code"
DIGITS = 6
TRIES = 5
SHORT_LIVED = datetime.timedelta(minutes=15)
DAY, HOUR = datetime.timedelta(days=1), datetime.timedelta(hours=1)
#: Codes of one link, and codes that are asked for from one address.
OF_A_LINK = Allowance(free=3, longest=6 * 3600, forgotten_after=DAY)
FROM_AN_ADDRESS = Allowance(free=20, longest=600, forgotten_after=HOUR)


class AsksForCodeModel(VersionedModel):
    """A link that may ask for a code; it has an address to send it to when it does."""

    mail = PlainEmailField(blank=True, editable=False, default="", db_default="")
    #: Since when that address was on record when the link was made.
    mail_since = models.DateTimeField(null=True, editable=False)
    code_hash = models.CharField(max_length=64, blank=True, editable=False, default="", db_default="")
    code_until = models.DateTimeField(null=True, editable=False)
    code_tries = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        abstract = True

    @property
    def asks_for_code(self) -> bool:
        """Whether a code is needed besides the link."""
        return bool(self.mail)

    @writes
    def send_code(self, *, address: str | None = None) -> None:
        """Send a new code to the address on record; an older one serves no more.

        Args:
            address: where the request comes from, where that is known.

        Raises:
            RuleError: when none is asked for, too many were sent, or the mail could not be sent.
        """
        if not self.asks_for_code:
            raise RuleError(_("No code is needed here."))
        _claim_sending(self.pk, address)
        code = "".join(secrets.choice("0123456789") for _digit in range(DIGITS))
        kept = {"code_hash": self._hash_of(code), "code_until": timezone.now() + SHORT_LIVED, "code_tries": 0}
        with all_or_nothing():
            type(self)._base_manager.filter(pk=self.pk).update(**kept)
        self.refresh_from_db()
        words = _(
            "Your code is %(code)s. It serves for %(minutes)s minutes. Nobody of the college will ask you for it."
        )
        told = {"code": code, "minutes": int(SHORT_LIVED.total_seconds() // 60)}
        try:
            send_mail(_("Code to confirm a service"), words % told, settings.DEFAULT_FROM_EMAIL, [self.mail])
        except OSError as error:  # what smtplib raises is one
            raise RuleError(_("The mail could not be sent. Please call the college, or try again later.")) from error

    @writes
    def check_code(self, code: str) -> None:
        """Count a try, and let a right code pass.

        Raises:
            ValidationError: at code, when it is wrong, too old, or was tried too often.
        """
        alive = type(self)._base_manager.filter(pk=self.pk, code_until__gt=timezone.now(), code_tries__lt=TRIES)
        if not alive.exclude(code_hash="").update(code_tries=F("code_tries") + 1):
            raise ValidationError({"code": _("There is no code that serves now. Please have a new one sent.")})
        stored = type(self)._base_manager.values_list("code_hash", flat=True).get(pk=self.pk)
        if not constant_time_compare(stored, self._hash_of(code.strip())):
            raise ValidationError({"code": _("This is not the code that was sent. Please look at the newest mail.")})

    def _hash_of(self, code: str) -> str:
        """Return what is kept of a code: it serves for this link alone."""
        return salted_hmac(SALT, f"{self.pk}:{code}", algorithm="sha256").hexdigest()


def _claim_sending(link: int | None, address: str | None) -> None:
    """Count a mail before it is sent.

    Raises:
        RuleError: when the next one has to wait.
    """
    keys = {key_of("code of a link", str(link)): OF_A_LINK}
    if address:
        keys[key_of("code from an address", network_of(address))] = FROM_AN_ADDRESS
    try:
        claim(keys, get_random_string(4))
    except TooSoonError as error:
        minutes = max(1, round(error.seconds / 60))
        raise RuleError(
            _("A code was sent already. The next one can be sent in %(minutes)s minutes.") % {"minutes": minutes}
        ) from error
