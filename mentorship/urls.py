"""Addresses of the mentorship teams."""

from django.urls import path

from mentorship import views

app_name = "mentorship"
urlpatterns = [
    path("", views.TeamListView.as_view(), name="list"),
    path("new/", views.TeamCreateView.as_view(), name="new"),
    path("<int:pk>/", views.TeamDetailView.as_view(), name="detail"),
    path("<int:pk>/edit/", views.TeamUpdateView.as_view(), name="edit"),
]
