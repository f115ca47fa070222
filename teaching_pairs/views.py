"""The form's pages: those of every pairing, with its own model and form."""

from pairings.views import PairingCreateView, PairingDetailView, PairingListView, PairingUpdateView
from teaching_pairs.forms import TeachingPairForm
from teaching_pairs.models import TeachingPair


class PairListView(PairingListView):
    """The teaching pairs."""

    model = TeachingPair


class PairDetailView(PairingDetailView):
    """One of the teaching pairs."""

    model = TeachingPair
    template_name = "teaching_pairs/detail.html"


class PairCreateView(PairingCreateView):
    """A proposal."""

    model = TeachingPair
    form_class = TeachingPairForm


class PairUpdateView(PairingUpdateView):
    """Changes."""

    model = TeachingPair
    form_class = TeachingPairForm
