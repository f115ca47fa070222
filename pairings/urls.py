"""Addresses that the three forms share."""

from django.urls import include, path

from organization.transition_views import addresses_of
from pairings.models.transitions import OF_CHANGES, OF_PAIRINGS
from pairings.views import changes, contradictions, matching, pages

app_name = "pairings"
a_pairing = [
    path("log/", pages.LogCreateView.as_view(), name="log"),
    *addresses_of(*OF_PAIRINGS, view=pages.PairingTransitionView),
]
a_form = [
    path("", matching.overview, name="matching"),
    path("new/", matching.begin, name="new_run"),
    path("rules/", matching.add_rule, name="add_rule"),
]
a_proposal = [
    path("", matching.run, name="run"),
    path("publish/", matching.publish, name="publish"),
]
a_change = addresses_of(*OF_CHANGES, view=changes.ChangeTransitionView)
urlpatterns = [
    path("changes/", changes.ChangeListView.as_view(), name="changes"),
    path("changes/<int:pk>/", include(a_change)),
    path("<int:pk>/", include(a_pairing)),
    path("logs/", pages.LogListView.as_view(), name="logs"),
    path("logs/<int:pk>/edit/", pages.LogUpdateView.as_view(), name="edit_log"),
    path("matching/<slug:kind>/", include(a_form)),
    path("matching-rules/<int:pk>/delete/", matching.delete_rule, name="delete_rule"),
    path("proposals/<int:pk>/", include(a_proposal)),
    path("contradictions/", contradictions.overview, name="contradictions"),
    path("contradictions/<slug:kind>/<int:pk>/", contradictions.explain, name="explain"),
    path("matches/<int:pk>/answer/", matching.answer, name="answer"),
]
