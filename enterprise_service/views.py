"""The form's pages: those of every pairing, with its own model and form."""

from enterprise_service.forms import EngagementForm
from enterprise_service.models import Engagement
from pairings.views.pages import PairingCreateView, PairingDetailView, PairingListView, PairingUpdateView


class EngagementListView(PairingListView):
    """The engagements."""

    model = Engagement


class EngagementDetailView(PairingDetailView):
    """One of the engagements."""

    model = Engagement
    template_name = "enterprise_service/detail.html"


class EngagementCreateView(PairingCreateView):
    """A proposal."""

    model = Engagement
    form_class = EngagementForm


class EngagementUpdateView(PairingUpdateView):
    """Changes."""

    model = Engagement
    form_class = EngagementForm
