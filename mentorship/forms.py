"""The proposal of a mentorship team."""

from mentorship.models import MentorshipTeam
from pairings.forms import PairingForm


class TeamForm(PairingForm):
    """What the team works on, besides what every pairing asks."""

    class Meta(PairingForm.Meta):
        model = MentorshipTeam
        fields = (*PairingForm.Meta.fields, "track", "contest")  # type: ignore[assignment]
