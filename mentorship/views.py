"""The form's pages: those of every pairing, with its own model and form."""

from mentorship.forms import TeamForm
from mentorship.models import MentorshipTeam
from pairings.views.pages import PairingCreateView, PairingDetailView, PairingListView, PairingUpdateView


class TeamListView(PairingListView):
    """The mentorship teams."""

    model = MentorshipTeam


class TeamDetailView(PairingDetailView):
    """One of the mentorship teams."""

    model = MentorshipTeam
    template_name = "mentorship/detail.html"


class TeamCreateView(PairingCreateView):
    """A proposal."""

    model = MentorshipTeam
    form_class = TeamForm


class TeamUpdateView(PairingUpdateView):
    """Changes."""

    model = MentorshipTeam
    form_class = TeamForm
