"""Mentorship teams on the secretary's desk."""

from django.contrib import admin

from mentorship.models import MentorshipTeam
from pairings.admin import PairingAdmin


@admin.register(MentorshipTeam)
class MentorshipTeamAdmin(PairingAdmin):
    """Mentorship teams."""

    own_fields = ["track", "contest"]
