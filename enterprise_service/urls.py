"""Addresses of the engagements."""

from django.urls import path

from enterprise_service import views

app_name = "enterprise_service"
urlpatterns = [
    path("", views.EngagementListView.as_view(), name="list"),
    path("new/", views.EngagementCreateView.as_view(), name="new"),
    path("<int:pk>/", views.EngagementDetailView.as_view(), name="detail"),
    path("<int:pk>/edit/", views.EngagementUpdateView.as_view(), name="edit"),
]
