"""How a branch asks enterprises to confirm what was done for them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from organization.models import Branch, DeskQuerySet, VersionedModel
from organization.text import PlainCharField


class ConfirmationSetting(VersionedModel):
    """Whether a branch's enterprises confirm with a code by mail besides the link, and whom they may call."""

    branch = models.OneToOneField(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    by_code = models.BooleanField(
        _("ask for a code sent by mail"),
        default=False,
        help_text=_("The code goes to the contact's mail that was on record before the link was made."),
    )
    call = PlainCharField(
        _("whom an enterprise may call"),
        max_length=100,
        blank=True,
        help_text=_("A name and a number of the branch or college, shown to the contact who is asked to confirm."),
    )

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("how enterprises confirm")
        verbose_name_plural = _("how enterprises confirm")
        ordering = ["branch"]

    def __str__(self) -> str:
        return str(self.branch)

    def clean(self) -> None:
        """Refuse codes where the site can send no mail.

        Raises:
            ValidationError: at by_code.
        """
        super().clean()
        if self.by_code and not settings.MAIL_IS_SET_UP:
            raise ValidationError(
                {"by_code": _("This site sends no mail yet. The operator sets EMAIL_URL first (see the README).")}
            )
