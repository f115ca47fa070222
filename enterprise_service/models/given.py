"""How and when a confirmation was given, and what its giver had read."""

from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enterprise_service.models.codes import AsksForCodeModel
from organization.masking import masked
from organization.text import PlainCharField, PlainTextField


class GivenModel(AsksForCodeModel):
    """A link that says, once it was answered, how that was."""

    class How(models.TextChoices):
        """How a confirmation was given."""

        LINK = "link", _("confirmed by link")
        CODE = "code", _("confirmed by link and a code by mail")

    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    confirmed_by = PlainCharField(_("your name and position"), max_length=60, blank=True)
    how = models.CharField(
        _("how it was given"), max_length=4, choices=How, blank=True, editable=False, default="", db_default=""
    )
    #: What the contact was shown, and the wider network that the answer came from.
    asked = PlainTextField(
        _("what was shown to the contact"), max_length=5000, blank=True, editable=False, default="", db_default=""
    )
    given_from = models.CharField(
        _("from the network"), max_length=45, blank=True, editable=False, default="", db_default=""
    )

    class Meta:
        abstract = True

    def told_how(self) -> str:
        """Return in a sentence how the confirmation was given."""
        told = {
            "day": date_format(localtime(self.confirmed_at), "DATETIME_FORMAT"),
            "name": self.confirmed_by,
            "mail": masked(self.mail),
            "since": date_format(localtime(self.mail_since)) if self.mail_since else "",
        }
        if self.how == self.How.CODE:
            said = gettext(
                "Confirmed on %(day)s by %(name)s through the link, with a code sent to %(mail)s, which was on record"
                " since %(since)s."
            )
        else:
            said = gettext("Confirmed on %(day)s by %(name)s through the link, without a code.")
        where = gettext("The answer came from the network %(network)s.") % {"network": self.given_from}
        return f"{said % told}{where if self.given_from else ''}"
