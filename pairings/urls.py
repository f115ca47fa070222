"""Addresses that the three forms share."""

from django.urls import include, path

from pairings import views

app_name = "pairings"
a_pairing = [
    path("log/", views.LogCreateView.as_view(), name="log"),
    path("approve/", views.approve, name="approve"),
    path("return/", views.send_back, name="return"),
    path("resubmit/", views.resubmit, name="resubmit"),
    path("complete/", views.complete, name="complete"),
    path("end/", views.end, name="end"),
]
urlpatterns = [
    path("<int:pk>/", include(a_pairing)),
    path("logs/", views.LogListView.as_view(), name="logs"),
    path("logs/<int:pk>/edit/", views.LogUpdateView.as_view(), name="edit_log"),
]
