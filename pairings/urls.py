"""Addresses that the three forms share."""

from django.urls import include, path

from pairings.views import changes, contradictions, matching, pages

app_name = "pairings"
a_pairing = [
    path("log/", pages.LogCreateView.as_view(), name="log"),
    path("approve/", pages.approve, name="approve"),
    path("return/", pages.send_back, name="return"),
    path("resubmit/", pages.resubmit, name="resubmit"),
    path("complete/", pages.complete, name="complete"),
    path("end/", pages.end, name="end"),
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
a_change = [
    path("approve/", changes.approve, name="approve_change"),
    path("refuse/", changes.refuse, name="refuse_change"),
    path("withdraw/", changes.withdraw, name="withdraw_change"),
    path("seen/", changes.see, name="see_change"),
]
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
