"""Mentorship: one teacher party member, one student party member, one ordinary student."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organization.text import PlainCharField
from pairings.models import Pairing
from pairings.models.pairing import PairingQuerySet


class MentorshipTeam(Pairing):
    """A mentor's team that works on an innovation project or trains for a skills contest (导师制团队)."""

    class Track(models.TextChoices):
        """What the team works on."""

        INNOVATION = "innovation", _("Innovation and entrepreneurship project")
        CONTEST = "contest", _("Skills contest")

    KIND = "mentorship"

    pairing = models.OneToOneField(
        Pairing,
        models.CASCADE,  # a pairing and its form are one
        parent_link=True,
        primary_key=True,
    )
    track = models.CharField(_("works on"), max_length=12, choices=Track, default=Track.CONTEST)
    contest = PlainCharField(_("project or contest"), max_length=100, blank=True)

    objects = PairingQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("mentorship team")
        verbose_name_plural = _("mentorship teams")
