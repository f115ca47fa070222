"""What an enterprise confirms: through a signed link that expires, can be revoked, and serves once."""

import datetime
import hashlib
from collections.abc import Collection

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enterprise_service.models.asking import service_of, why_mail_is_refused
from enterprise_service.models.engagement import Engagement, OfEngagementQuerySet
from enterprise_service.models.setting import ConfirmationSetting
from enterprise_service.models.spoken import SpokenModel
from enterprise_service.statement import Answer, statement_docx
from evidence.models import Evidence
from evidence.worth import Worth
from organization.addresses import masked_network
from organization.events import Event, record
from organization.models import RuleError, User, all_or_nothing
from organization.text import PlainTextField
from organization.verbs import verb, writes
from pairings.models import Pairing, PairingFile

SALT = "enterprise_service.confirmation"


class LinkRefusedError(Exception):
    """A confirmation link opens nothing; `why` is one of Confirmation.Refusal."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = Confirmation.Refusal(why)


class Confirmation(SpokenModel):
    """A link sent to an enterprise's contact, and what they answered through it."""

    class Refusal(models.TextChoices):
        """Why a link opens nothing."""

        FORGED = "forged", _("This link is not valid. Please ask the college for a new one.")
        EXPIRED = "expired", _("This link has expired. Please ask the college for a new one.")
        REVOKED = "revoked", _("This link was withdrawn by the college.")
        USED = "used", _("You have confirmed already. Thank you; nothing more is needed.")
        OURS = (
            "ours",
            _(
                "You are signed in as an account of the college. Only the enterprise's contact confirms. Send the link"
                " to them; it still serves, and that it was opened here stands in the audit trail."
            ),
        )

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
    expires_at = models.DateTimeField(_("expires at"), editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    is_solved = models.BooleanField(_("the problem is solved"), null=True)
    rating = models.PositiveSmallIntegerField(_("the service"), choices=Rating, null=True)
    words = PlainTextField(_("what you would like to say"), max_length=1000, blank=True)
    #: By which a proof is known to be this statement, wherever it is held.
    statement_sha256 = models.CharField(
        max_length=64, blank=True, editable=False, db_index=True, default="", db_default=""
    )

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
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, how="") | Q(confirmed_at__isnull=False) & ~Q(how=""),
                name="confirmation_says_how_it_was_given",
            ),
            models.CheckConstraint(
                condition=Q(spoken_at__isnull=True, spoken_by__isnull=True, spoken_on__isnull=True, spoken_words="")
                | Q(confirmed_at__isnull=False, spoken_at__isnull=False, spoken_by__isnull=False)
                & Q(spoken_on__isnull=False)
                & ~Q(spoken_words=""),
                name="spoken_of_what_was_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.engagement)

    @property
    def branch_id(self) -> int:
        """Return the branch of the engagement."""
        return self.engagement.branch_id

    @classmethod
    @verb
    def make(cls, engagement: Engagement, *, by: User) -> "Confirmation":
        """Return a new link for an engagement's enterprise; an unanswered older one is revoked.

        An enterprise that answered that the problem is not solved yet can be asked again.

        Raises:
            RuleError: when the engagement has not begun or ended early, the enterprise has confirmed that it is solved,
                or the branch asks for a code and no mail of the contact serves for it.
        """
        enterprise = engagement.problem.enterprise
        with_code = ConfirmationSetting.objects.filter(branch=engagement.branch_id, by_code=True).exists()
        if with_code and (problem := why_mail_is_refused(enterprise)):
            raise RuleError(problem)
        code_to = {"mail": enterprise.contact_mail, "mail_since": enterprise.mail_since} if with_code else {}
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
                engagement=engagement, nonce=get_random_string(32), sent_by=by, expires_at=expires, **code_to
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

    def refuse_ours(self, user: User | AnonymousUser) -> None:
        """Refuse whoever is signed in: an account of the college does not speak for the enterprise.

        Raises:
            LinkRefusedError: with a line in the audit trail; the link still serves.
        """
        if user.is_authenticated:
            _keep_refusal(self, self.Refusal.OURS)
            raise LinkRefusedError(self.Refusal.OURS)

    def to_ask(self) -> str:
        """Return what the contact is shown now: what was done, when and by whom, and whom to call (five queries)."""
        return "\n".join(service_of(self.engagement).sentences())

    @writes
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

    @writes
    def confirm(
        self,
        *,
        is_solved: bool,
        rating: int,
        words: str,
        confirmed_by: str,
        code: str = "",
        seen: str | None = None,
        address: str | None = None,
    ) -> None:
        """Keep the enterprise's answer with how it was given, and hold it as evidence with the engagement.

        Args:
            is_solved: whether the problem is solved.
            rating: one of Rating.
            words: what the contact would like to say.
            confirmed_by: the contact's name and position.
            code: what was sent by mail, where the link asks for it.
            seen: `digest_of` what the contact read; None where the answer comes from no page.
            address: where the answer comes from; only its wider network is kept.

        Raises:
            LinkRefusedError: when the link was used, revoked or has expired meanwhile.
            ValidationError: by field, or because something else is asked by now.
        """
        self.is_solved, self.rating, self.words, self.confirmed_by = is_solved, rating, words, confirmed_by
        self.confirmed_at, self.how = timezone.now(), self.How.CODE if self.asks_for_code else self.How.LINK
        self.asked, self.given_from = self.to_ask(), masked_network(address)
        if seen is not None and seen != digest_of(self.asked):
            raise ValidationError(_("What you are asked about has changed meanwhile. Please read it once more."))
        self.full_clean()
        if self.asks_for_code:
            self.check_code(code)
        statement = statement_docx(self.asked.splitlines(), self._answer())  # drawn before anything is locked
        with all_or_nothing():
            stored = Confirmation.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if not stored.state:
                evidence = Evidence.objects.take_in_bytes(statement, name=str(_("Enterprise's confirmation.docx")))
                PairingFile.objects.create(pairing_id=self.engagement_id, evidence=evidence)
                self.version, self.statement_sha256, self.code_hash = stored.version, evidence.file.sha256, ""
                self.save()
                self.refresh_from_db()
                return
        _keep_refusal(stored, stored.state)
        raise LinkRefusedError(stored.state)

    def _answer(self) -> Answer:
        """Return what the statement says of the answer."""
        return Answer(
            result=gettext("The problem is solved.") if self.is_solved else gettext("The problem is not solved yet."),
            rating=self.get_rating_display(),
            words=self.words,
            name=self.confirmed_by,
            at=self.confirmed_at or timezone.now(),
            how=self.told_how(),
            number=f"{self.pk}-{self.nonce[:8]}",
        )


def worth_by_hash(hashes: Collection[str]) -> dict[str, Worth]:
    """Return what confirmations are worth by the SHA-256 of their statements (one query)."""
    rows = Confirmation._base_manager.filter(statement_sha256__in=hashes).select_related("spoken_by__person")
    return {row.statement_sha256: row.worth() for row in rows}


def digest_of(asked: str) -> str:
    """Return by what it is known again which words a contact read."""
    return hashlib.sha256(asked.encode()).hexdigest()


def _keep_refusal(link: Confirmation | None, why: str) -> None:
    """Write into the audit trail that a link was refused; a forged one names no row."""
    record(Event.LINK_REFUSED, about=link, kind=Confirmation, refused=str(why))
