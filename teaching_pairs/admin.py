"""Teaching pairs on the secretary's desk."""

from django.contrib import admin

from pairings.admin import PairingAdmin
from teaching_pairs.models import TeachingPair


@admin.register(TeachingPair)
class TeachingPairAdmin(PairingAdmin):
    """Teaching pairs."""

    own_fields = ["course", "topic", "pattern", "formation", "brokered_by"]
