"""What an enterprise confirms: through a signed link that expires, can be revoked, and serves once."""

import datetime

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.translation import gettext_lazy as _

from enterprise_service.models.engagement import Engagement, OfEngagementQuerySet
from evidence.models import Evidence
from organization.events import Event, record
from organization.models import RuleError, User, VersionedModel, all_or_nothing
from organization.text import PlainCharField, PlainTextField
from pairings.models import Pairing, PairingFile

SALT = "enterprise_service.confirmation"


class LinkRefusedError(Exception):
    """A confirmation link opens nothing; `why` is one of Confirmation.Refusal."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = Confirmation.Refusal(why)


class Confirmation(VersionedModel):
    """A link sent to an enterprise's contact, and what they answered through it."""

    class Refusal(models.TextChoices):
        """Why a link opens nothing."""

        FORGED = "forged", _("This link is not valid. Please ask the college for a new one.")
        EXPIRED = "expired", _("This link has expired. Please ask the college for a new one.")
        REVOKED = "revoked", _("This link was withdrawn by the college.")
        USED = "used", _("You have confirmed already. Thank you; nothing more is needed.")

    class Rating(models.IntegerChoices):
        """How the enterprise rates the service."""

        POOR = 1, _("Not satisfied")
        FAIR = 2, _("Partly satisfied")
        GOOD = 3, _("Satisfied")
        VERY_GOOD = 4, _("Very satisfied")

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, related_name="confirmations", editable=False, verbose_name=_("engagement")
    )
    nonce = models.CharField(max_length=32, editable=False)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"), editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    is_solved = models.BooleanField(_("the problem is solved"), null=True)
    rating = models.PositiveSmallIntegerField(_("the service"), choices=Rating, null=True)
    words = PlainTextField(_("what you would like to say"), max_length=1000, blank=True)
    confirmed_by = PlainCharField(_("your name and position"), max_length=60, blank=True)

    objects = OfEngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("enterprise's confirmation")
        verbose_name_plural = _("enterprises' confirmations")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, is_solved__isnull=True, rating__isnull=True)
                | Q(confirmed_at__isnull=False, is_solved__isnull=False, rating__isnull=False) & ~Q(confirmed_by=""),
                name="confirmation_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=4), name="rating_from_1_to_4"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(confirmed_at__isnull=True),
                name="revoked_link_confirms_nothing",
            ),
        ]

    def __str__(self) -> str:
        return str(self.engagement)

    @property
    def branch_id(self) -> int:
        """Return the branch of the engagement."""
        return self.engagement.branch_id

    @classmethod
    def make(cls, engagement: Engagement, *, by: User) -> "Confirmation":
        """Return a new link for an engagement's enterprise; an unanswered older one is revoked.

        An enterprise that answered that the problem is not solved yet can be asked again.

        Raises:
            RuleError: when the engagement has not begun or ended early, or the enterprise has confirmed that it is
                solved.
        """
        with all_or_nothing():
            status = Pairing.objects.select_for_update().get(pk=engagement.pk).status
            if status in (Pairing.Status.PROPOSED, Pairing.Status.RETURNED):
                raise RuleError(_("The engagement has not begun."))
            if status == Pairing.Status.ENDED:
                raise RuleError(_("The engagement ended early; there is nothing to confirm."))
            if engagement.is_confirmed:
                raise RuleError(_("The enterprise has confirmed already."))
            for older in engagement.confirmations.filter(revoked_at__isnull=True, confirmed_at__isnull=True):
                older.revoke()
            expires = timezone.now() + datetime.timedelta(days=settings.CONFIRMATION_VALID_DAYS)
            return cls.objects.create(
                engagement=engagement, nonce=get_random_string(32), sent_by=by, expires_at=expires
            )

    @property
    def token(self) -> str:
        """Return the signed token that the link ends with."""
        return signing.Signer(salt=SALT).sign_object([self.pk, self.nonce], compress=False)

    @property
    def path(self) -> str:
        """Return the link's path."""
        return reverse("enterprise_service:confirm", args=[self.token])

    @property
    def state(self) -> str:
        """Return why the link would open nothing now; empty while it is open."""
        if self.confirmed_at:
            return self.Refusal.USED
        if self.revoked_at:
            return self.Refusal.REVOKED
        return self.Refusal.EXPIRED if self.expires_at <= timezone.now() else ""

    @classmethod
    def opened_by(cls, token: str) -> "Confirmation":
        """Return the confirmation that a token opens.

        Raises:
            LinkRefusedError: forged, expired, revoked or used; the audit trail keeps it, and nothing else changes.
        """
        link = None
        try:
            number, nonce = signing.Signer(salt=SALT).unsign_object(token)
            link = cls._base_manager.select_related("engagement__problem__enterprise").filter(pk=number).first()
        except (signing.BadSignature, ValueError, TypeError):
            nonce = ""
        if link is None or not constant_time_compare(link.nonce, str(nonce)):
            _keep_refusal(None, cls.Refusal.FORGED)
            raise LinkRefusedError(cls.Refusal.FORGED)
        if link.state:
            _keep_refusal(link, link.state)
            raise LinkRefusedError(link.state)
        return link

    def revoke(self) -> None:
        """Withdraw the link.

        Raises:
            RuleError: when it was answered already.
        """
        with all_or_nothing():
            link = Confirmation.objects.select_for_update().get(pk=self.pk)
            if link.confirmed_at:
                raise RuleError(_("The enterprise has confirmed already."))
            if link.revoked_at is None:
                link.revoked_at = timezone.now()
                link.save(update_fields=["revoked_at"])
        self.refresh_from_db()

    def confirm(self, *, is_solved: bool, rating: int, words: str, confirmed_by: str) -> None:
        """Keep the enterprise's answer, and hold it as evidence with the engagement.

        Raises:
            LinkRefusedError: when the link was used, revoked or has expired meanwhile.
            ValidationError: by field.
        """
        from enterprise_service.statement import statement_docx  # noqa: PLC0415 - it reads this model

        self.is_solved, self.rating, self.words, self.confirmed_by = is_solved, rating, words, confirmed_by
        self.confirmed_at = timezone.now()
        self.full_clean()
        statement = statement_docx(self)  # drawn before anything is locked
        with all_or_nothing():
            stored = Confirmation.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if not stored.state:
                self.version = stored.version
                self.save()
                evidence = Evidence.objects.take_in_bytes(statement, name=str(_("Enterprise's confirmation.docx")))
                PairingFile.objects.create(pairing_id=self.engagement_id, evidence=evidence)
                self.refresh_from_db()
                return
        _keep_refusal(stored, stored.state)
        raise LinkRefusedError(stored.state)

    for verb in (revoke, confirm):
        verb.alters_data = True  # type: ignore[union-attr]
    del verb


def _keep_refusal(link: Confirmation | None, why: str) -> None:
    """Write into the audit trail that a link was refused; a forged one names no row."""
    record(Event.LINK_REFUSED, about=link, kind=Confirmation, refused=str(why))
