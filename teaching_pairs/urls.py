"""Addresses of the teaching pairs."""

from django.urls import path

from teaching_pairs import views

app_name = "teaching_pairs"
urlpatterns = [
    path("", views.PairListView.as_view(), name="list"),
    path("new/", views.PairCreateView.as_view(), name="new"),
    path("<int:pk>/", views.PairDetailView.as_view(), name="detail"),
    path("<int:pk>/edit/", views.PairUpdateView.as_view(), name="edit"),
]
