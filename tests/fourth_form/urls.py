"""The site's addresses, and those of the toy form: the shared pages with its model."""

from django.urls import include, path

from pairing_site.urls import urlpatterns as site
from pairings.forms import PairingForm
from pairings.views.changes import PairingChangeView
from pairings.views.pages import (
    PairingCreateView,
    PairingDetailView,
    PairingListView,
    PairingStoryView,
    PairingUpdateView,
)
from tests.fourth_form.models import ReadingPair


class ReadingForm(PairingForm):
    class Meta(PairingForm.Meta):
        model = ReadingPair
        fields = (*PairingForm.Meta.fields, "book")


toy = [
    path("", PairingListView.as_view(model=ReadingPair), name="list"),
    path("new/", PairingCreateView.as_view(model=ReadingPair, form_class=ReadingForm), name="new"),
    path("<int:pk>/", PairingDetailView.as_view(model=ReadingPair), name="detail"),
    path("<int:pk>/edit/", PairingUpdateView.as_view(model=ReadingPair, form_class=ReadingForm), name="edit"),
    path("<int:pk>/change/", PairingChangeView.as_view(model=ReadingPair, form_class=ReadingForm), name="change"),
    path("<int:pk>/story/", PairingStoryView.as_view(model=ReadingPair), name="story"),
]
urlpatterns = [*site, path("reading/", include((toy, "fourth_form")))]
